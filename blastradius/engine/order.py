"""Orders in which the exact engine takes up the nodes: good orders keep the frontier narrow.

The frontier holds the nodes that were taken up and still have an arc to a node that was not.
The number of states grows exponentially with its width, so the order decides what is feasible.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

Adjacency = Sequence[Sequence[int]]


def candidate_orders(
    successors: Adjacency, predecessors: Adjacency, origins: Sequence[int]
) -> Iterator[list[int]]:
    """Yield orders to try, the one that usually wins first.

    Parameters
    ----------
    successors, predecessors : lists of n lists of nodes
        Arcs out of and into each node, without loops and repeats.
    origins : nodes
        Where reach starts.

    Examples
    --------
    >>> next(candidate_orders([[1], [2], []], [[], [0], [1]], [0]))
    [0, 1, 2]
    """
    neighbours = [sorted({*out, *into}) for out, into in zip(successors, predecessors, strict=True)]
    # Causal: a node is taken up when all its predecessors are, so on acyclic networks its fate
    # is settled at once and a state is one bit for each frontier node.
    yield _greedy(neighbours, predecessors, origins, causal=True)
    yield _greedy(neighbours, predecessors, origins, causal=False)
    far = _farthest(neighbours, origins)
    yield _greedy(neighbours, predecessors, [far], causal=False)
    yield _breadth_first(neighbours, far)
    yield _breadth_first(neighbours, _farthest(neighbours, [far]))


def _greedy(
    neighbours: Adjacency, predecessors: Adjacency, starts: Sequence[int], *, causal: bool
) -> list[int]:
    """Take up, again and again, the node that leaves the narrowest frontier."""
    return _Greedy(neighbours, predecessors, causal=causal).run(starts)


class _Greedy:
    """A growing order of nodes, and what each node not in it would do to the frontier.

    Keys are cached in a heap and renewed only for nodes whose surroundings changed, which
    makes this O(m log n); a hub with a thousand leaves would otherwise cost a million steps.
    """

    def __init__(self, neighbours: Adjacency, predecessors: Adjacency, *, causal: bool) -> None:
        n = len(neighbours)
        self.neighbours = neighbours
        self.causal = causal
        self.successors: list[list[int]] = [[] for _ in range(n)]
        for head, into in enumerate(predecessors):
            for tail in into:
                self.successors[tail].append(head)
        self.absent = [len(adjacent) for adjacent in neighbours]  # neighbours not taken up yet
        self.missing = [len(into) for into in predecessors]  # predecessors not taken up yet
        self.taken = [False] * n
        self.order: list[int] = []
        self.current: list[tuple[int, ...] | None] = [None] * n
        self.heap: list[tuple[tuple[int, ...], int]] = []

    def run(self, starts: Sequence[int]) -> list[int]:
        for start in starts:
            self._take(start)
        for fallback in range(len(self.taken)):
            while self.heap:
                key, node = heapq.heappop(self.heap)
                if key == self.current[node]:
                    self._take(node)
            self._take(fallback)
        return self.order

    def _take(self, node: int) -> None:
        if self.taken[node]:
            return
        self.taken[node] = True
        self.order.append(node)
        for other in self.neighbours[node]:
            self.absent[other] -= 1
        for other in self.successors[node]:
            self.missing[other] -= 1
        for other in sorted(self._touched(node)):
            self._offer(other)

    def _touched(self, node: int) -> set[int]:
        """Return the nodes whose key may have changed: around the node, and where one is left."""
        around = {other for other in self.neighbours[node] if not self.taken[other]}
        for other in (*self.neighbours[node], node):
            if self.taken[other] and self.absent[other] == 1:
                around.update(o for o in self.neighbours[other] if not self.taken[o])
        return around

    def _offer(self, node: int) -> None:
        around = self.neighbours[node]
        closes = sum(1 for other in around if self.taken[other] and self.absent[other] == 1)
        growth = (1 if self.absent[node] else 0) - closes
        waits = self.missing[node]
        # Later offers first among equals: finishing a branch before opening the next one
        # keeps trees at the width of their depth.
        key = (int(self.causal and waits > 0), growth, waits, -len(self.order), node)
        self.current[node] = key
        heapq.heappush(self.heap, (key, node))


def _levels(neighbours: Adjacency, starts: Sequence[int]) -> list[int]:
    seen = set(starts)
    order = list(dict.fromkeys(starts))
    for node in order:
        for other in sorted(neighbours[node], key=lambda o: len(neighbours[o])):
            if other not in seen:
                seen.add(other)
                order.append(other)
    return order


def _farthest(neighbours: Adjacency, starts: Sequence[int]) -> int:
    return _levels(neighbours, starts)[-1]


def _breadth_first(neighbours: Adjacency, start: int) -> list[int]:
    order = _levels(neighbours, [start])
    seen = set(order)
    return order + [node for node in range(len(neighbours)) if node not in seen]
