"""Sampled reach on large networks: compiled cascades on all cores, the same bits on any number.

Two kernels share the work. Where worlds have little in common, they are followed one visit at a time
and closed coins are skipped; where they visit the same nodes, 256 move together as bits of machine
words. Where a breach mostly dies at once and otherwise reaches much, worlds begin alone, and those
that grow go on together. Where evidence leaves few worlds, they are moved to it. A pilot of some worlds decides, by what it visits and never by the
clock, so that the choice is part of the answer and the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import numpy as np

from blastradius.engine.annealing import Annealed
from blastradius.engine.arrays import ArcArrays
from blastradius.engine.in_reach import in_reach
from blastradius.engine.network import check_likelihood, check_origins, check_whole
from blastradius.engine.pilot import Regime, run_pilot, share_that_grows
from blastradius.engine.regimes import Dense, Evidence, Mixed, Sparse, Tally, evidence_on
from blastradius.engine.sample import Sample
from blastradius.engine.threads import n_cores, seed_of

_Kernel = Sparse | Mixed | Dense | Annealed

_WEIGHED_WORLDS: Final = 512
_FEW: Final = 0.3
"""Worlds weighed ahead of the others, and the effective part of them below which worlds are moved
to the evidence instead."""

_ANNEALED_CHUNK: Final = 256
"""Worlds in one piece of work where they are moved."""

Progress = Callable[[int, int], None]
"""Told (worlds done, worlds in all) after each piece of work."""


class CascadeSampler:
    """Samples worlds of one network and one set of origins.

    Parameters
    ----------
    arcs : ArcArrays
        n nodes, m arcs.
    origins : nodes
        Reached in every world; at least one, repeats are harmless.
    rng_seed : int
        Same seed, same counts; a longer run repeats the worlds of a shorter one, but for those of
        its last block where worlds begin alone and go on together.
    regime : {"sparse", "mixed", "dense"}, optional
        Kernel; by default a pilot chooses.

    Raises
    ------
    EngineInputError
        If ``origins`` is empty or out of range.

    Notes
    -----
    Memory, beyond the network's own 20 bytes an arc and 8 a node: at most 16 bytes an arc and 24 a
    node that the origins can reach (as much again where worlds move together), and for each
    thread 16 to 81 bytes a node plus a queue that grows with the cascade, at most 8 bytes an arc.
    Under strong evidence also what :class:`~blastradius.engine.annealing.Annealed` takes.

    Coins are resolved to 2**-32; one that can open at all does so in at least one case of 2**32.

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
        self.n_nodes, self._arcs = arcs.n_nodes, arcs
        self._part = in_reach(arcs, check_origins(arcs.n_nodes, origins))
        seed = seed_of(rng_seed)
        alone = Sparse(self._part, seed, 64)
        pilot = run_pilot(arcs, alone)
        self.regime: Regime = regime or pilot.cheapest()
        self._kernel: Sparse | Mixed | Dense = alone
        self._annealed: tuple[tuple[bytes, ...], Annealed | None] | None = None
        if self.regime == "sparse":
            alone.width = pilot.width()
        else:
            together = Dense(arcs, self._part, seed)
            self._kernel = (
                together if self.regime == "dense" else Mixed(alone, together, pilot.most())
            )
        self.chunk = (
            pilot.chunk_of_mixed(share_that_grows(alone, pilot.most()))
            if self.regime == "mixed"
            else pilot.chunk(self.regime)
        )
        """Worlds in one piece of work; a matter of the network and the seed alone."""

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
        evidence = evidence_on(checked, self._part) if checked else None
        kernel = self._kernel_for(evidence)
        chunk = self.chunk if kernel is self._kernel else _ANNEALED_CHUNK
        total = Tally(len(self._part.nodes), weighted=evidence is not None)
        chunks = [(start, min(chunk, n_worlds - start)) for start in range(0, n_worlds, chunk)]
        done = 0
        for (_, worlds), tally in zip(
            chunks, self._tallies(kernel, chunks, evidence, n_threads), strict=True
        ):
            total.add(tally)
            done += worlds
            if progress is not None:
                progress(done, n_worlds)
        sample = self._spread_out(total, n_worlds, weighted=evidence is not None)
        return replace(sample, is_moved=kernel is not self._kernel)

    def _kernel_for(self, evidence: Evidence | None) -> _Kernel:
        """Return the kernel to sample with: the usual one unless evidence leaves few worlds."""
        if evidence is None or not len(evidence.nodes):
            return self._kernel
        asked = tuple(column.tobytes() for column in evidence)
        if self._annealed is None or self._annealed[0] != asked:
            self._annealed = (asked, self._annealer(evidence))
        return self._annealed[1] or self._kernel

    def _annealer(self, evidence: Evidence) -> Annealed | None:
        """Return what moves worlds to the evidence, if that is wanted, and not too much work."""
        tally = Tally(len(self._part.nodes), weighted=True)
        self._kernel.run(self._kernel.scratch(), 0, _WEIGHED_WORLDS, tally, evidence)
        effective = tally.sums[1] ** 2 / tally.sums[2] / _WEIGHED_WORLDS
        if effective >= _FEW and not _may_be_few(evidence, tally):
            return None
        found = Annealed(self._arcs, self._part, evidence, self._kernel.rng_seed)
        return found if found.is_useful else None

    def is_moved(self, likelihood: Mapping[int, tuple[float, float]]) -> bool:
        """Tell whether worlds are moved to some evidence, and not only weighed by it.

        That takes more time for a world; it takes fewer worlds for an answer.
        """
        checked = check_likelihood(self.n_nodes, likelihood)
        evidence = evidence_on(checked, self._part) if checked else None
        return self._kernel_for(evidence) is not self._kernel

    def _tallies(
        self,
        kernel: _Kernel,
        chunks: list[tuple[int, int]],
        evidence: Evidence | None,
        n_threads: int | None,
    ) -> Iterator[Tally]:
        """Yield the tally of each chunk in order, a few chunks ahead of the reader."""
        threads = min(n_threads or n_cores(), len(chunks))
        scratches = [kernel.scratch() for _ in range(threads)]

        def work(chunk: tuple[int, int]) -> Tally:
            scratch = scratches.pop()  # one for each thread: there are as many as run at a time
            tally = Tally(len(self._part.nodes), weighted=evidence is not None)
            kernel.run(scratch, *chunk, tally, evidence)
            scratches.append(scratch)
            return tally

        with ThreadPoolExecutor(threads) as pool:
            pending: list[Future[Tally]] = []
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

    def _spread_out(self, total: Tally, n_worlds: int, *, weighted: bool) -> Sample:
        """Put sums on nodes in reach back on all nodes."""
        counts = np.zeros(self.n_nodes, dtype=np.int64)
        counts[self._part.nodes] = total.counts
        if not weighted:
            sums = counts.astype(np.float64)
            return Sample(n_worlds, counts, float(n_worlds), float(n_worlds), sums, sums)
        means, squares = np.zeros(self.n_nodes), np.zeros(self.n_nodes)
        means[self._part.nodes] = total.weighted
        squares[self._part.nodes] = total.squares
        return Sample(n_worlds, counts, float(total.sums[1]), float(total.sums[2]), means, squares)


def _may_be_few(evidence: Evidence, tally: Tally) -> bool:
    """Tell whether one statement alone may leave few worlds, by how often its event was seen.

    Where it is rare, it may not have been seen at all.
    """
    seen = tally.counts[evidence.nodes]
    top = np.maximum(evidence.log_if_reached, evidence.log_if_not)
    reached, other = np.exp(evidence.log_if_reached - top), np.exp(evidence.log_if_not - top)
    for chance in (np.maximum(seen - 3, 0), np.minimum(seen + 3, _WEIGHED_WORLDS)):
        p = chance / _WEIGHED_WORLDS
        effective = (p * reached + (1 - p) * other) ** 2 / (p * reached**2 + (1 - p) * other**2)
        if not effective.min() >= _FEW:
            return True
    return False
