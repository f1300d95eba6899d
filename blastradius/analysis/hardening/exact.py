"""Exact effects on small networks: one derivative for each coin, one more sweep for each edge."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.hardening.change import Change
from blastradius.analysis.hardening.network import RiskNetwork
from blastradius.analysis.hardening.results import Measured
from blastradius.analysis.hardening.table import ActionTable
from blastradius.engine.exact import ExactSolver
from blastradius.errors import ExactBudgetError

LARGEST: Final = 20_000
"""Arcs, over all starts, beyond which exact answers are not tried: even reading them is slow."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One breach, and the arcs that it can come by."""

    solver: ExactSolver
    arcs: NDArray[np.int64]
    points: dict[int, float]
    """Local node -> points."""
    party: dict[int, int]
    """Local node -> party row."""


class ExactObjective:
    """The total score as a function of the coins, exactly."""

    most_sets = 2_000
    most_ordered = 12

    def __init__(
        self, risk: RiskNetwork, table: ActionTable, lower_to: float, parts: tuple[_Part, ...]
    ) -> None:
        self._value, self._table, self._lower_to, self._parts = risk.value, table, lower_to, parts
        self._parts_of: dict[int, list[int]] = {}
        for number, part in enumerate(parts):
            for arc in part.arcs.tolist():
                self._parts_of.setdefault(arc, []).append(number)

    @classmethod
    def build(
        cls, risk: RiskNetwork, table: ActionTable, lower_to: float, budget: int
    ) -> ExactObjective:
        """Compile every breach.

        Raises
        ------
        ExactBudgetError
            If one of them does not fit the budget, or there are too many arcs.
        """
        parts = tuple(
            _compiled(risk, start, arcs, budget) for start, arcs in reaches(risk, LARGEST)
        )
        return cls(risk, table, lower_to, parts)

    def total(self) -> Measured:
        """Return the total score before any action [points]."""
        return Measured(sum(self._score(part, self._value) for part in self._parts) / self._n)

    def effects(self, done: Collection[int] = ()) -> tuple[NDArray[np.float64], None]:
        """Return what each action would take off the total after some others, shape (U,)."""
        table, left = self._table, self._lower_to
        value = table.changed(self._value, done, left)
        touched = np.zeros(table.n_arcs, dtype=bool)
        for action in done:
            touched[table.arcs_of(action)] = True
        by_arc = np.zeros(table.n_arcs)
        for part in self._parts:
            local = value[part.arcs]
            slopes = part.solver.gradient(local.tolist(), part.points).of_joint
            by_arc[part.arcs] += (1 - left) * local * np.array(slopes)
        by_arc[touched] = 0.0
        found = np.zeros(len(table))
        for action in range(len(table)):
            arcs = [arc for arc in table.arcs_of(action).tolist() if not touched[arc]]
            if len(arcs) == 1:
                found[action] = by_arc[arcs[0]]
            elif arcs:
                found[action] = self._joint(value, arcs)
        return np.maximum(found, 0.0) / self._n, None

    def gain(self, actions: Collection[int], done: Collection[int] = ()) -> float:
        """Return what actions would take off together after some others [points]."""
        before, after, parts = self._compared(actions, done)
        return sum(self._score(p, before) - self._score(p, after) for p in parts) / self._n

    def scores(self, done: Collection[int] = ()) -> dict[int, float]:
        """Return the score of each party row after some actions [points]."""
        return self._by_party(self._table.changed(self._value, done, self._lower_to), self._parts)

    def measure(self, actions: Collection[int], done: Collection[int] = ()) -> Change:
        """Return what actions change together after some others."""
        before, after, parts = self._compared(actions, done)
        old, new = self._by_party(before, parts), self._by_party(after, parts)
        lost = {party: points - new[party] for party, points in old.items() if points > new[party]}
        residual = sum(self._score(part, after) for part in self._parts) / self._n
        return Change(Measured(math.fsum(lost.values())), Measured(residual), lost)

    def lost_by_party(self, actions: Sequence[int]) -> list[Mapping[int, float]]:
        """Return, for each action alone, what it takes off the score of each party row."""
        return [self.measure([action]).lost for action in actions]

    def _compared(
        self, actions: Collection[int], done: Collection[int]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], list[_Part]]:
        """Return the probabilities before and after, and the breaches for which they differ."""
        before, after = (
            self._table.changed(self._value, rows, self._lower_to)
            for rows in (done, [*done, *actions])
        )
        return before, after, list(self._affected(np.flatnonzero(before != after).tolist()))

    def _by_party(self, value: NDArray[np.float64], parts: Collection[_Part]) -> dict[int, float]:
        scores: dict[int, float] = {}
        for part in parts:
            joint = part.solver.evaluate(value[part.arcs].tolist()).joint
            for node, points in part.points.items():
                party = part.party[node]
                scores[party] = scores.get(party, 0.0) + points * joint[node] / self._n
        return scores

    @property
    def _n(self) -> int:
        return max(len(self._parts), 1)

    def _joint(self, value: NDArray[np.float64], arcs: list[int]) -> float:
        """Return what changing several coins together takes off."""
        after = value.copy()
        after[arcs] *= self._lower_to
        return sum(
            self._score(part, value) - self._score(part, after) for part in self._affected(arcs)
        )

    def _affected(self, arcs: list[int]) -> Iterator[_Part]:
        for number in sorted({n for arc in arcs for n in self._parts_of.get(arc, ())}):
            yield self._parts[number]

    @staticmethod
    def _score(part: _Part, value: NDArray[np.float64]) -> float:
        joint = part.solver.evaluate(value[part.arcs].tolist()).joint
        return sum(points * joint[node] for node, points in part.points.items())


def reaches(risk: RiskNetwork, most: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield each start with the arcs that lead on from it.

    Raises
    ------
    ExactBudgetError
        If they are more than ``most`` in all.
    """
    order = np.argsort(risk.tail, kind="stable")
    if len(order) > most:
        raise ExactBudgetError(most, len(order))
    first = np.searchsorted(risk.tail[order], np.arange(risk.n_nodes + 1)).tolist()
    heads, arcs = risk.head[order].tolist(), order.tolist()
    used = 0
    for start in range(risk.n_starts):
        seen, stack, mine = {int(risk.start_node[start])}, [int(risk.start_node[start])], []
        while stack:
            node = stack.pop()
            for place in range(first[node], first[node + 1]):
                mine.append(arcs[place])
                if heads[place] not in seen:
                    seen.add(heads[place])
                    stack.append(heads[place])
        used += len(mine)
        if used > most:
            raise ExactBudgetError(most, used)
        yield start, np.array(sorted(mine), dtype=np.int64)


def _compiled(risk: RiskNetwork, start: int, arcs: NDArray[np.int64], budget: int) -> _Part:
    root = int(risk.start_node[start])
    tails, heads = risk.tail[arcs].tolist(), risk.head[arcs].tolist()
    place = {node: i for i, node in enumerate(dict.fromkeys([root, *tails, *heads]))}
    points, party = {}, {}
    for node, local in place.items():
        row = int(risk.party[node])
        if risk.points[node] > 0 and row != risk.start_party[start]:
            points[local], party[local] = float(risk.points[node]), row
    solver = ExactSolver.build(
        len(place),
        [(place[t], place[h]) for t, h in zip(tails, heads, strict=True)],
        risk.value[arcs].tolist(),
        [0],
        fixed=((risk.coin[arcs] < 0) & (risk.value[arcs] >= 1)).tolist(),
        budget=budget,
    )
    return _Part(solver, arcs, points, party)
