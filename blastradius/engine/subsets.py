"""Exact reach by sets of nodes, for a few nodes with any number of arcs between them.

A(S), the probability that all of S is reached without leaving S, follows from those of its
subsets: either that holds, or the nodes reached within S are a smaller set T, and no arc from T
to the rest of S is open. So 3^(n-1) multiplications answer for all nodes, however dense the
network is (Buzacott 1980, doi:10.1002/net.3230100404).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.engine.simplify import ROOT, Bundle

MAX_VERTICES: Final = 18
"""Root included; 16 take some seconds, each further one three times as long."""


def subset_reach(
    n_vertices: int,
    bundles: Sequence[Bundle],
    coins: Sequence[float],
    weights: Mapping[int, float],
) -> tuple[float, NDArray[np.float64]]:
    """Return E[W] and E[1(vertex reached) W], where W multiplies weights of reached vertices.

    Parameters
    ----------
    n_vertices : int
        At most MAX_VERTICES; vertex 0 is the root.
    bundles, coins : arcs between vertices and their probabilities
    weights : vertex -> factor of W if it is reached

    Notes
    -----
    A(S) is 1 less what its subsets leave over, so small ones carry an absolute error of some
    1e-16 and no relative accuracy.

    Examples
    --------
    >>> arcs = [Bundle(0, 1, (), fixed=False), Bundle(1, 2, (), fixed=False)]
    >>> subset_reach(3, arcs, [0.5, 0.5], {})[1].tolist()
    [1.0, 0.5, 0.25]
    """
    others = n_vertices - 1
    n_sets = 1 << others
    closed = _closed(n_vertices, bundles, coins)
    weight = np.full(n_sets, weights.get(ROOT, 1.0))
    for place in range(others):
        factor = weights.get(place + 1, 1.0)
        weight[1 << place : 2 << place] = weight[: 1 << place] * factor
    whole = np.ones(n_sets)
    exactly = np.zeros(n_sets)
    around, chance = np.zeros(n_sets, dtype=np.int64), np.ones(n_sets)
    for inner in range(n_sets):
        size = 1
        around[0] = inner
        for place in range(others):
            if not inner >> place & 1:
                around[size : 2 * size] = around[:size] | (1 << place)
                chance[size : 2 * size] = chance[:size] * closed[place, inner]
                size *= 2
        # Rounding may leave an impossible set a hair away from 0.
        alone = max(0.0, float(whole[inner]))
        exactly[inner] = alone * chance[size - 1]
        whole[around[1:size]] -= alone * chance[1:size]
    return _read(exactly * weight, others)


def _closed(
    n_vertices: int, bundles: Sequence[Bundle], coins: Sequence[float]
) -> NDArray[np.float64]:
    """P(no arc from the root or from the set to a vertex is open), (vertex - 1, set) -> [1]."""
    stays = np.ones((n_vertices, n_vertices))
    for bundle, p in zip(bundles, coins, strict=True):
        stays[bundle.tail, bundle.head] *= 1.0 - p
    others = n_vertices - 1
    closed = np.empty((others, 1 << others))
    closed[:, 0] = stays[ROOT, 1:]
    for place in range(others):
        half = 1 << place
        closed[:, half : 2 * half] = closed[:, :half] * stays[place + 1, 1:, np.newaxis]
    return closed


def _read(joint_of_set: NDArray[np.float64], others: int) -> tuple[float, NDArray[np.float64]]:
    sets = np.arange(len(joint_of_set))
    total = float(joint_of_set.sum())
    joint = np.array(
        [total, *(joint_of_set[(sets >> place & 1).astype(bool)].sum() for place in range(others))]
    )
    return total, joint
