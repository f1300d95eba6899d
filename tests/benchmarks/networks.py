"""Synthetic networks for the benchmarks, and edge lists made by others where they are at hand."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numba import njit

SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "networks"


class Network(NamedTuple):
    """A directed network without coins; arcs sorted by tail."""

    name: str
    n_nodes: int
    tail: np.ndarray
    head: np.ndarray


@njit
def _attach(n_nodes, links, uniform):
    """Link each new node to ends of earlier links: preferential attachment."""
    ends = np.empty(2 * links * n_nodes, np.int64)
    n = 0
    for node in range(1, n_nodes):
        earlier = n
        for _ in range(links):
            other = ends[int(uniform[n // 2] * earlier)] if earlier else 0
            ends[n], ends[n + 1] = node, other
            n += 2
    return ends[:n]


def scale_free(n_nodes: int, rng_seed: int = 1) -> Network:
    """Return a scale-free network with 10 arcs a node: 5 links a new node, both directions."""
    rng = np.random.default_rng(rng_seed)
    ends = _attach(n_nodes, 5, rng.random(5 * n_nodes))
    ends = rng.permutation(n_nodes)[ends]
    one, other = ends[::2], ends[1::2]
    tail, head = np.concatenate([one, other]), np.concatenate([other, one])
    order = np.argsort(tail, kind="stable")
    return Network(f"scale-free {n_nodes:,}", n_nodes, tail[order], head[order])


def read_edges(name: str) -> tuple[Network, np.ndarray | None] | None:
    """Return an edge list of the corpora with its probabilities if it has them; None if absent."""
    path = SHARED / f"{name}.txt"
    if not path.exists():
        return None
    table = np.loadtxt(path, skiprows=1)
    nodes, ids = np.unique(table[:, :2].astype(np.int64), return_inverse=True)
    ids = ids.reshape(-1, 2)
    order = np.argsort(ids[:, 0], kind="stable")
    network = Network(name, len(nodes), ids[order, 0], ids[order, 1])
    return network, table[order, 2] if table.shape[1] > 2 else None


def coins(regime: str, network: Network, rng_seed: int = 2) -> np.ndarray:
    """Return P(arc is open): weighted cascade, trivalency, or one number for all arcs."""
    if regime == "weighted cascade":
        return 1.0 / np.bincount(network.head, minlength=network.n_nodes)[network.head]
    if regime == "trivalency":
        return np.random.default_rng(rng_seed).choice([0.1, 0.01, 0.001], len(network.head))
    return np.full(len(network.head), float(regime.removeprefix("uniform ")))


REGIMES = ("weighted cascade", "trivalency", "uniform 0.02", "uniform 0.1", "uniform 0.3")
