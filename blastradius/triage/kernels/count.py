"""Adding up what was decided."""

from __future__ import annotations

import numpy as np
from numba import njit

from blastradius.engine.kernels.bits import GOLDEN, mix
from blastradius.triage.kernels.growing import longer
from blastradius.triage.letters import BACKSLASH, SLASH
from blastradius.triage.vocabulary import HIGH, NEAR_MISS

_NO_DAY = np.iinfo(np.int32).min


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
def count_folders(hits, sizes, secret):
    """Add up what the folders of a block hold, by party.

    Parameters
    ----------
    secret : uint64
        Decides where a folder is in the table, and nothing else: whoever wrote the listing does not
        know it, and cannot choose folders that all want one place.

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
        place = np.int64(mix(code ^ secret) & np.uint64(room - 1))
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
def folder_ends(paths, line_start, lines, steps):
    r"""Return where the first steps of some paths end; ``/`` and ``\\`` are both slashes.

    Parameters
    ----------
    paths : uint8 array
        As the listing has them.
    line_start : int64 array
        Where each line begins.
    lines, steps : arrays
        Numbers of the lines, and how many steps, with either sign.
    """
    ends = np.empty(len(lines), np.int64)
    for each in range(len(lines)):
        line, left = lines[each], abs(np.int64(steps[each]))
        place = line_start[line]
        ends[each] = place
        was_slash = True
        while left > 0 and place < line_start[line + 1]:
            is_slash = paths[place] == SLASH or paths[place] == BACKSLASH
            if is_slash and not was_slash:
                ends[each] = place
                left -= 1
            was_slash = is_slash
            place += 1
    return ends


@njit(cache=True, nogil=True)
def samples(hits, first_line, limits, n_kept):
    """Choose the hits that may be samples: of each party and column, those of least codes.

    Parameters
    ----------
    limits : uint64 array, shape (n_rows, n_columns)
        Codes from which on a hit is no sample.
    n_kept : int
        Samples of each party and column.

    Returns
    -------
    hit, column, code
        Few more than the samples of this block.
    """
    line, party, level, varieties = hits[:4]
    n_rows, n_columns = limits.shape
    limit, most = limits.copy(), np.zeros(n_rows, np.uint64)
    for each in range(n_rows):
        most[each] = limits[each].max()
    least = np.empty((n_rows, n_columns, n_kept), np.uint64)
    n_least = np.zeros((n_rows, n_columns), np.int64)
    found, n = (np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.uint64)), 0
    for hit in range(len(line)):
        row = n_rows - 1 if party[hit] < 0 else np.int64(party[hit])
        code = mix(np.uint64(first_line + line[hit]) * GOLDEN)
        if code >= most[row]:
            continue
        if level[hit] == NEAR_MISS:
            columns = np.uint32(1) << np.uint32(n_columns - 1)
        elif varieties[hit] == 0:
            columns = np.uint32(1) << np.uint32(n_columns - 2)
        else:
            columns = varieties[hit]
        for column in range(n_columns):
            if not (columns >> np.uint32(column)) & np.uint32(1) or code >= limit[row, column]:
                continue
            # Among the least so far: put it in its place.
            at = min(n_least[row, column], n_kept - 1)
            n_least[row, column] = at + 1
            while at > 0 and least[row, column, at - 1] > code:
                least[row, column, at] = least[row, column, at - 1]
                at -= 1
            least[row, column, at] = code
            if n_least[row, column] == n_kept:
                limit[row, column] = least[row, column, n_kept - 1]
            if n == len(found[0]):
                found = longer(found[0]), longer(found[1]), longer(found[2])
            found[0][n], found[1][n], found[2][n] = hit, column, code
            n += 1
    return found[0][:n], found[1][:n], found[2][:n]
