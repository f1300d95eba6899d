"""The cheapest set of arcs that cuts a node off: maximum flow, minimum cut."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable

Arc = tuple[int, int, float]
"""(tail, head, cost of cutting it); infinite for an arc that cannot be cut."""


def cheapest_cut(
    arcs: Iterable[Arc], source: int, sink: int, *, limit: float = math.inf
) -> tuple[int, ...] | None:
    """Return indices of arcs without which no path leads from source to sink, at least cost.

    Parameters
    ----------
    arcs : (tail, head, cost) of each arc
        Loops and parallel arcs are allowed.
    limit : float
        Dearer cuts are not wanted.

    Returns
    -------
    tuple of int or None
        Places in ``arcs``; empty if no path leads there anyway, None if no cut costs at most
        ``limit``.

    References
    ----------
    Edmonds and Karp (1972), "Theoretical improvements in algorithmic efficiency for network flow
    problems", doi:10.1145/321694.321699.

    Examples
    --------
    Two ways of two arcs each; the cheaper arc of each way is cut:

    >>> arcs = [(0, 1, 1.0), (1, 3, 5.0), (0, 2, 4.0), (2, 3, 2.0)]
    >>> cheapest_cut(arcs, 0, 3)
    (0, 3)
    >>> cheapest_cut(arcs, 0, 3, limit=2.0) is None
    True
    """
    flow = _Flow(arcs)
    if source == sink:
        return None
    spent = 0.0
    while True:
        way = flow.shortest(source, sink)
        if way is None:
            return flow.cut(source)
        least = min(flow.room[step] for step in way)
        spent += least
        if spent > limit or math.isinf(least):
            return None
        for step in way:
            flow.push(step, least)


class _Flow:
    """Room left on each arc and, as the odd numbers, on its way back."""

    def __init__(self, arcs: Iterable[Arc]) -> None:
        self.ends: list[int] = []
        self.room: list[float] = []
        self.out: dict[int, list[int]] = {}
        for tail, head, cost in arcs:
            for end, other, room in ((head, tail, cost), (tail, head, 0.0)):
                self.out.setdefault(other, []).append(len(self.ends))
                self.ends.append(end)
                self.room.append(room)

    def push(self, step: int, amount: float) -> None:
        self.room[step] -= amount
        self.room[step ^ 1] += amount

    def shortest(self, source: int, sink: int) -> list[int] | None:
        """Return the steps of a way with the fewest arcs that have room left."""
        came: dict[int, int] = {source: -1}
        queue = deque([source])
        while queue and sink not in came:
            node = queue.popleft()
            for step in self.out.get(node, ()):
                if self.room[step] > 0 and self.ends[step] not in came:
                    came[self.ends[step]] = step
                    queue.append(self.ends[step])
        if sink not in came:
            return None
        way, node = [], sink
        while node != source:
            way.append(came[node])
            node = self.ends[came[node] ^ 1]
        return way

    def cut(self, source: int) -> tuple[int, ...]:
        """Return the arcs that leave what can still be reached."""
        seen, stack = {source}, [source]
        while stack:
            for step in self.out.get(stack.pop(), ()):
                if self.room[step] > 0 and self.ends[step] not in seen:
                    seen.add(self.ends[step])
                    stack.append(self.ends[step])
        return tuple(
            step // 2
            for step in range(0, len(self.ends), 2)
            if self.ends[step ^ 1] in seen and self.ends[step] not in seen
        )
