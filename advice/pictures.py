"""Pictures: a PNG or JPEG file taken apart, and put together again with nothing in it but the picture.

Whatever else the file says (where and when it was taken, by whom, a thumbnail, another file at its end) is left out;
the picture itself is not encoded anew, so that the same picture keeps its name wherever it is taken in.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
DRAWN = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"}
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a PNG's kinds of color
ANCILLARY = 0x20  # the bit of a chunk's name that says: one can do without it
EXIF, SCAN, END = 0xE1, 0xDA, 0xD9
SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # the segments of a JPEG that give its sides
KEPT = SIZES | {SCAN, 0xC4, 0xDB, 0xDD, 0xEE}  # with its tables; EE says how the colors are stored
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]")
# The one thing of a photo's EXIF that draws it: which way is up.
UPRIGHT = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0%c\0\0\0\0\0\0"


class NoPicture(Exception):
    """This file is no picture that we can show."""


@dataclass(frozen=True)
class Clean:
    """A picture and nothing else; its sides in pixels, as it is shown."""

    data: bytes
    kind: str
    width: int
    height: int

    @property
    def file(self) -> str:
        return f"{hashlib.sha256(self.data).hexdigest()}.{self.kind}"


def clean(data: bytes, *, longest_side: int) -> Clean:
    """The picture of this file; raises NoPicture where it is none, broken, moving, or larger than that."""
    try:
        found = _png(data, longest_side) if data.startswith(PNG) else _jpeg(data)
    except (IndexError, ValueError, zlib.error):
        raise NoPicture from None
    if not (0 < found.width <= longest_side and 0 < found.height <= longest_side):
        raise NoPicture
    return found


def _png(data: bytes, longest_side: int) -> Clean:
    kept, head, packed = bytearray(PNG), b"", bytearray()
    for kind, body in _chunks(data):
        if kind in {b"acTL", b"fcTL"} or (kind not in DRAWN and not kind[0] & ANCILLARY):
            raise NoPicture  # it moves, or needs what we do not know
        if kind in DRAWN:
            kept += len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)
        if kind == b"IHDR":
            head = body
        elif kind == b"IDAT":
            packed += body
    width, height, depth, color = int.from_bytes(head[:4]), int.from_bytes(head[4:8]), head[8], head[9]
    if max(width, height) > longest_side or color not in CHANNELS:
        raise NoPicture
    row = 1 + (width * depth * CHANNELS[color] + 7) // 8
    if not height * row <= _unpacked(bytes(packed), most=2 * height * row + 4096):
        raise NoPicture
    return Clean(bytes(kept), "png", width, height)


def _unpacked(packed: bytes, *, most: int) -> int:
    """How many bytes it unpacks to, without ever holding them all; raises NoPicture for more than `most`."""
    unpacking, size = zlib.decompressobj(), 0
    while not unpacking.eof and packed:
        size += len(unpacking.decompress(packed, 65_536))
        packed = unpacking.unconsumed_tail
        if size > most:
            raise NoPicture
    return size


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG)
    while True:
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        body, check = data[at + 8 : at + 8 + size], data[at + 8 + size : at + 12 + size]
        if len(check) < 4 or int.from_bytes(check) != zlib.crc32(kind + body):
            raise NoPicture
        yield kind, body
        if kind == b"IEND":
            return
        at += 12 + size


def _jpeg(data: bytes) -> Clean:
    if not data.startswith(JPEG):
        raise NoPicture
    kept, sides, turned = bytearray(), (0, 0), 1
    for marker, segment in _segments(data):
        if marker == EXIF and segment[4:10] == b"Exif\0\0":
            turned = _turned(segment[10:])
        if marker in SIZES:
            sides = (int.from_bytes(segment[7:9]), int.from_bytes(segment[5:7]))
        if marker in KEPT:
            kept += segment
    upright = UPRIGHT % turned
    head = b"\xff\xe1" + (len(upright) + 2).to_bytes(2) + upright if turned > 1 else b""
    width, height = sides[::-1] if turned >= 5 else sides
    return Clean(JPEG + head + bytes(kept) + b"\xff\xd9", "jpg", width, height)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each marker with its segment, a scan with what it draws, up to the first end of a picture."""
    at = len(JPEG)
    while data[at + 1] != END:
        marker, ends = data[at + 1], at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if data[at] != 0xFF or not at + 4 <= ends < len(data):
            raise NoPicture
        if marker == SCAN:
            following = NEXT_MARKER.search(data, ends)
            if following is None:
                raise NoPicture
            ends = following.start()
        yield marker, data[at:ends]
        at = ends


def _turned(exif: bytes) -> int:
    """The orientation that EXIF names, 1 (upright) to 8."""
    order = "little" if exif[:2] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(exif[at : at + size], order)  # type: ignore[arg-type]  # one of the two, by the line above

    first = number(4, 4)
    for entry in range(min(number(first, 2), 200)):
        at = first + 2 + 12 * entry
        if number(at, 2) == 0x0112:
            return found if 1 <= (found := number(at + 8, 2)) <= 8 else 1
    return 1
