"""Spread of the best 50 seeds of NetHEPT, against a published value.

The seeds are chosen greedily from reverse reachable sets (Tang, Shi and Xiao 2015,
doi:10.1145/2723372.2723734), which needs none of our kernels; their spread is sampled by ours and by
cynetdiff.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from cascades import Measured, cynetdiff, measure, ours
from networks import Network, read_edges
from numba import njit

N_SEEDS = 50
N_SETS = 400_000
PUBLISHED = (1294.0, 1298.0)
SOURCE = "https://github.com/snowgy/Influence_Maximization (IMM, epsilon 0.1, 50 seeds)"


class Influence(NamedTuple):
    """Spread of the chosen seeds [nodes]."""

    ours: Measured
    cynetdiff: Measured


@njit
def _reverse_sets(first, tail, p, n_nodes, n_sets, rng_seed):
    """Return reverse reachable sets, one after the other, and where each begins."""
    np.random.seed(rng_seed)
    members, starts = np.empty(1 << 20, np.int32), np.zeros(n_sets + 1, np.int64)
    seen = np.full(n_nodes, -1, np.int64)
    n = 0
    for number in range(n_sets):
        root = np.random.randint(n_nodes)
        begin = n
        members[n], seen[root] = root, number
        n += 1
        at = begin
        while at < n:
            node = members[at]
            at += 1
            for arc in range(first[node], first[node + 1]):
                if seen[tail[arc]] != number and np.random.random() < p[arc]:
                    if n + 1 >= len(members):
                        longer = np.empty(2 * len(members), np.int32)
                        longer[:n] = members[:n]
                        members = longer
                    seen[tail[arc]] = number
                    members[n] = tail[arc]
                    n += 1
        starts[number + 1] = n
    return members[:n], starts


def best_seeds(network: Network, p: np.ndarray, rng_seed: int = 1) -> list[int]:
    """Return the nodes that greedily cover most reverse reachable sets."""
    order = np.argsort(network.head, kind="stable")
    first = np.searchsorted(network.head[order], np.arange(network.n_nodes + 1))
    members, starts = _reverse_sets(
        first, network.tail[order].astype(np.int32), p[order], network.n_nodes, N_SETS, rng_seed
    )
    sets = np.repeat(np.arange(N_SETS), np.diff(starts))
    by_node = np.argsort(members, kind="stable")
    node_first = np.searchsorted(members[by_node], np.arange(network.n_nodes + 1))
    gain = np.bincount(members, minlength=network.n_nodes)
    is_covered = np.zeros(N_SETS, np.bool_)
    chosen = []
    for _ in range(N_SEEDS):
        node = int(gain.argmax())
        chosen.append(node)
        mine = sets[by_node[node_first[node] : node_first[node + 1]]]
        new = mine[~is_covered[mine]]
        is_covered[new] = True
        for each in new:
            gain[members[starts[each] : starts[each + 1]]] -= 1
    return chosen


def run() -> Influence | None:
    """Measure, if the network is at hand."""
    found = read_edges("nethept_wc")
    if found is None:
        return None
    network, p = found
    assert p is not None
    seeds = best_seeds(network, p)
    mine = measure(ours(network, p, seeds)[1], 10_000)
    theirs = measure(cynetdiff(network, p, seeds))
    print(f"NetHEPT, {N_SEEDS} seeds: {mine.spread:.1f} +- {mine.error:.2f}", theirs.spread)
    return Influence(mine, theirs)
