"""What is asked of the bytes of a listing before anything is known of them, at the speed of memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LIKELY = 64
"""Bytes of a line, or more."""


def is_utf8(lines: bytes) -> bool:
    """Tell whether bytes are UTF-8, as strictly as Python, without decoding them.

    >>> is_utf8("Größe".encode()), is_utf8("Größe".encode("cp1252"))
    (True, False)
    """
    # Imported here, so that nothing is compiled before it is needed.
    from blastradius.triage.kernels import scan  # noqa: PLC0415

    return bool(scan.is_utf8(*_words(lines)))


def line_feeds(lines: bytes) -> NDArray[np.int64]:
    r"""Return the places of all line feeds.

    >>> line_feeds(b"a\n\nb\n").tolist()
    [1, 2, 4]
    """
    # Imported here, so that nothing is compiled before it is needed.
    from blastradius.triage.kernels import scan  # noqa: PLC0415

    raw, words = _words(lines)
    places = np.empty(len(raw) // _LIKELY + 16, dtype=np.int64)
    n = scan.line_feeds(raw, words, places)
    if n > len(places):
        places = np.empty(n, dtype=np.int64)
        scan.line_feeds(raw, words, places)
    return places[:n]


def _words(lines: bytes) -> tuple[NDArray[np.uint8], NDArray[np.uint64]]:
    raw = np.frombuffer(lines, dtype=np.uint8)
    return raw, raw[: len(raw) // 8 * 8].view(np.uint64)
