"""Cascades through possible worlds, compiled. `cascade_plain` says in plain Python what they do.

Rows. All arcs lie in one array of 64-bit words, node after node. The arcs of a node are cut into
segments; a segment is a header and one word for each arc::

    header   (survival of the whole segment << 32) | (number of arcs << 1) | (1 if more follow)
    arc      (survival up to and with this arc << 32) | node it enters

*Survival* is the probability that no arc so far is open, in units of 2**-32. One random number
decides where the first open arc of a segment is, mostly that there is none, whatever the mixture
of probabilities. This is the geometric skip over closed coins, by table instead of by logarithm.

State. Two words for each node: which of up to 64 worlds reached it, and where its row starts. Both
share a cache line, and so does a segment with its arcs: a visit costs two trips to memory, and the
queue tells early enough which.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from blastradius.engine.kernels.bits import GOLDEN, count_ones, mix, prefetch, stream

ZERO, ONE, ALL = np.uint64(0), np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_LENGTH = np.uint64(0x7FFFFFFF)

LONGEST_SEGMENT = 64
LEAST_SURVIVAL = 0.2
"""Segments end once their arcs are more likely open than this leaves closed: a table of ever
smaller numbers would lose precision."""

LANES = 4
"""Words of worlds that `spread_dense` moves together, written out there: with what waits, one cache
line a node."""
DENSE_WORLDS = 64 * LANES

_AHEAD = 6
"""Places in the queue between asking for a row and reading it."""


@njit(cache=True, nogil=True)
def reachable(first: Any, head: Any, origins: Any, seen: Any, queue: Any) -> Any:
    """Mark the nodes that any arcs lead to, and return how many; ``queue`` lists them."""
    tail = 0
    for origin in origins:
        if not seen[origin]:
            seen[origin] = True
            queue[tail] = origin
            tail += 1
    at = 0
    while at < tail:
        node = queue[at]
        at += 1
        for arc in range(first[node], first[node + 1]):
            if not seen[head[arc]]:
                seen[head[arc]] = True
                queue[tail] = head[arc]
                tail += 1
    return tail


@njit(cache=True, nogil=True)
def lay_rows(
    first: Any, head: Any, probability: Any, order: Any, place: Any, rows: Any, offset: Any
) -> Any:
    """Write the rows of the nodes in ``order``; return the words used.

    ``place[node]`` is where a node stands in the order. Sure arcs come last in a row: after the
    first of them survival is zero, and the rest follow without a coin.
    """
    at = 0
    for row in range(len(order)):
        node = order[row]
        offset[row] = at
        header = -1
        survival, units, length = 1.0, np.int64(1) << 32, 0
        for sure in range(2):
            for arc in range(first[node], first[node + 1]):
                p = probability[arc]
                if (p >= 1.0) != (sure == 1):
                    continue
                full = length >= LONGEST_SEGMENT or survival < LEAST_SURVIVAL
                if header < 0 or (full and units > 0):
                    if header >= 0:
                        rows[header] |= ONE
                    header, at = at, at + 1
                    survival, units, length = 1.0, np.int64(1) << 32, 0
                survival *= 1.0 - p
                rounded = np.int64(np.floor(survival * 4294967296.0 + 0.5))
                # An arc that can open does so in at least one case of 2**32.
                units = min(rounded, max(units - 1, np.int64(0)))
                if sure:
                    units = np.int64(0)
                elif units == 0:
                    units = np.int64(1)  # never surer than sure
                length += 1
                rows[at] = (np.uint64(units) << _HALF) | np.uint64(place[head[arc]])
                rows[header] = (np.uint64(units) << _HALF) | np.uint64(length << 1)
                at += 1
        if header < 0:
            rows[at] = _LOW << _HALF
            at += 1
    return at


@njit(cache=True, nogil=True)
def spread_sparse(
    rows: Any,
    state: Any,
    queue: Any,
    keys: Any,
    origins: Any,
    rng_seed: Any,
    first_world: Any,
    width: Any,
    most: Any,
) -> Any:
    """Spread harm in up to 64 worlds, node by node; return (queue entries, those passed on).

    An entry is (node << 6) | world. Whether the node was reached before is asked when its turn
    comes, not when it is queued: by then its state has arrived. It ends early once there were more
    than ``most`` entries. Returns -1 entries, with the state as it was, where the queue is too short for so
    many worlds.
    """
    worlds = ALL if width == 64 else (ONE << np.uint64(width)) - ONE
    for world in range(width):
        keys[world] = stream(rng_seed, first_world + world)
    tail = len(origins)
    for k in range(len(origins)):
        # One entry for all worlds, only so that the origin is counted.
        queue[k] = np.int64(origins[k]) << 6
        state[2 * origins[k]] = np.int64(worlds)
    limit = len(queue)
    for k in range(len(origins)):
        start = state[2 * origins[k] + 1]
        while start >= 0:
            header = rows[start]
            length = np.int64((header >> ONE) & _LENGTH)
            if tail + length * width > limit:
                return forget(state, queue, tail), 0
            for world in range(width):
                keys[world] += GOLDEN
                level = mix(keys[world]) >> _HALF
                if level >= (header >> _HALF) and length > 0:
                    keys[world], tail = _open_arcs(
                        rows, state, queue, start, level, keys[world], world, tail
                    )
            start = start + length + 1 if header & ONE else -1
    at = len(origins)
    while at < tail <= most:
        if at + _AHEAD < tail:
            prefetch(rows, state[2 * (queue[at + _AHEAD] >> 6) + 1])
        node, world = queue[at] >> 6, queue[at] & 63
        at += 1
        bit = ONE << np.uint64(world)
        before = np.uint64(state[2 * node])
        if before & bit:
            continue
        state[2 * node] = np.int64(before | bit)
        key = keys[world]
        start = state[2 * node + 1]
        while start >= 0:
            header = rows[start]
            length = np.int64((header >> ONE) & _LENGTH)
            if tail + length > limit:
                return forget(state, queue, tail), 0
            key += GOLDEN
            level = mix(key) >> _HALF
            if level >= (header >> _HALF) and length > 0:
                key, tail = _open_arcs(rows, state, queue, start, level, key, world, tail)
            start = start + length + 1 if header & ONE else -1
        keys[world] = key
    return tail, at


@njit(cache=True, nogil=True)
def forget(state: Any, queue: Any, tail: Any) -> Any:
    """Make the state of all that was queued zero again; return -1."""
    for k in range(tail):
        state[2 * (queue[k] >> 6)] = 0
    return -1


@njit(inline="always")
def _open_arcs(
    rows: Any,
    state: Any,
    queue: Any,
    start: Any,
    level: Any,
    key: Any,
    world: Any,
    tail: Any,
) -> Any:
    """Queue what the open arcs of a segment reach in one world; the first draw says some are."""
    whole = rows[start] >> _HALF
    last = start + np.int64((rows[start] >> ONE) & _LENGTH)
    arc = start + 1
    while True:
        word = rows[arc]
        while (word >> _HALF) > level:
            arc += 1
            word = rows[arc]
        head = np.int64(word & _LOW)
        prefetch(state, 2 * head)
        queue[tail] = (head << 6) | world
        tail += 1
        if arc >= last:
            break
        arc += 1
        survival = word >> _HALF
        level = ZERO
        if survival > ZERO:
            key += GOLDEN
            level = ((mix(key) >> _HALF) * survival) >> _HALF
            if level < whole:
                break
    return key, tail


@njit(cache=True, nogil=True)
def tally_sparse(state: Any, queue: Any, tail: Any, counts: Any) -> Any:
    """Count the worlds that reached each node, forget them, and return their sum."""
    visits = np.int64(0)
    for k in range(tail):
        node = queue[k] >> 6
        worlds = np.uint64(state[2 * node])
        if worlds != ZERO:
            n = np.int64(count_ones(worlds))
            counts[node] += n
            visits += n
            state[2 * node] = 0
    return visits


@njit(cache=True, nogil=True)
def sample_sparse(
    rows: Any,
    state: Any,
    queue: Any,
    keys: Any,
    origins: Any,
    rng_seed: Any,
    first_world: Any,
    n_worlds: Any,
    width: Any,
    counts: Any,
) -> Any:
    """Sample worlds in batches and add up the counts; return (visits, queue entries, width)."""
    visits, entries = np.int64(0), np.int64(0)
    done = 0
    while done < n_worlds:
        batch = min(width, n_worlds - done)
        tail, _ = spread_sparse(
            rows, state, queue, keys, origins, rng_seed, first_world + done, batch, len(queue)
        )
        if tail < 0:
            # Worlds do not depend on the batch that they are in: fewer at a time, same worlds.
            width = max(batch // 2, 1)
            continue
        visits += tally_sparse(state, queue, tail, counts)
        entries += tail
        done += batch
    return visits, entries, width


@njit(cache=True, nogil=True)
def lay_arcs(
    first: Any,
    head: Any,
    probability: Any,
    order: Any,
    place: Any,
    new: Any,
    heads: Any,
    coins: Any,
) -> None:
    """Write the arcs of the nodes in ``order`` for `spread_dense`: coins in units of 2**-53."""
    at = 0
    for row in range(len(order)):
        new[row] = at
        for arc in range(first[order[row]], first[order[row] + 1]):
            heads[at] = place[head[arc]]
            coins[at] = np.uint64(np.ceil(probability[arc] * 9007199254740992.0))
            at += 1
    new[len(order)] = at


@njit(inline="always")
def _lowest(word: Any) -> Any:
    """Return the place of the lowest set bit of a word that has one."""
    return np.int64(count_ones((word & (ZERO - word)) - ONE))


@njit(cache=True, nogil=True)
def _mark(marks: Any, of_marks: Any, node: Any) -> None:
    """Note that a node has worlds to pass on."""
    marks[node >> 6] |= ONE << np.uint64(node & 63)
    of_marks[node >> 12] |= ONE << np.uint64((node >> 6) & 63)


@njit(cache=True, nogil=True)
def _next_marked(marks: Any, of_marks: Any, node: Any) -> Any:
    """Return the first marked node from one on, going on at the beginning; -1 if there is none."""
    for _ in range(2):
        word = node >> 6
        if word < len(marks):
            left = marks[word] >> np.uint64(node & 63)
            if left != ZERO:
                return node + _lowest(left)
            word += 1
        group = word >> 6
        if group < len(of_marks):
            left = of_marks[group] >> np.uint64(word & 63)
            if left != ZERO:
                word += _lowest(left)
                return (word << 6) + _lowest(marks[word])
            for other in range(group + 1, len(of_marks)):
                if of_marks[other] != ZERO:
                    word = (other << 6) + _lowest(of_marks[other])
                    return (word << 6) + _lowest(marks[word])
        node = 0
    return -1


@njit(cache=True, nogil=True)
def start_dense(state: Any, marks: Any, of_marks: Any, origins: Any) -> None:
    """Put harm at the origins in all worlds of a block; ``state`` is zero before."""
    for origin in origins:
        state[2 * LANES * origin : 2 * LANES * (origin + 1)] = ALL
        _mark(marks, of_marks, origin)


@njit(cache=True, nogil=True)
def spread_dense(
    first: Any,
    heads: Any,
    coins: Any,
    state: Any,
    marks: Any,
    of_marks: Any,
    rng_seed: Any,
    block: Any,
) -> None:
    """Spread harm in `DENSE_WORLDS` worlds at once, as bits of machine words, until nothing waits.

    ``state`` holds for each node the worlds that reached it, then those that it has not passed
    on; ``marks`` has a bit for each node that has such worlds, ``of_marks`` one for each word of
    these. Nodes take turns in their order, over and over: what is near in memory comes together, and
    worlds that arrive meanwhile are passed on together. A coin is a pure function of (seed, block,
    lane, arc), so coins never depend on the order of turns, and with a higher probability the same
    worlds stay open: as long as nodes and arcs keep their places, which follow from the
    probabilities.
    """
    keys = np.empty(LANES, np.uint64)
    for lane in range(LANES):
        keys[lane] = stream(rng_seed, block * LANES + lane)
    node = _next_marked(marks, of_marks, 0)
    while node >= 0:
        marks[node >> 6] &= ~(ONE << np.uint64(node & 63))
        if marks[node >> 6] == ZERO:
            of_marks[node >> 12] &= ~(ONE << np.uint64((node >> 6) & 63))
        mine = 2 * LANES * node
        coming = _next_marked(marks, of_marks, node + 1)
        if coming >= 0:
            for arc in range(first[coming], first[coming + 1]):
                prefetch(state, 2 * LANES * np.int64(heads[arc]))
        for arc in range(first[node], first[node + 1]):
            head = np.int64(heads[arc])
            theirs = 2 * LANES * head
            asked_0 = state[mine + LANES] & ~state[theirs]
            asked_1 = state[mine + LANES + 1] & ~state[theirs + 1]
            asked_2 = state[mine + LANES + 2] & ~state[theirs + 2]
            asked_3 = state[mine + LANES + 3] & ~state[theirs + 3]
            if asked_0 | asked_1 | asked_2 | asked_3 == ZERO:
                continue
            open_0, open_1, open_2, open_3 = asked_0, asked_1, asked_2, asked_3
            coin, place = coins[arc], np.uint64(53)
            # All four words at a time: each waits for its own numbers only, and the end of the loop
            # is guessed once. A coin is decided bit by bit of its probability, from the highest on.
            if not coin >> place:
                open_0 = open_1 = open_2 = open_3 = ZERO
                key = np.uint64(arc << 6) * GOLDEN
                while place > ZERO and asked_0 | asked_1 | asked_2 | asked_3 != ZERO:
                    place -= ONE
                    key += GOLDEN
                    flip = ZERO - ((coin >> place) & ONE)  # all ones where the bit is set
                    word_0, word_1 = mix(keys[0] + key) ^ flip, mix(keys[1] + key) ^ flip
                    word_2, word_3 = mix(keys[2] + key) ^ flip, mix(keys[3] + key) ^ flip
                    open_0 |= asked_0 & word_0 & flip
                    open_1 |= asked_1 & word_1 & flip
                    open_2 |= asked_2 & word_2 & flip
                    open_3 |= asked_3 & word_3 & flip
                    asked_0, asked_1 = asked_0 & ~word_0, asked_1 & ~word_1
                    asked_2, asked_3 = asked_2 & ~word_2, asked_3 & ~word_3
            anything = open_0 | open_1 | open_2 | open_3
            state[theirs] |= open_0
            state[theirs + 1] |= open_1
            state[theirs + 2] |= open_2
            state[theirs + 3] |= open_3
            state[theirs + LANES] |= open_0
            state[theirs + LANES + 1] |= open_1
            state[theirs + LANES + 2] |= open_2
            state[theirs + LANES + 3] |= open_3
            if anything != ZERO:
                marks[head >> 6] |= ONE << np.uint64(head & 63)
                of_marks[head >> 12] |= ONE << np.uint64((head >> 6) & 63)
        state[mine + LANES : mine + 2 * LANES] = ZERO
        node = _next_marked(marks, of_marks, node + 1)


@njit(cache=True, nogil=True)
def tally_dense(state: Any, n_worlds: Any, counts: Any) -> None:
    """Count the worlds that reached each node, of the first ``n_worlds`` of the block."""
    masks = np.empty(LANES, np.uint64)
    for lane in range(LANES):
        left = min(max(n_worlds - 64 * lane, 0), 64)
        masks[lane] = ALL if left == 64 else (ONE << np.uint64(left)) - ONE
    for node in range(len(counts)):
        for lane in range(LANES):
            counts[node] += np.int64(count_ones(state[2 * LANES * node + lane] & masks[lane]))


# -- soft evidence: every world has a weight ------------------------------------------------------
#
# Weights are kept relative to the largest so far (`sums[0]`, a logarithm): products of many ratios
# leave the range of floats, and only ratios between worlds count.


@njit(cache=True, nogil=True)
def _to_weights(logs: Any, n_worlds: Any, sums: Any, weighted: Any, squares: Any) -> None:
    """Turn logarithms into weights of the common scale, and add up what they weigh."""
    top = sums[0]
    for world in range(n_worlds):
        top = max(top, logs[world])
    if top > sums[0]:
        shrink = np.exp(sums[0] - top)
        sums[1] *= shrink
        sums[2] *= shrink * shrink
        for node in range(len(weighted)):
            weighted[node] *= shrink
            squares[node] *= shrink * shrink
        sums[0] = top
    for world in range(n_worlds):
        logs[world] = np.exp(logs[world] - top)
        sums[1] += logs[world]
        sums[2] += logs[world] * logs[world]


@njit(inline="always")
def _add_weights(
    word: Any, base: Any, node: Any, weights: Any, weighted: Any, squares: Any
) -> None:
    while word != ZERO:
        lowest = word & (~word + ONE)
        weight = weights[base + np.int64(count_ones(lowest - ONE))]
        weighted[node] += weight
        squares[node] += weight * weight
        word ^= lowest


@njit(cache=True, nogil=True)
def sample_sparse_weighted(
    rows: Any,
    state: Any,
    queue: Any,
    keys: Any,
    origins: Any,
    rng_seed: Any,
    first_world: Any,
    n_worlds: Any,
    width: Any,
    counts: Any,
    evidence: Any,
    log_if_reached: Any,
    log_if_not: Any,
    sums: Any,
    weighted: Any,
    squares: Any,
) -> Any:
    """Do as `sample_sparse` does, and add up the weights of the worlds as well."""
    weights = np.empty(64)
    done = 0
    while done < n_worlds:
        batch = min(width, n_worlds - done)
        tail, _ = spread_sparse(
            rows, state, queue, keys, origins, rng_seed, first_world + done, batch, len(queue)
        )
        if tail < 0:
            width = max(batch // 2, 1)
            continue
        _tally_sparse_weighted(
            state, queue, tail, batch, weights, counts, evidence, log_if_reached, log_if_not, sums,
            weighted, squares,
        )  # fmt: skip
        done += batch
    return width


@njit(cache=True, nogil=True)
def _tally_sparse_weighted(
    state: Any,
    queue: Any,
    tail: Any,
    n_worlds: Any,
    weights: Any,
    counts: Any,
    evidence: Any,
    log_if_reached: Any,
    log_if_not: Any,
    sums: Any,
    weighted: Any,
    squares: Any,
) -> None:
    """Do as `tally_sparse` does, and add up the weights of the worlds as well."""
    for world in range(n_worlds):
        weights[world] = 0.0
        for k in range(len(evidence)):
            reached = (np.uint64(state[2 * evidence[k]]) >> np.uint64(world)) & ONE
            weights[world] += log_if_reached[k] if reached else log_if_not[k]
    _to_weights(weights, n_worlds, sums, weighted, squares)
    for k in range(tail):
        node = queue[k] >> 6
        worlds = np.uint64(state[2 * node])
        if worlds != ZERO:
            counts[node] += np.int64(count_ones(worlds))
            _add_weights(worlds, 0, node, weights, weighted, squares)
            state[2 * node] = 0


@njit(cache=True, nogil=True)
def tally_dense_weighted(
    state: Any,
    n_worlds: Any,
    evidence: Any,
    log_if_reached: Any,
    log_if_not: Any,
    sums: Any,
    weighted: Any,
    squares: Any,
) -> None:
    """Add up the weights of the first ``n_worlds`` of a block."""
    weights = np.zeros(DENSE_WORLDS)
    for world in range(n_worlds):
        lane, bit = world >> 6, np.uint64(world & 63)
        for k in range(len(evidence)):
            reached = (state[2 * LANES * evidence[k] + lane] >> bit) & ONE
            weights[world] += log_if_reached[k] if reached else log_if_not[k]
    _to_weights(weights, n_worlds, sums, weighted, squares)
    weights[n_worlds:] = 0.0
    for node in range(len(weighted)):
        for lane in range(LANES):
            word = state[2 * LANES * node + lane]
            _add_weights(word, 64 * lane, node, weights, weighted, squares)


# -- worlds that begin alone and go on together --------------------------------------------------


@njit(cache=True, nogil=True)
def _move(
    state: Any,
    queue: Any,
    at: Any,
    tail: Any,
    slot: Any,
    block: Any,
    marks: Any,
    of_marks: Any,
) -> None:
    """Move a world that `spread_sparse` ended early into a slot of a dense block; forget it here."""
    lane, bit = slot >> 6, ONE << np.uint64(slot & 63)
    for k in range(at):
        node = queue[k] >> 6
        block[2 * LANES * node + lane] |= bit
        state[2 * node] = 0
    for k in range(at, tail):
        node = queue[k] >> 6
        mine = 2 * LANES * node + lane
        if not block[mine] & bit:
            block[mine] |= bit
            block[mine + LANES] |= bit
            _mark(marks, of_marks, node)


@njit(cache=True, nogil=True)
def gather(
    rows: Any,
    state: Any,
    queue: Any,
    keys: Any,
    block: Any,
    marks: Any,
    of_marks: Any,
    origins: Any,
    rng_seed: Any,
    first_world: Any,
    n_worlds: Any,
    most: Any,
    counts: Any,
    evidence: Any,
    log_if_reached: Any,
    log_if_not: Any,
    sums: Any,
    weighted: Any,
    squares: Any,
) -> Any:
    """Sample worlds one by one until those that grow beyond ``most`` entries fill a block.

    The others are counted here; what grows goes on in `spread_dense`. ``weighted`` is empty where
    worlds have no weights. Returns (worlds begun, worlds in the block).
    """
    weights = np.empty(1)
    done, slot = 0, 0
    while done < n_worlds and slot < DENSE_WORLDS:
        tail, at = spread_sparse(
            rows, state, queue, keys, origins, rng_seed, first_world + done, 1, most
        )
        if at < tail:
            _move(state, queue, at, tail, slot, block, marks, of_marks)
            slot += 1
        elif len(weighted) > 0:
            _tally_sparse_weighted(
                state, queue, tail, 1, weights, counts, evidence, log_if_reached, log_if_not, sums,
                weighted, squares,
            )  # fmt: skip
        else:
            tally_sparse(state, queue, tail, counts)
        done += 1
    return done, slot
