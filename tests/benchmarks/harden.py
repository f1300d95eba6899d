"""Time of finding what is lost without every arc, against the plain analysis of the same worlds.

Run from the top of the repository::

    python tests/benchmarks/harden.py
    python tests/benchmarks/harden.py --nodes 200000 --worlds 200

Networks are scale-free (preferential attachment, both directions drawn), 10 arcs a node. Each line
is one regime of probabilities: the time of the plain sampling (breadth first, world by world,
compiled, one thread), that of the dominator pass over the same worlds, and their ratio. The two take
turns, and the least time of each counts, in seconds of the thread: other work on the machine then
blurs the ratio least. The points that both sum up must be equal, and are checked.
"""

from __future__ import annotations

import argparse
import time
from functools import partial

import numpy as np

from blastradius.engine.arrays import ArcArrays
from blastradius.engine.kernels import dominators

REGIMES = ("weighted cascade", "trivalency", "uniform 0.02", "uniform 0.1", "uniform 0.3")
RUNS = 7


def scale_free(n_nodes, rng, arcs_per_node=10):
    """Return tails and heads: heads by preferential attachment, half of the arcs turned around."""
    each = arcs_per_node // 2
    ends = np.zeros(2 * each * n_nodes, dtype=np.int32)
    filled = 0
    for node in range(1, n_nodes):
        drawn = rng.integers(0, max(filled, 1), size=each)
        heads = ends[drawn] if filled else np.zeros(each, dtype=np.int32)
        ends[filled : filled + each] = heads
        ends[filled + each : filled + 2 * each] = node
        filled += 2 * each
    pairs = ends[:filled].reshape(-1, 2, each)
    one, other = pairs[:, 0].ravel(), pairs[:, 1].ravel()
    return np.concatenate([one, other]), np.concatenate([other, one])


def probabilities(regime, head, rng):
    if regime == "weighted cascade":
        return 1.0 / np.bincount(head)[head]
    if regime == "trivalency":
        return rng.choice([0.1, 0.01, 0.001], size=len(head))
    return np.full(len(head), float(regime.split()[1]))


def kernel_input(n_nodes, tail, head, probability, origins):
    """Return the network with a root that surely reaches the origins, as the kernels take it."""
    tail = np.concatenate([tail, np.full(len(origins), n_nodes)])
    head = np.concatenate([head, origins])
    rows = ArcArrays.from_arcs(
        n_nodes + 1, tail, head, np.concatenate([probability, np.ones(len(origins))])
    )
    high = np.ldexp(rows.probability, 63).astype(np.uint64)
    net = (rows.first, rows.head, rows.arc, np.zeros_like(high), high)
    points = np.full(n_nodes + 1, 1024)
    owner = np.full(n_nodes + 1, -1, dtype=np.int32)
    starts = (np.array([n_nodes], dtype=np.int32), np.array([-1], dtype=np.int32))
    return net, points, owner, starts


def race(one, other):
    """Return the least time of each of two functions that take turns, and what they return."""
    found = one(), other()
    best = [float("inf")] * 2
    for _ in range(RUNS):
        for place, run in enumerate((one, other)):
            begin = time.thread_time()
            run()
            best[place] = min(best[place], time.thread_time() - begin)
    return best, found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=10_000)
    parser.add_argument("--worlds", type=int, default=300)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    tail, head = scale_free(options.nodes, rng)
    none = (np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.uint64))
    print(f"{options.nodes:,} nodes, {len(tail):,} arcs, {options.worlds:,} worlds, one thread")
    print(
        f"{'regime':18s} {'origins':>7s} {'reached':>9s} {'plain':>9s} {'all arcs':>9s} {'ratio':>6s}"
    )
    for regime in REGIMES:
        for n_origins in (1, 50):
            origins = rng.choice(options.nodes, n_origins, replace=False)
            given = kernel_input(
                options.nodes, tail, head, probabilities(regime, head, rng), origins
            )
            settings = (*given, 0, 0, options.worlds)
            (plain, pass_), ((total, _), found) = race(
                partial(dominators.reached, *settings),
                partial(dominators.removals, *settings, none, 0),
            )
            assert found[0] == total
            reached = total / 1024 / options.worlds
            print(
                f"{regime:18s} {n_origins:7d} {reached:9.1f} {plain:8.3f}s {pass_:8.3f}s "
                f"{pass_ / plain:6.2f}"
            )


if __name__ == "__main__":
    main()
