"""Some worlds ahead of the others, to find how the others are sampled fastest."""

from __future__ import annotations

import math
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blastradius.engine.arrays import ArcArrays
from blastradius.engine.in_reach import InReach
from blastradius.engine.kernels import dense, sparse
from blastradius.engine.regimes import QUEUE_ENTRIES, Sparse, Tally

Regime = Literal["sparse", "mixed", "dense"]

_LEAST_WORLDS: Final = 64
_MOST_WORLDS: Final = 1024
_ENOUGH_VISITS: Final = 100_000
_MOST_VISITS: Final = 4_000_000
"""The pilot takes the least worlds, more until it has seen enough visits, and fewer where these are
already too many."""

_COUNTED_WORLDS: Final = 512
"""Worlds of which it is only asked whether they grow."""

_PER_ORIGIN: Final = 0.15
_PER_LONE_ENTRY: Final = 2.0
_PER_TURN: Final = 2.2
_PER_EVENT: Final = 0.27
_PER_COIN: Final = 1.4
_PER_SURE_ARC: Final = 0.5
"""What an origin costs where worlds share a queue, what an entry where each has its own, and what a
turn of a node in a block of worlds, with its events or arcs; measured, in entries of a shared queue."""

_NEAR_NODES: Final = 2**15
_FAR: Final = 2.0
"""Nodes whose block of worlds fits a core's cache, and how many times as much turns and lone entries
cost beyond: nothing else is done while memory answers."""

_TURNS: Final = 8
"""Turns that a node takes in a block to pass on its worlds, where these are many."""

_SMALL: Final = 8
"""Queue entries of a world that is not worth a comparison."""

_LEAST_GROWN: Final = 32
_GROWN: Final = 1 / 32
"""Queue entries, and share of what a world costs in a block, that it may cost alone before."""

_FILLED: Final = 0.88
"""Share of their blocks that is to fill with the worlds of one piece of work, on average: seldom more
than all of it, so that no further block is begun for a few."""

_CHUNK_VISITS: Final = 500_000
"""Visits in one piece of work: a fraction of a second."""

_MIXED_ENTRIES: Final = 4_000_000
"""The same where worlds go on together, in queue entries of a world alone."""

_CHUNK_WORLDS: Final = 2**18


class Pilot(NamedTuple):
    """What some worlds cost, and what follows for the others."""

    visits: int
    entries: tuple[int, ...]
    """Queue entries of each world, without those of its origins."""
    n_origins: int
    far: float
    """How many times as much waiting for memory makes of a lone entry."""
    together: float
    """What a world costs in a full block, in queue entries of a world alone."""
    grown: float
    """The same in a block of worlds that grow."""

    def cheapest(self) -> Regime:
        """Return the regime in which a world costs least."""
        n_worlds, most = len(self.entries), self.most()
        grown = sum(1 for entries in self.entries if entries > most)
        before = sum(min(entries, most) for entries in self.entries) * self.far
        costs: dict[Regime, float] = {
            "sparse": sum(self.entries) / n_worlds + _PER_ORIGIN * self.n_origins,
            "mixed": (_PER_LONE_ENTRY * before + grown * self.grown) / n_worlds + self.n_origins,
            "dense": self.together,
        }
        return min(costs, key=costs.__getitem__)

    def most(self) -> int:
        """Return the entries after which a world goes on with others."""
        return (
            max(_LEAST_GROWN, int(self.grown * _GROWN)) if self.grown < math.inf else _LEAST_GROWN
        )

    def width(self) -> int:
        """Return how many worlds share a queue."""
        return min(64, max(1, QUEUE_ENTRIES * len(self.entries) // max(sum(self.entries), 1)))

    def chunk_of_mixed(self, grown: float) -> int:
        """Return the worlds of one piece of work, of which a part [1] fills whole blocks."""
        blocks = max(1, int(_MIXED_ENTRIES / (self.grown * dense.WORLDS))) - 1 + _FILLED
        return min(_CHUNK_WORLDS, int(blocks * dense.WORLDS / grown))

    def chunk(self, regime: Regime) -> int:
        """Return the worlds of one piece of work, if all of them are alike."""
        unit = dense.WORLDS if regime == "dense" else 64
        pieces = max(1, int(_CHUNK_VISITS * len(self.entries) / max(self.visits, 1) / unit))
        return min(_CHUNK_WORLDS, unit * pieces)


def run_pilot(arcs: ArcArrays, alone: Sparse) -> Pilot:
    """Sample some worlds, each alone, and estimate what they would cost together."""
    part, scratch = alone.part, alone.scratch()
    of_all, of_grown = (Tally(len(part.nodes), weighted=False) for _ in range(2))
    visits, entries = 0, list[int]()
    alone.width = 1
    for world in range(_MOST_WORLDS):
        if visits >= (_MOST_VISITS if world < _LEAST_WORLDS else _ENOUGH_VISITS):
            break
        more, of_world = alone.run(scratch, world, 1, of_all, None)
        visits += more
        entries.append(of_world - len(part.origins))
        if entries[-1] > _LEAST_GROWN:
            alone.run(scratch, world, 1, of_grown, None)
    far = _FAR if len(part.nodes) > _NEAR_NODES else 1.0
    together, grown = math.inf, math.inf
    if sum(entries) > _SMALL * len(entries):
        together = _in_a_block(arcs, part, of_all.counts, far)
        grown = _in_a_block(arcs, part, of_grown.counts, far)
    return Pilot(visits, tuple(entries), len(part.origins), far, together, grown)


def _in_a_block(arcs: ArcArrays, part: InReach, counts: NDArray[np.int64], far: float) -> float:
    """Estimate what a world costs in a block, from how often some worlds reached each node."""
    n_worlds = int(counts.max())  # origins are reached in each
    if n_worlds == 0:
        return math.inf
    worlds = counts * (dense.WORLDS / n_worlds)
    turns = worlds / (1 + worlds / _TURNS)
    sure = arcs.probability >= 1
    n_sure = _per_node(arcs, part, sure)
    n_coins = _per_node(arcs, part, ~sure)
    events = _per_node(arcs, part, np.where(sure, 0.0, arcs.probability)) * worlds
    coins = np.minimum(events * _PER_EVENT, turns * n_coins * _PER_COIN)
    cost = (turns * (_PER_TURN * far + n_sure * _PER_SURE_ARC) + coins).sum()
    return float(cost) / dense.WORLDS


def _per_node(
    arcs: ArcArrays, part: InReach, values: NDArray[np.bool_] | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Add up values of arcs over those of each node in reach."""
    sums = np.zeros(len(values) + 1)
    np.cumsum(values, out=sums[1:])
    return sums[arcs.first[part.nodes + 1]] - sums[arcs.first[part.nodes]]


def share_that_grows(alone: Sparse, most: int) -> float:
    """Return the part of the worlds that grow beyond some queue entries, at least one of them."""
    part, (state, queue, keys) = alone.part, alone.scratch()
    grown = 0
    for world in range(_COUNTED_WORLDS):
        tail, at = sparse.spread_sparse(
            part.rows, state, queue, keys, part.origins, alone.rng_seed, world, 1, most
        )
        sparse.forget(state, queue, tail)
        grown += at < tail
    return max(grown, 1) / _COUNTED_WORLDS
