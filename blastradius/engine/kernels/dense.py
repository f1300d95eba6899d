"""Cascades in many worlds at once, compiled. `dense_plain` says in plain Python what they do.

A block is `WORLDS` worlds, each a bit of `LANES` machine words. Nodes take turns in the order of
memory, over and over: what is near comes together, and worlds that arrive meanwhile are passed on
together. On its turn a node tosses the coins of its arcs in all worlds that newly reached it, in one
of two ways.

*Few worlds*, or small coins. The tosses are a Poisson process: an arc has the hazard -log(1 - p) in
each world, and is open where at least one event falls. All events of the node are drawn at once: how
many, by multiplying random numbers until their product is too small (Knuth's method), then for each
an arc in proportion to its hazard (Walker's alias method, tables by Vose's) and a world, each alike.
Closed coins cost nothing, and one table serves any number of worlds.

*Many worlds.* Coin by coin, random words are compared with the bits of the probability, from the
highest on, until all worlds are decided.

Arcs. Two words each, in the order of their nodes, sure arcs first::

    (threshold << 32) | head     the head of this slot is taken by a draw below the threshold
    (coin << 32) | other         else the other one; the coin is P(open) in units of 2**-32

References
----------
Walker (1977), "An efficient method for generating discrete random variables with general
distributions", doi:10.1145/355744.355749; Vose (1991), "A linear algorithm for generating random
numbers with a given distribution", doi:10.1109/32.92917; Knuth, "The Art of Computer Programming",
volume 2, 3.4.1 (Poisson).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from blastradius.engine.kernels.bits import (
    ALL,
    GOLDEN,
    ONE,
    ZERO,
    count_ones,
    lowest,
    mix,
    multiply_high,
    prefetch,
    stream,
)
from blastradius.engine.kernels.weights import add_weights, to_weights

LANES = 4
"""Words of worlds that move together, written out below: with what waits, one cache line a node."""
WORLDS = 64 * LANES

EVENTS_AN_ARC = 5.0
"""Expected events an arc up to which worlds are few; more cost as much as a comparison of bits."""

_HALF, _LOW, _ELEVEN = np.uint64(32), np.uint64(0xFFFFFFFF), np.uint64(11)
_AT_ONCE = 64
"""Events drawn before they are delivered: their nodes are on the way from memory meanwhile."""
_MOST_EVENTS = 500.0
"""Expected events drawn as one product: more would leave the range of floats."""


class Arcs(NamedTuple):
    """Arcs of the n nodes in reach, as `lay_arcs` writes them."""

    first: NDArray[np.int64]
    """Place of each node's first arc, shape (n + 1,)."""
    slots: NDArray[np.uint64]
    """Two words an arc, shape (2 m,)."""
    hazard: NDArray[np.float64]
    """Sum of -log(1 - p) over the arcs of a node that are not sure, shape (n,)."""
    few: NDArray[np.int32]
    """Worlds up to which events are drawn, shape (n,)."""
    n_sure: NDArray[np.int32]
    """Arcs that are always open, shape (n,)."""

    @classmethod
    def empty(cls, n_nodes: int, n_arcs: int) -> Arcs:
        """Return room for arcs."""
        return cls(
            np.empty(n_nodes + 1, dtype=np.int64),
            np.empty(2 * n_arcs, dtype=np.uint64),
            np.empty(n_nodes),
            np.empty(n_nodes, dtype=np.int32),
            np.empty(n_nodes, dtype=np.int32),
        )


class Block(NamedTuple):
    """Worlds of n nodes that move together; all zero before and after."""

    state: NDArray[np.uint64]
    """For each node the worlds that reached it, then those not passed on, shape (2 LANES n,)."""
    marks: NDArray[np.uint64]
    """A bit for each node that has worlds to pass on."""
    of_marks: NDArray[np.uint64]
    """A bit for each word of ``marks``."""
    reached: NDArray[np.uint64]
    """A bit for each node that any world reached."""

    @classmethod
    def empty(cls, n_nodes: int) -> Block:
        """Return a block that no world has begun in."""
        n_marks = -(-n_nodes // 64)
        sizes = (2 * LANES * n_nodes, n_marks, -(-n_marks // 64), n_marks)
        return cls(*(np.zeros(size, dtype=np.uint64) for size in sizes))


@njit(cache=True, nogil=True)
def lay_arcs(first: Any, head: Any, probability: Any, order: Any, place: Any, arcs: Any) -> None:
    """Write the arcs of the nodes in ``order``; ``place[node]`` is where a node stands in it."""
    longest = 0
    for node in order:
        longest = max(longest, first[node + 1] - first[node])
    share, stack = np.empty(longest), np.empty(longest, np.int64)
    at = 0
    for row in range(len(order)):
        node = order[row]
        arcs.first[row] = at
        for arc in range(first[node], first[node + 1]):
            if probability[arc] >= 1.0:
                arcs.slots[2 * at] = np.uint64(place[head[arc]])
                arcs.slots[2 * at + 1] = ZERO
                at += 1
        arcs.n_sure[row] = at - arcs.first[row]
        n, hazard = 0, 0.0
        for arc in range(first[node], first[node + 1]):
            p = probability[arc]
            if p < 1.0:
                coin = min(np.uint64(np.ceil(p * 4294967296.0)), _LOW)  # never surer than sure
                arcs.slots[2 * (at + n)] = np.uint64(place[head[arc]])
                arcs.slots[2 * (at + n) + 1] = coin << _HALF
                share[n] = -np.log1p(-p)
                hazard += share[n]
                n += 1
        arcs.hazard[row] = hazard
        arcs.few[row] = np.int32(min(EVENTS_AN_ARC * n / hazard, np.float64(WORLDS))) if n else 0
        _lay_aliases(arcs.slots[2 * at : 2 * (at + n)], share, hazard, n, stack)
        at += n
    arcs.first[len(order)] = at


@njit(cache=True, nogil=True)
def _lay_aliases(slots: Any, share: Any, hazard: Any, n: Any, stack: Any) -> None:
    """Write thresholds and other heads, so that a uniform slot gives each arc its share."""
    # Slots below their fair part on the left of the stack, those above it on the right.
    below, above = 0, n
    for k in range(n):
        share[k] *= n / hazard
        if share[k] < 1.0:
            stack[below] = k
            below += 1
        else:
            above -= 1
            stack[above] = k
    while below > 0 and above < n:
        below -= 1
        poor, rich = stack[below], stack[above]
        # An arc that can open at all does so in at least one case of 2**32.
        threshold = max(1.0, min(np.floor(share[poor] * 4294967296.0 + 0.5), 4294967295.0))
        slots[2 * poor] |= np.uint64(threshold) << _HALF
        slots[2 * poor + 1] |= slots[2 * rich] & _LOW
        share[rich] -= 1.0 - share[poor]
        if share[rich] < 1.0:
            above += 1
            stack[below] = rich
            below += 1
    # What is left is fair but for rounding: both heads are its own.
    for k in range(n):
        if slots[2 * k] >> _HALF == ZERO:
            slots[2 * k] |= _LOW << _HALF
            slots[2 * k + 1] |= slots[2 * k] & _LOW


@njit(inline="always")
def _mark(marks: Any, of_marks: Any, node: Any, new: Any) -> None:
    """Note that a node has worlds to pass on, if ``new`` is one and not zero."""
    marks[node >> 6] |= new << np.uint64(node & 63)
    of_marks[node >> 12] |= new << np.uint64((node >> 6) & 63)


@njit(cache=True, nogil=True)
def _next_marked(marks: Any, of_marks: Any, node: Any) -> Any:
    """Return the first marked node from one on, going on at the beginning; -1 if there is none."""
    for _ in range(2):
        word = node >> 6
        if word < len(marks):
            left = marks[word] >> np.uint64(node & 63)
            if left != ZERO:
                return node + lowest(left)
            word += 1
        group = word >> 6
        if group < len(of_marks):
            left = of_marks[group] >> np.uint64(word & 63)
            if left != ZERO:
                word += lowest(left)
                return (word << 6) + lowest(marks[word])
            for other in range(group + 1, len(of_marks)):
                if of_marks[other] != ZERO:
                    word = (other << 6) + lowest(of_marks[other])
                    return (word << 6) + lowest(marks[word])
        node = 0
    return -1


@njit(inline="always")
def put(block: Any, node: Any, lane: Any, worlds: Any, waiting: Any) -> None:
    """Put harm at a node in the worlds of a word, to be passed on where they are ``waiting``."""
    mine = 2 * LANES * node + lane
    new = worlds & ~block.state[mine]
    block.state[mine] |= new
    block.state[mine + LANES] |= new & waiting
    block.reached[node >> 6] |= ONE << np.uint64(node & 63)
    _mark(block.marks, block.of_marks, node, np.uint64(new & waiting != ZERO))


@njit(cache=True, nogil=True)
def start(block: Any, origins: Any) -> None:
    """Put harm at the origins in all worlds of a block."""
    for origin in origins:
        for lane in range(LANES):
            put(block, origin, lane, ALL, ALL)


@njit(cache=True, nogil=True)
def spread(arcs: Any, block: Any, rng_seed: Any, number: Any) -> None:
    """Spread harm in all worlds of a block at once, until nothing waits to be passed on.

    All random bits come from one stream, that of the seed and the number of the block.
    """
    # Taken apart here: each access to a field within the loop would count references.
    first, slots, hazard, few, n_sure = arcs
    state, marks, of_marks, reached = block.state, block.marks, block.of_marks, block.reached
    worlds, events = np.empty(WORLDS, np.int64), np.empty(_AT_ONCE, np.int64)
    key = stream(rng_seed, number)
    ahead = -1
    node = _next_marked(marks, of_marks, 0)
    while node >= 0:
        marks[node >> 6] &= ~(ONE << np.uint64(node & 63))
        if marks[node >> 6] == ZERO:
            of_marks[node >> 12] &= ~(ONE << np.uint64((node >> 6) & 63))
        # Some turns ahead, ask for what will be read; changes no result.
        ahead = node if ahead < 0 else _next_marked(marks, of_marks, ahead + 1)
        if ahead >= 0:
            prefetch(slots, 2 * first[ahead])
            prefetch(slots, 2 * first[ahead] + 8)
        mine = 2 * LANES * node
        n_worlds = np.int64(0)
        for lane in range(LANES):
            n_worlds += np.int64(count_ones(state[mine + LANES + lane]))
        begin = first[node] + n_sure[node]
        for arc in range(first[node], begin):
            _pass_on(state, marks, of_marks, reached, np.int64(slots[2 * arc] & _LOW), mine)
        n = first[node + 1] - begin
        if n == 0:
            for lane in range(LANES):
                state[mine + LANES + lane] = ZERO
        elif n_worlds <= few[node]:
            key = _toss_few(
                slots,
                begin,
                n,
                hazard[node],
                state,
                marks,
                of_marks,
                reached,
                mine,
                worlds,
                events,
                key,
            )
        else:
            key = _toss_many(slots, begin, n, state, marks, of_marks, reached, mine, key)
        node = _next_marked(marks, of_marks, node + 1)


@njit(inline="always")
def _pass_on(state: Any, marks: Any, of_marks: Any, reached: Any, head: Any, mine: Any) -> None:
    """Pass on along a sure arc."""
    theirs = 2 * LANES * head
    anything = ZERO
    for lane in range(LANES):
        new = state[mine + LANES + lane] & ~state[theirs + lane]
        state[theirs + lane] |= new
        state[theirs + LANES + lane] |= new
        anything |= new
    if anything != ZERO:
        _mark(marks, of_marks, head, ONE)
        reached[head >> 6] |= ONE << np.uint64(head & 63)


@njit(inline="always")
def _toss_few(
    slots: Any,
    begin: Any,
    n: Any,
    hazard: Any,
    state: Any,
    marks: Any,
    of_marks: Any,
    reached: Any,
    mine: Any,
    worlds: Any,
    events: Any,
    key: Any,
) -> Any:
    """Draw the events of a node's arcs in the worlds that newly reached it; return the next key."""
    n_worlds = np.int64(0)
    for lane in range(LANES):
        word = state[mine + LANES + lane]
        state[mine + LANES + lane] = ZERO
        while word != ZERO:
            worlds[n_worlds] = (lane << 6) | lowest(word)
            word &= word - ONE
            n_worlds += 1
    n_arcs, n_drawn = np.uint64(n), np.uint64(n_worlds)
    left = hazard * n_worlds
    n_events = 0
    while left > 0.0:
        part = min(left, _MOST_EVENTS)
        left -= part
        least, product = np.exp(-part), 1.0
        while True:
            key += GOLDEN
            product *= (np.float64(mix(key) >> _ELEVEN) + 0.5) * 2.0**-53
            if product <= least:
                break
            # One number, three draws: what a multiplication leaves below is uniform again.
            key += GOLDEN
            draw = mix(key)
            slot = begin + np.int64(multiply_high(draw, n_arcs))
            draw *= n_arcs
            world = worlds[np.int64(multiply_high(draw, n_drawn))]
            draw *= n_drawn
            one, other = slots[2 * slot], slots[2 * slot + 1]
            head = np.int64((one if draw >> _HALF < one >> _HALF else other) & _LOW)
            prefetch(state, 2 * LANES * head)
            events[n_events] = (head << 8) | world
            n_events += 1
            if n_events == _AT_ONCE:
                _deliver(state, marks, of_marks, reached, events, n_events)
                n_events = 0
    _deliver(state, marks, of_marks, reached, events, n_events)
    return key


@njit(inline="always")
def _deliver(
    state: Any, marks: Any, of_marks: Any, reached: Any, events: Any, n_events: Any
) -> None:
    """Put harm where events fell. No branches: whether it was there before is anyone's guess."""
    for k in range(n_events):
        head, world = events[k] >> 8, events[k] & 255
        theirs = 2 * LANES * head + (world >> 6)
        new = (ONE << np.uint64(world & 63)) & ~state[theirs]
        state[theirs] |= new
        state[theirs + LANES] |= new
        _mark(marks, of_marks, head, np.uint64(new != ZERO))
        reached[head >> 6] |= ONE << np.uint64(head & 63)


@njit(inline="always")
def toss(coin: Any, asked_0: Any, asked_1: Any, asked_2: Any, asked_3: Any, key: Any) -> Any:
    """Toss a coin of units of 2**-32 in the worlds asked for; return those that are open, and the key.

    All four words at a time: each waits for its own numbers only, and the end of the loop is guessed
    once.
    """
    open_0 = open_1 = open_2 = open_3 = ZERO
    place = _HALF
    if coin >> _HALF != ZERO:
        open_0, open_1, open_2, open_3 = asked_0, asked_1, asked_2, asked_3
        place = ZERO
    while place > ZERO and asked_0 | asked_1 | asked_2 | asked_3 != ZERO:
        place -= ONE
        flip = ZERO - ((coin >> place) & ONE)  # all ones where the bit is set
        key_0 = key + GOLDEN
        key_1 = key_0 + GOLDEN
        key_2 = key_1 + GOLDEN
        key = key_2 + GOLDEN
        word_0, word_1 = mix(key_0) ^ flip, mix(key_1) ^ flip
        word_2, word_3 = mix(key_2) ^ flip, mix(key) ^ flip
        open_0, asked_0 = open_0 | (asked_0 & word_0 & flip), asked_0 & ~word_0
        open_1, asked_1 = open_1 | (asked_1 & word_1 & flip), asked_1 & ~word_1
        open_2, asked_2 = open_2 | (asked_2 & word_2 & flip), asked_2 & ~word_2
        open_3, asked_3 = open_3 | (asked_3 & word_3 & flip), asked_3 & ~word_3
    return open_0, open_1, open_2, open_3, key


@njit(inline="always")
def _toss_many(
    slots: Any,
    begin: Any,
    n: Any,
    state: Any,
    marks: Any,
    of_marks: Any,
    reached: Any,
    mine: Any,
    key: Any,
) -> Any:
    """Toss the coins of a node's arcs in the worlds that newly reached it; return the next key."""
    for arc in range(begin, begin + n):
        prefetch(state, 2 * LANES * np.int64(slots[2 * arc] & _LOW))
    for arc in range(begin, begin + n):
        head = np.int64(slots[2 * arc] & _LOW)
        theirs = 2 * LANES * head
        asked_0 = state[mine + LANES] & ~state[theirs]
        asked_1 = state[mine + LANES + 1] & ~state[theirs + 1]
        asked_2 = state[mine + LANES + 2] & ~state[theirs + 2]
        asked_3 = state[mine + LANES + 3] & ~state[theirs + 3]
        if asked_0 | asked_1 | asked_2 | asked_3 == ZERO:
            continue
        open_0, open_1, open_2, open_3, key = toss(
            slots[2 * arc + 1] >> _HALF, asked_0, asked_1, asked_2, asked_3, key
        )
        state[theirs] |= open_0
        state[theirs + 1] |= open_1
        state[theirs + 2] |= open_2
        state[theirs + 3] |= open_3
        state[theirs + LANES] |= open_0
        state[theirs + LANES + 1] |= open_1
        state[theirs + LANES + 2] |= open_2
        state[theirs + LANES + 3] |= open_3
        if open_0 | open_1 | open_2 | open_3 != ZERO:
            _mark(marks, of_marks, head, ONE)
            reached[head >> 6] |= ONE << np.uint64(head & 63)
    for lane in range(LANES):
        state[mine + LANES + lane] = ZERO
    return key


@njit(cache=True, nogil=True)
def tally(block: Any, n_worlds: Any, counts: Any) -> None:
    """Count the first ``n_worlds`` of a block that reached each node, and forget all of them."""
    state, reached = block.state, block.reached
    masks = np.empty(LANES, np.uint64)
    for lane in range(LANES):
        left = min(max(n_worlds - 64 * lane, 0), 64)
        masks[lane] = ALL if left == 64 else (ONE << np.uint64(left)) - ONE
    for word in range(len(reached)):
        nodes = reached[word]
        reached[word] = ZERO
        while nodes != ZERO:
            node = (word << 6) + lowest(nodes)
            nodes &= nodes - ONE
            for lane in range(LANES):
                mine = 2 * LANES * node + lane
                counts[node] += np.int64(count_ones(state[mine] & masks[lane]))
                state[mine] = ZERO


@njit(cache=True, nogil=True)
def log_likelihoods(
    block: Any, evidence: Any, log_if_reached: Any, log_if_not: Any, logs: Any
) -> None:
    """Write the logarithm of the likelihood of each world of a block."""
    logs[:] = 0.0
    for k in range(len(evidence)):
        for world in range(WORLDS):
            word = block.state[2 * LANES * evidence[k] + (world >> 6)]
            here = (word >> np.uint64(world & 63)) & ONE
            logs[world] += log_if_reached[k] if here else log_if_not[k]


@njit(cache=True, nogil=True)
def weigh(block: Any, n_worlds: Any, weights: Any, sums: Any, weighted: Any, squares: Any) -> None:
    """Add up the weights, given as logarithms, of the first ``n_worlds`` of a block.

    To be called before `tally`; spoils the weights.
    """
    state, reached = block.state, block.reached
    to_weights(weights, n_worlds, sums, weighted, squares)
    weights[n_worlds:] = 0.0
    for word in range(len(reached)):
        nodes = reached[word]
        while nodes != ZERO:
            node = (word << 6) + lowest(nodes)
            nodes &= nodes - ONE
            for lane in range(LANES):
                here = state[2 * LANES * node + lane]
                add_weights(here, 64 * lane, node, weights, weighted, squares)
