"""Cuts the part that one breach can reach out of the whole harm network, and solves it exactly."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    """Row of each arc in the lists of the whole."""
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
    among : bool array, shape (n_nodes,), optional
        Nodes whose arcs to each other and to questions are the only ones taken.
    """

    def __init__(
        self,
        whole: WholeHarm,
        questions: Collection[int],
        extra: Sequence[tuple[int, int]] = (),
        among: NDArray[np.bool_] | None = None,
    ) -> None:
        rows = _rows_that_matter(whole, questions, among)
        more = len(extra)
        self.n_nodes = max([whole.n_nodes, *(head + 1 for _, head in extra)])
        self.coin: list[int] = np.where(rows < whole.n_coins, rows, -1).tolist() + [-1] * more
        """Row of each arc among the coins of the whole network; -1 for sure ones."""
        self.tail: list[int] = whole.tail[rows].tolist() + [tail for tail, _ in extra]
        self.head: list[int] = whole.head[rows].tolist() + [head for _, head in extra]
        self.value: list[float] = whole.value[rows].tolist() + [1.0] * more
        self.low: list[float] = whole.low[rows].tolist() + [1.0] * more
        self.high: list[float] = whole.high[rows].tolist() + [1.0] * more
        self.out: dict[int, list[int]] = {}
        for row, tail in enumerate(self.tail):
            self.out.setdefault(tail, []).append(row)

    def within_reach(self, start: int) -> list[int]:
        """Return the nodes that an arc with a probability above 0 may lead to, the start first."""
        seen = {start: None}
        queue = [start]
        while queue:
            for row in self.out.get(queue.pop(), ()):
                head = self.head[row]
                if self.value[row] > 0 and head not in seen:
                    seen[head] = None
                    queue.append(head)
        return list(seen)

    def cut(self, start: int, leave_out: Collection[int] = ()) -> Part:
        """Return what a breach that starts at a node may reach, at the high ends of all ranges.

        Parameters
        ----------
        leave_out : nodes
            Not entered.
        """
        place = {start: 0}
        nodes, rows, ends = [start], [], []
        for node in nodes:  # grows while it is walked
            for row in self.out.get(node, ()):
                head = self.head[row]
                if head in leave_out:
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
            fixed=[self.coin[row] < 0 for row in part.rows],
            budget=budget,
        )

    @staticmethod
    def coins(
        part: Part, probability: Sequence[float], closed: Collection[int] = ()
    ) -> list[float]:
        """Return the probability of each arc of a part, 0 for rows that are closed."""
        return [0.0 if row in closed else probability[row] for row in part.rows]


def _rows_that_matter(
    whole: WholeHarm, questions: Collection[int], among: NDArray[np.bool_] | None
) -> NDArray[np.int64]:
    """Return the arcs that can open, but for sure ones into nodes that nobody asks about."""
    asked = np.zeros(whole.n_nodes, dtype=bool)
    asked[list(questions)] = True
    matters = (whole.high > 0) & ((np.arange(len(whole.head)) < whole.n_coins) | asked[whole.head])
    if among is not None:
        matters &= among[whole.tail] & (among | asked)[whole.head]
    return np.flatnonzero(matters)


def coming_to(whole: WholeHarm, ends: Collection[int]) -> NDArray[np.bool_]:
    """Tell from which nodes harm may come to one of the ends, those included, shape (n_nodes,)."""
    coins = np.flatnonzero(whole.high[: whole.n_coins] > 0)
    tails, heads = whole.tail[coins], whole.head[coins]
    near = np.zeros(whole.n_nodes, dtype=bool)
    near[list(ends)] = True
    while True:
        new = tails[near[heads] & ~near[tails]]
        if not len(new):
            return near
        near[new] = True
