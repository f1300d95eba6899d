"""Sets of actions that only help together: the cheapest ones that cut a party off."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Final

import numpy as np

from blastradius.analysis.hardening.network import RiskNetwork
from blastradius.analysis.hardening.table import ActionTable
from blastradius.engine.mincut import Arc, cheapest_cut

WORST: Final = 3
"""Parties whose cheapest cut is tried, those with most points left."""

MOST_ARCS: Final = 50_000
"""Arcs beyond which no cut is looked for."""


def cut_moves(
    risk: RiskNetwork,
    table: ActionTable,
    candidates: Sequence[int],
    done: Collection[int],
    worst: Sequence[int],
    limit: float,
) -> Iterator[tuple[int, ...]]:
    """Yield the cheapest sets of actions that cut off all harm, and each of some parties.

    Parameters
    ----------
    candidates : actions that may be taken
    done : actions taken already
    worst : party rows
    limit : what a set may cost
    """
    split = _Split(risk, table, candidates, done)
    for party in (None, *worst):
        moves = split.cut(party, limit)
        if moves is not None and len(moves) > 1:
            yield moves


class _Split:
    """The network with a node for each edge, so that an edge is cut once for all its coins."""

    def __init__(
        self,
        risk: RiskNetwork,
        table: ActionTable,
        candidates: Sequence[int],
        done: Collection[int],
    ) -> None:
        self.risk = risk
        self.arcs: list[Arc] = []
        self.action: list[int] = []
        gone = {arc for action in done for arc in table.arcs_of(action).tolist()}
        own = {int(table.single[a]): a for a in candidates if table.single[a] >= 0}
        by_arc = {
            arc: action
            for action in candidates
            if table.single[action] < 0
            for arc in table.arcs_of(action).tolist()
        }
        ways: dict[int, int] = {}
        for arc in range(len(risk.tail)):
            if arc in gone:
                continue
            tail, head = int(risk.tail[arc]), int(risk.head[arc])
            whole, alone = by_arc.get(arc, -1), own.get(int(risk.coin[arc]), -1)
            if whole >= 0:
                if whole not in ways:
                    ways[whole] = risk.n_nodes + len(ways)
                    self._add(tail, ways[whole], float(table.cost[whole]), whole)
                tail = ways[whole]
            self._add(tail, head, float(table.cost[alone]) if alone >= 0 else math.inf, alone)
        self.source = risk.n_nodes + len(ways)
        self.sink = self.source + 1

    def _add(self, tail: int, head: int, cost: float, action: int) -> None:
        self.arcs.append((tail, head, cost))
        self.action.append(action)

    def cut(self, party: int | None, limit: float) -> tuple[int, ...] | None:
        """Return the actions that cut off a party, or all of them."""
        risk = self.risk
        ends = np.flatnonzero(risk.points > 0)
        starts = risk.start_node
        if party is not None:
            ends = ends[risk.party[ends] == party]
            starts = starts[risk.start_party != party]
        arcs = [
            *self.arcs,
            *((self.source, int(node), math.inf) for node in starts),
            *((int(node), self.sink, math.inf) for node in ends),
        ]
        found = cheapest_cut(arcs, self.source, self.sink, limit=limit)
        if not found:
            return None
        return tuple(sorted({self.action[arc] for arc in found}))
