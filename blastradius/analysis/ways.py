"""Most probable ways and least hops from every party to the harm of one, found backward at once."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.survey import WayStep
from blastradius.analysis.whole import ARC_KINDS, WholeHarm
from blastradius.model.vocabulary import CERTAINTIES


@dataclass(frozen=True, slots=True)
class Ways:
    """For each node with a way to the ends: how probable the best one is, and how it starts."""

    whole: WholeHarm
    length: dict[int, float]
    """Node -> sum of -log(probability) along its most probable way."""
    first: dict[int, int]
    """Node -> row of the first coin on that way; ends have none."""
    hops: dict[int, int]
    """Node -> least number of steps from party to party [hops]."""

    @classmethod
    def to(cls, whole: WholeHarm, ends: Collection[int]) -> Ways:
        """Search backward from the ends over the coins that can open."""
        coins = _Entering.of(whole)
        length, first = _most_probable(whole, coins, ends)
        return cls(whole, length, first, _least_hops(whole, coins, ends))

    def probability(self, node: int) -> float:
        """P(every arc of the most probable way of a node is open) [1]."""
        return math.exp(-self.length[node])

    def steps(self, node: int) -> tuple[WayStep, ...]:
        """Return the most probable way of a node."""
        steps = []
        while node in self.first:
            row = self.first[node]
            steps.append(self._step(row))
            node = int(self.whole.head[row])
        return tuple(steps)

    def _step(self, row: int) -> WayStep:
        whole = self.whole
        dataset = int(whole.dataset[row])
        return WayStep(
            edge=whole.edge_ids[int(whole.edge[row])],
            kind=ARC_KINDS[int(whole.kind[row])],
            origin=whole.party_ids[int(whole.origin[row])],
            target=whole.party_ids[int(whole.target[row])],
            dataset=None if dataset < 0 else whole.dataset_ids[dataset],
            probability=float(whole.value[row]),
            certainty=CERTAINTIES[int(whole.certainty[row])],
        )


@dataclass(frozen=True, slots=True)
class _Entering:
    """Rows of the coins that can open, by the node that they enter."""

    first: NDArray[np.int64]
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, whole: WholeHarm) -> _Entering:
        coins = np.flatnonzero(whole.value[: whole.n_coins] > 0)
        heads = whole.head[coins]
        first = np.zeros(whole.n_nodes + 1, dtype=np.int64)
        np.cumsum(np.bincount(heads, minlength=whole.n_nodes), out=first[1:])
        return cls(first, coins[np.argsort(heads, kind="stable")])

    def into(self, node: int) -> list[int]:
        found: list[int] = self.rows[self.first[node] : self.first[node + 1]].tolist()
        return found


def _most_probable(
    whole: WholeHarm, coins: _Entering, ends: Collection[int]
) -> tuple[dict[int, float], dict[int, int]]:
    """Dijkstra's search, with -log(probability) as length."""
    length = dict.fromkeys(sorted(ends), 0.0)
    first: dict[int, int] = {}
    heap = [(0.0, node) for node in length]
    while heap:
        so_far, node = heapq.heappop(heap)
        if so_far > length[node]:
            continue
        for row in coins.into(node):
            tail = int(whole.tail[row])
            candidate = so_far - math.log(whole.value[row])
            if candidate < length.get(tail, math.inf):
                length[tail] = candidate
                first[tail] = row
                heapq.heappush(heap, (candidate, tail))
    return length, first


def _least_hops(whole: WholeHarm, coins: _Entering, ends: Collection[int]) -> dict[int, int]:
    hops = dict.fromkeys(sorted(ends), 0)
    queue = deque(hops)
    while queue:
        node = queue.popleft()
        for row in coins.into(node):
            tail = int(whole.tail[row])
            step = int(whole.origin[row] != whole.target[row])
            if hops[node] + step < hops.get(tail, hops[node] + step + 1):
                hops[tail] = hops[node] + step
                # Steps within a party cost nothing, so whoever they lead to comes first.
                if step:
                    queue.append(tail)
                else:
                    queue.appendleft(tail)
    return hops
