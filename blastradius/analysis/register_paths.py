"""Most probable paths and least hops from the origins to all nodes of a large network at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.whole import WholeHarm

NO_PATH = -1
"""Stands for a number of hops, or an arc, where no path leads."""


@dataclass(frozen=True, slots=True)
class PathTree:
    """For each node the best way in; arcs are numbered as those of the network."""

    log_probability: NDArray[np.float64]
    """Of the most probable path, shape (n,); -inf without one."""
    arc: NDArray[np.int64]
    """Last arc of that path, `NO_PATH` at origins and without a path, shape (n,)."""
    hops: NDArray[np.int32]
    """Least number of party-to-party steps, `NO_PATH` without a path, shape (n,) [hops]."""
    certainty: NDArray[np.int8]
    """Weakest certainty along the most probable path, as a place in `CERTAINTIES`, shape (n,)."""

    def path_to(self, whole: WholeHarm, node: int) -> list[int]:
        """Return the arcs of the most probable path to a node, from the origin on."""
        arcs: list[int] = []
        while self.arc[node] != NO_PATH:
            arcs.append(int(self.arc[node]))
            node = int(whole.tail[arcs[-1]])
        return arcs[::-1]


def path_tree(whole: WholeHarm, origins: NDArray[np.int64]) -> PathTree:
    """Relax all arcs together until nothing improves; as many rounds as the longest best path.

    Supply networks are shallow, so a dozen passes over the arcs replace a search by priority.
    """
    n = whole.n_nodes
    open_ = np.flatnonzero(whole.value > 0)
    tail, head = whole.tail[open_], whole.head[open_]
    length = -np.log(whole.value[open_])
    distance = np.full(n, np.inf)
    distance[origins] = 0.0
    _relax(distance, tail, head, length)
    crossing = np.zeros(len(whole.tail))
    crossing[: whole.n_coins] = whole.origin != whole.target
    hops = np.full(n, np.inf)
    hops[origins] = 0.0
    _relax(hops, tail, head, crossing[open_])
    arc = _last_arcs(distance, tail, head, length, origins, open_)
    hops[np.isinf(hops)] = NO_PATH
    return PathTree(-distance, arc, hops.astype(np.int32), _weakest(whole, arc))


def _relax(
    distance: NDArray[np.float64],
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    length: NDArray[np.float64],
) -> None:
    while True:
        candidate = distance[tail] + length
        better = candidate < distance[head]
        if not better.any():
            return
        np.minimum.at(distance, head[better], candidate[better])


def _last_arcs(
    distance: NDArray[np.float64],
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    length: NDArray[np.float64],
    origins: NDArray[np.int64],
    numbers: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Choose for each node one arc on a shortest path, so that no choice closes a circle.

    Arcs of length 0 could form one. Nodes are settled in rounds from the origins on, each by the
    first arc in the order of the network from a node that is settled.
    """
    chosen = np.full(len(distance), NO_PATH, dtype=np.int64)
    settled = np.zeros(len(distance), dtype=np.bool_)
    settled[origins] = True
    tight = np.flatnonzero(distance[tail] + length == distance[head])
    tight = tight[np.isfinite(distance[tail[tight]])]
    while True:
        usable = settled[tail[tight]] & ~settled[head[tight]]
        if not usable.any():
            return chosen
        found = tight[usable][::-1]  # the last one written stays: the first arc
        chosen[head[found]] = numbers[found]
        settled[head[found]] = True
        tight = tight[~settled[head[tight]]]


def _weakest(whole: WholeHarm, arc: NDArray[np.int64]) -> NDArray[np.int8]:
    """Carry the weakest certainty from the origins along the chosen arcs."""
    own = np.zeros(len(whole.tail), dtype=np.int8)
    own[: whole.n_coins] = whole.certainty
    weakest = np.zeros(whole.n_nodes, dtype=np.int8)
    reached = np.flatnonzero(arc != NO_PATH)
    before = whole.tail[arc[reached]]
    while True:
        carried = np.maximum(weakest[before], own[arc[reached]])
        if (carried == weakest[reached]).all():
            return weakest
        weakest[reached] = carried
