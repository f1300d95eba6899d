"""Bringing lines into one form: umlauts spelled out, accents dropped, several blanks as one."""

from __future__ import annotations

import numpy as np
from numba import njit

from blastradius.triage.fold import DOTS, FOLDED, KEPT, TAKES_DOTS
from blastradius.triage.letters import BLANK, NEWLINE, SLASH

MAX_SLASHES = 64
"""Folders of a path that are taken over from the line before."""

_AT_ONCE = 16
"""Bytes that are compared at once."""


@njit(cache=True, inline="always")
def _code_point(raw, at):
    """Return the code point at a place and its length in bytes; 0 for what is no UTF-8."""
    byte = np.int64(raw[at])
    length = 2 if byte <= 0xDF else 3 if byte <= 0xEF else 4
    code = byte & (0xFF >> (length + 1))
    if byte < 0xC2 or byte > 0xF4 or at + length > len(raw):
        length = 0
    for place in range(at + 1, at + length):
        if raw[place] & 0xC0 != 0x80:
            length = 0
        code = (code << 6) | (np.int64(raw[place]) & 0x3F)
    return code, length


@njit(cache=True, nogil=True)
def normalise(raw, spelled, starts, own, shared, folders, text):
    """Spell out umlauts, drop accents of UTF-8 text and make several separators one, line by line.

    Files of one folder follow each other in a listing; the folders that a line shares with the one
    before it are not done again.

    Parameters
    ----------
    raw : uint8 array
        Lines, each ended by a line feed.
    spelled : uint8 array, shape (n_code_points, 3)
        How many ASCII letters stand for a code point, and the two that may; `KEPT` keeps it.
    starts, own : int64 arrays
        Filled: where each line begins in the text, and in ``raw``.
    shared : int32 array
        Filled: bytes of the text that each line begins with like the one before it, up to a slash.
    folders : int32 array
        Filled: bytes of the text of each line up to the last slash, which the next line may share.
    text : uint8 array
        Filled; as long as ``raw``.

    Returns
    -------
    int
        Lines and one, or -1 where the arrays are too short. Lines that are no UTF-8 are copied as
        they are and share nothing; the first bit of ``starts`` marks them: start * 2 + 1.
    """
    at = out = n_lines = last = last_out = 0
    # Behind each slash of the line: places in the line as it is, and in the text.
    slash_own, slash_out = np.zeros(MAX_SLASHES + 1, np.int64), np.zeros(MAX_SLASHES + 1, np.int64)
    n_slashes = 0
    while at < len(raw):
        if n_lines + 1 >= len(starts):
            return -1
        begin, begin_out, same = at, out, 0
        longest = min(slash_own[n_slashes], len(raw) - begin)
        while same + _AT_ONCE <= longest:
            differ = np.uint8(0)
            for k in range(same, same + _AT_ONCE):
                differ |= raw[np.uint64(last + k)] ^ raw[np.uint64(begin + k)]
            if differ:
                break
            same += _AT_ONCE
        while same < longest and raw[last + same] == raw[begin + same]:
            same += 1
        while slash_own[n_slashes] > same:
            n_slashes -= 1
        at, out = begin + slash_own[n_slashes], begin_out + slash_out[n_slashes]
        for k in range(out - begin_out):
            text[np.uint64(begin_out + k)] = text[np.uint64(last_out + k)]
        last, last_out = begin, begin_out
        starts[n_lines], own[n_lines], shared[n_lines] = 2 * begin_out, begin, out - begin_out
        after_blank, is_sound, byte = False, True, raw[at]
        while byte != NEWLINE:
            if byte < 0x80:
                text[out] = byte
                folded = FOLDED[byte]
                is_blank = folded == BLANK
                out += not (is_blank and after_blank)  # several separators are one
                after_blank = is_blank
                at += 1
                if folded == SLASH and n_slashes < MAX_SLASHES:
                    n_slashes += 1
                    slash_own[n_slashes], slash_out[n_slashes] = at - begin, out - begin_out
            else:
                code, length = _code_point(raw, at)
                is_sound = length > 0
                if not is_sound:
                    break
                kept = KEPT if code >= len(spelled) else np.int64(spelled[code, 0])
                if code == DOTS and (out == begin_out or not TAKES_DOTS[text[out - 1]]):
                    kept = 0
                if kept == KEPT:
                    for place in range(at, at + length):
                        text[out] = raw[place]
                        out += 1
                    after_blank = False
                else:
                    for letter in range(1, 1 + kept):
                        text[out] = spelled[code, letter]
                        is_blank = FOLDED[text[out]] == BLANK
                        out += not (is_blank and after_blank)
                        after_blank = is_blank
                at += length
            byte = raw[at]
        if not is_sound:
            at, out = begin, begin_out
            while raw[at] != NEWLINE:
                text[out] = raw[at]
                at, out = at + 1, out + 1
            starts[n_lines] += 1
            shared[n_lines] = n_slashes = 0
        folders[n_lines] = slash_out[n_slashes]
        text[out] = NEWLINE
        at, out, n_lines = at + 1, out + 1, n_lines + 1
    starts[n_lines], own[n_lines] = 2 * out, at
    return n_lines + 1
