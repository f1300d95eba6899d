"""Deciding, line by line, on what was found: hidden names, context and rules."""

from __future__ import annotations

import numpy as np
from numba import njit

from blastradius.triage.fold import FOLDING
from blastradius.triage.kernels.find import in_capitals
from blastradius.triage.letters import COLON, DOT, SLASH
from blastradius.triage.vocabulary import (
    CAPITALS_SUFFICE,
    CONTEXT,
    GIVES_CONTEXT,
    HIGH,
    KIND,
    LENGTH,
    MEDIUM,
    NEAR_MISS,
    NEEDS_CONTEXT,
    PARTY,
    PHRASE,
    PROGRAMS,
    VALUE,
    WITH,
    WITHOUT,
)

MAX_SPANS = 64
"""Names and phrases of one line that are weighed against each other; the rest is not looked at."""

DEPTH = 4
"""Folders of a path that are told apart where none of them bears the name."""

NOBODY = -1
"""Row of the party of a line that names none."""

_FOLDING = np.frombuffer(FOLDING, dtype=np.uint8)
_FNV_START, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


@njit(cache=True, nogil=True)
def _is_hidden(this, spans, n_spans):
    """Tell whether a name is part of a phrase, or of a longer name of somebody else."""
    for other in range(n_spans):
        if other == this or spans[other, 0] > spans[this, 0] or spans[other, 1] < spans[this, 1]:
            continue
        if spans[other, 2] == PHRASE:
            return True
        longer = spans[other, 1] - spans[other, 0] > spans[this, 1] - spans[this, 0]
        if longer and spans[other, 3] != spans[this, 3]:
            return True
    return False


@njit(cache=True, nogil=True)
def tell(line_start, found, entries, rules, told, around, names, fires):
    """Ask which rules the words of each line fire.

    Parameters
    ----------
    line_start : int64 array, shape (n_lines + 1,)
        Where each line begins; the last is the end of the text.
    found : (entry, start)
        What `find` found, line by line.
    told, around : uint32 and uint8 arrays, shape (n_lines,)
        Filled: varieties of each line, as bits, and whether it has words that give context, and
        folders of programs.
    names : int32 array, as long as ``found``, and one more
        Filled: which of ``found`` are no words, but names and phrases; then -1.
    fires : (line, rule)
        Filled: one row for each line and rule that fires on it.

    Returns
    -------
    int
        Rows filled, or -1 where they do not fit.
    """
    entry, start = found
    fire_line, fire_rule = fires
    word_of, first, fired, role = entries.word, rules.first, rules.fired, rules.role
    has_with, asks, decides, variety = rules.has_with, rules.asks, rules.decides, rules.variety
    n_words = len(decides)
    words, deciding = np.empty(n_words, np.int32), np.empty(n_words, np.int32)
    met, mark = np.full(n_words, -1, np.int32), np.full(len(variety), -1, np.int32)
    at = n = n_names = 0
    for line in range(len(line_start) - 1):
        end, n_on_line, n_deciding = line_start[line + 1], 0, 0
        while at < len(start) and start[at] < end:
            word = word_of[entry[at]]
            if word < 0:
                names[n_names] = at
                n_names += 1
            elif met[word] != line:
                met[word] = line
                words[n_on_line] = word
                n_on_line += 1
                deciding[n_deciding] = word
                n_deciding += decides[word]
            at += 1
        around[line] = (met[CONTEXT] == line) | (met[PROGRAMS] == line) << 1
        varieties = np.uint32(0)
        if n + len(variety) > len(fire_line):
            return -1
        for place in range(n_on_line):
            word = words[place]
            for each in range(first[word], first[word + 1]):
                rule = fired[each]
                if mark[rule] == line:
                    continue
                mark[rule] = line
                if asks[rule]:
                    seen = 0
                    for other in range(n_deciding):
                        seen |= role[deciding[other], rule]
                    if seen & WITHOUT or (has_with[rule] and not seen & WITH):
                        continue
                varieties |= np.uint32(1) << np.uint32(variety[rule])
                fire_line[n], fire_rule[n] = line, rule
                n += 1
        told[line] = varieties
    names[n_names] = -1
    return n


@njit(cache=True, nogil=True)
def name(text, line_start, found, entries, told, around, names, hits, places):
    """Decide which parties each line names, and how surely.

    Parameters
    ----------
    text : uint8 array
        Lines, each ended by a line feed.
    line_start, found
        As for `tell`.
    told, around, names : arrays
        From `tell`.
    hits : (line, party, level, varieties, term, folder, steps)
        Filled, but for folders and steps: one row for each line and party; or `NOBODY`, where a line
        tells a variety and names nobody.
    places : int64 array
        Filled: where the name stands that decided.

    Returns
    -------
    int
        Rows filled, or -1 where they do not fit.
    """
    entry, start = found
    code, term = entries.code, entries.term
    hit_line, hit_party, hit_level, hit_varieties, hit_term = hits[:5]
    spans = np.empty((MAX_SPANS, 5), np.int64)
    at = n = 0
    for line in range(len(line_start) - 1):
        end, n_spans, first = line_start[line + 1], 0, n
        while names[at] >= 0 and start[names[at]] < end:
            which, low = entry[names[at]], start[names[at]]
            what = code[which]
            if n_spans < MAX_SPANS:
                spans[n_spans, 0], spans[n_spans, 1] = low, low + ((what >> LENGTH) & 0xFF)
                spans[n_spans, 2], spans[n_spans, 3] = (what >> KIND) & 3, what >> VALUE
                spans[n_spans, 4] = which
                n_spans += 1
            at += 1
        if n + n_spans + 1 > len(hit_line):
            return -1
        context, of_programs = around[line] & 1 != 0, around[line] & 2 != 0
        named = False
        # Names that need no context first: they are context.
        for turn in range(2 if n_spans else 0):
            for this in range(n_spans):
                what = code[spans[this, 4]]
                if spans[this, 2] != PARTY or (what >> NEEDS_CONTEXT) & 1 != turn:
                    continue
                if _is_hidden(this, spans, n_spans):
                    continue
                level = HIGH
                if turn == 0 and not of_programs:
                    context |= (what >> GIVES_CONTEXT) & 1 != 0
                elif context or (
                    not of_programs
                    and (what >> CAPITALS_SUFFICE) & 1
                    and in_capitals(text, spans[this, 0], spans[this, 1])
                ):
                    level = MEDIUM
                else:
                    level = NEAR_MISS
                named |= level > NEAR_MISS
                row = first
                while row < n and hit_party[row] != spans[this, 3]:
                    row += 1
                if row == n or level > hit_level[row]:
                    hit_line[row], hit_party[row], hit_level[row] = line, spans[this, 3], level
                    hit_varieties[row], hit_term[row] = told[line], term[spans[this, 4]]
                    places[row] = spans[this, 0]
                    n += row == n
        if told[line] and not named:
            hit_line[n], hit_party[n], hit_level[n] = line, NOBODY, HIGH
            hit_varieties[n], hit_term[n], places[n] = told[line], -1, end - 1
            n += 1
    return n


@njit(cache=True, nogil=True)
def _root(text, low, high):
    """Return where a path begins behind its drive, server and share, or dots."""
    place = low
    if high - low > 2 and _FOLDING[text[low + 1]] == COLON and _FOLDING[text[low + 2]] == SLASH:
        place = low + 2
    elif high - low > 2 and _FOLDING[text[low]] == SLASH and _FOLDING[text[low + 1]] == SLASH:
        place = low + 2
        for _ in range(2):
            while place < high and _FOLDING[text[place]] != SLASH:
                place += 1
            place += 1
        place = min(place, high)
    while place < high and (
        _FOLDING[text[place]] == SLASH
        or (_FOLDING[text[place]] == DOT and _FOLDING[text[min(place + 1, high)]] == SLASH)
    ):
        place += 1
    return place


@njit(cache=True, nogil=True)
def place(text, line_start, shared, n_parties, hits, places):
    """Fill in the folder that speaks for each name, and how many steps of the path it is.

    That is the folder that bears the name, wherever its copies lie: drive, server and share do not
    tell folders apart. Where only the file bears the name, it is the first `DEPTH` folders, and the
    number of steps is negative.
    """
    hit_line, hit_party, hit_level, folder, steps = hits[0], hits[1], hits[2], hits[5], hits[6]
    # Of the last hit of each party: the hit, and where in the line its folder ended.
    last, last_end = np.full(n_parties, -1, np.int64), np.zeros(n_parties, np.int64)
    for hit in range(len(hit_line)):
        party, line = hit_party[hit], hit_line[hit]
        if party == NOBODY or hit_level[hit] == NEAR_MISS:
            folder[hit], steps[hit] = np.uint64(0), 0  # folders speak for names only
            continue
        low, high = line_start[line], line_start[line + 1] - 1
        before, end = last[party], places[hit]
        last[party] = hit
        if (
            before >= 0
            and hit_line[before] == line - 1
            and places[before] - line_start[line - 1] == places[hit] - low
            and last_end[party] < shared[line]
        ):
            folder[hit], steps[hit] = folder[before], steps[before]
            continue
        while end < high and _FOLDING[text[end]] != SLASH:
            end += 1
        last_end[party] = end - low
        by_file, root = end >= high, _root(text, low, high)
        if by_file:
            end, depth = root, 0
            for at in range(root + 1, high):
                if _FOLDING[text[at]] == SLASH and _FOLDING[text[at - 1]] != SLASH:
                    end = at
                    depth += 1
                    if depth == DEPTH:
                        break
        n_steps = 0
        for at in range(low + 1, min(end + 1, high)):
            n_steps += _FOLDING[text[at]] == SLASH and _FOLDING[text[at - 1]] != SLASH
        code = _FNV_START
        for at in range(min(root, end), end):
            code = (code ^ np.uint64(_FOLDING[text[at]])) * _FNV_PRIME
        folder[hit] = code ^ np.uint64(1) if by_file else code
        steps[hit] = -n_steps if by_file else n_steps
