"""Three ways to sample worlds: alone, together, or alone until they grow."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blastradius.engine.arrays import ArcArrays
from blastradius.engine.in_reach import InReach
from blastradius.engine.kernels import dense, mixed, sparse

_OTHER_STREAMS: Final = np.uint64(0x5DEECE66D5DEECE6)
"""Changes a seed into another: a world that goes on with others draws nothing again."""

QUEUE_ENTRIES: Final = 2**15
"""Entries that a batch of worlds aims at: what they touch then fits a core's cache."""


class Evidence(NamedTuple):
    """Soft evidence on nodes in reach: logarithms of the weights of a world."""

    nodes: NDArray[np.int64]
    log_if_reached: NDArray[np.float64]
    log_if_not: NDArray[np.float64]


_NO_EVIDENCE: Final = Evidence(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))


def evidence_on(likelihood: Mapping[int, tuple[float, float]], part: InReach) -> Evidence:
    """Keep the evidence that can tell worlds apart: that on nodes in reach."""
    in_reach = set(part.nodes[np.isin(part.nodes, list(likelihood))].tolist())
    kept = [(node, weights) for node, weights in sorted(likelihood.items()) if node in in_reach]
    return Evidence(
        part.place[[node for node, _ in kept]] if kept else np.zeros(0, dtype=np.int64),
        np.array([math.log(weights[0]) for _, weights in kept]),
        np.array([math.log(weights[1]) for _, weights in kept]),
    )


class Tally:
    """Sums over worlds, on the nodes in reach."""

    def __init__(self, n_nodes: int, *, weighted: bool) -> None:
        size = n_nodes if weighted else 0
        self.counts = np.zeros(n_nodes, dtype=np.int64)
        self.sums = np.array([-np.inf, 0.0, 0.0])
        self.weighted = np.zeros(size)
        self.squares = np.zeros(size)

    def add(self, other: Tally) -> None:
        """Add another tally, both brought to the larger scale of weights."""
        self.counts += other.counts
        scale = max(self.sums[0], other.sums[0])
        if scale == -np.inf:
            return
        mine, theirs = np.exp(self.sums[0] - scale), np.exp(other.sums[0] - scale)
        self.weighted = self.weighted * mine + other.weighted * theirs
        self.squares = self.squares * mine**2 + other.squares * theirs**2
        self.sums[1] = self.sums[1] * mine + other.sums[1] * theirs
        self.sums[2] = self.sums[2] * mine**2 + other.sums[2] * theirs**2
        self.sums[0] = scale


class Sparse:
    """Worlds one visit at a time. 16 bytes a node and a queue, for each thread."""

    def __init__(self, part: InReach, rng_seed: int, width: int) -> None:
        self.part, self.rng_seed, self.width = part, np.uint64(rng_seed), width

    def scratch(self) -> tuple[Any, ...]:
        """Return what a thread needs for itself."""
        n = len(self.part.nodes)
        state = np.zeros(2 * n, dtype=np.int64)
        state[1::2] = self.part.offset
        # One world queues each of its arcs at most once; memory is only used as far as it fills.
        least = self.part.n_arcs + len(self.part.origins)
        queue = np.empty(max(least, 8 * QUEUE_ENTRIES), dtype=np.int64)
        return state, queue, np.empty(64, dtype=np.uint64)

    def run(
        self,
        scratch: tuple[Any, ...],
        first: int,
        n_worlds: int,
        tally: Tally,
        evidence: Evidence | None,
    ) -> tuple[int, int]:
        """Sample worlds; return visits and queue entries."""
        part = self.part
        setting = (part.origins, self.rng_seed, first, n_worlds, self.width, tally.counts)
        if evidence is None:
            visits, entries, _ = sparse.sample_sparse(part.rows, *scratch, *setting)
            return int(visits), int(entries)
        sparse.sample_sparse_weighted(
            part.rows,
            *scratch,
            *setting,
            *evidence,
            tally.sums,
            tally.weighted,
            tally.squares,
        )
        return 0, 0


class Dense:
    """Worlds as bits. 65 bytes a node, for each thread."""

    def __init__(self, arcs: ArcArrays, part: InReach, rng_seed: int) -> None:
        self.part, self.rng_seed = part, np.uint64(rng_seed)
        self.arcs = dense.Arcs.empty(len(part.nodes), part.n_arcs)
        dense.lay_arcs(arcs.first, arcs.head, arcs.probability, part.nodes, part.place, self.arcs)

    def scratch(self) -> tuple[Any, ...]:
        """Return what a thread needs for itself."""
        return (dense.Block.empty(len(self.part.nodes)),)

    def run(
        self,
        scratch: tuple[Any, ...],
        first: int,
        n_worlds: int,
        tally: Tally,
        evidence: Evidence | None,
    ) -> None:
        """Sample worlds; ``first`` is the beginning of a block."""
        (block,) = scratch
        for number, used in blocks(first, n_worlds):
            dense.start(block, self.part.origins)
            self.go_on(block, number, used, tally, evidence)

    def go_on(
        self, block: dense.Block, number: int, used: int, tally: Tally, evidence: Evidence | None
    ) -> None:
        """Spread harm in a block until nothing moves, count its first worlds, and forget it."""
        dense.spread(self.arcs, block, self.rng_seed, number)
        logs = None
        if evidence is not None:
            logs = np.empty(dense.WORLDS)
            dense.log_likelihoods(block, *evidence, logs)
        count(block, used, tally, logs)


def count(
    block: dense.Block, used: int, tally: Tally, log_weights: NDArray[np.float64] | None
) -> None:
    """Count the first worlds of a block, weigh them if they have weights, and forget all of them."""
    if log_weights is not None:
        dense.weigh(block, used, log_weights, tally.sums, tally.weighted, tally.squares)
    dense.tally(block, used, tally.counts)


def blocks(first: int, n_worlds: int) -> Iterator[tuple[int, int]]:
    """Yield the number of each block of some worlds, and how many of its worlds are among them.

    >>> list(blocks(512, 300))
    [(2, 256), (3, 44)]
    """
    for start in range(0, n_worlds, dense.WORLDS):
        yield (first + start) // dense.WORLDS, min(dense.WORLDS, n_worlds - start)


class Mixed:
    """Worlds that begin alone; those that grow go on together. Takes the memory of both."""

    def __init__(self, alone: Sparse, together: Dense, most: int) -> None:
        self.alone, self.together, self.most = alone, together, most
        self._seed = np.uint64(0)
        self.rng_seed = alone.rng_seed

    @property
    def rng_seed(self) -> np.uint64:
        """Seed of the worlds; what goes on together draws from other streams."""
        return self._seed

    @rng_seed.setter
    def rng_seed(self, seed: np.uint64) -> None:
        self._seed = seed
        self.together.rng_seed = seed ^ _OTHER_STREAMS

    def scratch(self) -> tuple[Any, ...]:
        """Return what a thread needs for itself."""
        return *self.alone.scratch(), *self.together.scratch()

    def run(
        self,
        scratch: tuple[Any, ...],
        first: int,
        n_worlds: int,
        tally: Tally,
        evidence: Evidence | None,
    ) -> None:
        """Sample worlds, a block of those that grow at a time."""
        done = 0
        while done < n_worlds:
            begun, used = mixed.gather(
                self.alone.part.rows,
                *scratch,
                self.alone.part.origins,
                self._seed,
                first + done,
                n_worlds - done,
                self.most,
                tally.counts,
                *(evidence or _NO_EVIDENCE),
                tally.sums,
                tally.weighted,
                tally.squares,
            )
            if used:
                self.together.go_on(scratch[-1], first + done, used, tally, evidence)
            done += begun
