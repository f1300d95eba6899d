"""What-if on the columns of a register: the changes of `scenario`, made to arrays.

Both read the changes in the same way and are held to the same answers on the same graphs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.harm import Event
from blastradius.analysis.register_numbers import node_of
from blastradius.analysis.results import ScenarioNote
from blastradius.analysis.scenario import CoinChanges, event_of, observation_of
from blastradius.analysis.whole import ARC_KINDS, WholeHarm
from blastradius.analysis.whole_register import RegisterHarm, edge_rows
from blastradius.engine.in_reach import nodes_in_reach
from blastradius.io.tables.register import Register
from blastradius.model.graph import Observation
from blastradius.model.scenario import Change, Scenario

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AppliedToColumns:
    """The network of a register under a scenario, or as it was without one."""

    harm: RegisterHarm
    coins: tuple[int, ...]
    """For each change: how many coins it speaks of within reach of the breach, or whether its
    event can happen."""
    observations: tuple[Observation, ...]
    """What the scenario says beyond the incident."""
    excused: frozenset[str]
    """Parties that harm reaches without its changes: if it hardly does now, no edge is missing."""

    def counted(self, note: ScenarioNote | None) -> ScenarioNote | None:
        """Return a note whose counts are those of the register, not of some of its records."""
        if note is None:
            return None
        changes = zip(note.changes, self.coins, strict=True)
        return replace(note, changes=tuple(replace(c, coins=n) for c, n in changes))


def apply_to_columns(
    register: Register, harm: RegisterHarm, scenario: Scenario | None, origins: Places
) -> AppliedToColumns:
    """Apply the changes of a scenario, which reading has checked, to the network of a register.

    Parameters
    ----------
    origins : int64 array
        Party rows where the breach starts.
    """
    if scenario is None:
        return AppliedToColumns(harm, (), (), frozenset())
    whole = harm.whole
    # As records count: what a relation of probability 0 leads to is within reach.
    recorded = whole.arcs(np.ones(len(whole.tail)))
    reached = nodes_in_reach(recorded, whole.compromised[origins].astype(np.int64))
    reader = _Reader(register, harm, scenario, reached)
    changed, is_cut = _changed(whole, reader, CoinChanges.of(scenario))
    coins = np.flatnonzero(reached[whole.tail[: whole.n_coins]])
    untouched = not is_cut[coins].any() and all(
        np.array_equal(getattr(whole, column)[coins], getattr(changed, column)[coins])
        for column in ("value", "low", "high", "prior")
    )
    harmed = np.flatnonzero(reached[whole.harmed])
    return AppliedToColumns(
        replace(harm, whole=changed),
        tuple(reader.count(change) for change in scenario.changes),
        tuple(
            observation_of(change, event_of(change, reader.happens))
            for change in scenario.changes
            if change.observe is not None
        ),
        frozenset() if untouched else frozenset(register.parties.ids.at(harmed)),
    )


class _Reader:
    """Finds the coins that changes speak of."""

    def __init__(
        self,
        register: Register,
        harm: RegisterHarm,
        scenario: Scenario,
        reached: NDArray[np.bool_],
    ) -> None:
        self._register, self._harm, self._reached = register, harm, reached
        whole = harm.whole
        names = {name for c in scenario.changes for name in (c.cut, c.edge) if name is not None}
        self._edges: Mapping[str, int] = edge_rows(register, names)
        self._by_edge = np.argsort(whole.edge, kind="stable")
        self._sorted = whole.edge[self._by_edge]
        inside = np.isin(whole.kind, [ARC_KINDS.index("custody"), ARC_KINDS.index("own")])
        self.guard = np.where(inside, whole.origin, whole.target)
        """Party row whose controls stand in the way of each coin, as `scenario.guard` says."""

    def coins(self, edge: str, dataset: str | None) -> Places:
        """Return the coins of an edge, or of one dataset of it."""
        row = self._edges.get(edge)
        if row is None:
            return np.zeros(0, dtype=np.int64)
        span = np.array([row, row + 1], dtype=self._sorted.dtype)
        first, last = np.searchsorted(self._sorted, span)
        coins = self._by_edge[first:last]
        if dataset is None:
            return coins
        wanted = self._register.datasets.ids.row_of(dataset)
        assert wanted is not None, "scenarios are checked before"
        same = self._harm.whole.dataset[coins] == wanted
        return np.asarray(coins[same])

    def row_of(self, party: str) -> int:
        """Return the row of a party, which reading has found to be there."""
        row = self._register.parties.ids.row_of(party)
        assert row is not None, "scenarios are checked before"
        return row

    def happens(self, event: Event) -> bool:
        """Tell whether an event can happen without the scenario."""
        node = node_of(self._register, self._harm, event)
        return node >= 0 and bool(self._reached[node])

    def count(self, change: Change) -> int:
        """Return how many coins or events within reach a change speaks of."""
        if change.observe is not None:
            return int(self.happens(event_of(change, self.happens)))
        if change.control is not None:
            coins = np.flatnonzero(self.guard == self.row_of(change.control))
        else:
            coins = self.coins(change.cut or change.edge or "", change.dataset)
        return int(self._reached[self._harm.whole.tail[coins]].sum())


def _changed(
    whole: WholeHarm, reader: _Reader, changes: CoinChanges
) -> tuple[WholeHarm, NDArray[np.bool_]]:
    """Return the network with other coins, and which of them are cut.

    A coin that is cut never opens and rests on no prior.
    """
    low, value, high = whole.low.copy(), whole.value.copy(), whole.high.copy()
    prior = whole.prior.copy()
    keys = tuple(map(tuple, whole.prior_keys))
    nothing = keys.index(()) if () in keys else len(keys)
    # What is said of one dataset goes before what is said of the whole share.
    for (edge, dataset), p in sorted(changes.probabilities.items(), key=lambda c: bool(c[0][1])):
        coins = reader.coins(edge, dataset)
        low[coins] = value[coins] = high[coins] = p
        prior[coins] = nothing
    factors = np.ones(whole.n_parties)
    for party in changes.left:
        factors[reader.row_of(party)] = changes.factor(party)
    left = factors[reader.guard]
    for subject in changes.cuts:
        left[reader.coins(*subject)] = 0.0
    for end in (low, value, high):
        end[: whole.n_coins] *= left
    prior[left == 0] = nothing
    changed = replace(
        whole,
        low=low,
        value=value,
        high=high,
        prior=prior,
        prior_keys=keys if nothing < len(keys) else (*keys, ()),
    )
    return changed, left == 0
