"""Sampled effects on large networks: those of all actions from one pass over the worlds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.hardening.change import Change
from blastradius.analysis.hardening.network import RiskNetwork
from blastradius.analysis.hardening.results import Measured
from blastradius.analysis.hardening.table import ActionTable
from blastradius.engine.removal import MEASURE, Comparison, Progress, RemovalSampler, Weighed

DEFAULT_WORLDS: Final = 20_000
"""Worlds sampled when no number is asked for, where a breach reaches little."""

LEAST_WORLDS: Final = 400

WORLDS_EACH: Final = 10
"""Worlds for each of many breaches, where they are small enough."""

VISITS: Final = 20_000_000
"""Nodes visited in all worlds that one pass takes on: a few seconds."""

PILOT_WORLDS: Final = 256
"""Worlds that tell how many nodes one visits."""


def default_worlds(visits: float, n_starts: int = 1) -> int:
    """Return how many worlds are sampled when no number is asked for: fewer where each is large.

    Parameters
    ----------
    visits : float
        Nodes that one world visits, in the mean.
    n_starts : int
        Breaches that a world is one of; with many, some worlds are wanted for each.

    >>> default_worlds(50), default_worlds(10_000), default_worlds(1_000_000)
    (20000, 2000, 400)
    >>> default_worlds(5, n_starts=100_000)
    1000000
    """
    most = max(DEFAULT_WORLDS, WORLDS_EACH * n_starts)
    return max(LEAST_WORLDS, min(most, int(VISITS / max(visits, 1.0))))


class SampledObjective:
    """The total score as a function of the coins, in sampled worlds.

    A plan is searched for in the worlds from 0 on, and measured in others: what is best by chance
    in the former is not so in the latter.
    """

    most_sets = 0
    most_ordered = 4

    def __init__(
        self,
        risk: RiskNetwork,
        table: ActionTable,
        lower_to: float,
        n_worlds: int | None,
        rng_seed: int,
        progress: Progress | None = None,
    ) -> None:
        self._risk, self._table, self._lower_to = risk, table, lower_to
        self._rng_seed, self._progress = rng_seed, progress
        self._unit = _units(risk, table)
        # A search asks again for what a list was made of, and what it began with.
        self._effects: dict[tuple[int, ...], tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
        self._sampler = RemovalSampler(
            risk.n_nodes,
            risk.tail,
            risk.head,
            self._unit,
            Weighed(risk.points, risk.party, risk.start_node, risk.start_party),
        )
        self.n_worlds = n_worlds or default_worlds(
            self._sampler.visits(risk.value, PILOT_WORLDS, rng_seed), risk.n_starts
        )

    def total(self) -> Measured:
        """Return the total score before any action [points]."""
        return self.measure(()).residual

    def effects(
        self, done: Collection[int] = ()
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what each action would take off the total after some others, and half-widths."""
        key = tuple(sorted(done))
        if key not in self._effects:
            self._effects[key] = self._sampled_effects(key)
        return self._effects[key]

    def _sampled_effects(
        self, done: Collection[int]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        found = self._sampler.removals(
            *self._before(done), self.n_worlds, self._rng_seed, progress=self._progress
        )
        table = self._table
        entire = table.single < 0
        arcs = table.arc[table.first[:-1]]
        units = self._unit[arcs]
        return (
            np.where(entire, found.unit.value[units], found.arc.value[arcs]),
            np.where(entire, found.unit.half_width[units], found.arc.half_width[arcs]),
        )

    def gain(self, actions: Collection[int], done: Collection[int] = ()) -> float:
        """Return what actions would take off together after some others [points]."""
        return float(self._compared(actions, done, 0).points.value[2])

    def scores(self, done: Collection[int] = ()) -> Mapping[int, float]:
        """Return the score of each party row after some actions [points]."""
        return self._by_party(self._compared((), done, 0).after_by_node)

    def measure(self, actions: Collection[int], done: Collection[int] = ()) -> Change:
        """Return what actions change together after some others."""
        found = self._compared(actions, done, MEASURE)
        value, width = found.points.value.tolist(), found.points.half_width.tolist()
        return Change(
            Measured(value[2], width[2]),
            Measured(value[1], width[1]),
            self._by_party(found.lost_by_node),
        )

    def lost_by_party(self, actions: Sequence[int]) -> list[Mapping[int, float]]:
        """Return, for each action alone, what it takes off the score of each party row."""
        table = self._table
        watched = []
        for action in actions:
            arc = int(table.arcs_of(action)[0])
            watched.append((int(self._unit[arc]), arc if table.single[action] >= 0 else -1))
        lost = self._sampler.lost_by_node(
            *self._before(()), watched, self.n_worlds, self._rng_seed, progress=self._progress
        )
        return [self._by_party(row) for row in lost]

    # -- parts ---------------------------------------------------------------------------

    def _before(self, done: Collection[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the probability of each arc after some actions, and what a further one leaves."""
        value = self._table.changed(self._risk.value, done, self._lower_to)
        stays = np.where(self._unit >= 0, value * self._lower_to, value)
        for action in done:
            arcs = self._table.arcs_of(action)
            stays[arcs] = value[arcs]
        return value, stays

    def _compared(
        self, actions: Collection[int], done: Collection[int], first_world: int
    ) -> Comparison:
        table, value = self._table, self._risk.value
        return self._sampler.compared(
            table.changed(value, done, self._lower_to),
            table.changed(value, [*done, *actions], self._lower_to),
            self.n_worlds,
            self._rng_seed,
            first_world=first_world,
            progress=self._progress,
        )

    def _by_party(self, by_node: NDArray[np.float64]) -> dict[int, float]:
        risk = self._risk
        nodes = np.flatnonzero((risk.points > 0) & (by_node > 0))
        sums = np.bincount(risk.party[nodes], risk.points[nodes] * by_node[nodes])
        return {int(row): float(sums[row]) for row in np.flatnonzero(sums)}


def _units(risk: RiskNetwork, table: ActionTable) -> NDArray[np.int64]:
    """Return the unit of each arc: the place of its edge among the actions, -1 for none."""
    unit = np.full(len(risk.tail), -1, dtype=np.int64)
    entire = np.flatnonzero(table.single < 0)  # they come first in the table
    sizes = np.diff(table.first)[entire]
    unit[table.arc[: int(sizes.sum())]] = np.repeat(entire, sizes)
    return unit
