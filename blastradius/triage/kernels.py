"""Deciding on candidate matches, line by line, compiled: edges, hidden names, context, rules."""

from __future__ import annotations

import numpy as np
from numba import njit

from blastradius.triage.vocabulary import CONTEXT, HIGH, MEDIUM, NEAR_MISS, PARTY, PHRASE

MAX_SPANS = 64
"""Names and phrases of one line that are weighed against each other; the rest is not looked at."""

DEPTH = 4
"""Folders of a path that are told apart when folders are counted."""

NOBODY = -1
"""Row of the party of a line that names none."""

_OTHER, _LETTER, _DIGIT = 0, 1, 2
_ANY, _WORD, _EXACT = 0, 1, 2
_SLASH, _NEWLINE = 0x2F, 0x0A
_ONE, _63 = np.uint64(1), np.uint64(63)
_FNV_START, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


@njit(cache=True, inline="always")
def _class(byte):
    if 0x61 <= byte <= 0x7A:
        return _LETTER
    return _DIGIT if 0x30 <= byte <= 0x39 else _OTHER


@njit(cache=True, inline="always")
def _upper(byte):
    return 0x41 <= byte <= 0x5A


@njit(cache=True, inline="always")
def _lower(byte):
    return 0x61 <= byte <= 0x7A


@njit(cache=True, nogil=True)
def _is_edge(mode, original, folded, place, low, high, beside):
    """Tell whether the border before ``place`` is one; ``beside`` is the neighbour outside."""
    if mode == _ANY or place == low or place == high:
        return True
    outside = _class(folded[beside])
    if mode > _EXACT:
        return folded[beside] == _SLASH
    if outside == _OTHER:
        return True
    if mode == _EXACT:
        return False
    here, before = _class(folded[place]), _class(folded[place - 1])
    if here != before:
        return True
    if here != _LETTER or not _upper(original[place]):
        return False
    return _lower(original[place - 1]) or (place + 1 < high and _lower(original[place + 1]))


@njit(cache=True, nogil=True)
def _in_capitals(original, start, end):
    for place in range(start, end):
        if _lower(original[place]):
            return False
    return True


@njit(cache=True, nogil=True)
def _is_hidden(this, spans, n_spans):
    """Tell whether a name is part of a phrase, or of a longer name of somebody else."""
    for other in range(n_spans):
        if (
            other == this
            or spans[other, 0] > spans[this, 0]
            or spans[other, 1] < spans[this, 1]
        ):
            continue
        if spans[other, 2] == PHRASE:
            return True
        longer = spans[other, 1] - spans[other, 0] > spans[this, 1] - spans[this, 0]
        if longer and spans[other, 3] != spans[this, 3]:
            return True
    return False


@njit(cache=True, nogil=True)
def _fired(rules, bits, word, mark, line, fired, n_fired):
    """Add the rules that a word fires, each once a line; return how many there are."""
    for place in range(rules.of_word_first[word], rules.of_word_first[word + 1]):
        rule = rules.of_word[place]
        if mark[rule] == line:
            continue
        needed, barred = not rules.has_with[rule], False
        for part in range(len(bits)):
            needed |= (bits[part] & rules.with_bits[rule, part]) != 0
            barred |= (bits[part] & rules.without_bits[rule, part]) != 0
        if needed and not barred:
            mark[rule] = line
            fired[n_fired] = rule
            n_fired += 1
    return n_fired


@njit(cache=True, nogil=True)
def _folder(folded, low, high):
    """Return the end of the first `DEPTH` folders of a path, and a hash of them."""
    end, depth = low, 0
    for place in range(low, high):
        if folded[place] == _SLASH and place > low and folded[place - 1] != _SLASH:
            end = place
            depth += 1
            if depth == DEPTH:
                break
    code = _FNV_START
    for place in range(low, end):
        code = (code ^ np.uint64(folded[place])) * _FNV_PRIME
    return end, code


@njit(cache=True, nogil=True)
def _collect(original, folded, low, high, matches, at, lengths, entries, bits, words, spans):
    """Look at the matches of one line closely; return (next match, n_words, n_spans)."""
    literal, start = matches
    n_words = n_spans = 0
    while at < len(start) and start[at] < high:
        begin = start[at]
        end = begin + lengths[literal[at]]
        for entry in range(entries.first[literal[at]], entries.first[literal[at] + 1]):
            if not _is_edge(
                entries.left[entry], original, folded, begin, low, high, begin - 1
            ) or not _is_edge(entries.right[entry], original, folded, end, low, high, end):
                continue
            if entries.capitals[entry] and not _in_capitals(original, begin, end):
                continue
            kind, value = entries.kind[entry], entries.value[entry]
            if kind == PARTY or kind == PHRASE:
                if n_spans < MAX_SPANS:
                    spans[n_spans, 0], spans[n_spans, 1] = begin, end
                    spans[n_spans, 2], spans[n_spans, 3] = kind, value
                    spans[n_spans, 4] = entry
                    n_spans += 1
            else:
                bit = _ONE << (np.uint64(value) & _63)
                if bits[value >> 6] & bit == 0:
                    bits[value >> 6] |= bit
                    words[n_words] = value
                    n_words += 1
        at += 1
    return at, n_words, n_spans


@njit(cache=True, nogil=True)
def _weigh(original, spans, n_spans, entries, context, rows, levels, terms):
    """Decide which parties a line names, and how surely; return how many."""
    n_rows = 0
    for turn in range(2):  # names that need no context first: they are context
        for this in range(n_spans):
            entry = spans[this, 4]
            if spans[this, 2] != PARTY or entries.needs_context[entry] != (turn == 1):
                continue
            if _is_hidden(this, spans, n_spans):
                continue
            level = HIGH
            if turn == 0:
                context = True
            elif context or (
                entries.capitals_suffice[entry]
                and _in_capitals(original, spans[this, 0], spans[this, 1])
            ):
                level = MEDIUM
            else:
                level = NEAR_MISS
            row = 0
            while row < n_rows and rows[row] != spans[this, 3]:
                row += 1
            if row == n_rows:
                rows[row], levels[row], terms[row] = spans[this, 3], level, entries.term[entry]
                n_rows += 1
            elif level > levels[row]:
                levels[row], terms[row] = level, entries.term[entry]
    return n_rows


@njit(cache=True, nogil=True)
def classify(original, folded, line_start, matches, lengths, entries, rules, n_words, hits, fires):
    """Classify lines by their candidate matches.

    Parameters
    ----------
    original, folded : uint8 arrays
        The same lines, each ended by a line feed; as they are written, and folded.
    line_start : int64 array, shape (n_lines + 1,)
        Where each line begins; the last is the end of the text.
    matches : (literal, start)
        Occurrences of literals in the folded text; those of one line follow each other, lines in
        order.
    hits : (line, party, level, varieties, term, folder, folder_end)
        Filled: one row for each line and party, or `NOBODY`, with the varieties as bits.
    fires : (line, rule)
        Filled: one row for each line and rule that fires on it.

    Returns
    -------
    n_hits, n_fires
        Rows filled, or -1, -1 where they do not fit.
    """
    n_rules = len(rules.variety)
    bits = np.zeros((n_words + 63) // 64, np.uint64)
    words = np.empty(n_words + 1, np.int32)
    spans = np.empty((MAX_SPANS, 5), np.int64)
    rows, terms = np.empty(MAX_SPANS + 1, np.int32), np.empty(MAX_SPANS + 1, np.int32)
    levels = np.empty(MAX_SPANS + 1, np.int8)
    mark, fired = np.full(n_rules, -1, np.int64), np.empty(n_rules + 1, np.int32)
    at = n_hits = n_fires = 0
    start = matches[1]
    while at < len(start):
        line = np.searchsorted(line_start, start[at], side="right") - 1
        low, high = line_start[line], line_start[line + 1] - 1
        at, n_on_line, n_spans = _collect(
            original, folded, low, high, matches, at, lengths, entries, bits, words, spans
        )
        n_fired = 0
        for place in range(n_on_line):
            n_fired = _fired(rules, bits, words[place], mark, line, fired, n_fired)
        context = bits[CONTEXT >> 6] & (_ONE << np.uint64(CONTEXT)) != 0
        for place in range(n_on_line):
            bits[words[place] >> 6] = 0
        n_rows = _weigh(original, spans, n_spans, entries, context, rows, levels, terms)
        varieties = np.uint32(0)
        for place in range(n_fired):
            varieties |= np.uint32(1) << np.uint32(rules.variety[fired[place]])
        named = False
        for row in range(n_rows):
            named |= levels[row] > NEAR_MISS
        if not named and n_fired:
            rows[n_rows], levels[n_rows], terms[n_rows] = NOBODY, HIGH, -1
            n_rows += 1
        if n_hits + n_rows > len(hits[0]) or n_fires + n_fired > len(fires[0]):
            return -1, -1
        if n_rows == 0:
            continue
        end, code = _folder(folded, low, high)
        for row in range(n_rows):
            hits[0][n_hits], hits[1][n_hits], hits[2][n_hits] = line, rows[row], levels[row]
            hits[3][n_hits], hits[4][n_hits] = varieties, terms[row]
            hits[5][n_hits], hits[6][n_hits] = code, end
            n_hits += 1
        for place in range(n_fired):
            fires[0][n_fires], fires[1][n_fires] = line, fired[place]
            n_fires += 1
    return n_hits, n_fires
