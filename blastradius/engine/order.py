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
    """Take up, again and again, the node that leaves the narrowest frontier.

    Keys are cached in a heap and renewed only for nodes whose surroundings changed, which
    makes this O(m log n); a hub with a thousand leaves would otherwise cost a million steps.
    """
    n = len(neighbours)
    absent = [len(adjacent) for adjacent in neighbours]  # neighbours not taken up yet
    missing = [len(into) for into in predecessors]  # predecessors not taken up yet
    successors: list[list[int]] = [[] for _ in range(n)]
    for head, into in enumerate(predecessors):
        for tail in into:
            successors[tail].append(head)
    taken = [False] * n
    current: list[tuple[int, ...] | None] = [None] * n
    heap: list[tuple[tuple[int, ...], int]] = []

    def offer(node: int) -> None:
        closes = sum(1 for other in neighbours[node] if taken[other] and absent[other] == 1)
        growth = (1 if absent[node] else 0) - closes
        waits = missing[node]
        # Later offers first among equals: finishing a branch before opening the next one
        # keeps trees at the width of their depth.
        key = (int(causal and waits > 0), growth, waits, -len(order), node)
        current[node] = key
        heapq.heappush(heap, (key, node))

    order: list[int] = []

    def take(node: int) -> None:
        taken[node] = True
        order.append(node)
        for other in neighbours[node]:
            absent[other] -= 1
        for other in successors[node]:
            missing[other] -= 1
        touched = {other for other in neighbours[node] if not taken[other]}
        for other in (*neighbours[node], node):
            if taken[other] and absent[other] == 1:
                touched.update(o for o in neighbours[other] if not taken[o])
        for other in sorted(touched):
            offer(other)

    for start in starts:
        if not taken[start]:
            take(start)
    for fallback in range(n):
        while heap:
            key, node = heapq.heappop(heap)
            if not taken[node] and key == current[node]:
                take(node)
        if not taken[fallback]:
            take(fallback)
    return order


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
