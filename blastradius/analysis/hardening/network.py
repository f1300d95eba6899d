"""The harm network of a hardening question: where breaches start, whose harm counts, what is coins.

All as arrays, so that a register of a million relations is put the same way as a small graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.whole import WholeHarm


@dataclass(frozen=True, slots=True)
class Start:
    """Nodes where one breach starts, each with its probability; its parties are never counted."""

    nodes: tuple[int, ...]
    probability: tuple[float, ...]
    parties: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RiskNetwork:
    """Arcs, points and starts.

    Arcs are those of the compiled harm, coins first, without the ones that lead to no harm that
    counts; arcs from an added root into the nodes where an uncertain breach starts come last.
    """

    n_nodes: int
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    value: NDArray[np.float64]
    """P(arc is open), shape (m,) [1]."""
    coin: NDArray[np.int64]
    """Coin of the compiled harm that each arc is, -1 for none, shape (m,)."""
    points: NDArray[np.float64]
    """What reaching a node adds to the total, shape (n,) [points]."""
    party: NDArray[np.int32]
    """Party row whose score a node counts for, -1 for none, shape (n,)."""
    start_node: NDArray[np.int32]
    """Node where a breach starts, shape (k,); each of the k breaches is equally likely."""
    start_party: NDArray[np.int32]
    """Party row that does not count then, -1 if there is none, shape (k,)."""

    @property
    def n_starts(self) -> int:
        """Number of breaches, equally likely."""
        return len(self.start_node)


def risk_of_target(whole: WholeHarm, start: Start, protect: int | None = None) -> RiskNetwork:
    """Return the network of one breach.

    Parameters
    ----------
    protect : int, optional
        Row of the only party that counts.
    """
    root = whole.n_nodes
    nodes = np.array(start.nodes, dtype=np.int32)
    tail = np.concatenate([whole.tail, np.full(len(nodes), root, dtype=np.int32)])
    head = np.concatenate([whole.head, nodes])
    value = np.concatenate([whole.value, np.array(start.probability, dtype=np.float64)])
    points, party = _points(whole, root + 1, protect)
    points[np.isin(party, start.parties)] = 0.0
    kept = _matters(root + 1, tail, head, value, points, np.array([root]))
    return _network(whole, tail, head, value, points, party, kept, [root], [-1])


def risk_of_all(whole: WholeHarm, protect: int | None = None) -> RiskNetwork:
    """Return the network of a breach that starts at any party, each equally likely."""
    points, party = _points(whole, whole.n_nodes, protect)
    kept = _matters(whole.n_nodes, whole.tail, whole.head, whole.value, points, whole.compromised)
    return _network(
        whole,
        whole.tail,
        whole.head,
        whole.value,
        points,
        party,
        kept,
        whole.compromised,
        np.arange(whole.n_parties, dtype=np.int32),
    )


def _points(
    whole: WholeHarm, n_nodes: int, protect: int | None
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    points = np.zeros(n_nodes)
    party = np.full(n_nodes, -1, dtype=np.int32)
    points[whole.level_node] = whole.level_points
    party[whole.level_node] = whole.level_party
    if protect is not None:
        points[party != protect] = 0.0
    return points, party


def _network(
    whole: WholeHarm,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    value: NDArray[np.float64],
    points: NDArray[np.float64],
    party: NDArray[np.int32],
    kept: NDArray[np.bool_],
    start_node: Sequence[int] | NDArray[np.int32],
    start_party: Sequence[int] | NDArray[np.int32],
) -> RiskNetwork:
    coin = np.arange(len(tail), dtype=np.int64)
    coin[whole.n_coins :] = -1
    return RiskNetwork(
        n_nodes=len(points),
        tail=tail[kept],
        head=head[kept],
        value=value[kept],
        coin=coin[kept],
        points=points,
        party=party,
        start_node=np.asarray(start_node, dtype=np.int32),
        start_party=np.asarray(start_party, dtype=np.int32),
    )


def _matters(
    n_nodes: int,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    value: NDArray[np.float64],
    points: NDArray[np.float64],
    starts: NDArray[np.int32],
) -> NDArray[np.bool_]:
    """Tell which arcs lie on a walk from a start to a node that counts."""
    usable = (value > 0) & (tail != head)
    seeds = np.zeros(n_nodes, dtype=bool)
    seeds[starts] = True
    reached = _closure(seeds, tail, head, usable)
    usable &= reached[tail]
    leads = _closure(points > 0, head, tail, usable)
    return np.asarray(usable & leads[head])


def _closure(
    seeds: NDArray[np.bool_],
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    usable: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return the nodes that usable arcs lead to from the seeds."""
    chosen = np.flatnonzero(usable)
    order = chosen[np.argsort(tail[chosen], kind="stable")]
    first = np.searchsorted(tail[order], np.arange(len(seeds) + 1))
    heads = head[order]
    seen = seeds.copy()
    frontier = np.flatnonzero(seeds)
    while len(frontier):
        lengths = first[frontier + 1] - first[frontier]
        offsets = np.repeat(first[frontier] - np.cumsum(lengths) + lengths, lengths)
        following = np.unique(heads[offsets + np.arange(lengths.sum())])
        frontier = following[~seen[following]]
        seen[frontier] = True
    return seen
