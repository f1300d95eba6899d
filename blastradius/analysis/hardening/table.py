"""All actions of a question as one table: what each changes, and what it costs.

A register may have a million relations, so the table holds arrays. Only actions that are shown
become records with names.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.hardening.costs import Costs
from blastradius.analysis.hardening.network import RiskNetwork
from blastradius.analysis.hardening.results import ACTION_KINDS, CONTROL_KINDS, Action, ActionKind
from blastradius.analysis.whole import ARC_KINDS, WholeHarm
from blastradius.model.vocabulary import CERTAINTIES

_KIND_OF_ARC: Final[dict[str, ActionKind]] = {
    "custody": "share",
    "own": "own",
    "access": "access",
    "pivot": "pivot",
    "outage": "outage",
    "dependency": "dependency",
}


@dataclass(frozen=True)
class ActionTable:
    """U actions. One action on each edge, and one on each dataset of a share that has several."""

    whole: WholeHarm
    n_arcs: int
    """Arcs of the network of the question."""
    edge: NDArray[np.int32]
    """Row of the edge, shape (U,)."""
    single: NDArray[np.int64]
    """Coin of the compiled harm that is taken back alone, -1 for all of an edge, shape (U,)."""
    first: NDArray[np.int64]
    """Place of the first arc of each action in ``arc``, shape (U + 1,)."""
    arc: NDArray[np.int64]
    """Arcs of the network that each action changes."""
    kind: NDArray[np.int8]
    """Place of each action's kind in `ACTION_KINDS`, shape (U,)."""
    coin: NDArray[np.int64]
    """Some coin of each action, shape (U,)."""
    cost: NDArray[np.float64]
    """Infinite for what is ruled out, shape (U,)."""

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def is_control(self) -> NDArray[np.bool_]:
        """Tell which actions are no relations, shape (U,)."""
        return np.isin(self.kind, [ACTION_KINDS.index(kind) for kind in CONTROL_KINDS])

    @cached_property
    def is_offered(self) -> NDArray[np.bool_]:
        """Tell which actions make sense beside the others, shape (U,).

        A dataset is only taken back alone where that costs less than the whole share.
        """
        whole_cost = np.full(len(self.whole.edge_ids), math.inf)
        entire = self.single < 0
        whole_cost[self.edge[entire]] = self.cost[entire]
        return np.asarray(entire | (self.cost < whole_cost[self.edge]))

    def arcs_of(self, action: int) -> NDArray[np.int64]:
        """Return the arcs that an action changes."""
        return self.arc[self.first[action] : self.first[action + 1]]

    def changed(
        self, value: NDArray[np.float64], actions: Iterable[int], lower_to: float
    ) -> NDArray[np.float64]:
        """Return the probabilities of all arcs after some actions.

        An arc is lowered once, however many actions speak of it.
        """
        after = value.copy()
        rows = list(actions)
        if rows:
            arcs = np.unique(np.concatenate([self.arcs_of(action) for action in rows]))
            after[arcs] *= lower_to
        return after


def action_table(whole: WholeHarm, risk: RiskNetwork, costs: Costs) -> ActionTable:
    """List the actions on relations that carry harm that counts."""
    arcs = np.flatnonzero(risk.coin >= 0)
    coins = risk.coin[arcs]
    rows = whole.edge[coins]
    order = np.argsort(rows, kind="stable")
    arcs, coins, rows = arcs[order], coins[order], rows[order]
    edges, starts, counts = np.unique(rows, return_index=True, return_counts=True)
    several = np.bincount(whole.edge, minlength=len(whole.edge_ids)) > 1
    alone = np.flatnonzero(several[rows])
    coin = np.concatenate([coins[starts], coins[alone]])
    single = np.concatenate([np.full(len(edges), -1), coins[alone]])
    kinds = np.array([ACTION_KINDS.index(_KIND_OF_ARC[kind]) for kind in ARC_KINDS], dtype=np.int8)
    kind = kinds[whole.kind[coin]]
    kind[len(edges) :] = ACTION_KINDS.index("dataset")
    sizes = np.concatenate([counts, np.ones(len(alone), dtype=np.int64)])
    table = ActionTable(
        whole=whole,
        n_arcs=len(risk.tail),
        edge=np.concatenate([edges, rows[alone]]).astype(np.int32),
        single=single,
        first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        arc=np.concatenate([arcs, arcs[alone]]).astype(np.int64),
        kind=kind,
        coin=coin,
        cost=np.full(len(coin), costs.default),
    )
    _set_costs(table, costs)
    return table


def _set_costs(table: ActionTable, costs: Costs) -> None:
    """Fill in the costs, from what is said of many things to what is said of one."""
    whole, cost = table.whole, table.cost
    for kind, value in costs.kinds.items():
        cost[table.kind == ACTION_KINDS.index(kind)] = value
    by_party = np.full(whole.n_parties, -1.0)
    rows = {party: row for row, party in enumerate(whole.party_ids) if party in costs.parties}
    for party, value in costs.parties.items():
        by_party[rows[party]] = value
    ends = np.maximum(by_party[whole.origin[table.coin]], by_party[whole.target[table.coin]])
    cost[ends >= 0] = ends[ends >= 0]
    if not costs.edges:
        return  # naming the edges of a large register takes seconds
    wanted = {name.partition("#")[0] for name in costs.edges} | set(costs.edges)
    named = {edge: row for row, edge in enumerate(whole.edge_ids) if edge in wanted}
    for name, value in sorted(costs.edges.items(), key=lambda item: item[0] not in named):
        if name in named:
            cost[table.edge == named[name]] = value
        else:
            edge, _, dataset = name.rpartition("#")
            alone = np.flatnonzero((table.single >= 0) & (table.edge == named.get(edge, -1)))
            for action in alone:
                if whole.dataset_ids[whole.dataset[table.coin[action]]] == dataset:
                    cost[action] = value


class ActionBook:
    """Turns rows of a table into records with names."""

    def __init__(self, table: ActionTable) -> None:
        self.table = table
        self._in_order = np.argsort(table.whole.edge, kind="stable")
        self._sorted = table.whole.edge[self._in_order]

    def action(self, row: int) -> Action:
        """Describe an action."""
        table, whole = self.table, self.table.whole
        coins = self._coins(row)
        first = coins[0]
        kind = ACTION_KINDS[table.kind[row]]
        edge = whole.edge_ids[table.edge[row]]
        dataset = int(whole.dataset[first])
        shown = whole.dataset_ids[dataset] if dataset >= 0 else None
        targets = dict.fromkeys(whole.party_ids[whole.target[c]] for c in coins)
        weakest = max(int(whole.certainty[c]) for c in coins)
        return Action(
            id=f"{edge}#{shown}" if kind == "dataset" else edge,
            kind=kind,
            edge=edge,
            dataset=shown if len(coins) == 1 else None,
            origin=whole.party_ids[whole.origin[first]],
            targets=tuple(targets),
            text=self._text(kind, coins),
            coins=len(coins),
            probability=max(float(whole.value[c]) for c in coins),
            certainty=CERTAINTIES[weakest],
            arc_kind=ARC_KINDS[whole.kind[first]],
        )

    def values(self, row: int) -> list[tuple[str | None, float]]:
        """Return (dataset id, probability as it is) of each coin of an action."""
        whole = self.table.whole
        return [
            (
                whole.dataset_ids[whole.dataset[coin]] if whole.dataset[coin] >= 0 else None,
                float(whole.value[coin]),
            )
            for coin in self._coins(row)
        ]

    def _coins(self, row: int) -> list[int]:
        table = self.table
        if table.single[row] >= 0:
            return [int(table.single[row])]
        start, stop = np.searchsorted(self._sorted, [table.edge[row], table.edge[row] + 1])
        return [int(coin) for coin in self._in_order[start:stop]]

    def _text(self, kind: ActionKind, coins: list[int]) -> str:
        whole = self.table.whole
        source = whole.party_names[whole.origin[coins[0]]]
        owners = dict.fromkeys(whole.party_names[whole.target[c]] for c in coins)
        target = _listed(list(owners))
        dataset = whole.dataset_ids[whole.dataset[coins[0]]]
        datasets = f"{dataset}" if len(coins) == 1 else f"{len(coins):,} datasets"
        return {
            "share": f"{source} holds data of {target} ({datasets})",
            "dataset": f"{source} holds {dataset} of {target}, among other data",
            "access": f"{source} has access to the systems of {target}",
            "dependency": f"{target} depends on {source}",
            "own": f"{target} itself holds {dataset}",
            "pivot": f"{dataset} opens the systems of {target}",
            "outage": f"a breach of {target} stops its operations",
        }[kind]


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3:,} more" if len(names) > 3 else shown
