"""What the kernels of `annealed` compute, in plain Python: worlds as bits of long integers.

Slow on purpose. Tests hold both to the same bits.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from blastradius.engine.kernels.dense_plain import ALL, WORLDS, Stream, compare
from blastradius.engine.kernels.sparse_plain import stream

MOST_TOSSED = 8
MOST_ARCS = 64


@dataclass(frozen=True, slots=True)
class Network:
    """What lies between the origins and the evidence."""

    n_nodes: int
    arcs: Sequence[tuple[int, int, int]]
    """(tail, head, P(open) in units of 2**-32), sorted by tail."""
    up_to: Sequence[Sequence[float]]
    """For each node, chances to step back over its arcs in, added up from the first on."""
    log_odds: Sequence[float]
    """Of the coin of each arc."""
    origins: frozenset[int]
    said: Sequence[tuple[int, float, float]]
    """(node, logarithm of the weight if it is reached, and if it is not)."""

    def into(self, node: int) -> list[int]:
        """Return the arcs into a node."""
        return [arc for arc, (_, head, _) in enumerate(self.arcs) if head == node]


def annealed_worlds(
    network: Network, n_steps: int, rng_seed: int, number: int
) -> tuple[list[int], list[float]]:
    """Return which worlds of a block reach each node, and the logarithm of each world's weight.

    >>> chain = Network(2, [(0, 1, 2**31)], [[], [1.0]], [0.0], frozenset([0]), [(1, 0.0, 0.0)])
    >>> reached, weights = annealed_worlds(chain, 4, 0, 0)
    >>> reached[0].bit_count(), 90 < reached[1].bit_count() < 166, set(weights)
    (256, True, {0.0})
    """
    numbers = Stream(stream(rng_seed, number))
    open_in = [_toss(coin, numbers) for _, _, coin in network.arcs]
    reached = _reached(network, open_in)
    gained = [_log_likelihood(network, reached, world) for world in range(WORLDS)]
    weights = [0.0] * WORLDS
    for step in range(1, n_steps + 1):
        weights = [w + gain / n_steps for w, gain in zip(weights, gained, strict=True)]
        if step == n_steps:
            break
        chosen, is_even = _walk_back(network, numbers)
        tried = list(open_in)
        for arc in chosen:
            tried[arc] = _toss(2**31 if is_even else network.arcs[arc][2], numbers)
        found = _reached(network, tried)
        taken = 0
        for world in range(WORLDS):
            gain = _gain(network, reached, found, world)
            ratio = step / n_steps * gain
            for arc in chosen if is_even else ():
                ratio += network.log_odds[arc] * _change(open_in[arc], tried[arc], world)
            if ratio >= 0 or _uniform(numbers) < math.exp(ratio):
                taken |= 1 << world
                gained[world] += gain
        reached = [(new & taken) | (old & ~taken) for new, old in zip(found, reached, strict=True)]
        open_in = [(new & taken) | (old & ~taken) for new, old in zip(tried, open_in, strict=True)]
    return reached, weights


def _uniform(numbers: Stream) -> float:
    return ((numbers.draw() >> 11) + 0.5) * 2.0**-53


def _toss(coin: int, numbers: Stream) -> int:
    """Return the worlds in which a coin is open."""
    return ALL if coin == 2**32 else compare(coin, ALL, numbers)


def _reached(network: Network, open_in: Sequence[int]) -> list[int]:
    """Return the worlds that reach each node."""
    reached = [ALL * (node in network.origins) for node in range(network.n_nodes)]
    moved = True
    while moved:
        moved = False
        for (tail, head, _), worlds in zip(network.arcs, open_in, strict=True):
            new = reached[tail] & worlds & ~reached[head]
            reached[head] |= new
            moved |= new != 0
    return reached


def _log_likelihood(network: Network, reached: Sequence[int], world: int) -> float:
    total = 0.0
    for node, if_reached, if_not in sorted(network.said):
        total += if_reached if reached[node] >> world & 1 else if_not
    return total


def _change(before: int, now: int, world: int) -> int:
    return (now >> world & 1) - (before >> world & 1)


def _gain(network: Network, before: Sequence[int], now: Sequence[int], world: int) -> float:
    """Return what a world gains in likelihood."""
    return math.fsum(
        (if_reached - if_not) * _change(before[node], now[node], world)
        for node, if_reached, if_not in network.said
    )


def _walk_back(network: Network, numbers: Stream) -> tuple[list[int], bool]:
    """Return coins on a path to something spoken of, and whether to toss them with even chances."""
    draw = numbers.draw()
    spoken = sorted(node for node, _, _ in network.said)
    node, is_even = spoken[(draw >> 32) * len(spoken) >> 32], draw & 1 == 1
    chosen: list[int] = []
    for _ in range(MOST_ARCS):
        into = network.into(node)
        if not into:
            break
        draw = numbers.draw()
        chance = (draw >> 11) * 2.0**-53
        arc = into[bisect_right(network.up_to[node][:-1], chance)]
        node = network.arcs[arc][0]
        if network.arcs[arc][2] < 2**32:
            if arc in chosen:
                break
            chosen.append(arc)
            if len(chosen) == MOST_TOSSED or draw & 3 == 0:
                break
    return chosen, is_even
