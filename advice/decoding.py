"""Decoding: the bytes of a file as text, with the damage of wrong encodings mended where it can be told."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from advice.documents import LARGEST, UNPRINTABLE, Unreadable

RUN = re.compile(r"[^\x00-\x7f]{2,}")
LOST = "\ufffd"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
NO_TEXT = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")


@dataclass(frozen=True)
class Decoded:
    text: str
    encoding: str
    mended: tuple[int, ...]  # lines where wrongly read characters were put right
    lost: tuple[int, ...]  # lines where a character is gone for good


def decode(data: bytes) -> Decoded:
    """The text of a file; raises Unreadable for what is no text, or far too much."""
    if not data.startswith(UTF_16):
        check_is_text(data)
    if len(data) > 4 * LARGEST:
        raise Unreadable(f"longer than {LARGEST:,} characters")
    text, encoding = _decoded(data)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").split("\n")
    mended = [_mend(line) for line in lines]
    clean = "\n".join(_clean(line) for line in mended)
    if not clean.strip():
        raise Unreadable("the file is empty")
    changed = (n for n, (before, after) in enumerate(zip(lines, mended, strict=True), start=1) if before != after)
    lost = (n for n, line in enumerate(mended, start=1) if LOST in line)
    return Decoded(clean, encoding, tuple(changed), tuple(lost))


def exactly(data: bytes) -> str:
    """The text of a file in UTF-8 as it stands, nothing mended; empty where it is none, or far too much."""
    found = _try(data, "utf-8-sig") if len(data) <= 4 * LARGEST else None
    return found[0] if found else ""


def check_is_text(data: bytes) -> None:
    """Raise Unreadable for the beginning of a picture, an archive, or anything else that is no text of single bytes."""
    if data.startswith(NO_TEXT) or b"\0" in data:
        raise Unreadable("this is no text file")


def line(data: bytes) -> str:
    """One line of a long file as text, with its end, mended alike."""
    text = _mend((_try(data, "utf-8") or _try(data, "cp1252") or (data.decode("latin-1"), ""))[0])
    return _clean(text.rstrip("\r\n")) + ("\n" if data.endswith(b"\n") else "")


def _clean(text: str) -> str:
    return UNPRINTABLE.sub("", text.replace("\xa0", " ").replace("\u200b", ""))


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith(UTF_16):
        return _try(data, "utf-16") or ("", "utf-16")
    return _try(data, "utf-8-sig") or _try(data, "cp1252") or (data.decode("latin-1"), "latin-1")


def _try(data: bytes, encoding: str) -> tuple[str, str] | None:
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        return None


def _mend(line: str) -> str:
    """Undo UTF-8 that was read as Windows or Mac text ("it’s" as "itâ€™s" or "it‚Äôs"), at most twice over."""
    for _round in range(2):
        mended = RUN.sub(_mend_run, line)
        if mended == line:
            break
        line = mended
    return line


def _mend_run(run: re.Match[str]) -> str:
    for as_bytes in (_as_windows, _as_mac):
        mended = _reread(run[0], as_bytes)
        if mended is not None:
            return mended
    return run[0]


def _reread(text: str, as_bytes: Callable[[str], bytes]) -> str | None:
    try:
        return as_bytes(text).decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None


def _as_windows(text: str) -> bytes:
    # Five bytes have no character in Windows' table; readers kept them as control characters.
    return b"".join(c.encode("latin-1") if "\x80" <= c <= "\x9f" else c.encode("cp1252") for c in text)


def _as_mac(text: str) -> bytes:
    return text.encode("mac_roman")
