"""How much harm has a path through a set of arcs: counted in sampled worlds, many at once.

A node that is lost when arcs are taken away had an open path, and every open path of it ran
through one of them. So the nodes that have some open path through the arcs bound what taking
them away can do. As a function of the set this is a coverage: it is monotone and submodular,
which the loss itself is not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

BATCHES: Final = 16
"""Parts of a half of the worlds, of which the spread of the result is measured."""


@dataclass(frozen=True, slots=True)
class Net:
    """A network in plain lists."""

    tail: list[int]
    head: list[int]
    probability: list[float]
    points: list[float]
    """What reaching a node counts, shape (n,)."""
    starts: list[int]
    """Nodes that are reached in every world."""


Covered = dict[int, int]
"""Node that counts -> worlds, as the bits of a number."""


class PathCover:
    """Worlds as the bits of whole numbers: one operation on an arc serves all of them."""

    def __init__(self, net: Net, n_worlds: int, rng_seed: int, keep: float = 0.0) -> None:
        """Toss all coins.

        Parameters
        ----------
        n_worlds : int
            A multiple of 2 x `BATCHES`.
        keep : float
            Part of the worlds with an arc open in which it stays so if it is acted on [1].

        Examples
        --------
        Harm that surely comes, by one arc and by two:

        >>> net = Net([0, 0], [1, 2], [1.0, 1.0], [0.0, 8.0, 4.0], [0])
        >>> cover = PathCover(net, 1024, 0)
        >>> cover.gain(cover.through([0]), {}, 0), cover.gain(cover.through([0, 1]), {}, 0)
        (8.0, 12.0)
        """
        self.net, self.n_worlds = net, n_worlds
        rng = np.random.default_rng(np.random.SeedSequence(rng_seed, spawn_key=(2,)))
        self._coins: list[int] = []
        self._doomed: list[int] = []
        for p in net.probability:
            draw = rng.random(n_worlds)
            self._coins.append(_bits(draw < p))
            self._doomed.append(_bits((draw < p) & (draw >= keep * p)))
        self._out: list[list[int]] = [[] for _ in net.points]
        for arc, tail in enumerate(net.tail):
            self._out[tail].append(arc)
        self._reached = self._spread(dict.fromkeys(net.starts, (1 << n_worlds) - 1))

    def through(self, arcs: Iterable[int]) -> Covered:
        """Return, for each node that counts, the worlds with an open path through the arcs."""
        found: dict[int, int] = {}
        for arc in arcs:
            bits = self._reached.get(self.net.tail[arc], 0) & self._doomed[arc]
            if bits:
                head = self.net.head[arc]
                found[head] = found.get(head, 0) | bits
        reached = self._spread(found)
        return {node: bits for node, bits in reached.items() if self.net.points[node] > 0}

    def gain(self, more: Covered, covered: Covered, half: int) -> float:
        """Return the mean points of ``more`` that are not covered yet, in a half of the worlds."""
        n_half = self.n_worlds // 2
        mask = ((1 << n_half) - 1) << (half * n_half)
        points = self.net.points
        total = sum(
            points[node] * (bits & ~covered.get(node, 0) & mask).bit_count()
            for node, bits in more.items()
        )
        return total / n_half

    def batches(self, more: Covered, covered: Covered, half: int) -> list[float]:
        """Return the same mean in each of `BATCHES` equal parts of the half."""
        n_part = self.n_worlds // 2 // BATCHES
        mask = (1 << n_part) - 1
        sums = [0.0] * BATCHES
        for node, bits in more.items():
            rest = (bits & ~covered.get(node, 0)) >> (half * (self.n_worlds // 2))
            for part in range(BATCHES):
                sums[part] += self.net.points[node] * ((rest >> (part * n_part)) & mask).bit_count()
        return [total / n_part for total in sums]

    def _spread(self, found: dict[int, int]) -> dict[int, int]:
        """Close sets of worlds under open arcs, in place; first in, first out."""
        queue = deque(found)
        queued = set(queue)
        while queue:
            node = queue.popleft()
            queued.discard(node)
            bits = found[node]
            for arc in self._out[node]:
                head = self.net.head[arc]
                old = found.get(head, 0)
                new = old | (bits & self._coins[arc])
                if new != old:
                    found[head] = new
                    if head not in queued:
                        queued.add(head)
                        queue.append(head)
        return found


def _bits(is_open: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(is_open, bitorder="little").tobytes(), "little")
