"""The network of all parties as the sampling kernels take it: coins, and questions put to nodes.

The sure arcs of the whole network lead from events to the questions of surveys (is the party harmed,
does something of this severity befall it) and to others, which are left out. A question has no arcs
of its own, so a search needs not walk through it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.whole import WholeHarm
from blastradius.engine.rows import Rows, rows_by
from blastradius.engine.sketches import Asked, reached_from


@dataclass(frozen=True)
class SurveyRows:
    """The coins of a network in rows, and its questions."""

    whole: WholeHarm

    @property
    def value(self) -> NDArray[np.float64]:
        """P(coin is open), shape (n_coins,)."""
        return self.whole.value[: self.whole.n_coins]

    @cached_property
    def passer(self) -> NDArray[np.int32]:
        """Party row that passes harm on to another by each coin; -1 within a party."""
        whole = self.whole
        return np.where(whole.origin != whole.target, whole.origin, -1).astype(np.int32)

    @cached_property
    def forward(self) -> Rows:
        """Coins by tail."""
        whole, coins = self.whole, slice(0, self.whole.n_coins)
        return rows_by(whole.n_nodes, whole.tail[coins], whole.head[coins], self.value)

    @cached_property
    def backward(self) -> Rows:
        """Coins by head."""
        whole, coins = self.whole, slice(0, self.whole.n_coins)
        ends = whole.head[coins], whole.tail[coins]
        return rows_by(whole.n_nodes, *ends, self.value, self.passer)

    @cached_property
    def asks(self) -> Rows:
        """Sure arcs from events to questions, by event."""
        tails, heads = self._readouts
        return rows_by(self.whole.n_nodes, tails, heads, np.ones(len(tails)))

    @cached_property
    def sets(self) -> Rows:
        """Events that answer each question: arcs to questions, by question."""
        tails, heads = self._readouts
        return rows_by(self.whole.n_nodes, heads, tails, np.ones(len(tails)))

    @cached_property
    def _readouts(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        whole = self.whole
        tails, heads = whole.tail[whole.n_coins :], whole.head[whole.n_coins :]
        asked = np.zeros(whole.n_nodes, dtype=bool)
        asked[whole.level_node] = True
        asked[whole.harmed] = True
        return tails[asked[heads]], heads[asked[heads]]

    @cached_property
    def slot(self) -> NDArray[np.int32]:
        """Party row of the node at which a breach of it starts, -1 for other nodes."""
        slot = np.full(self.whole.n_nodes, -1, dtype=np.int32)
        slot[self.whole.compromised] = np.arange(self.whole.n_parties, dtype=np.int32)
        return slot

    @cached_property
    def asked(self) -> Asked:
        """The questions about each party."""
        whole = self.whole
        order = np.argsort(whole.level_party, kind="stable")
        first = np.zeros(whole.n_parties + 1, dtype=np.int64)
        np.cumsum(np.bincount(whole.level_party, minlength=whole.n_parties), out=first[1:])
        level = whole.level_node[order].astype(np.int32)
        return Asked(first, level, whole.level_points[order], whole.harmed.astype(np.int32))

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """Points of score, and parties harmed, that each question adds, shape (n, 2)."""
        weights = np.zeros((self.whole.n_nodes, 2))
        weights[self.whole.level_node, 0] = self.whole.level_points
        weights[self.whole.harmed, 1] = 1
        return weights

    def own(self, party: int) -> list[int]:
        """Return the questions about a party."""
        first, level = self.asked.first, self.asked.level
        return [int(self.whole.harmed[party]), *level[first[party] : first[party + 1]].tolist()]

    @cached_property
    def owner(self) -> NDArray[np.int32]:
        """Party row to which each event happens, -1 for other nodes, shape (n,)."""
        whole = self.whole
        party = np.full(whole.n_nodes, -1, dtype=np.int32)
        party[whole.harmed] = np.arange(whole.n_parties, dtype=np.int32)
        tails, heads = self._readouts
        owner = np.full(whole.n_nodes, -1, dtype=np.int32)
        harms = party[heads] >= 0
        owner[tails[harms]] = party[heads[harms]]
        return owner

    @cached_property
    def harmful(self) -> NDArray[np.bool_]:
        """Whether the breach of each party can harm another, shape (P,)."""
        crossing = (self.passer >= 0) & (self.value > 0)
        tails = self.whole.tail[: self.whole.n_coins][crossing]
        near = reached_from(self.backward, np.unique(tails))
        return np.asarray(near[self.whole.compromised])

    def n_reachable(self, party: int) -> int:
        """Count the others that a breach of a party may harm at all."""
        seen = reached_from(self.forward, [int(self.whole.compromised[party])])
        return len(np.setdiff1d(np.unique(self.owner[seen]), [-1, party]))

    def n_reaching(self, party: int) -> int:
        """Count the others whose breach may harm a party at all."""
        first, events = self.sets.first, self.sets.other
        harmed = int(self.whole.harmed[party])
        seen = reached_from(self.backward, events[first[harmed] : first[harmed + 1]])
        near = seen[self.whole.compromised]
        return int(near.sum()) - int(near[party])
