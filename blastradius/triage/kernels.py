"""Normalising, finding and deciding, compiled; all of it releases the interpreter's lock.

`normalise` brings text into one form, `find` runs the automaton of `matching` over it and looks at
the edges, and `classify` judges, line by line, hidden names, context and rules.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from blastradius.engine.kernels.bits import GOLDEN, mix
from blastradius.triage.matching import BRANCH, ENDS, FAIL
from blastradius.triage.vocabulary import (
    CAPITALS,
    CAPITALS_SUFFICE,
    CONTEXT,
    GIVES_CONTEXT,
    HIGH,
    KIND,
    LEFT,
    LENGTH,
    MEDIUM,
    NEAR_MISS,
    NEEDS_CONTEXT,
    PARTY,
    PHRASE,
    PROGRAMS,
    RIGHT,
    VALUE,
    WITH,
    WITHOUT,
    WORD,
)

MAX_SPANS = 64
"""Names and phrases of one line that are weighed against each other; the rest is not looked at."""

MAX_SLASHES = 64
"""Folders of a path whose words are taken over from the line before."""

DEPTH = 4
"""Folders of a path that are told apart where none of them bears the name."""

NOBODY = -1
"""Row of the party of a line that names none."""

_OTHER, _LETTER, _DIGIT = 0, 1, 2
_FREE, _WORD_EDGE, _EXACT = 0, 1, 2
_SLASH, _NEWLINE, _BLANK, _COLON, _DOT = 0x2F, 0x0A, 0x20, 0x3A, 0x2E
_NO_DAY = np.iinfo(np.int32).min
_FNV_START, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


@njit(cache=True, nogil=True)
def normalise(raw, spelled, starts, own, text, folded, folding):
    """Spell out umlauts, drop accents of UTF-8 text and fold it, line by line.

    Parameters
    ----------
    raw : uint8 array
        Lines, each ended by a line feed.
    spelled : uint8 array, shape (n_code_points, 3)
        How many ASCII letters stand for a code point, and the two that may; 0xFF keeps it.
    starts, own : int64 arrays, shape (n_lines + 1,)
        Filled: where each line begins in the text, and in ``raw``.
    text, folded : uint8 arrays
        Filled; as long as ``raw``.
    folding : uint8 array, shape (256,)

    Returns
    -------
    n_bytes, n_broken
        Length of the text, and how many lines are no UTF-8; these are copied as they are, and
        the first bit of ``starts`` marks them: start * 2 + 1.
    """
    at = out = n_lines = n_broken = 0
    starts[0] = own[0] = 0
    n = len(raw)
    begin, begin_out, broken = 0, 0, False
    while at < n:
        byte = raw[at]
        if byte < 0x80:
            text[out], folded[out] = byte, folding[byte]
            # Several separators are one: "a - b" reads as "a b".
            out += folded[out] != _BLANK or out == begin_out or folded[out - 1] != _BLANK
            at += 1
            if byte == _NEWLINE:
                if broken:
                    n_broken += 1
                    out = begin_out
                    for place in range(begin, at):
                        text[out], folded[out] = raw[place], folding[raw[place]]
                        out += 1
                    starts[n_lines] += 1
                n_lines += 1
                starts[n_lines], own[n_lines] = 2 * out, at
                begin, begin_out, broken = at, out, False
            continue
        length = 2 if 0xC2 <= byte <= 0xDF else 3 if 0xE0 <= byte <= 0xEF else 4
        code = np.int64(byte) & (0xFF >> (length + 1))
        if byte < 0xC2 or byte > 0xF4 or at + length > n:
            broken = True
            text[out] = folded[out] = byte
            out += 1
            at += 1
            continue
        sound = True
        for place in range(at + 1, at + length):
            sound &= (raw[place] & 0xC0) == 0x80
            code = (code << 6) | (np.int64(raw[place]) & 0x3F)
        if not sound:
            broken = True
            text[out] = folded[out] = byte
            out += 1
            at += 1
            continue
        kept = 0xFF if code >= len(spelled) else spelled[code, 0]
        if kept == 0xFF:
            for place in range(at, at + length):
                text[out] = folded[out] = raw[place]
                out += 1
        else:
            for letter in range(kept):
                text[out] = spelled[code, 1 + letter]
                folded[out] = folding[text[out]]
                out += folded[out] != _BLANK or out == begin_out or folded[out - 1] != _BLANK
        at += length
    return out, n_broken


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


@njit(cache=True, inline="always")
def _is_edge(mode, text, folded, place, beside):
    """Tell whether the border before ``place`` is one; ``beside`` is the neighbour outside."""
    found = False
    if mode == _FREE or beside < 0:
        found = True
    else:
        outside = folded[beside]
        if mode > _EXACT:
            # A folder may begin a line; what ends one is a file.
            found = outside == _SLASH or (outside == _NEWLINE and beside < place)
        elif outside == _NEWLINE or _class(outside) == _OTHER:
            found = True
        elif mode == _WORD_EDGE:
            here = _class(folded[place])
            if here != _class(folded[place - 1]):
                found = True
            elif here == _LETTER and _upper(text[place]):
                found = _lower(text[place - 1]) or _lower(text[place + 1])
    return found


@njit(cache=True, nogil=True)
def _in_capitals(text, start, end):
    for place in range(start, end):  # noqa: SIM110 - compiled
        if _lower(text[place]):
            return False
    return True


@njit(cache=True, nogil=True)
def _is_same(folded, begin, foreign, first, length):
    for k in range(length):  # noqa: SIM110 - compiled
        if folded[begin + k] != foreign[first + k]:
            return False
    return True


@njit(cache=True, nogil=True)
def find(text, folded, line_start, automaton, code, entry, start):
    """Find all entries that have the edges that they need.

    Files of one folder follow each other in a listing. What the folders of a line name is what they
    named on the line before, up to the last slash that both share; there the automaton goes on. No
    literal begins or ends with a slash.

    Parameters
    ----------
    text, folded : uint8 arrays
        Lines, each ended by a line feed; ``folded`` as long as ``text``.
    line_start : int64 array, shape (n_lines + 1,)
    code : int64 array
        Codes of the entries.
    entry, start : arrays
        Filled: which entry, and where it starts in the text.

    Returns
    -------
    int
        Occurrences, or -1 where the arrays are too short.
    """
    letter, go, shift = automaton.letter, automaton.go, automaton.shift
    n_rows, node = automaton.n_rows, automaton.node
    branch_first, branch = automaton.branch_first, automaton.branch
    end_of, end_first = automaton.end_of, automaton.end_first
    end_code, ends = automaton.code, automaton.ends
    letters_first, letters = automaton.letters_first, automaton.letters
    slash, state_at = np.empty(MAX_SLASHES, np.int64), np.zeros(MAX_SLASHES, np.int64)
    n = before = n_before = n_slashes = 0
    for line in range(len(line_start) - 1):
        low, high = line_start[line], line_start[line + 1] - 1
        same = 0
        if n_slashes:
            longest = min(high - low, slash[n_slashes - 1])
            while same < longest and text[low + same] == text[before + same]:
                same += 1
        while n_slashes and slash[n_slashes - 1] > same:
            n_slashes -= 1
        shared = slash[n_slashes - 1] if n_slashes else 0
        state = state_at[n_slashes - 1] if n_slashes else np.int64(0)
        first = n
        for k in range(n_before, first):
            if start[k] - before + ((code[entry[k]] >> LENGTH) & 0xFF) > shared:
                break
            if n >= len(entry):
                return -1
            entry[n], start[n] = entry[k], start[k] - before + low
            n += 1
        before, n_before = low, first
        for place in range(low + shared, high):
            byte = folded[place]
            kind = np.int64(letter[byte])
            while state >= n_rows:
                here = node[state]
                if here & 0xFF == kind:
                    state += 1
                    break
                fork = (here >> BRANCH) & 0x7FFFFF
                found = np.int64(-1)
                if fork:
                    for each in range(branch_first[fork - 1], branch_first[fork]):
                        if branch[each, 0] == kind:
                            found = np.int64(branch[each, 1])
                            break
                if found >= 0:
                    state = found
                    break
                state = here >> FAIL
            else:
                state = np.int64(go[(state << shift) + kind])
            if byte == _SLASH and n_slashes < MAX_SLASHES:
                slash[n_slashes], state_at[n_slashes] = place + 1 - low, state
                n_slashes += 1
            if not (node[state] >> ENDS) & 1:
                continue
            after = place + 1
            at = end_of[state]
            for end in range(end_first[at], end_first[at + 1]):
                literal = end_code[end]
                length = literal & 0xFF
                begin = after - length
                if literal & 0x100 and not _is_same(
                    folded, begin, letters, letters_first[ends[end]], length
                ):
                    continue
                first_entry = literal >> 24
                for each in range(first_entry, first_entry + ((literal >> 9) & 0x7FFF)):
                    what = code[each]
                    if not _is_edge((what >> LEFT) & 3, text, folded, begin, begin - 1):
                        continue
                    if not _is_edge((what >> RIGHT) & 3, text, folded, after, after):
                        continue
                    if (what >> CAPITALS) & 1 and not _in_capitals(text, begin, after):
                        continue
                    if n >= len(entry):
                        return -1
                    entry[n], start[n] = each, begin
                    n += 1
    return n


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
def _ask(words, n_words, line, first, fires, role, has_with, mark, fired):
    """Tell which rules the words of a line fire; return how many."""
    n_fired = 0
    for place in range(n_words):
        for at in range(first[words[place]], first[words[place] + 1]):
            rule = fires[at]
            if mark[rule] == line:
                continue
            mark[rule] = line
            seen = 0
            for other in range(n_words):
                seen |= role[words[other], rule]
            if not seen & WITHOUT and (seen & WITH or not has_with[rule]):
                fired[n_fired] = rule
                n_fired += 1
    return n_fired


@njit(cache=True, nogil=True)
def _root(folded, low, high):
    """Return where a path begins behind its drive, server and share, or dots."""
    place = low
    if high - low > 2 and folded[low + 1] == _COLON and folded[low + 2] == _SLASH:
        place = low + 2
    elif high - low > 2 and folded[low] == _SLASH and folded[low + 1] == _SLASH:
        place = low + 2
        for _ in range(2):
            while place < high and folded[place] != _SLASH:
                place += 1
            place += 1
        place = min(place, high)
    while place < high and (
        folded[place] == _SLASH
        or (folded[place] == _DOT and folded[min(place + 1, high)] == _SLASH)
    ):
        place += 1
    return place


@njit(cache=True, nogil=True)
def _folder(folded, low, high, named_at):
    """Return a code of the folder that speaks for a name, and how many steps of the path it is.

    That is the folder that bears the name, wherever its copies lie: drive, server and share do not
    tell folders apart. Where only the file bears the name, it is the first `DEPTH` folders, and the
    number of steps is negative.
    """
    root = _root(folded, low, high)
    end = named_at
    while end < high and folded[end] != _SLASH:
        end += 1
    by_file = end >= high
    if by_file:
        end, depth = root, 0
        for place in range(root, high):
            if folded[place] == _SLASH and place > root and folded[place - 1] != _SLASH:
                end = place
                depth += 1
                if depth == DEPTH:
                    break
    steps = 0
    for place in range(low, min(end + 1, high)):
        steps += folded[place] == _SLASH and place > low and folded[place - 1] != _SLASH
    code = _FNV_START
    for place in range(min(root, end), end):
        code = (code ^ np.uint64(folded[place])) * _FNV_PRIME
    return (code ^ np.uint64(1), -steps) if by_file else (code, steps)


@njit(cache=True, nogil=True)
def _weigh(text, spans, n_spans, code, term, context, of_programs, rows, levels, terms, places):
    """Decide which parties a line names, and how surely; return how many."""
    n_rows = 0
    for turn in range(2):  # names that need no context first: they are context
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
                and _in_capitals(text, spans[this, 0], spans[this, 1])
            ):
                level = MEDIUM
            else:
                level = NEAR_MISS
            row = 0
            while row < n_rows and rows[row] != spans[this, 3]:
                row += 1
            if row == n_rows:
                rows[row], levels[row], terms[row] = spans[this, 3], level, term[spans[this, 4]]
                places[row] = spans[this, 0]
                n_rows += 1
            elif level > levels[row]:
                levels[row], terms[row] = level, term[spans[this, 4]]
                places[row] = spans[this, 0]
    return n_rows


@njit(cache=True, nogil=True)
def classify(text, folded, line_start, found, entries, rules, n_words, hits, fires):
    """Classify lines by their candidate matches.

    Parameters
    ----------
    text, folded : uint8 arrays
        The same lines, each ended by a line feed; as they are written, and folded.
    line_start : int64 array, shape (n_lines + 1,)
        Where each line begins; the last is the end of the text.
    found : (entry, start)
        What `find` found; that of one line follows each other, lines in order.
    hits : (line, party, level, varieties, term, folder, steps)
        Filled: one row for each line and party, or `NOBODY`, with the varieties as bits.
    fires : (line, rule)
        Filled: one row for each line and rule that fires on it.

    Returns
    -------
    n_hits, n_fires
        Rows filled, or -1, -1 where they do not fit.
    """
    n_rules = len(rules.variety)
    code, term = entries.code, entries.term
    words, met = np.empty(n_words + 1, np.int32), np.full(n_words, -1, np.int64)
    spans = np.empty((MAX_SPANS, 5), np.int64)
    rows, terms = np.empty(MAX_SPANS + 1, np.int32), np.empty(MAX_SPANS + 1, np.int32)
    levels, places = np.empty(MAX_SPANS + 1, np.int8), np.empty(MAX_SPANS + 1, np.int64)
    mark, fired = np.full(n_rules, -1, np.int64), np.empty(n_rules + 1, np.int32)
    first, fires_of, role, has_with = rules.first, rules.fired, rules.role, rules.has_with
    at = n_hits = n_fires = line = 0
    entry, start = found
    while at < len(start):
        while line_start[line + 1] <= start[at]:
            line += 1
        low, high = line_start[line], line_start[line + 1] - 1
        n_on_line = n_spans = 0
        while at < len(start) and start[at] < high:
            what = code[entry[at]]
            kind, value = (what >> KIND) & 3, what >> VALUE
            if kind != WORD:
                if n_spans < MAX_SPANS:
                    spans[n_spans, 0] = start[at]
                    spans[n_spans, 1] = start[at] + ((what >> LENGTH) & 0xFF)
                    spans[n_spans, 2], spans[n_spans, 3] = kind, value
                    spans[n_spans, 4] = entry[at]
                    n_spans += 1
            elif met[value] != line:
                met[value] = line
                words[n_on_line] = value
                n_on_line += 1
            at += 1
        n_fired = n_rows = 0
        if n_on_line:
            n_fired = _ask(words, n_on_line, line, first, fires_of, role, has_with, mark, fired)
        if n_spans:
            context = met[CONTEXT] == line
            of_programs = met[PROGRAMS] == line
            n_rows = _weigh(
                text, spans, n_spans, code, term, context, of_programs, rows, levels, terms, places
            )
        varieties = np.uint32(0)
        for place in range(n_fired):
            varieties |= np.uint32(1) << np.uint32(rules.variety[fired[place]])
        named = False
        for row in range(n_rows):
            named |= levels[row] > NEAR_MISS
        if not named and n_fired:
            rows[n_rows], levels[n_rows], terms[n_rows] = NOBODY, HIGH, -1
            places[n_rows] = high
            n_rows += 1
        if n_hits + n_rows > len(hits[0]) or n_fires + n_fired > len(fires[0]):
            return -1, -1
        if n_rows == 0:
            continue
        for row in range(n_rows):
            hits[0][n_hits], hits[1][n_hits], hits[2][n_hits] = line, rows[row], levels[row]
            hits[3][n_hits], hits[4][n_hits] = varieties, terms[row]
            if rows[row] == NOBODY or levels[row] == NEAR_MISS:
                hits[5][n_hits], hits[6][n_hits] = np.uint64(0), 0  # folders speak for names only
            else:
                hits[5][n_hits], hits[6][n_hits] = _folder(folded, low, high, places[row])
            n_hits += 1
        for place in range(n_fired):
            fires[0][n_fires], fires[1][n_fires] = line, fired[place]
            n_fires += 1
    return n_hits, n_fires


@njit(cache=True, nogil=True)
def count(hits, fires, sizes, days, counts, n_columns):
    """Add up what was found in a block.

    Parameters
    ----------
    hits, fires : tuples of arrays
        As `classify` fills them.
    sizes, days : int64 and int32 arrays
        Of each line, or empty.
    counts : (files, bytes, levels, party_files, party_bytes, terms, rules, party_rules, first_day,
              last_day)
        Added to; rows are those of parties, the last one is nobody's. Columns are varieties, then
        files whose name does not tell, then near misses.

    Returns
    -------
    n_named, n_told
        Lines that name a party, and that tell a variety.
    """
    line, party, level, varieties, term = hits[:5]
    files, size_of, levels, party_files, party_bytes, terms, rules, party_rules = counts[:8]
    first_day, last_day = counts[8], counts[9]
    nobody = len(party_files) - 1
    n_named = n_told = fire = 0
    last_named = last_told = -1
    for rule in fires[1]:
        rules[rule] += 1
    for hit in range(len(line)):
        row = nobody if party[hit] < 0 else np.int64(party[hit])
        at = line[hit]
        size = max(sizes[at], 0) if len(sizes) else 0
        levels[row, level[hit]] += 1
        if varieties[hit] != 0 and at != last_told:
            n_told, last_told = n_told + 1, at
        if term[hit] >= 0:
            terms[term[hit]] += 1
        if level[hit] == NEAR_MISS:
            files[row, n_columns - 1] += 1
            size_of[row, n_columns - 1] += size
            continue
        if row != nobody and at != last_named:
            n_named, last_named = n_named + 1, at
        party_files[row] += 1
        party_bytes[row] += size
        if varieties[hit] == 0:
            files[row, n_columns - 2] += 1
            size_of[row, n_columns - 2] += size
        for column in range(n_columns - 2):
            if (varieties[hit] >> np.uint32(column)) & np.uint32(1):
                files[row, column] += 1
                size_of[row, column] += size
        if len(days) and days[at] != _NO_DAY:
            first_day[row] = min(first_day[row], days[at])
            last_day[row] = max(last_day[row], days[at])
        while fire < len(fires[0]) and fires[0][fire] < at:
            fire += 1
        place = fire
        while place < len(fires[0]) and fires[0][place] == at:
            party_rules[row, fires[1][place]] += 1
            place += 1
    return n_named, n_told


@njit(cache=True, nogil=True)
def count_folders(hits, sizes):
    """Add up what the folders of a block hold, by party.

    Returns
    -------
    key, hit, counts
        Code of each party and folder, one of its hits, and its files, bytes and files that name the
        party surely, shape (n, 3).
    """
    line, party, level, folder = hits[0], hits[1], hits[2], hits[5]
    room = 16
    while room < 2 * len(line):
        room *= 2
    slot = np.full(room, -1, np.int32)
    key, first = np.empty(len(line), np.uint64), np.empty(len(line), np.int64)
    counts = np.zeros((len(line), 3), np.int64)
    n = 0
    for hit in range(len(line)):
        if party[hit] < 0 or level[hit] == NEAR_MISS:
            continue
        code = folder[hit] ^ mix((np.uint64(party[hit]) + np.uint64(1)) * GOLDEN)
        place = np.int64(code & np.uint64(room - 1))
        while slot[place] >= 0 and key[slot[place]] != code:
            place = (place + 1) & (room - 1)
        if slot[place] < 0:
            slot[place] = n
            key[n], first[n] = code, hit
            n += 1
        counts[slot[place], 0] += 1
        counts[slot[place], 1] += max(sizes[line[hit]], 0) if len(sizes) else 0
        counts[slot[place], 2] += level[hit] == HIGH
    return key[:n], first[:n], counts[:n]


@njit(cache=True, nogil=True)
def candidates(hits, first_line, limits):
    """Return (hit, column, code) of the hits that may be samples.

    Parameters
    ----------
    limits : uint64 array, shape (n_rows, n_columns)
        Codes from which on a hit is no sample; they only ever fall, so older ones do no harm.
    """
    line, party, level, varieties = hits[:4]
    n_columns = limits.shape[1]
    nobody = len(limits) - 1
    found = [(np.int64(0), np.int64(0), np.uint64(0))][:0]  # empty, of this type
    for hit in range(len(line)):
        row = nobody if party[hit] < 0 else np.int64(party[hit])
        code = mix(np.uint64(first_line + line[hit]) * GOLDEN)
        for column in range(n_columns):
            if level[hit] == NEAR_MISS:
                inside = column == n_columns - 1
            elif varieties[hit] == 0:
                inside = column == n_columns - 2
            else:
                inside = column < 32 and (varieties[hit] >> np.uint32(column)) & np.uint32(1) != 0
            if inside and code < limits[row, column]:
                found.append((np.int64(hit), np.int64(column), code))
    return found
