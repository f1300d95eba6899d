"""The search for all literals at once, in three passes over a block.

`openings` looks where a literal may begin: its first three letters tell, a bit each. `follow` goes
from there along the tree of the literals, and `at_edges` looks at what stands beside those that it
finds. Almost all literals begin where a word does, so most letters are passed over with one look;
and in the folders that a line shares with the one before it, nothing is searched again.

Each pass is one function without calls that take arrays: counting their references, at each of
millions of calls, would take most of the time.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from blastradius.engine.kernels.bits import count_ones
from blastradius.triage.fold import FOLDED
from blastradius.triage.letters import (
    BORDERS,
    GUID,
    HYPHEN,
    IS_HEX,
    LEAST_RANDOM,
    NEWLINE,
    OTHER,
    SLASH,
)
from blastradius.triage.matching import (
    CLASS_BITS,
    ENDS,
    FORKS,
    KIND_BITS,
    MORE,
    NO_STATE,
)
from blastradius.triage.vocabulary import CAPITALS, LEFT, RIGHT

_NINE = 0x39
_MOST_CROSSING = 64
"""Places of a line from which a literal may reach over a slash; with more, it shares nothing."""

_WORD, _EXACT, _FOLDER = 1, 2, 3
"""Edges; see `blastradius.triage.patterns.Edge`."""
_ALL_KINDS, _ALL_CLASSES = (1 << KIND_BITS) - 1, (1 << CLASS_BITS) - 1
_THREE_KINDS, _THREE_CLASSES = (1 << 3 * KIND_BITS) - 1, (1 << 3 * CLASS_BITS) - 1
_ONE, _HALF = np.uint64(1), np.uint64(32)


@njit(cache=True, inline="always")
def _kinds_around(sign, text, place):
    """Return the kinds of the bytes before, at and after a place, as one number."""
    before = np.int64(sign[text[place - 1]]) & _ALL_KINDS if place > 0 else OTHER
    after = np.int64(sign[text[place + 1]]) & _ALL_KINDS if place + 1 < len(text) else OTHER
    return before << 2 * KIND_BITS | (np.int64(sign[text[place]]) & _ALL_KINDS) << KIND_BITS | after


@njit(cache=True, nogil=True)
def openings(text, line_start, shared, tree, begin, beyond, kinds_at):
    """Find where literals may begin.

    Parameters
    ----------
    text : uint8 array
        Lines, each ended by a line feed.
    line_start : int64 array, shape (n_lines + 1,)
    shared : int32 array, shape (n_lines,)
        Bytes that each line begins with like the one before it, up to a slash, or 0; set to 0 where
        there is too much to remember of the line before.
    begin, beyond : int32 arrays
        Filled: the place, and behind which place the literal ends; in the folders that a line shares
        with the one before, only places from which it may reach over the last slash of them.
    kinds_at : uint8 array
        Filled: kinds of the bytes before, at and after the place.

    Returns
    -------
    int
        How many, or -1 where the arrays are too short.
    """
    sign, at_edge, anywhere, crossing = tree.sign, tree.at_edge, tree.anywhere, tree.crossing
    # Places in the line from which literals may reach over a slash.
    over, n_over, n = np.empty(_MOST_CROSSING, np.int64), 0, 0
    for line in range(len(line_start) - 1):
        low, high = line_start[line], line_start[line + 1] - 1
        if n_over == _MOST_CROSSING:
            shared[line] = n_over = 0
        own = low + np.int64(shared[line])
        if n + high - low + 1 > len(begin):
            return -1
        kept = 0
        while kept < n_over and over[kept] < own - low - 2:
            begin[n], beyond[n] = low + over[kept], own
            kinds_at[n] = _kinds_around(sign, text, low + over[kept])
            n, kept = n + 1, kept + 1
        n_over = kept
        # Whatever follows the last slash of them, it is the third letter of this place.
        first = max(own - 2, low)
        classes = kinds = np.int64(0)
        if first > low:
            kinds = np.int64(sign[text[first - 1]]) & _ALL_KINDS
        for place in range(first, high + 1):
            what = np.int64(sign[text[place]])
            classes = (classes << CLASS_BITS | what >> KIND_BITS) & _THREE_CLASSES
            kinds = kinds << KIND_BITS | what & _ALL_KINDS
            if place < first + 2:
                continue
            two, third = classes >> CLASS_BITS, np.uint64(classes & _ALL_CLASSES)
            around = kinds >> KIND_BITS & _THREE_KINDS
            if (BORDERS >> np.uint64(around)) & np.uint64(1):
                opens = at_edge[two] >> third
            else:
                opens = anywhere[two] >> third
            if opens & np.uint64(1):
                begin[n], beyond[n], kinds_at[n] = place - 2, own, around
                n += 1
                if crossing[two] >> third & np.uint64(1) and n_over < _MOST_CROSSING:
                    over[n_over] = place - 2 - low
                    n_over += 1
    return n


@njit(cache=True, nogil=True)
def follow(text, begin, beyond, tree, opened, after, state_at):
    """Follow the tree of the literals from each place, to the states where one ends.

    Parameters
    ----------
    begin, beyond : int32 arrays
        From `openings`.
    opened, after, state_at : int32 arrays
        Filled, for each end: which place, where the literal ends, and its state in ``tree.more``.

    Returns
    -------
    int
        How many, or -1 where the arrays are too short.
    """
    sign, node, more, at_edge = tree.sign, tree.node, tree.more, tree.at_edge
    second, third_first, third = tree.second, tree.third_first, tree.third
    n = 0
    for number in range(len(begin)):
        place = np.int64(begin[number])
        two = np.int64(sign[text[place]]) >> KIND_BITS << CLASS_BITS
        two |= np.int64(sign[text[place + 1]]) >> KIND_BITS
        letter = np.int64(sign[text[place + 2]]) >> KIND_BITS
        if n + 256 > len(opened):
            return -1
        state, place = np.int64(second[two]), place + 2
        if state != NO_STATE and place > beyond[number]:
            opened[n], after[n], state_at[n] = number, place, node[state] >> MORE
            n += 1
        rank = count_ones(at_edge[two] & ((_ONE << np.uint64(letter)) - _ONE))
        state = np.int64(third[third_first[two] + np.int64(rank)])
        while state != NO_STATE:
            place += 1
            here = np.int64(node[state])
            if here & ENDS and place > beyond[number]:
                opened[n], after[n], state_at[n] = number, place, here >> MORE
                n += 1
            letter = np.int64(sign[text[place]]) >> KIND_BITS
            if here & _ALL_CLASSES == letter:
                state += 1
                continue
            state = np.int64(NO_STATE)
            if here & FORKS:
                at = here >> MORE
                if here & ENDS:
                    at += 1 + 3 * np.int64(more[at])
                low, high = np.uint32(more[at]), np.uint32(more[at + 1])
                children, bit = np.uint64(high) << _HALF | np.uint64(low), _ONE << np.uint64(letter)
                if children & bit:
                    state = np.int64(more[at + 2 + np.int64(count_ones(children & (bit - _ONE)))])
    return n


@njit(cache=True, nogil=True)
def in_capitals(text, start, end):
    """Tell whether a part of a text has no small letter."""
    for place in range(start, end):  # noqa: SIM110 - compiled
        if 0x61 <= text[place] <= 0x7A:
            return False
    return True


@njit(cache=True, nogil=True)
def in_random(text, low, high):
    """Tell whether a part of a text lies in a GUID or a hash: codes are found in any of these."""
    start = low
    while start > 0 and IS_HEX[text[start - 1]] and low - start < GUID:
        start -= 1
    stop = start
    letters = digits = 0
    while IS_HEX[text[stop]] and stop - start < 4 * GUID:
        digits += text[stop] <= _NINE
        letters += text[stop] > _NINE
        stop += 1
    if stop >= high and letters and digits and stop - start >= LEAST_RANDOM:
        return True
    for begin in range(max(high - GUID, 0), min(low, len(text) - GUID) + 1):
        if text[begin + 8] != HYPHEN or text[begin + 13] != HYPHEN:
            continue
        if text[begin + 18] != HYPHEN or text[begin + 23] != HYPHEN:
            continue
        n_hex = 0
        while n_hex < GUID and (IS_HEX[text[begin + n_hex]] or n_hex in (8, 13, 18, 23)):
            n_hex += 1
        if n_hex == GUID:
            return True
    return False


@njit(cache=True, nogil=True)
def at_edges(text, begin, kinds_at, found, tree, code, entry, start):
    """Keep what has the edges that it needs.

    Parameters
    ----------
    begin, kinds_at : arrays
        From `openings`.
    found : (opened, after, state_at)
        From `follow`.
    code : int64 array
        Codes of the entries.
    entry, start : arrays
        Filled: which entry, and where it starts in the text; by line, start and length.

    Returns
    -------
    int
        How many, or -1 where the arrays are too short.
    """
    sign, more, letters, letters_first = tree.sign, tree.more, tree.letters, tree.letters_first
    opened, after, state_at = found
    n = 0
    for each in range(len(opened)):
        low, high = np.int64(begin[opened[each]]), np.int64(after[each])
        at = np.int64(state_at[each])
        left, right = np.int64(kinds_at[opened[each]]), _kinds_around(sign, text, high)
        # What is true of each edge, as bits by what may be asked of it.
        left_is = 1 | np.int64(BORDERS >> np.uint64(left) & np.uint64(1)) << _WORD
        left_is |= (left >> 2 * KIND_BITS == OTHER) << _EXACT
        begins_folder = low == 0 or FOLDED[text[low - 1]] == SLASH or text[low - 1] == NEWLINE
        left_is |= begins_folder << _FOLDER
        right_is = 1 | np.int64(BORDERS >> np.uint64(right) & np.uint64(1)) << _WORD
        right_is |= (right >> KIND_BITS & _ALL_KINDS == OTHER) << _EXACT
        right_is |= (FOLDED[text[high]] == SLASH) << _FOLDER
        for literal in range(at + 1, at + 1 + 3 * np.int64(more[at]), 3):
            if more[literal] & 1:
                other, same = letters_first[more[literal] >> 1] - low, low
                while same < high and FOLDED[text[same]] == letters[other + same]:
                    same += 1
                if same < high:
                    continue
            first = np.int64(more[literal + 1])
            for which in range(first, first + np.int64(more[literal + 2])):
                what = code[which]
                if not left_is >> ((what >> LEFT) & 3) & right_is >> ((what >> RIGHT) & 3) & 1:
                    continue
                if (what >> CAPITALS) & 1 and not in_capitals(text, low, high):
                    continue
                if IS_HEX[text[low]] and IS_HEX[text[high - 1]] and in_random(text, low, high):
                    continue
                if n >= len(entry):
                    return -1
                entry[n], start[n] = which, low
                n += 1
    return n
