"""The whole harm network of a graph as arrays, before any breach is chosen.

A breach compiles only what it reaches; questions about all parties at once (who is worst to lose,
whose breach harms me, which edge to cut) need the network of every party. A hypothetical breach
compiles to the same arcs wherever it starts, so one network answers for all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.harm import CompiledHarm, Event, Scope, compile_harm
from blastradius.analysis.priors import PriorTable
from blastradius.analysis.results import ArcKind
from blastradius.engine.arrays import ArcArrays
from blastradius.model.dates import Period
from blastradius.model.graph import Graph
from blastradius.model.vocabulary import CERTAINTIES

ARC_KINDS: Final[tuple[ArcKind, ...]] = (
    "custody",
    "own",
    "access",
    "pivot",
    "outage",
    "dependency",
)
"""Kinds of arcs in a network without an origin; an arc's kind is a place in this list."""


@dataclass(frozen=True, slots=True)
class WholeHarm:
    """Arcs and nodes of the harm network of all P parties, with their meaning as rows.

    The first ``n_coins`` arcs are coins; the others are sure arcs into nodes that put a question.
    Whatever a row stands for is looked up in the sequences of names.
    """

    n_nodes: int
    tail: NDArray[np.int32]
    """Node each arc leaves, shape (m,)."""
    head: NDArray[np.int32]
    """Node each arc enters, shape (m,)."""
    value: NDArray[np.float64]
    """P(arc is open), best value, shape (m,) [1]."""
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    n_coins: int
    kind: NDArray[np.int8]
    """Place of each coin's kind in `ARC_KINDS`, shape (n_coins,)."""
    edge: NDArray[np.int32]
    """Row of each coin in ``edge_ids``, shape (n_coins,)."""
    origin: NDArray[np.int32]
    """Party row that harm comes from, shape (n_coins,)."""
    target: NDArray[np.int32]
    """Party row that harm reaches: the owner of disclosed data, shape (n_coins,)."""
    dataset: NDArray[np.int32]
    """Dataset row of each coin, -1 where there is none, shape (n_coins,)."""
    certainty: NDArray[np.int8]
    """Place of each coin's certainty in `CERTAINTIES`, shape (n_coins,)."""

    compromised: NDArray[np.int32]
    """Node of ``compromised(party)``, shape (P,): where a breach of the party starts."""
    harmed: NDArray[np.int32]
    """Node of ``harmed(party)``, shape (P,)."""
    level_node: NDArray[np.int32]
    """Nodes "something of this severity or worse happens to the party", shape (s,)."""
    level_party: NDArray[np.int32]
    """Party row of each level node, shape (s,)."""
    level_points: NDArray[np.float64]
    """Points that reaching the node adds to the party's score, shape (s,): the score of a party
    is the sum of points x P(node reached) over its level nodes [points]."""

    party_ids: Sequence[str]
    party_names: Sequence[str]
    party_roles: Sequence[str]
    dataset_ids: Sequence[str]
    edge_ids: Sequence[str]
    dataset_varieties: Sequence[Sequence[str]] = ()
    """VERIS varieties of each dataset; empty where they are not known."""
    prior: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    """Row of each coin in ``prior_keys``, shape (n_coins,), or empty where that is not known."""
    prior_keys: Sequence[Sequence[str]] = ()
    """Sets of rows of the table of priors that a coin may rest on; none where the graph gives the
    number."""

    @property
    def n_parties(self) -> int:
        """Number of parties."""
        return len(self.party_ids)

    def arcs(self, probability: NDArray[np.float64] | None = None) -> ArcArrays:
        """Return the network in rows, with other probabilities if given."""
        chosen = self.value if probability is None else probability
        return ArcArrays.from_arcs(self.n_nodes, self.tail, self.head, chosen)

    def prior_uses(self, coins: NDArray[np.int64] | None = None) -> Mapping[str, int]:
        """Count the coins that rest on each row of the table of priors: of all, or of some."""
        rows = self.prior if coins is None or not len(self.prior) else self.prior[coins]
        uses: Counter[str] = Counter()
        for row, count in enumerate(np.bincount(rows, minlength=len(self.prior_keys)).tolist()):
            for key in self.prior_keys[row] if count else ():
                uses[key] += count
        return uses


def whole_harm(
    graph: Graph,
    priors: PriorTable,
    *,
    actions: tuple[str, ...] = (),
    period: Period | None = None,
) -> WholeHarm:
    """Compile the harm network of every party of a graph for hypothetical breaches.

    Parameters
    ----------
    actions : tuple of str
        VERIS actions of the supposed breaches; they choose among the measured priors.
    period : Period, optional
        Days in which relations count; all of them by default.
    """
    scope = Scope(
        tuple(sorted(p.id for p in graph.parties)), None, actions, period or Period(None, None)
    )
    return harm_arrays(compile_harm(graph, scope, priors), graph)


def harm_arrays(harm: CompiledHarm, graph: Graph) -> WholeHarm:
    """Return a compiled harm network as arrays; what it does not reach has node -1.

    Where a breach starts is left out: whoever asks says where it starts.
    """
    parties = sorted(graph.parties, key=lambda p: p.id)
    rows = {p.id: row for row, p in enumerate(parties)}
    coins = [arc for arc in harm.arcs if arc.kind != "origin"]
    varieties = {d.id: d.varieties for d in graph.datasets}
    datasets = sorted(varieties)
    dataset_rows = {d: row for row, d in enumerate(datasets)}
    edge_rows: dict[str, int] = {}
    prior_rows: dict[tuple[str, ...], int] = {}
    ends = np.array([(a.tail, a.head) for a in coins] + list(harm.readouts), dtype=np.int32)
    ends = ends.reshape(-1, 2)
    sure = [1.0] * len(harm.readouts)
    level_node, level_party, level_points = _levels(harm, rows)
    return WholeHarm(
        n_nodes=harm.n_nodes,
        tail=ends[:, 0].copy(),
        head=ends[:, 1].copy(),
        value=np.array([a.coin.value for a in coins] + sure),
        low=np.array([a.coin.low for a in coins] + sure),
        high=np.array([a.coin.high for a in coins] + sure),
        n_coins=len(coins),
        kind=np.array([ARC_KINDS.index(a.kind) for a in coins], dtype=np.int8),
        edge=np.array(
            [edge_rows.setdefault(a.edge, len(edge_rows)) for a in coins], dtype=np.int32
        ),
        origin=np.array([rows[a.origin] for a in coins], dtype=np.int32),
        target=np.array([rows[a.target] for a in coins], dtype=np.int32),
        dataset=np.array(
            [-1 if a.dataset is None else dataset_rows[a.dataset] for a in coins], dtype=np.int32
        ),
        certainty=np.array([CERTAINTIES.index(a.certainty) for a in coins], dtype=np.int8),
        compromised=np.array(
            [harm.node.get(Event("compromised", p.id), -1) for p in parties], dtype=np.int32
        ),
        harmed=np.array(
            [harm.node.get(Event("harmed", p.id), -1) for p in parties], dtype=np.int32
        ),
        level_node=level_node,
        level_party=level_party,
        level_points=level_points,
        party_ids=[p.id for p in parties],
        party_names=[p.name for p in parties],
        party_roles=[p.role for p in parties],
        dataset_ids=datasets,
        edge_ids=list(edge_rows),
        dataset_varieties=[varieties[d] for d in datasets],
        prior=np.array(
            [prior_rows.setdefault(a.coin.keys, len(prior_rows)) for a in coins], dtype=np.int32
        ),
        prior_keys=list(prior_rows),
    )


def _levels(
    harm: CompiledHarm, rows: dict[str, int]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    nodes, parties, points = [], [], []
    for party, row in rows.items():
        below = 0.0
        for level in harm.levels.get(party, ()):
            nodes.append(harm.node[Event("severity", party, level)])
            parties.append(row)
            points.append(100.0 * (level - below))
            below = level
    return (
        np.array(nodes, dtype=np.int32),
        np.array(parties, dtype=np.int32),
        np.array(points, dtype=np.float64),
    )
