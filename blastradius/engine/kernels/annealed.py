"""Worlds moved step by step to where strong evidence wants them, compiled.

`annealed_plain` says in plain Python what it does. This is annealed importance sampling (Neal 2001):
a world begins as any other, and its weight grows by small powers of the likelihood; after each, some
of its coins are tossed again, and kept by the rule of Metropolis. Weights are right however few steps
there are, on average; with more steps they are more alike.

A step tosses the coins of a path again, walked back from something that was spoken of: what explains
it, or explains it away. Half of the steps use the chances of the coins; the others even chances, so
that what is unlikely is tried too.

Only coins that lead to evidence can tell worlds apart by it. Those, all between the origins and the
evidence, are the *cause* here; a block of 256 worlds keeps them as bits, four words an arc.

References
----------
Neal (2001), "Annealed importance sampling", Statistics and Computing 11, 125-139,
doi:10.1023/A:1008923215028; Metropolis et al. (1953), doi:10.1063/1.1699114.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from blastradius.engine.kernels.bits import ALL, GOLDEN, ONE, ZERO, lowest, mix, stream
from blastradius.engine.kernels.dense import LANES, WORLDS, put, toss

_HALF, _ELEVEN = np.uint64(32), np.uint64(11)
_EVEN = np.uint64(2**31)
_UNIT = 2.0**-53

MOST_TOSSED = 8
_MOST_ARCS = 64
"""Coins tossed again in one step, and arcs walked back for them, at most."""


class Cause(NamedTuple):
    """The n nodes and m arcs between the origins and the evidence, arcs by the node they leave."""

    first: NDArray[np.int64]
    """Place of each node's first arc, shape (n + 1,)."""
    head: NDArray[np.int32]
    """Node each arc enters, shape (m,)."""
    tail: NDArray[np.int32]
    """Node each arc leaves, shape (m,)."""
    coin: NDArray[np.uint64]
    """P(open) of each arc in units of 2**-32, shape (m,)."""
    first_in: NDArray[np.int64]
    """Place of the first arc into each node in ``arc_in``, shape (n + 1,)."""
    arc_in: NDArray[np.int64]
    """Arcs by the node they enter, shape (m,)."""
    up_to: NDArray[np.float64]
    """Chance that a step back from the node goes over an arc up to here in ``arc_in``, shape (m,):
    such chances may be any, but those that bring harm should be likely."""
    log_odds: NDArray[np.float64]
    """Logarithm of the odds of each coin, shape (m,)."""
    is_origin: NDArray[np.bool_]
    """Whether harm starts at a node, shape (n,)."""


class Said(NamedTuple):
    """Soft evidence: what a world gains by reaching a node, as a logarithm."""

    node: NDArray[np.int64]
    """Nodes spoken of, shape (k,)."""
    of_node: NDArray[np.int64]
    """Place of a node in the other arrays, -1 without evidence, shape (n,)."""
    log_if_reached: NDArray[np.float64]
    log_if_not: NDArray[np.float64]


class Chains(NamedTuple):
    """A block of worlds on its way."""

    is_open: NDArray[np.uint64]
    """Worlds in which each arc is open, shape (LANES m,)."""
    reached: NDArray[np.uint64]
    """Worlds that reached each node, shape (LANES n,)."""
    log_weight: NDArray[np.float64]
    """Of each world, shape (WORLDS,)."""
    log_likelihood: NDArray[np.float64]
    """Of each world as it stands, shape (WORLDS,)."""
    gain: NDArray[np.float64]
    """What the likelihood of each world would gain by a step, as a logarithm, shape (WORLDS,)."""
    ratio: NDArray[np.float64]
    """Logarithm of what the rule of Metropolis compares, shape (WORLDS,)."""
    touched: NDArray[np.int64]
    """Nodes whose harm a step may have changed, shape (n,)."""
    is_touched: NDArray[np.bool_]
    """Whether a node is among them, shape (n,)."""
    reached_before: NDArray[np.uint64]
    """Worlds that reached each of them before the step, shape (LANES n,)."""
    doubtful: NDArray[np.uint64]
    """Worlds that may no longer reach each node, shape (LANES n,); zero between steps."""
    queue: NDArray[np.int64]
    """Nodes to be passed on, as a ring, shape (n,)."""
    is_queued: NDArray[np.bool_]
    """Whether a node is among them, shape (n,)."""
    tossed: NDArray[np.int64]
    """Arcs tossed again, shape (MOST_TOSSED,)."""
    open_before: NDArray[np.uint64]
    """Worlds in which each of them was open, shape (LANES MOST_TOSSED,)."""

    @classmethod
    def empty(cls, n_nodes: int, n_arcs: int) -> Chains:
        """Return room for a block."""
        return cls(
            np.zeros(LANES * n_arcs, dtype=np.uint64),
            np.zeros(LANES * n_nodes, dtype=np.uint64),
            np.zeros(WORLDS),
            np.zeros(WORLDS),
            np.zeros(WORLDS),
            np.zeros(WORLDS),
            np.zeros(n_nodes, dtype=np.int64),
            np.zeros(n_nodes, dtype=np.bool_),
            np.zeros(LANES * n_nodes, dtype=np.uint64),
            np.zeros(LANES * n_nodes, dtype=np.uint64),
            np.zeros(n_nodes, dtype=np.int64),
            np.zeros(n_nodes, dtype=np.bool_),
            np.zeros(MOST_TOSSED, dtype=np.int64),
            np.zeros(LANES * MOST_TOSSED, dtype=np.uint64),
        )


@njit(cache=True, nogil=True)
def anneal(cause: Any, said: Any, n_steps: Any, rng_seed: Any, number: Any, chains: Any) -> Any:
    """Sample a block of worlds, and move them in some steps; leaves reached nodes and weights.

    All random bits come from one stream, that of the seed and the number of the block. Returns how
    many arcs were looked at in all steps.
    """
    work = np.int64(0)
    key = _begin(cause, said, stream(rng_seed, number), chains)
    for step in range(1, n_steps + 1):
        for world in range(WORLDS):
            chains.log_weight[world] += chains.log_likelihood[world] / n_steps
        if step == n_steps:
            break
        n_tossed, is_even, key = _walk_back(cause, said, key, chains)
        key = _toss_again(cause, n_tossed, is_even, key, chains)
        n_touched, looked_at = _reach_again(cause, n_tossed, chains)
        key = _keep(cause, said, step / n_steps, n_tossed, is_even, n_touched, key, chains)
        work += looked_at
    return work


@njit(cache=True, nogil=True)
def _begin(cause: Any, said: Any, key: Any, chains: Any) -> Any:
    """Toss all coins, and weigh the worlds that follow; return the next key."""
    for arc in range(len(cause.coin)):
        key = _toss(cause.coin[arc], arc, chains.is_open, key)
    chains.reached[:] = ZERO
    queue, is_queued = chains.queue, chains.is_queued
    waiting = 0
    for node in range(len(cause.is_origin)):
        if cause.is_origin[node]:
            chains.reached[LANES * node : LANES * node + LANES] = ALL
            waiting = _enqueue(node, 0, waiting, queue, is_queued)
    n_touched, _ = _pass_on(cause, waiting, 0, chains)
    for k in range(n_touched):
        chains.is_touched[chains.touched[k]] = False
    chains.log_weight[:] = 0.0
    chains.log_likelihood[:] = 0.0
    for node in said.node:
        place = said.of_node[node]
        for world in range(WORLDS):
            word = chains.reached[LANES * node + (world >> 6)]
            here = (word >> np.uint64(world & 63)) & ONE
            chains.log_likelihood[world] += (
                said.log_if_reached[place] if here else said.log_if_not[place]
            )
    return key


@njit(inline="always")
def _toss(coin: Any, arc: Any, is_open: Any, key: Any) -> Any:
    at = LANES * arc
    is_open[at], is_open[at + 1], is_open[at + 2], is_open[at + 3], key = toss(
        coin, ALL, ALL, ALL, ALL, key
    )
    return key


@njit(cache=True, nogil=True)
def _walk_back(cause: Any, said: Any, key: Any, chains: Any) -> Any:
    """Choose coins on a path to something spoken of; return how many, how to toss them, and the key.

    What is chosen never depends on the worlds.
    """
    key += GOLDEN
    draw = mix(key)
    node = said.node[np.int64(((draw >> _HALF) * np.uint64(len(said.node))) >> _HALF)]
    is_even = draw & ONE == ONE
    n_tossed = 0
    for _ in range(_MOST_ARCS):
        first, last = cause.first_in[node], cause.first_in[node + 1]
        if first == last:
            break
        key += GOLDEN
        draw = mix(key)
        chance = np.float64(draw >> _ELEVEN) * _UNIT
        place = first + np.searchsorted(cause.up_to[first : last - 1], chance, side="right")
        arc = cause.arc_in[place]
        node = cause.tail[arc]
        if cause.coin[arc] >> _HALF == ZERO:
            for k in range(n_tossed):
                if chains.tossed[k] == arc:
                    return n_tossed, is_even, key
            chains.tossed[n_tossed] = arc
            n_tossed += 1
            # Go on in three of four cases.
            if n_tossed == MOST_TOSSED or draw & np.uint64(3) == ZERO:
                break
    return n_tossed, is_even, key


@njit(cache=True, nogil=True)
def _toss_again(cause: Any, n_tossed: Any, is_even: Any, key: Any, chains: Any) -> Any:
    """Toss the chosen coins, and remember how they lay; return the next key."""
    is_open, open_before = chains.is_open, chains.open_before
    for k in range(n_tossed):
        arc = chains.tossed[k]
        for lane in range(LANES):
            open_before[LANES * k + lane] = is_open[LANES * arc + lane]
        key = _toss(_EVEN if is_even else cause.coin[arc], arc, is_open, key)
    return key


@njit(inline="always")
def _enqueue(node: Any, at: Any, waiting: Any, queue: Any, is_queued: Any) -> Any:
    """Put a node in the ring, behind the ``waiting`` ones from place ``at`` on; return how many."""
    if not is_queued[node]:
        is_queued[node] = True
        place = at + waiting
        queue[place if place < len(queue) else place - len(queue)] = node
        waiting += 1
    return waiting


@njit(inline="always")
def _touch(
    node: Any, n_touched: Any, touched: Any, is_touched: Any, reached: Any, reached_before: Any
) -> Any:
    """Remember which worlds reach a node before that changes; return how many are touched."""
    if not is_touched[node]:
        is_touched[node] = True
        touched[n_touched] = node
        for lane in range(LANES):
            reached_before[LANES * n_touched + lane] = reached[LANES * node + lane]
        n_touched += 1
    return n_touched


@njit(cache=True, nogil=True)
def _pass_on(cause: Any, waiting: Any, n_touched: Any, chains: Any) -> Any:
    """Bring harm from what waits in the ring to all that open arcs lead to.

    Returns how many nodes are touched, and how many arcs were looked at.
    """
    # Fields are taken out once: each access within a loop would count references.
    first, head, reached, is_open = cause.first, cause.head, chains.reached, chains.is_open
    queue, is_queued, touched = chains.queue, chains.is_queued, chains.touched
    is_touched, reached_before = chains.is_touched, chains.reached_before
    at, work = 0, np.int64(0)
    while waiting > 0:
        node = queue[at]
        is_queued[node] = False
        at, waiting = at + 1 if at + 1 < len(queue) else 0, waiting - 1
        work += first[node + 1] - first[node]
        for arc in range(first[node], first[node + 1]):
            theirs = LANES * head[arc]
            anything = ZERO
            for lane in range(LANES):
                by = reached[LANES * node + lane] & is_open[LANES * arc + lane]
                anything |= by & ~reached[theirs + lane]
            if anything != ZERO:
                n_touched = _touch(
                    head[arc], n_touched, touched, is_touched, reached, reached_before
                )
                for lane in range(LANES):
                    reached[theirs + lane] |= (
                        reached[LANES * node + lane] & is_open[LANES * arc + lane]
                    )
                waiting = _enqueue(head[arc], at, waiting, queue, is_queued)
    return n_touched, work


@njit(cache=True, nogil=True)
def _doubt(cause: Any, n_tossed: Any, chains: Any) -> Any:
    """Mark the worlds in which a node was reached by way of an arc that was closed.

    Returns how many nodes are touched, and how many arcs were looked at.
    """
    first, head, reached, is_open = cause.first, cause.head, chains.reached, chains.is_open
    doubtful, is_origin, tail = chains.doubtful, cause.is_origin, cause.tail
    queue, is_queued, touched = chains.queue, chains.is_queued, chains.touched
    is_touched, reached_before = chains.is_touched, chains.reached_before
    tossed, open_before = chains.tossed, chains.open_before
    n_touched = at = waiting = 0
    work = np.int64(0)
    for k in range(n_tossed):
        arc = tossed[k]
        mine, theirs = LANES * tail[arc], LANES * head[arc]
        anything = ZERO
        for lane in range(LANES if not is_origin[head[arc]] else 0):
            closed = open_before[LANES * k + lane] & ~is_open[LANES * arc + lane]
            lost = closed & reached[mine + lane] & reached[theirs + lane]
            doubtful[theirs + lane] |= lost
            anything |= lost
        if anything != ZERO:
            n_touched = _touch(head[arc], n_touched, touched, is_touched, reached, reached_before)
            waiting = _enqueue(head[arc], at, waiting, queue, is_queued)
    while waiting > 0:
        node = queue[at]
        is_queued[node] = False
        at, waiting = at + 1 if at + 1 < len(queue) else 0, waiting - 1
        work += first[node + 1] - first[node]
        for arc in range(first[node], first[node + 1]):
            theirs = LANES * head[arc]
            anything = ZERO
            for lane in range(LANES if not is_origin[head[arc]] else 0):
                by = doubtful[LANES * node + lane] & is_open[LANES * arc + lane]
                lost = by & reached[theirs + lane] & ~doubtful[theirs + lane]
                doubtful[theirs + lane] |= lost
                anything |= lost
            if anything != ZERO:
                n_touched = _touch(
                    head[arc], n_touched, touched, is_touched, reached, reached_before
                )
                waiting = _enqueue(head[arc], at, waiting, queue, is_queued)
    return n_touched, work


@njit(cache=True, nogil=True)
def _reach_again(cause: Any, n_tossed: Any, chains: Any) -> Any:
    """Find anew what worlds reach after some coins were tossed again.

    What may be lost is taken away, then brought back where it comes by other ways; what is new
    follows. Returns how many nodes are touched, and how many arcs were looked at.
    """
    reached, is_open, doubtful = chains.reached, chains.is_open, chains.doubtful
    queue, is_queued, touched = chains.queue, chains.is_queued, chains.touched
    first_in, arc_in, tail, head = cause.first_in, cause.arc_in, cause.tail, cause.head
    n_touched, work = _doubt(cause, n_tossed, chains)
    for k in range(n_touched):
        mine = LANES * touched[k]
        for lane in range(LANES):
            reached[mine + lane] &= ~doubtful[mine + lane]
    waiting = 0
    for k in range(n_touched):
        node = touched[k]
        work += first_in[node + 1] - first_in[node]
        anything = ZERO
        for place in range(first_in[node], first_in[node + 1]):
            arc = arc_in[place]
            by = LANES * tail[arc]
            for lane in range(LANES):
                back = reached[by + lane] & is_open[LANES * arc + lane]
                back &= doubtful[LANES * node + lane]
                reached[LANES * node + lane] |= back
                anything |= back
        if anything != ZERO:
            waiting = _enqueue(node, 0, waiting, queue, is_queued)
    for k in range(n_touched):
        for lane in range(LANES):
            doubtful[LANES * touched[k] + lane] = ZERO
    for k in range(n_tossed):
        arc = chains.tossed[k]
        mine, theirs = LANES * tail[arc], LANES * head[arc]
        for lane in range(LANES):
            new = reached[mine + lane] & is_open[LANES * arc + lane] & ~reached[theirs + lane]
            if new != ZERO:
                waiting = _enqueue(tail[arc], 0, waiting, queue, is_queued)
    n_touched, more = _pass_on(cause, waiting, n_touched, chains)
    return n_touched, work + more


@njit(cache=True, nogil=True)
def _keep(
    cause: Any,
    said: Any,
    power: Any,
    n_tossed: Any,
    is_even: Any,
    n_touched: Any,
    key: Any,
    chains: Any,
) -> Any:
    """Take back the step in worlds that do not take it; return the next key."""
    reached, is_open, gain, ratio = chains.reached, chains.is_open, chains.gain, chains.ratio
    touched, is_touched, reached_before = chains.touched, chains.is_touched, chains.reached_before
    tossed, open_before, log_odds = chains.tossed, chains.open_before, cause.log_odds
    log_likelihood = chains.log_likelihood
    of_node, log_if_reached, log_if_not = said.of_node, said.log_if_reached, said.log_if_not
    gain[:] = 0.0
    for k in range(n_touched):
        node = touched[k]
        is_touched[node] = False
        place = of_node[node]
        for lane in range(LANES if place >= 0 else 0):
            now, before = reached[LANES * node + lane], reached_before[LANES * k + lane]
            by = log_if_reached[place] - log_if_not[place]
            _add_changes(before, now, by, 64 * lane, gain)
    for world in range(WORLDS):
        ratio[world] = power * gain[world]
    # With even chances, the chances of the coins are still to count.
    for k in range(n_tossed if is_even else 0):
        arc = tossed[k]
        for lane in range(LANES):
            now, before = is_open[LANES * arc + lane], open_before[LANES * k + lane]
            _add_changes(before, now, log_odds[arc], 64 * lane, ratio)
    for lane in range(LANES):
        taken = ZERO
        for world in range(64 * lane, 64 * lane + 64):
            takes = ratio[world] >= 0.0
            if not takes:
                key += GOLDEN
                draw = (np.float64(mix(key) >> _ELEVEN) + 0.5) * _UNIT
                takes = draw < np.exp(ratio[world])
            if takes:
                taken |= ONE << np.uint64(world & 63)
                log_likelihood[world] += gain[world]
        if taken != ALL:
            for k in range(n_touched):
                at, before = LANES * touched[k] + lane, reached_before[LANES * k + lane]
                reached[at] = (reached[at] & taken) | (before & ~taken)
            for k in range(n_tossed):
                at, before = LANES * tossed[k] + lane, open_before[LANES * k + lane]
                is_open[at] = (is_open[at] & taken) | (before & ~taken)
    return key


@njit(inline="always")
def _add_changes(before: Any, now: Any, by: Any, base: Any, sums: Any) -> None:
    """Add a number where a bit was set, and take it off where one was cleared."""
    changed = before ^ now
    while changed != ZERO:
        bit = lowest(changed)
        changed &= changed - ONE
        sums[base + bit] += by if (now >> np.uint64(bit)) & ONE else -by


@njit(cache=True, nogil=True)
def hand_over(nodes: Any, chains: Any, block: Any) -> None:
    """Put what the worlds reached into a block of `dense`, to be passed on from there.

    ``nodes`` has the place of each node of the cause among all nodes.
    """
    for k in range(len(nodes)):
        for lane in range(LANES):
            word = chains.reached[LANES * k + lane]
            if word != ZERO:
                put(block, nodes[k], lane, word, ALL)
