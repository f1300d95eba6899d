"""What is lost without each arc, from one pass over sampled worlds.

Arcs are grouped in units that go together. A unit of several arcs leaves from one node; between
that node and the heads it gets a node of its own, so that losing the unit is losing a node. An
arc that is acted on may also stay open with a part of its probability: its draws below that part
lead past the node of the unit.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blastradius.engine.arrays import ArcArrays
from blastradius.engine.network import check_whole
from blastradius.engine.threads import seed_of
from blastradius.errors import EngineInputError

N_BLOCKS: Final = 32
"""Parts in which worlds are shared out; the same whatever the number of threads."""

MAX_WATCHED: Final = 64
"""Units whose losses are told by node in one pass."""

MEASURE: Final = 2**40
"""First world of those in which a choice is measured that was made in worlds from 0 on."""

_Z95: Final = 1.959963984540054
_SURE: Final = 2**63

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What counts: points of nodes, and the breaches that they are counted for."""

    points: NDArray[np.float64]
    """What reaching a node counts, shape (n,)."""
    owner: NDArray[np.int32]
    """Owner of each node, -1 for none, shape (n,)."""
    start_node: NDArray[np.int32]
    """Where it starts, each equally likely, shape (k,)."""
    start_owner: NDArray[np.int32]
    """Owner whose nodes do not count then, -1 for none, shape (k,)."""


@dataclass(frozen=True, slots=True)
class Mean:
    """Means over worlds, with the half-width of their 95 % intervals."""

    value: NDArray[np.float64]
    half_width: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Removals:
    """What is lost, in the mean over worlds [points]."""

    total: float
    """Points reached."""
    total_half_width: float
    arc: Mean
    """Lost without each arc, shape (m,)."""
    unit: Mean
    """Lost without each unit, shape (n_units,)."""
    node: Mean
    """Lost if the node were never reached, shape (n,): single points of failure."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What some change of the arcs makes of the points."""

    points: Mean
    """Points before, points after, points lost, shape (3,)."""
    lost_by_node: NDArray[np.float64]
    """P(node counts before, but not after), shape (n,) [1]."""
    after_by_node: NDArray[np.float64]
    """P(node counts after), shape (n,) [1]."""


class RemovalSampler:
    """A network of arcs in units, laid out for the kernels."""

    def __init__(
        self,
        n_nodes: int,
        tail: ArrayLike,
        head: ArrayLike,
        unit: ArrayLike,
        weighed: Weighed,
        *,
        threads: int | None = None,
    ) -> None:
        """Lay out the network.

        Parameters
        ----------
        tail, head : int arrays, shape (m,)
            Loops and parallel arcs are allowed.
        unit : int array, shape (m,)
            Unit of each arc, from 0; -1 for an arc that is never taken away. Arcs of one unit
            leave from one node.
        threads : int, optional
            One for each processor by default; any number gives the same numbers.

        Raises
        ------
        EngineInputError
            If the arrays do not fit together.
        """
        self._n, self._weighed = n_nodes, weighed
        self._tail = np.asarray(tail, dtype=np.int32)
        self._head = np.asarray(head, dtype=np.int32)
        self._unit = np.asarray(unit, dtype=np.int64)
        self._threads = threads or os.cpu_count() or 1
        self._check()
        self.n_units = int(self._unit.max(initial=-1)) + 1
        sizes = np.bincount(self._unit[self._unit >= 0], minlength=self.n_units)
        self._several = np.flatnonzero(sizes > 1)
        self._node_of = np.full(self.n_units + 1, -1, dtype=np.int64)
        self._node_of[self._several] = n_nodes + np.arange(len(self._several))

    @property
    def n_arcs(self) -> int:
        """Number of arcs, m."""
        return len(self._tail)

    def removals(
        self,
        probability: NDArray[np.float64],
        stays: NDArray[np.float64],
        n_worlds: int,
        rng_seed: int,
        *,
        first_world: int = 0,
        progress: Progress | None = None,
    ) -> Removals:
        """Return what is lost without each arc, each unit and each node.

        Parameters
        ----------
        probability : shape (m,)
            P(arc is open) [1].
        stays : shape (m,)
            P(arc is open whatever is done), at most ``probability`` [1].

        Examples
        --------
        Two ways to node 3, of which each stands in for the other; one way to node 1:

        >>> weighed = Weighed(np.array([0.0, 5, 0, 8]), np.full(4, -1), np.array([0]),
        ...                   np.array([-1]))
        >>> net = RemovalSampler(4, [0, 0, 1, 2], [1, 2, 3, 3], [0, 1, 2, 3], weighed)
        >>> found = net.removals(np.ones(4), np.zeros(4), 10, 0)
        >>> found.total, found.unit.value.tolist()
        (13.0, [5.0, 0.0, 0.0, 0.0])
        """
        layout = self._layout(probability, stays, n_worlds)
        check_whole("rng_seed", rng_seed, 0)
        results = self._run(
            "removals",
            (layout.net, layout.points, layout.owner, layout.starts),
            (layout.unwatched, 0),
            n_worlds,
            rng_seed,
            first_world,
            progress,
        )
        total, total_square = 0, 0.0
        sums: list[Any] = [0, 0.0, 0, 0.0]
        for block in results:
            total, total_square = total + int(block[0]), total_square + block[1]
            sums = [whole + part for whole, part in zip(sums, block[2], strict=True)]
        row = _mean(sums[0], sums[1], n_worlds, layout.scale)
        node = _mean(sums[2], sums[3], n_worlds, layout.scale)
        overall = _mean(np.array([total]), np.array([total_square]), n_worlds, layout.scale)
        return Removals(
            float(overall.value[0]),
            float(overall.half_width[0]),
            arc := layout.by_arc(row),
            self._by_unit(arc, node),
            Mean(node.value[: self._n], node.half_width[: self._n]),
        )

    def visits(self, probability: NDArray[np.float64], n_worlds: int, rng_seed: int) -> float:
        """Return how many nodes a world visits in the mean, starts included: what worlds cost.

        Examples
        --------
        >>> weighed = Weighed(np.zeros(3), np.full(3, -1), np.array([0]), np.array([-1]))
        >>> net = RemovalSampler(3, [0, 1], [1, 2], [0, 1], weighed)
        >>> net.visits(np.array([1.0, 0.0]), 10, 0)
        2.0
        """
        layout = self._layout(probability, probability, n_worlds)
        results = self._run(
            "reached",
            (layout.net, layout.points, layout.owner, layout.starts),
            (),
            n_worlds,
            rng_seed,
            0,
            None,
        )
        return sum(int(visits) for _, visits in results) / n_worlds

    def lost_by_node(
        self,
        probability: NDArray[np.float64],
        stays: NDArray[np.float64],
        watched: Sequence[tuple[int, int]],
        n_worlds: int,
        rng_seed: int,
        *,
        first_world: int = 0,
        progress: Progress | None = None,
    ) -> NDArray[np.float64]:
        """Return P(node counts, but not without what is watched), shape (w, n) [1].

        Parameters
        ----------
        watched : (unit, arc) pairs
            A unit with arc -1, or one arc of a unit.
        """
        layout = self._layout(probability, stays, n_worlds)
        found = np.zeros((len(watched), self._n), dtype=np.int32)
        for begin in range(0, len(watched), MAX_WATCHED):
            part = [self._watch(*item) for item in watched[begin : begin + MAX_WATCHED]]
            rows, nodes = layout.watch(part)
            results = self._run(
                "removals",
                (layout.net, layout.points, layout.owner, layout.starts),
                ((rows, nodes), len(part)),
                n_worlds,
                rng_seed,
                first_world,
                progress,
            )
            for block in results:
                found[begin : begin + len(part)] += block[3][:, : self._n]
        return found / n_worlds

    def compared(
        self,
        before: NDArray[np.float64],
        after: NDArray[np.float64],
        n_worlds: int,
        rng_seed: int,
        *,
        first_world: int = 0,
        progress: Progress | None = None,
    ) -> Comparison:
        """Return what arcs that open less often make of the points, in the same worlds.

        Parameters
        ----------
        before, after : shape (m,)
            P(arc is open); after at most before [1].
        """
        layout = self._layout(before, before, n_worlds)
        results = self._run(
            "compared",
            (layout.net, layout.high(after), layout.points, layout.owner, layout.starts),
            (),
            n_worlds,
            rng_seed,
            first_world,
            progress,
        )
        counts: Any = 0
        sums: Any = 0
        squares: Any = 0.0
        for block in results:
            counts, sums, squares = counts + block[0], sums + block[1], squares + block[2]
        mean = _mean(sums, squares, n_worlds, layout.scale)
        lost_by_node = (counts[0] - counts[1])[: self._n] / n_worlds
        return Comparison(mean, lost_by_node, counts[1][: self._n] / n_worlds)

    # -- parts ---------------------------------------------------------------------------

    def _check(self) -> None:
        if not len(self._tail) == len(self._head) == len(self._unit):
            msg = (
                "tail, head and unit must have the same length, "
                f"got {len(self._tail)}, {len(self._head)} and {len(self._unit)}"
            )
            raise EngineInputError(msg)
        chosen = np.flatnonzero(self._unit >= 0)
        order = chosen[np.argsort(self._unit[chosen], kind="stable")]
        same = self._unit[order[1:]] == self._unit[order[:-1]]
        bad = np.flatnonzero(same & (self._tail[order[1:]] != self._tail[order[:-1]]))
        if len(bad):
            msg = f"unit {self._unit[order[bad[0]]]} has arcs from more than one node"
            raise EngineInputError(msg)

    def _layout(
        self, probability: NDArray[np.float64], stays: NDArray[np.float64], n_worlds: int
    ) -> _Layout:
        check_whole("n_worlds", n_worlds, 1)
        if np.any(stays > probability):
            msg = "stays must be at most probability"
            raise EngineInputError(msg)
        arcs = np.arange(self.n_arcs)
        node = self._node_of[self._unit]  # the last entry, -1, stands for no unit
        goes = (self._unit >= 0) & (probability > stays)
        # What stays, what goes alone or with its unit, and the ways to the nodes of units.
        settled = np.flatnonzero(~goes | (stays > 0))
        going = arcs[goes]
        ways = self._several
        ends = np.concatenate([self._tail_of(ways), self._node_of[ways]]).reshape(2, -1)
        tail = np.concatenate(
            [
                self._tail[settled],
                np.where(node[going] >= 0, node[going], self._tail[going]),
                ends[0],
            ]
        )
        head = np.concatenate([self._head[settled], self._head[going], ends[1]])
        arc = np.concatenate([settled, going, np.full(len(ways), -1)])
        is_going = np.repeat([False, True, False], [len(settled), len(going), len(ways)])
        low = np.where(is_going, _limits(stays)[arc], np.uint64(0))
        upper = np.where(is_going | ~goes[arc], _limits(probability)[arc], _limits(stays)[arc])
        high = np.where(arc >= 0, upper, np.uint64(_SURE))
        return _Layout.of(self, tail, head, arc, is_going, low, high, n_worlds)

    def _tail_of(self, units: NDArray[np.int64]) -> NDArray[np.int64]:
        tails = np.zeros(self.n_units, dtype=np.int64)
        chosen = self._unit >= 0
        tails[self._unit[chosen]] = self._tail[chosen]
        return tails[units]

    def _watch(self, unit: int, arc: int) -> tuple[int, int]:
        """Return (node, -1) for a unit with a node of its own, else (-1, arc)."""
        node = int(self._node_of[unit]) if arc < 0 else -1
        if arc < 0 and node < 0:
            arc = int(np.flatnonzero(self._unit == unit)[0])
        return node, arc

    def _by_unit(self, arc: Mean, node: Mean) -> Mean:
        """Return the loss of each unit: of its node, or of its only arc."""
        value, width = np.zeros(self.n_units), np.zeros(self.n_units)
        alone = np.flatnonzero(self._unit >= 0)
        value[self._unit[alone]] = arc.value[alone]
        width[self._unit[alone]] = arc.half_width[alone]
        value[self._several] = node.value[self._node_of[self._several]]
        width[self._several] = node.half_width[self._node_of[self._several]]
        return Mean(value, width)

    def _run(
        self,
        kernel: str,
        before: tuple[Any, ...],
        after: tuple[Any, ...],
        n_worlds: int,
        rng_seed: int,
        first_world: int,
        progress: Progress | None,
    ) -> Iterator[Any]:
        """Yield the result of each block of worlds, in the order of the blocks."""
        # Imported here, so that laying out needs no compiler.
        from blastradius.engine.kernels import dominators  # noqa: PLC0415

        run = getattr(dominators, kernel)
        size = math.ceil(n_worlds / N_BLOCKS)
        blocks = [(w, min(size, n_worlds - w)) for w in range(0, n_worlds, size)]

        def one(block: tuple[int, int]) -> Any:  # noqa: ANN401
            return run(
                *before, np.uint64(seed_of(rng_seed)), first_world + block[0], block[1], *after
            )

        with ThreadPoolExecutor(self._threads) as pool:
            try:
                for done, result in enumerate(pool.map(one, blocks), start=1):
                    if progress is not None:
                        progress(done, len(blocks))
                    yield result
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


@dataclass(frozen=True, slots=True)
class _Layout:
    """Rows of arcs for the kernels."""

    net: tuple[Any, ...]
    points: NDArray[np.int64]
    owner: NDArray[np.int32]
    starts: tuple[NDArray[np.int32], NDArray[np.int32]]
    scale: float
    """Points are whole numbers of this many parts, so that sums have no order."""
    arc: NDArray[np.int64]
    """Arc behind each row, -1 for the way to a unit."""
    goes: NDArray[np.bool_]
    n_arcs: int

    @classmethod
    def of(
        cls,
        sampler: RemovalSampler,
        tail: NDArray[np.int64],
        head: NDArray[np.int64],
        arc: NDArray[np.int64],
        goes: NDArray[np.bool_],
        low: NDArray[np.uint64],
        high: NDArray[np.uint64],
        n_worlds: int,
    ) -> _Layout:
        n_extra = len(sampler._several)  # noqa: SLF001 - one worker in two parts
        weighed, n = sampler._weighed, sampler._n  # noqa: SLF001
        can_open = (high > low).astype(np.float64)
        rows = ArcArrays.from_arcs(n + n_extra, tail, head, can_open)
        order = rows.arc
        whole = float(weighed.points.sum())
        room = 62 - math.log2(max(whole, 1.0)) - math.log2(n_worlds)
        scale = 2.0 ** min(20, math.floor(room))
        points = np.zeros(n + n_extra, dtype=np.int64)
        points[:n] = np.rint(weighed.points * scale)
        owner = np.full(n + n_extra, -1, dtype=np.int32)
        owner[:n] = weighed.owner
        return cls(
            (rows.first, rows.head, arc[order], low[order], high[order]),
            points,
            owner,
            (weighed.start_node.astype(np.int32), weighed.start_owner.astype(np.int32)),
            scale,
            arc[order],
            goes[order],
            sampler.n_arcs,
        )

    @property
    def unwatched(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Nothing to watch."""
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.uint64)

    def high(self, probability: NDArray[np.float64]) -> NDArray[np.uint64]:
        """Return the ends of the draws with other probabilities, for rows that are arcs."""
        return np.where(self.arc >= 0, _limits(probability)[self.arc], np.uint64(_SURE))

    def by_arc(self, row: Mean) -> Mean:
        """Return the loss of each arc: of the row with which it goes."""
        value, width = np.zeros(self.n_arcs), np.zeros(self.n_arcs)
        value[self.arc[self.goes]] = row.value[self.goes]
        width[self.arc[self.goes]] = row.half_width[self.goes]
        return Mean(value, width)

    def watch(
        self, watched: Sequence[tuple[int, int]]
    ) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Return the bits of rows and nodes, for (node, -1) or (-1, arc)."""
        rows = np.zeros(len(self.arc), dtype=np.uint64)
        nodes = np.zeros(len(self.points), dtype=np.uint64)
        for bit, (node, arc) in enumerate(watched):
            if node >= 0:
                nodes[node] |= np.uint64(1 << bit)
            else:
                rows[(self.arc == arc) & self.goes] |= np.uint64(1 << bit)
        return rows, nodes


def _limits(probability: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Return probabilities as ends of draws of 63 bits."""
    return np.asarray(np.ldexp(probability, 63).astype(np.uint64))


def _mean(sums: Any, squares: Any, n_worlds: int, scale: float) -> Mean:  # noqa: ANN401
    mean = np.asarray(sums) / n_worlds
    spread = np.maximum(np.asarray(squares) / n_worlds - mean**2, 0.0)
    return Mean(mean / scale, _Z95 * np.sqrt(spread / n_worlds) / scale)
