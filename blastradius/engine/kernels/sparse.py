"""Cascades world by world, compiled. `sparse_plain` says in plain Python what they do.

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

from blastradius.engine.kernels.bits import (
    ALL,
    GOLDEN,
    ONE,
    ZERO,
    count_ones,
    mix,
    prefetch,
    stream,
)
from blastradius.engine.kernels.weights import add_weights, to_weights

_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_LENGTH = np.uint64(0x7FFFFFFF)

LONGEST_SEGMENT = 64
LEAST_SURVIVAL = 0.2
"""Segments end once their arcs are more likely open than this leaves closed: a table of ever
smaller numbers would lose precision."""

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
def _likeliest_first(probability: Any) -> Any:
    """Return the places of some arcs, the likeliest first, equals in the order given."""
    for k in range(1, len(probability)):
        if probability[k - 1] < probability[k]:
            return np.argsort(-probability, kind="mergesort")
    return np.arange(len(probability))


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
        start = first[node]
        ranks = _likeliest_first(probability[start : first[node + 1]])
        for sure in range(2):
            for rank in ranks:
                arc = start + rank
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
        tally_sparse_weighted(
            state, queue, tail, batch, weights, counts, evidence, log_if_reached, log_if_not, sums,
            weighted, squares,
        )  # fmt: skip
        done += batch
    return width


@njit(cache=True, nogil=True)
def tally_sparse_weighted(
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
    to_weights(weights, n_worlds, sums, weighted, squares)
    for k in range(tail):
        node = queue[k] >> 6
        worlds = np.uint64(state[2 * node])
        if worlds != ZERO:
            counts[node] += np.int64(count_ones(worlds))
            add_weights(worlds, 0, node, weights, weighted, squares)
            state[2 * node] = 0
