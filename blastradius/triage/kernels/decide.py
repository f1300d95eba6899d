"""Deciding, line by line, on what was found: hidden names, context and rules."""

from __future__ import annotations

import numpy as np
from numba import njit

from blastradius.engine.kernels.bits import count_ones
from blastradius.triage.fold import FOLDED
from blastradius.triage.kernels.find import in_capitals
from blastradius.triage.kernels.growing import longer
from blastradius.triage.letters import COLON, DOT, SLASH
from blastradius.triage.vocabulary import (
    BELONGS_TO_PROGRAMS,
    CAPITALS_SUFFICE,
    CROSSES,
    GIVES,
    GIVES_CONTEXT,
    HIGH,
    HOME,
    IS_SURNAME,
    KIND,
    LENGTH,
    MEDIUM,
    NEAR_MISS,
    NEEDS_CONTEXT,
    PARTY,
    PHRASE,
    VALUE,
)

MAX_SPANS = 64
"""Names and phrases of one line that are weighed against each other; the rest is not looked at."""

DEPTH = 4
"""Folders of a path that are told apart where none of them bears the name."""

NOBODY = -1
"""Row of the party of a line that names none."""

_ENTRY, _START, _AFTER, _NAMES, _COLUMNS = range(5)
"""Of the stack of entries: which, where it begins and ends in the line; and names before it."""

_FNV_START, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


@njit(cache=True, nogil=True)
def _is_hidden(this, spans, n_spans):
    """Tell whether a name is part of a phrase, or of a longer name of somebody else."""
    for other in range(n_spans):
        if other == this or spans[other, 2] == HOME:
            continue
        if spans[other, 0] > spans[this, 0] or spans[other, 1] < spans[this, 1]:
            continue
        if spans[other, 2] == PHRASE:
            return True
        longer = spans[other, 1] - spans[other, 0] > spans[this, 1] - spans[this, 0]
        if longer and spans[other, 3] != spans[this, 3]:
            return True
    return False


@njit(cache=True, nogil=True)
def _is_at_home(text, low, this, spans, n_spans):
    """Tell whether a name stands in the folder of somebody, right below one of homes."""
    slash = spans[this, 0] - 1
    while slash > low and FOLDED[text[slash]] != SLASH:
        slash -= 1
    for other in range(n_spans):  # noqa: SIM110 - compiled
        if spans[other, 2] == HOME and spans[other, 1] == slash:
            return True
    return False


@njit(cache=True, nogil=True)
def gather(line_start, shared, folders, found, entries, rules, fired, around, name_first, names):
    """Gather which rules the words of each line fire, and its names.

    What the folders of a line name is kept on a stack, with what follows from it: as far as the next
    line shares them, only the rest is done anew.

    Parameters
    ----------
    line_start : int64 array, shape (n_lines + 1,)
        Where each line begins; the last is the end of the text.
    shared, folders : int32 arrays, shape (n_lines,)
        Bytes of the folders that each line shares with the one before, and of all its folders.
    found : (entry, start)
        What was found in the rest, line by line.
    fired : uint64 array, shape (n_lines, n_rule_words)
        Filled: rules that fire on each line, as bits.
    around : uint8 array, shape (n_lines,)
        Filled: what the line says of itself, `GIVES` and `BELONGS_TO_PROGRAMS`.
    name_first : int32 array, shape (n_lines + 1,)
        Filled: place of the first name of each line.
    names : (entry, start)
        Filled: names and phrases of each line, `MAX_SPANS` at most.

    Returns
    -------
    int
        How many names, or -1 where there is no room.
    """
    entry, start = found
    name_entry, name_start = names
    code, word_of, of_word, has_second = entries.code, entries.word, rules.of_word, rules.has_second
    n_bits, n_columns = len(has_second), of_word.shape[1]
    # The stack, what its words say together up to each entry, which of them are names; and the names
    # that are not in the folders.
    stack, again = np.empty((64, _COLUMNS), np.int32), np.empty((64, _COLUMNS), np.int32)
    said, names_on = np.zeros((65, n_columns), np.uint64), np.empty(64, np.int32)
    others, says = np.empty((MAX_SPANS, 2), np.int32), np.empty(n_columns, np.uint64)
    at = n_on = n_over = n_names_on = n = 0
    for line in range(len(line_start) - 1):
        low, end, below = line_start[line], line_start[line + 1], shared[line]
        # Take off what this line does not share; mostly it is what is on top.
        kept, n_again = n_on, 0
        if n_over:
            kept = 0
            while kept < n_on and stack[kept, _AFTER] <= below:
                kept += 1
            for on in range(kept, n_on):
                n_over -= (code[stack[on, _ENTRY]] >> CROSSES) & 1
                if stack[on, _AFTER] <= below:
                    again[n_again] = stack[on]
                    n_again += 1
        while kept > 0 and stack[kept - 1, _AFTER] > below:
            kept -= 1
        if kept < n_on:
            n_on, n_names_on = kept, stack[kept, _NAMES]
        # Put on what its folders have of their own; what the file says stays with the line.
        turn = n_others = 0
        says[:] = np.uint64(0)
        while True:
            is_own = at < len(start) and start[at] < end
            if turn < n_again and not (is_own and start[at] - low < again[turn, _START]):
                which, begin = again[turn, _ENTRY], np.int64(again[turn, _START])
                turn += 1
            elif is_own:
                which, begin = entry[at], start[at] - low
                at += 1
            else:
                break
            what, word = code[which], word_of[which]
            after = begin + ((what >> LENGTH) & 0xFF)
            if after > folders[line]:
                if word < 0 and n_others < MAX_SPANS:
                    others[n_others, _ENTRY], others[n_others, _START] = which, begin
                    n_others += 1
                for column in range(n_columns):
                    says[column] |= of_word[word, column]
                continue
            if n_on == len(stack):
                stack, again, names_on = longer(stack), longer(again), longer(names_on)
                said = longer(said)
            n_over += (what >> CROSSES) & 1
            stack[n_on, _ENTRY], stack[n_on, _START], stack[n_on, _AFTER] = which, begin, after
            stack[n_on, _NAMES] = n_names_on
            names_on[n_names_on] = n_on
            n_names_on += word < 0
            for column in range(n_columns):
                said[n_on + 1, column] = said[n_on, column] | of_word[word, column]
            n_on += 1
        for column in range(n_columns):
            says[column] |= said[n_on, column]
        around[line] = says[3 * n_bits]
        for each in range(n_bits):
            fired[line, each] = says[each] & ~says[2 * n_bits + each]
            fired[line, each] &= says[n_bits + each] | ~has_second[each]
        # The names of both, in the order in which a search of the whole line finds them: by where they
        # begin, the shorter first. Only what reaches over a slash is ever out of it.
        if n + n_names_on + n_others > len(name_entry):
            return -1
        name_first[line] = n
        for name in range(n_names_on + n_others):
            if name < n_names_on:
                which, begin = stack[names_on[name], _ENTRY], stack[names_on[name], _START]
            else:
                which = others[name - n_names_on, _ENTRY]
                begin = others[name - n_names_on, _START]
            length, place = (code[which] >> LENGTH) & 0xFF, n + name
            while place > n and (
                name_start[place - 1] > low + begin
                or (
                    name_start[place - 1] == low + begin
                    and (code[name_entry[place - 1]] >> LENGTH) & 0xFF > length
                )
            ):
                name_entry[place], name_start[place] = name_entry[place - 1], name_start[place - 1]
                place -= 1
            name_entry[place], name_start[place] = which, low + begin
        n += min(n_names_on + n_others, MAX_SPANS)
    name_first[len(line_start) - 1] = n
    return n


@njit(cache=True, nogil=True)
def fire(fired, variety, told, fires):
    """List the rules that fire, line by line.

    Parameters
    ----------
    fired : uint64 array
        From `gather`.
    variety : int8 array, shape (n_rules,)
    told : uint32 array, shape (n_lines,)
        Filled: varieties of each line, as bits.
    fires : (line, rule)
        Filled: one row for each line and rule that fires on it.

    Returns
    -------
    int
        Rows filled, or -1 where there is no room.
    """
    fire_line, fire_rule = fires
    n = 0
    for line in range(len(fired)):
        if n + len(variety) > len(fire_line):
            return -1
        varieties = np.uint32(0)
        for each in range(fired.shape[1]):
            left = fired[line, each]
            while left:
                lowest = left & (~left + np.uint64(1))
                rule = 64 * each + np.int64(count_ones(lowest - np.uint64(1)))
                left ^= lowest
                varieties |= np.uint32(1) << np.uint32(variety[rule])
                fire_line[n], fire_rule[n] = line, rule
                n += 1
        told[line] = varieties
    return n


@njit(cache=True, nogil=True)
def name(text, line_start, names, entries, told_of, hits, places):
    """Decide which parties each line names, and how surely.

    Parameters
    ----------
    text : uint8 array
        Lines, each ended by a line feed.
    line_start : int64 array, shape (n_lines + 1,)
        Where each line begins; the last is the end of the text.
    names, told_of : (entry, start), (told, around, name_first)
        From `gather` and `fire`.
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
    entry, start = names
    told, around, name_first = told_of
    code, term = entries.code, entries.term
    hit_line, hit_party, hit_level, hit_varieties, hit_term = hits[:5]
    spans, n = np.empty((MAX_SPANS, 5), np.int64), 0
    for line in range(len(line_start) - 1):
        n_spans, first, named = 0, n, False
        for at in range(name_first[line], min(name_first[line + 1], name_first[line] + MAX_SPANS)):
            what = code[entry[at]]
            spans[n_spans, 0] = start[at]
            spans[n_spans, 1] = start[at] + ((what >> LENGTH) & 0xFF)
            spans[n_spans, 2], spans[n_spans, 3] = (what >> KIND) & 3, what >> VALUE
            spans[n_spans, 4] = entry[at]
            n_spans += 1
        if n + n_spans + 1 > len(hit_line):
            return -1
        context = around[line] & GIVES != 0
        of_programs = around[line] & BELONGS_TO_PROGRAMS != 0
        # Names that need no context first: they are context.
        for turn in range(2 if n_spans else 0):
            for this in range(n_spans):
                what = code[spans[this, 4]]
                if spans[this, 2] != PARTY:
                    continue
                needs_context = (what >> NEEDS_CONTEXT) & 1 != 0
                if not needs_context and (what >> IS_SURNAME) & 1:
                    low = line_start[line]
                    needs_context = _is_at_home(text, low, this, spans, n_spans)
                if needs_context != (turn == 1):
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
            hit_varieties[n], hit_term[n] = told[line], -1
            places[n] = line_start[line + 1] - 1
            n += 1
    return n


@njit(cache=True, nogil=True)
def _root(text, low, high):
    """Return where a path begins behind its drive, server and share, or dots."""
    place = low
    if high - low > 2 and FOLDED[text[low + 1]] == COLON and FOLDED[text[low + 2]] == SLASH:
        place = low + 2
    elif high - low > 2 and FOLDED[text[low]] == SLASH and FOLDED[text[low + 1]] == SLASH:
        place = low + 2
        for _ in range(2):
            while place < high and FOLDED[text[place]] != SLASH:
                place += 1
            place += 1
        place = min(place, high)
    while place < high and (
        FOLDED[text[place]] == SLASH
        or (FOLDED[text[place]] == DOT and FOLDED[text[min(place + 1, high)]] == SLASH)
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
        while end < high and FOLDED[text[end]] != SLASH:
            end += 1
        last_end[party] = end - low
        by_file, root = end >= high, _root(text, low, high)
        if by_file:
            end, depth = root, 0
            for at in range(root + 1, high):
                if FOLDED[text[at]] == SLASH and FOLDED[text[at - 1]] != SLASH:
                    end = at
                    depth += 1
                    if depth == DEPTH:
                        break
        n_steps = 0
        for at in range(low + 1, min(end + 1, high)):
            n_steps += FOLDED[text[at]] == SLASH and FOLDED[text[at - 1]] != SLASH
        code = _FNV_START
        for at in range(min(root, end), end):
            code = (code ^ np.uint64(FOLDED[text[at]])) * _FNV_PRIME
        folder[hit] = code ^ np.uint64(1) if by_file else code
        steps[hit] = -n_steps if by_file else n_steps
