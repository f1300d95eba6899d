"""Worlds per second against cynetdiff, ndlib and a plain loop, on the same cascades in one run."""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
from networks import REGIMES, Network, coins, read_edges, scale_free

from blastradius.engine.arrays import ArcArrays
from blastradius.engine.cascade import CascadeSampler

SIZES = (10_000, 200_000, 1_000_000)
ORIGINS = (1, 50)
BATCHES = 5
SECONDS = 0.25
"""What a batch aims at."""
LEAST_WORLDS = 10
"""In a batch: a cascade that mostly dies at once needs some worlds to be seen at all."""
SLOW_PEERS_TO = 10_000
"""Nodes up to which peers in plain Python are run: beyond, one world takes minutes."""

Sampler = Callable[[int, int], float]
"""(worlds, seed) -> mean spread [nodes]."""


class Measured(NamedTuple):
    """How fast an engine samples, and what it found."""

    rate: float
    """Worlds of all batches over their time [worlds/s]. No median: where a cascade either dies or
    takes half of the network, few worlds make the time of a batch."""
    spread: float
    """Mean nodes reached, origins included [nodes]."""
    error: float
    """Standard error of the spread [nodes]."""


class Row(NamedTuple):
    """One cascade and all engines."""

    network: str
    regime: str
    n_origins: int
    kernel: str
    ours: Measured
    peers: dict[str, Measured]

    def ratio(self, peer: str) -> float:
        """Return how many times as fast we are."""
        return self.ours.rate / self.peers[peer].rate

    def agreement(self, peer: str) -> float:
        """Return the difference of the spreads in standard errors."""
        other = self.peers[peer]
        error = math.hypot(self.ours.error, other.error)
        return abs(self.ours.spread - other.spread) / error if error else 0.0


def measure(sample: Sampler, least: int = LEAST_WORLDS) -> Measured:
    """Time batches of worlds that take about `SECONDS` each, at least some worlds."""
    n = least
    while True:
        started = time.perf_counter()
        sample(n, 0)
        took = time.perf_counter() - started
        if took > SECONDS / 2 or n >= 2**24:
            break
        n = min(2**24, max(2 * n, int(n * SECONDS / max(took, 1e-6) / 2)))
    started = time.perf_counter()
    spreads = [sample(n, batch + 1) for batch in range(BATCHES)]
    rate = BATCHES * n / (time.perf_counter() - started)
    error = statistics.stdev(spreads) / math.sqrt(BATCHES)
    return Measured(rate, statistics.fmean(spreads), error)


def ours(network: Network, p: np.ndarray, origins: list[int]) -> tuple[CascadeSampler, Sampler]:
    """Return our sampler; as with the peers, building it is not timed."""
    arcs = ArcArrays.from_arcs(network.n_nodes, network.tail, network.head, p)
    sampler = CascadeSampler(arcs, origins)

    def sample(n: int, seed: int) -> float:
        sampler._kernel.rng_seed = seed  # other worlds of the same network
        return float(sampler.sample(n).counts.sum() / n)

    return sampler, sample


def cynetdiff(network: Network, p: np.ndarray, origins: list[int]) -> Sampler:
    """Return the sampler of cynetdiff, its loop over worlds compiled too."""
    from cynetdiff.models import IndependentCascadeModel  # noqa: PLC0415

    first = np.searchsorted(network.tail, np.arange(network.n_nodes)).astype(np.uint32)
    model = IndependentCascadeModel(
        first, network.head.astype(np.uint32), activation_probs=p.astype(np.float32), rng=1
    )

    def sample(n: int, seed: int) -> float:
        model.set_rng(seed)
        return float(model.compute_marginal_gains(origins, [], n)[0])

    return sample


def plain_loop(network: Network, p: np.ndarray, origins: list[int]) -> Sampler:
    """Return a breadth-first search over a networkx graph, a coin for each arc that it meets."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.n_nodes))
    graph.add_weighted_edges_from(
        zip(network.tail.tolist(), network.head.tolist(), p.tolist(), strict=True)
    )

    def sample(n: int, seed: int) -> float:
        rng, total = random.Random(seed), 0
        for _ in range(n):
            reached, stack = set(origins), list(origins)
            while stack:
                for head, arc in graph.adj[stack.pop()].items():
                    if head not in reached and rng.random() < arc["weight"]:
                        reached.add(head)
                        stack.append(head)
            total += len(reached)
        return total / n

    return sample


def ndlib(network: Network, p: np.ndarray, origins: list[int]) -> Sampler:
    """Return ndlib's independent cascades, run until nothing changes."""
    import ndlib.models.epidemics as models  # noqa: PLC0415
    from ndlib.models.ModelConfig import Configuration  # noqa: PLC0415

    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.n_nodes))
    arcs = list(zip(network.tail.tolist(), network.head.tolist(), strict=True))
    graph.add_edges_from(arcs)
    configuration = Configuration()
    for arc, probability in zip(arcs, p.tolist(), strict=True):
        configuration.add_edge_configuration("threshold", arc, probability)
    configuration.add_model_initial_configuration("Infected", origins)

    def sample(n: int, seed: int) -> float:
        total = 0
        for world in range(n):
            np.random.seed(seed * 100_003 + world)
            model = models.IndependentCascadesModel(graph)
            model.set_initial_status(configuration)
            while True:
                counted = model.iteration(node_status=False)["node_count"]
                if counted[1] == 0:
                    break
            total += counted[2]
        return total / n

    return sample


def cases() -> Iterator[tuple[Network, str, np.ndarray]]:
    """Yield (network, regime, probabilities)."""
    for size in SIZES:
        network = scale_free(size)
        for regime in REGIMES:
            yield network, regime, coins(regime, network)
    for name in ("nethept_wc", "wiki_vote"):
        found = read_edges(name)
        if found is None:
            continue
        network, own = found
        for regime in REGIMES if own is None else REGIMES[:1]:
            yield network, regime, coins(regime, network) if own is None else own


def compare(network: Network, regime: str, p: np.ndarray, n_origins: int) -> Row:
    """Run all engines on one cascade."""
    chosen = np.random.default_rng(3).choice(network.n_nodes, n_origins, replace=False)
    origins = [int(node) for node in chosen]
    peers: dict[str, Any] = {"cynetdiff": cynetdiff(network, p, origins)}
    if network.n_nodes <= SLOW_PEERS_TO:
        peers |= {"ndlib": ndlib(network, p, origins), "loop": plain_loop(network, p, origins)}
    sampler, sample = ours(network, p, origins)
    # A chunk for each of two cores: fewer worlds would leave one idle.
    measured = measure(sample, 2 * sampler.chunk)
    found = {name: measure(peer) for name, peer in peers.items()}
    return Row(network.name, regime, n_origins, sampler.regime, measured, found)


def run() -> list[Row]:
    """Compare everywhere, and print each row as it comes."""
    rows = []
    for network, regime, p in cases():
        for n_origins in ORIGINS:
            row = compare(network, regime, p, n_origins)
            rows.append(row)
            ratios = ", ".join(f"{peer} x{row.ratio(peer):.1f}" for peer in row.peers)
            print(
                f"{row.network}, {regime}, {n_origins} origins: spread {row.ours.spread:,.1f}, "
                f"{row.ours.rate:,.0f} worlds/s ({row.kernel}), {ratios}, "
                f"{row.agreement('cynetdiff'):.1f} standard errors apart",
                flush=True,
            )
    return rows


if __name__ == "__main__":
    run()
