"""Sampled reach on large networks: compiled cascades on all cores, the same bits on any number.

Two kernels share the work. Where a breach reaches little, worlds are followed one visit at a time
and closed coins are skipped; where it reaches much of the network, 256 worlds move together as bits
of machine words. A pilot of some worlds decides, by what it visits and never by the clock, so that
the choice is part of the answer and the same on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from blastradius.engine.arrays import ArcArrays
from blastradius.engine.kernels import cascade as kernels
from blastradius.engine.network import check_likelihood, check_origins, check_whole
from blastradius.engine.sample import Sample
from blastradius.engine.threads import n_cores, seed_of

Regime = Literal["sparse", "dense"]
Progress = Callable[[int, int], None]
"""Told (worlds done, worlds in all) after each piece of work."""

_PILOT_WORLDS: Final = 64
_PILOT_VISITS: Final = 4_000_000
"""Visits after which the pilot has seen enough."""

_PER_ENTRY: Final = 0.09
_PER_COIN: Final = 1.0
_PER_SURE_ARC: Final = 0.3
"""What an entry of the queue costs where worlds go alone, and an arc of the network in a block of
worlds that move together; measured, in microseconds. Only their ratios decide."""

_QUEUE_ENTRIES: Final = 2**15
"""Entries that a batch of worlds aims at: what they touch then fits a core's cache."""

_CHUNK_VISITS: Final = 500_000
"""Visits in one piece of work: a fraction of a second."""

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


@dataclass(frozen=True, slots=True)
class _Evidence:
    nodes: NDArray[np.int64]
    log_if_reached: NDArray[np.float64]
    log_if_not: NDArray[np.float64]


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
            evidence.nodes,
            evidence.log_if_reached,
            evidence.log_if_not,
            tally.sums,
            tally.weighted,
            tally.squares,
        )
        return 0, 0


class _Dense:
    """Worlds as bits. 69 bytes a node, for each thread."""

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
        state = np.zeros(2 * kernels.LANES * n, dtype=np.uint64)
        return state, np.zeros(n, dtype=np.bool_), np.empty(n, dtype=np.int32)

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
            kernels.spread_dense(
                self.first,
                self.heads,
                self.coins,
                *scratch,
                self.layout.origins,
                self.rng_seed,
                (first + start) // kernels.DENSE_WORLDS,
            )
            kernels.tally_dense(scratch[0], used, tally.counts)
            if evidence is not None:
                kernels.tally_dense_weighted(
                    scratch[0],
                    used,
                    evidence.nodes,
                    evidence.log_if_reached,
                    evidence.log_if_not,
                    tally.sums,
                    tally.weighted,
                    tally.squares,
                )


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
    regime : {"sparse", "dense"}, optional
        Kernel; by default a pilot chooses.

    Raises
    ------
    EngineInputError
        If ``origins`` is empty or out of range.

    Notes
    -----
    Memory, beyond the network's own 20 bytes an arc and 8 a node: at most 16 bytes an arc and 24 a
    node that the origins can reach (12 more bytes an arc in the dense regime), and for each thread
    16 to 69 bytes a node plus a queue that grows with the cascade, at most 8 bytes an arc.

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
        visits, entries, worlds = self._pilot(sparse)
        self.regime: Regime = regime or self._cheaper(entries / worlds)
        if self.regime == "dense":
            self._kernel: _Sparse | _Dense = _Dense(arcs, self._layout, seed)
            unit = kernels.DENSE_WORLDS
        else:
            sparse.width = int(min(64, max(1, _QUEUE_ENTRIES * worlds // max(entries, 1))))
            self._kernel, unit = sparse, 64
        pieces = max(1, int(_CHUNK_VISITS * worlds / max(visits, 1) / unit))
        self.chunk = min(_CHUNK_WORLDS, unit * pieces)
        """Worlds in one piece of work; a matter of the network and the seed alone."""

    def _cheaper(self, entries: float) -> Regime:
        """Choose by the queue entries of a world, which the pilot counted."""
        layout = self._layout
        alone = entries * _PER_ENTRY * kernels.DENSE_WORLDS
        together = layout.n_sure * _PER_SURE_ARC + (layout.n_arcs - layout.n_sure) * _PER_COIN
        return "dense" if alone > together else "sparse"

    def _pilot(self, sparse: _Sparse) -> tuple[int, int, int]:
        """Return visits, queue entries and worlds of a short run."""
        tally = _Tally(len(self._layout.nodes), weighted=False)
        scratch = sparse.scratch()
        visits = entries = worlds = 0
        while worlds < _PILOT_WORLDS and visits < _PILOT_VISITS:
            step = 1 if worlds < 4 else min(worlds, _PILOT_WORLDS - worlds)
            more = sparse.run(scratch, worlds, step, tally, None)
            visits, entries, worlds = visits + more[0], entries + more[1], worlds + step
        return visits, entries, worlds

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
