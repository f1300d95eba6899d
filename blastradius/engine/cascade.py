"""Sampled reach on large networks: compiled cascades on all cores, the same bits on any number.

Two kernels share the work. Where a breach reaches little, worlds are followed one visit at a time
and closed coins are skipped; where it reaches much of the network, 256 worlds move together as bits
of machine words. Where it mostly dies at once and otherwise reaches much, worlds begin alone, and
those that grow go on together. A pilot of some worlds decides, by what it visits and never by the
clock, so that the choice is part of the answer and the same on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blastradius.engine.arrays import ArcArrays
from blastradius.engine.kernels import cascade as kernels
from blastradius.engine.network import check_likelihood, check_origins, check_whole
from blastradius.engine.sample import Sample
from blastradius.engine.threads import n_cores, seed_of

Regime = Literal["sparse", "mixed", "dense"]
Progress = Callable[[int, int], None]
"""Told (worlds done, worlds in all) after each piece of work."""

_PILOT_WORLDS: Final = 64
_PILOT_VISITS: Final = 4_000_000
"""Visits after which the pilot has seen enough."""

_COUNTED_WORLDS: Final = 512
"""Worlds of which it is only asked whether they grow."""

_PER_ENTRY: Final = 0.09
_PER_COIN: Final = 0.75
_PER_SURE_ARC: Final = 0.3
"""What an entry of the queue costs where worlds go alone, and an arc of the network in a block of
worlds that move together; measured, in microseconds. Only their ratios decide."""

_GROWN: Final = 1 / 32
"""Share of what a world costs in a block that it may cost alone before."""

_FILLED: Final = 0.88
"""Share of their blocks that is to fill with the worlds of one piece of work, on average: seldom more
than all of it, so that no further block is begun for a few."""

_OTHER_STREAMS: Final = np.uint64(0x5DEECE66D5DEECE6)
"""Changes a seed into another: a world that goes on with others draws nothing again."""

_QUEUE_ENTRIES: Final = 2**15
"""Entries that a batch of worlds aims at: what they touch then fits a core's cache."""

_CHUNK_VISITS: Final = 500_000
"""Visits in one piece of work: a fraction of a second."""

_MIXED_ENTRIES: Final = 4_000_000
"""The same where worlds go on together, in queue entries of a world alone."""

_CHUNK_WORLDS: Final = 2**18


def nodes_in_reach(arcs: ArcArrays, origins: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell to which nodes any arcs lead from the origins, themselves included, shape (n,).

    >>> chain = ArcArrays.from_arcs(3, [0, 1], [1, 2], [0.5, 0.0])
    >>> nodes_in_reach(chain, np.array([0])).tolist()
    [True, True, False]
    """
    seen = np.zeros(arcs.n_nodes, dtype=np.bool_)
    queue = np.empty(arcs.n_nodes, dtype=np.int64)
    kernels.reachable(arcs.first, arcs.head, origins.astype(np.int64), seen, queue)
    return seen


@dataclass(frozen=True, slots=True)
class _Layout:
    """The part of a network that origins can reach, nodes renumbered, most visited first."""

    nodes: NDArray[np.int64]
    """Node of the network behind each place, shape (r,)."""
    place: NDArray[np.int64]
    """Place of each node; only those in reach are meaningful, shape (n,)."""
    origins: NDArray[np.int64]
    rows: NDArray[np.uint64]
    offset: NDArray[np.int64]
    n_arcs: int
    n_sure: int
    """Arcs that are always open."""


def _layout(arcs: ArcArrays, origins: tuple[int, ...]) -> _Layout:
    seen = np.zeros(arcs.n_nodes, dtype=np.bool_)
    found = np.empty(arcs.n_nodes, dtype=np.int64)
    starts = np.array(origins, dtype=np.int64)
    n_found = kernels.reachable(arcs.first, arcs.head, starts, seen, found)
    nodes = found[:n_found]
    hot = np.bincount(arcs.head, weights=arcs.probability, minlength=arcs.n_nodes)[nodes]
    nodes = nodes[np.lexsort((nodes, -hot))]
    place = np.zeros(arcs.n_nodes, dtype=np.int64)
    place[nodes] = np.arange(n_found)
    n_arcs = int((arcs.first[nodes + 1] - arcs.first[nodes]).sum())
    # At worst each arc is a segment of its own.
    rows = np.zeros(2 * n_arcs + n_found, dtype=np.uint64)
    offset = np.empty(n_found, dtype=np.int64)
    used = kernels.lay_rows(arcs.first, arcs.head, arcs.probability, nodes, place, rows, offset)
    sure = np.zeros(len(arcs.head) + 1, dtype=np.int64)
    np.cumsum(arcs.probability >= 1, out=sure[1:])
    n_sure = int((sure[arcs.first[nodes + 1]] - sure[arcs.first[nodes]]).sum())
    return _Layout(nodes, place, place[starts], rows[:used], offset, n_arcs, n_sure)


class _Evidence(NamedTuple):
    nodes: NDArray[np.int64]
    log_if_reached: NDArray[np.float64]
    log_if_not: NDArray[np.float64]


_NO_EVIDENCE: Final = _Evidence(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))


def _evidence(likelihood: Mapping[int, tuple[float, float]], layout: _Layout) -> _Evidence:
    """Keep the evidence that can tell worlds apart: that on nodes in reach."""
    in_reach = set(layout.nodes[np.isin(layout.nodes, list(likelihood))].tolist())
    kept = [(node, weights) for node, weights in sorted(likelihood.items()) if node in in_reach]
    return _Evidence(
        layout.place[[node for node, _ in kept]] if kept else np.zeros(0, dtype=np.int64),
        np.array([math.log(weights[0]) for _, weights in kept]),
        np.array([math.log(weights[1]) for _, weights in kept]),
    )


class _Tally:
    """Sums over worlds, on the nodes in reach."""

    def __init__(self, n_nodes: int, *, weighted: bool) -> None:
        size = n_nodes if weighted else 0
        self.counts = np.zeros(n_nodes, dtype=np.int64)
        self.sums = np.array([-np.inf, 0.0, 0.0])
        self.weighted = np.zeros(size)
        self.squares = np.zeros(size)

    def add(self, other: _Tally) -> None:
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


class _Sparse:
    """Worlds one visit at a time. 16 bytes a node and a queue, for each thread."""

    def __init__(self, layout: _Layout, rng_seed: int, width: int) -> None:
        self.layout, self.rng_seed, self.width = layout, np.uint64(rng_seed), width

    def scratch(self) -> tuple[Any, ...]:
        n = len(self.layout.nodes)
        state = np.zeros(2 * n, dtype=np.int64)
        state[1::2] = self.layout.offset
        # One world queues each of its arcs at most once; memory is only used as far as it fills.
        least = self.layout.n_arcs + len(self.layout.origins)
        queue = np.empty(max(least, 8 * _QUEUE_ENTRIES), dtype=np.int64)
        return state, queue, np.empty(64, dtype=np.uint64)

    def run(
        self,
        scratch: tuple[Any, ...],
        first: int,
        n_worlds: int,
        tally: _Tally,
        evidence: _Evidence | None,
    ) -> tuple[int, int]:
        """Sample worlds; return visits and queue entries."""
        layout = self.layout
        setting = (layout.origins, self.rng_seed, first, n_worlds, self.width, tally.counts)
        if evidence is None:
            visits, entries, _ = kernels.sample_sparse(layout.rows, *scratch, *setting)
            return int(visits), int(entries)
        kernels.sample_sparse_weighted(
            layout.rows,
            *scratch,
            *setting,
            *evidence,
            tally.sums,
            tally.weighted,
            tally.squares,
        )
        return 0, 0


class _Dense:
    """Worlds as bits. 64 bytes a node, for each thread."""

    def __init__(self, arcs: ArcArrays, layout: _Layout, rng_seed: int) -> None:
        self.layout, self.rng_seed = layout, np.uint64(rng_seed)
        n, m = len(layout.nodes), layout.n_arcs
        self.first = np.empty(n + 1, dtype=np.int64)
        self.heads = np.empty(m, dtype=np.int32)
        self.coins = np.empty(m, dtype=np.uint64)
        kernels.lay_arcs(
            arcs.first,
            arcs.head,
            arcs.probability,
            layout.nodes,
            layout.place,
            self.first,
            self.heads,
            self.coins,
        )

    def scratch(self) -> tuple[Any, ...]:
        n = len(self.layout.nodes)
        n_marks = -(-n // 64)
        sizes = (2 * kernels.LANES * n, n_marks, -(-n_marks // 64))
        return tuple(np.zeros(size, dtype=np.uint64) for size in sizes)

    def run(
        self,
        scratch: tuple[Any, ...],
        first: int,
        n_worlds: int,
        tally: _Tally,
        evidence: _Evidence | None,
    ) -> None:
        """Sample worlds; ``first`` is the beginning of a block."""
        for start in range(0, n_worlds, kernels.DENSE_WORLDS):
            used = min(kernels.DENSE_WORLDS, n_worlds - start)
            scratch[0].fill(0)
            kernels.start_dense(*scratch, self.layout.origins)
            number = (first + start) // kernels.DENSE_WORLDS
            self.go_on(scratch, number, used, tally, evidence)

    def go_on(
        self,
        scratch: tuple[Any, ...],
        number: int,
        used: int,
        tally: _Tally,
        evidence: _Evidence | None,
    ) -> None:
        """Spread harm in a block until nothing moves, and count its first worlds."""
        arcs = (self.first, self.heads, self.coins)
        kernels.spread_dense(*arcs, *scratch, self.rng_seed, number)
        kernels.tally_dense(scratch[0], used, tally.counts)
        if evidence is not None:
            kernels.tally_dense_weighted(
                scratch[0], used, *evidence, tally.sums, tally.weighted, tally.squares
            )


class _Mixed:
    """Worlds that begin alone; those that grow go on together. Takes the memory of both."""

    def __init__(self, sparse: _Sparse, dense: _Dense, most: int) -> None:
        self.sparse, self.dense, self.most = sparse, dense, most
        self._seed = np.uint64(0)
        self.rng_seed = sparse.rng_seed

    @property
    def rng_seed(self) -> np.uint64:
        """Seed of the worlds; what goes on together draws from other streams."""
        return self._seed

    @rng_seed.setter
    def rng_seed(self, seed: np.uint64) -> None:
        self._seed = seed
        self.dense.rng_seed = seed ^ _OTHER_STREAMS

    def scratch(self) -> tuple[Any, ...]:
        return *self.sparse.scratch(), *self.dense.scratch()

    def run(
        self,
        scratch: tuple[Any, ...],
        first: int,
        n_worlds: int,
        tally: _Tally,
        evidence: _Evidence | None,
    ) -> None:
        """Sample worlds, a block of those that grow at a time."""
        block = scratch[3:]
        done = 0
        while done < n_worlds:
            block[0].fill(0)
            begun, used = kernels.gather(
                self.sparse.layout.rows,
                *scratch,
                self.sparse.layout.origins,
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
                self.dense.go_on(block, first + done, used, tally, evidence)
            done += begun


class _Pilot(NamedTuple):
    """What some worlds cost, and what follows for the others."""

    visits: int
    entries: tuple[int, ...]
    """Queue entries of each world, without those of its origins."""
    together: float
    """What a world costs in a full block, in queue entries of a world alone."""

    def cheapest(self) -> Regime:
        """Return the regime in which a world costs least."""
        n_worlds, most = len(self.entries), self.most()
        grown = sum(1 for entries in self.entries if entries > most) / n_worlds
        before = sum(min(entries, most) for entries in self.entries) / n_worlds
        costs: dict[Regime, float] = {
            "sparse": sum(self.entries) / n_worlds,
            "mixed": before + grown * self.together,
            "dense": self.together,
        }
        return min(costs, key=costs.__getitem__)

    def most(self) -> int:
        """Return the entries after which a world goes on with others."""
        return max(32, int(self.together * _GROWN))

    def width(self) -> int:
        """Return how many worlds share a queue."""
        return min(64, max(1, _QUEUE_ENTRIES * len(self.entries) // max(sum(self.entries), 1)))

    def chunk_of_mixed(self, grown: float) -> int:
        """Return the worlds of one piece of work, of which a part [1] fills whole blocks."""
        cost = max(self.together, 1.0) * kernels.DENSE_WORLDS
        blocks = max(1, int(_MIXED_ENTRIES / cost)) - 1 + _FILLED
        return min(_CHUNK_WORLDS, int(blocks * kernels.DENSE_WORLDS / grown))

    def chunk(self, regime: Regime) -> int:
        """Return the worlds of one piece of work, if all of them are alike."""
        unit = kernels.DENSE_WORLDS if regime == "dense" else 64
        pieces = max(1, int(_CHUNK_VISITS * len(self.entries) / max(self.visits, 1) / unit))
        return min(_CHUNK_WORLDS, unit * pieces)


class CascadeSampler:
    """Samples worlds of one network and one set of origins.

    Parameters
    ----------
    arcs : ArcArrays
        n nodes, m arcs.
    origins : nodes
        Reached in every world; at least one, repeats are harmless.
    rng_seed : int
        Same seed, same counts; a longer run repeats the worlds of a shorter one.
    regime : {"sparse", "mixed", "dense"}, optional
        Kernel; by default a pilot chooses.

    Raises
    ------
    EngineInputError
        If ``origins`` is empty or out of range.

    Notes
    -----
    Memory, beyond the network's own 20 bytes an arc and 8 a node: at most 16 bytes an arc and 24 a
    node that the origins can reach (12 more bytes an arc where worlds move together), and for each
    thread 16 to 81 bytes a node plus a queue that grows with the cascade, at most 8 bytes an arc.

    Coins are resolved to 2**-32 in the sparse regime; one that can open at all does so in at least
    one case of 2**32.

    Examples
    --------
    A sure arc 0 -> 1 and an impossible arc 1 -> 2:

    >>> chain = ArcArrays.from_arcs(3, [0, 1], [1, 2], [1.0, 0.0])
    >>> CascadeSampler(chain, [0]).sample(5).counts.tolist()
    [5, 5, 0]
    """

    def __init__(
        self,
        arcs: ArcArrays,
        origins: Iterable[int],
        rng_seed: int = 0,
        *,
        regime: Regime | None = None,
    ) -> None:
        check_whole("rng_seed", rng_seed, 0)
        self.n_nodes = arcs.n_nodes
        self._layout = _layout(arcs, check_origins(arcs.n_nodes, origins))
        seed = seed_of(rng_seed)
        sparse = _Sparse(self._layout, seed, 64)
        pilot = self._pilot(sparse)
        self.regime: Regime = regime or pilot.cheapest()
        self._kernel: _Sparse | _Mixed | _Dense = sparse
        if self.regime == "sparse":
            sparse.width = pilot.width()
        else:
            dense = _Dense(arcs, self._layout, seed)
            self._kernel = dense if self.regime == "dense" else _Mixed(sparse, dense, pilot.most())
        self.chunk = (
            pilot.chunk_of_mixed(self._grown(sparse, pilot.most()))
            if self.regime == "mixed"
            else pilot.chunk(self.regime)
        )
        """Worlds in one piece of work; a matter of the network and the seed alone."""

    def _grown(self, sparse: _Sparse, most: int) -> float:
        """Return the part of the worlds that grow beyond some queue entries, at least one of them."""
        layout, (state, queue, keys) = self._layout, sparse.scratch()
        grown = 0
        for world in range(_COUNTED_WORLDS):
            tail, at = kernels.spread_sparse(
                layout.rows, state, queue, keys, layout.origins, sparse.rng_seed, world, 1, most
            )
            kernels.forget(state, queue, tail)
            grown += at < tail
        return max(grown, 1) / _COUNTED_WORLDS

    def _pilot(self, sparse: _Sparse) -> _Pilot:
        """Sample some worlds, each alone."""
        sparse.width = 1
        tally = _Tally(len(self._layout.nodes), weighted=False)
        scratch = sparse.scratch()
        visits, entries = 0, list[int]()
        while len(entries) < _PILOT_WORLDS and visits < _PILOT_VISITS:
            more, of_world = sparse.run(scratch, len(entries), 1, tally, None)
            visits += more
            entries.append(of_world - len(self._layout.origins))  # worlds share these
        layout = self._layout
        together = layout.n_sure * _PER_SURE_ARC + (layout.n_arcs - layout.n_sure) * _PER_COIN
        return _Pilot(visits, tuple(entries), together / _PER_ENTRY / kernels.DENSE_WORLDS)

    def sample(
        self,
        n_worlds: int,
        *,
        likelihood: Mapping[int, tuple[float, float]] | None = None,
        n_threads: int | None = None,
        progress: Progress | None = None,
    ) -> Sample:
        """Sample worlds, and weigh each by the soft evidence, all of it jointly.

        Parameters
        ----------
        n_worlds : int
            Worlds to sample, >= 1.
        likelihood : mapping, optional
            Node -> (weight if reached, weight if not).
        n_threads : int, optional
            Threads; all cores by default. Never changes the result.

        Returns
        -------
        Sample
            Sums over worlds for each of the n nodes.
        """
        check_whole("n_worlds", n_worlds, 1)
        if n_threads is not None:
            check_whole("n_threads", n_threads, 1)
        checked = check_likelihood(self.n_nodes, likelihood)
        evidence = _evidence(checked, self._layout) if checked else None
        total = _Tally(len(self._layout.nodes), weighted=evidence is not None)
        chunks = [
            (start, min(self.chunk, n_worlds - start)) for start in range(0, n_worlds, self.chunk)
        ]
        done = 0
        for (_, worlds), tally in zip(
            chunks, self._tallies(chunks, evidence, n_threads), strict=True
        ):
            total.add(tally)
            done += worlds
            if progress is not None:
                progress(done, n_worlds)
        return self._spread_out(total, n_worlds, weighted=evidence is not None)

    def _tallies(
        self, chunks: list[tuple[int, int]], evidence: _Evidence | None, n_threads: int | None
    ) -> Iterator[_Tally]:
        """Yield the tally of each chunk in order, a few chunks ahead of the reader."""
        threads = min(n_threads or n_cores(), len(chunks))
        scratches = [self._kernel.scratch() for _ in range(threads)]

        def work(chunk: tuple[int, int]) -> _Tally:
            scratch = scratches.pop()  # one for each thread: there are as many as run at a time
            tally = _Tally(len(self._layout.nodes), weighted=evidence is not None)
            self._kernel.run(scratch, *chunk, tally, evidence)
            scratches.append(scratch)
            return tally

        with ThreadPoolExecutor(threads) as pool:
            pending: list[Future[_Tally]] = []
            try:
                for chunk in chunks:
                    pending.append(pool.submit(work, chunk))
                    if len(pending) > 2 * threads:
                        yield pending.pop(0).result()
                while pending:
                    yield pending.pop(0).result()
            finally:
                for future in pending:
                    future.cancel()

    def _spread_out(self, total: _Tally, n_worlds: int, *, weighted: bool) -> Sample:
        """Put sums on nodes in reach back on all nodes."""
        counts = np.zeros(self.n_nodes, dtype=np.int64)
        counts[self._layout.nodes] = total.counts
        if not weighted:
            sums = counts.astype(np.float64)
            return Sample(n_worlds, counts, float(n_worlds), float(n_worlds), sums, sums)
        means, squares = np.zeros(self.n_nodes), np.zeros(self.n_nodes)
        means[self._layout.nodes] = total.weighted
        squares[self._layout.nodes] = total.squares
        return Sample(n_worlds, counts, float(total.sums[1]), float(total.sums[2]), means, squares)
