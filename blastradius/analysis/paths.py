"""Most probable paths from the root of a harm network, and least numbers of hops."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterable
from typing import Final

from blastradius.analysis.harm import CompiledHarm, HarmArc

_SEARCH_LIMIT: Final = 20_000
"""Partial paths looked at for one answer, but for its first path; a bound where detours abound."""


class PathFinder:
    """Shortest-path search with -log(probability) as length."""

    def __init__(self, harm: CompiledHarm) -> None:
        self.harm = harm
        self.out: list[list[int]] = [[] for _ in range(harm.n_nodes)]
        self.into: list[list[int]] = [[] for _ in range(harm.n_nodes)]
        self.length: list[float] = []
        for i, arc in enumerate(harm.arcs):
            value = arc.coin.value
            self.length.append(-math.log(value) if value > 0 else math.inf)
            if value > 0:
                self.out[arc.tail].append(i)
                self.into[arc.head].append(i)
        self.from_root = self._distances()

    def best(self, ends: Iterable[int], k: int) -> list[tuple[float, tuple[HarmArc, ...]]]:
        """Return up to k most probable simple paths to any of the nodes, best first.

        A path counts up to the first of the nodes that it meets. Probabilities are those of
        the path alone: all its coins open. Search runs backward from the ends, guided by the
        exact distance from the root, so each complete path is found in order.
        """
        targets = set(ends)
        heap: list[tuple[float, int, float, int, tuple[int, ...]]] = []
        count = 0
        for end in sorted(targets):
            if self.from_root[end] < math.inf:
                heap.append((self.from_root[end], count, 0.0, end, ()))
                count += 1
        heapq.heapify(heap)
        found: list[tuple[float, tuple[HarmArc, ...]]] = []
        while heap and len(found) < k and (count < _SEARCH_LIMIT or not found):
            _, _, travelled, node, path = heapq.heappop(heap)
            if node == 0:
                arcs = tuple(self.harm.arcs[i] for i in path)
                found.append((math.exp(-travelled), arcs))
                continue
            seen = {self.harm.arcs[i].head for i in path} | {node}
            for i in self.into[node]:
                tail = self.harm.arcs[i].tail
                if tail in seen or tail in targets:
                    continue
                so_far = travelled + self.length[i]
                bound = so_far + self.from_root[tail]
                if bound < math.inf:
                    count += 1
                    heapq.heappush(heap, (bound, count, so_far, tail, (i, *path)))
        return found

    def hops(self) -> list[int | None]:
        """Return, for each node, the least number of party-to-party steps from the root."""
        hops: list[int | None] = [None] * self.harm.n_nodes
        hops[0] = 0
        queue = deque([0])
        while queue:
            node = queue.popleft()
            here = hops[node]
            assert here is not None
            for i in self.out[node]:
                arc = self.harm.arcs[i]
                step = int(arc.origin != arc.target)
                before = hops[arc.head]
                if before is None or here + step < before:
                    hops[arc.head] = here + step
                    if step:
                        queue.append(arc.head)
                    else:
                        queue.appendleft(arc.head)
        return hops

    def _distances(self) -> list[float]:
        distance = [math.inf] * self.harm.n_nodes
        distance[0] = 0.0
        heap = [(0.0, 0)]
        while heap:
            length, node = heapq.heappop(heap)
            if length > distance[node]:
                continue
            for i in self.out[node]:
                head = self.harm.arcs[i].head
                candidate = length + self.length[i]
                if candidate < distance[head]:
                    distance[head] = candidate
                    heapq.heappush(heap, (candidate, head))
        return distance
