"""Cuts the part that one breach can reach out of the whole harm network, and solves it exactly."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from blastradius.analysis.whole import WholeHarm
from blastradius.engine.exact import ExactSolver


@dataclass(frozen=True, slots=True)
class Part:
    """Nodes and arcs within reach of one node, in numbers of their own."""

    nodes: list[int]
    """Node of the whole network that each node stands for; the first is where it starts."""
    place: Mapping[int, int]
    """Node of the whole network -> node of the part."""
    rows: list[int]
    """Row of each arc in the whole network."""
    ends: list[tuple[int, int]]
    """Tail and head of each arc, in nodes of the part."""


class Parts:
    """The whole network as lists by tail, from which parts are cut; arcs that cannot open left out.

    Parameters
    ----------
    questions : nodes
        Readout nodes that matter; sure arcs into other ones are left out.
    extra : pairs (tail, head)
        More sure arcs, for questions of one's own; heads may be nodes beyond the network.
    """

    def __init__(
        self,
        whole: WholeHarm,
        questions: Collection[int],
        extra: Sequence[tuple[int, int]] = (),
    ) -> None:
        more = len(extra)
        tails = whole.tail.tolist() + [tail for tail, _ in extra]
        heads = whole.head.tolist() + [head for _, head in extra]
        self.n_nodes = max([whole.n_nodes, *(head + 1 for _, head in extra)])
        self.n_coins = whole.n_coins
        self.tail: list[int] = tails
        self.head: list[int] = heads
        self.value: list[float] = whole.value.tolist() + [1.0] * more
        self.low: list[float] = whole.low.tolist() + [1.0] * more
        self.high: list[float] = whole.high.tolist() + [1.0] * more
        self.out: list[list[int]] = [[] for _ in range(self.n_nodes)]
        wanted = {*questions, *(head for _, head in extra)}
        for row, tail in enumerate(tails):
            if self.high[row] > 0 and (row < self.n_coins or heads[row] in wanted):
                self.out[tail].append(row)

    def within_reach(self, start: int) -> list[int]:
        """Return the nodes that an arc with a probability above 0 may lead to, the start first."""
        seen = {start: None}
        queue = [start]
        while queue:
            for row in self.out[queue.pop()]:
                head = self.head[row]
                if self.value[row] > 0 and head not in seen:
                    seen[head] = None
                    queue.append(head)
        return list(seen)

    def cut(
        self,
        start: int,
        leave_out: Collection[int] = (),
        among: Collection[int] | None = None,
    ) -> Part:
        """Return what a breach that starts at a node may reach, at the high ends of all ranges.

        Parameters
        ----------
        leave_out : nodes
            Not entered.
        among : nodes, optional
            The only ones entered.
        """
        place = {start: 0}
        nodes, rows, ends = [start], [], []
        for node in nodes:  # grows while it is walked
            for row in self.out[node]:
                head = self.head[row]
                if head in leave_out or (among is not None and head not in among):
                    continue
                if head not in place:
                    place[head] = len(nodes)
                    nodes.append(head)
                rows.append(row)
                ends.append((place[node], place[head]))
        return Part(nodes, place, rows, ends)

    def solver(self, part: Part, budget: int) -> ExactSolver:
        """Compile a part for exact questions.

        Raises
        ------
        ExactBudgetError
            If it does not fit the budget.
        """
        return ExactSolver.build(
            len(part.nodes),
            part.ends,
            self.coins(part, self.high),
            [0],
            fixed=[row >= self.n_coins for row in part.rows],
            budget=budget,
        )

    @staticmethod
    def coins(
        part: Part, probability: Sequence[float], closed: Collection[int] = ()
    ) -> list[float]:
        """Return the probability of each arc of a part, 0 for rows that are closed."""
        return [0.0 if row in closed else probability[row] for row in part.rows]

    def coming_to(self, ends: Iterable[int]) -> set[int]:
        """Return the nodes from which harm may come to one of the ends, those included."""
        into: list[list[int]] = [[] for _ in range(self.n_nodes)]
        for tail, rows in enumerate(self.out):
            for row in rows:
                into[self.head[row]].append(tail)
        seen = set(ends)
        queue = list(seen)
        while queue:
            for tail in into[queue.pop()]:
                if tail not in seen:
                    seen.add(tail)
                    queue.append(tail)
        return seen
