"""Looking through bytes, eight at a time: whether they are UTF-8, and where lines end."""

from __future__ import annotations

import numpy as np
from numba import njit

from blastradius.engine.kernels.bits import count_ones
from blastradius.triage.letters import NEWLINE

_HIGH, _ONES = np.uint64(0x8080808080808080), np.uint64(0x0101010101010101)
_LINE_FEEDS = np.uint64(0x0A0A0A0A0A0A0A0A)
_ONE = np.uint64(1)


@njit(cache=True, nogil=True)
def is_utf8(raw, words):
    """Tell whether bytes are UTF-8, as strictly as Python.

    Parameters
    ----------
    raw : uint8 array
    words : uint64 array
        The same bytes, eight at a time, as far as they go.

    Examples
    --------
    >>> text = np.frombuffer("Größe".encode(), dtype=np.uint8)
    >>> is_utf8(text, text[:0].view(np.uint64)), is_utf8(text[:3], text[:0].view(np.uint64))
    (True, False)
    """
    at, n = 0, len(raw)
    while at < n:
        if at & 7 == 0:
            while at >> 3 < len(words) and not words[at >> 3] & _HIGH:
                at += 8
            if at >= n:
                break
        byte = raw[at]
        if byte < 0x80:
            at += 1
            continue
        # The second byte of the shortest forms, of surrogates and of what lies beyond Unicode.
        least, most = 0x80, 0xBF
        if byte == 0xE0:
            least = 0xA0
        elif byte == 0xED:
            most = 0x9F
        elif byte == 0xF0:
            least = 0x90
        elif byte == 0xF4:
            most = 0x8F
        length = 2 if byte <= 0xDF else 3 if byte <= 0xEF else 4
        if byte < 0xC2 or byte > 0xF4 or at + length > n or not least <= raw[at + 1] <= most:
            return False
        for place in range(at + 2, at + length):
            if raw[place] & 0xC0 != 0x80:
                return False
        at += length
    return True


@njit(cache=True, nogil=True)
def line_feeds(raw, words, places):
    """Find all line feeds.

    Parameters
    ----------
    raw, words : arrays
        As for `is_utf8`.
    places : int64 array
        Filled, as far as it goes.

    Returns
    -------
    int
        How many there are.
    """
    n = 0
    for row in range(len(words)):
        word = words[row] ^ _LINE_FEEDS
        # Its first byte that is zero borrows from the next one: there was a line feed.
        zeros = (word - _ONES) & ~word & _HIGH
        while zeros:
            first = count_ones((zeros & (~zeros + _ONE)) - _ONE) >> np.uint64(3)
            if n < len(places):
                places[n] = 8 * row + np.int64(first)
            n += 1
            word |= np.uint64(0xFF) << (first << np.uint64(3))
            zeros = (word - _ONES) & ~word & _HIGH
    for place in range(8 * len(words), len(raw)):
        if raw[place] == NEWLINE:
            if n < len(places):
                places[n] = place
            n += 1
    return n
