"""The part of a network that origins can reach, as the compiled cascades take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blastradius.engine.arrays import ArcArrays
from blastradius.engine.kernels import sparse


def nodes_in_reach(arcs: ArcArrays, origins: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell to which nodes any arcs lead from the origins, themselves included, shape (n,).

    >>> chain = ArcArrays.from_arcs(3, [0, 1], [1, 2], [0.5, 0.0])
    >>> nodes_in_reach(chain, np.array([0])).tolist()
    [True, True, False]
    """
    seen = np.zeros(arcs.n_nodes, dtype=np.bool_)
    queue = np.empty(arcs.n_nodes, dtype=np.int64)
    sparse.reachable(arcs.first, arcs.head, origins.astype(np.int64), seen, queue)
    return seen


@dataclass(frozen=True, slots=True)
class InReach:
    """The part of a network that origins can reach, nodes renumbered, most visited first."""

    nodes: NDArray[np.int64]
    """Node of the network behind each place, shape (r,)."""
    place: NDArray[np.int64]
    """Place of each node; only those in reach are meaningful, shape (n,)."""
    origins: NDArray[np.int64]
    rows: NDArray[np.uint64]
    offset: NDArray[np.int64]
    n_arcs: int
    n_sure: int
    """Arcs that are always open."""


def in_reach(arcs: ArcArrays, origins: tuple[int, ...]) -> InReach:
    """Cut out what the origins can reach by any arcs.

    >>> chain = ArcArrays.from_arcs(4, [0, 1, 3], [1, 2, 2], [0.5, 1.0, 0.9])
    >>> part = in_reach(chain, (1,))
    >>> part.nodes.tolist(), part.origins.tolist(), part.n_arcs, part.n_sure
    ([2, 1], [1], 1, 1)
    """
    seen = np.zeros(arcs.n_nodes, dtype=np.bool_)
    found = np.empty(arcs.n_nodes, dtype=np.int64)
    starts = np.array(origins, dtype=np.int64)
    n_found = sparse.reachable(arcs.first, arcs.head, starts, seen, found)
    nodes = found[:n_found]
    hot = np.bincount(arcs.head, weights=arcs.probability, minlength=arcs.n_nodes)[nodes]
    nodes = nodes[np.lexsort((nodes, -hot))]
    place = np.zeros(arcs.n_nodes, dtype=np.int64)
    place[nodes] = np.arange(n_found)
    n_arcs = int((arcs.first[nodes + 1] - arcs.first[nodes]).sum())
    # At worst each arc is a segment of its own.
    rows = np.zeros(2 * n_arcs + n_found, dtype=np.uint64)
    offset = np.empty(n_found, dtype=np.int64)
    used = sparse.lay_rows(arcs.first, arcs.head, arcs.probability, nodes, place, rows, offset)
    sure = np.zeros(len(arcs.head) + 1, dtype=np.int64)
    np.cumsum(arcs.probability >= 1, out=sure[1:])
    n_sure = int((sure[arcs.first[nodes + 1]] - sure[arcs.first[nodes]]).sum())
    return InReach(nodes, place, place[starts], rows[:used], offset, n_arcs, n_sure)
