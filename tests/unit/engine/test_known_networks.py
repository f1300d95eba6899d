"""Networks whose answer is known from elsewhere: the literature, a recursion, a sweep."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import oracle
import pytest

from blastradius.engine import HarmNetwork, reach_exact

PUBLISHED = 1e-9
TOLERANCE = 1e-12
HERE = Path(__file__).resolve()
OWN = HERE.parents[2] / "fixtures" / "reliability" / "literature.json"
SHARED = HERE.parents[4] / "shared" / "corpora" / "reliability.json"


def network_of(n, arcs):
    tail, head, probability = zip(*arcs, strict=True)
    return HarmNetwork.from_arcs(n, tail, head, probability)


def two_way(edges, p):
    return [(*pair, p) for a, b in edges for pair in ((a, b), (b, a))]


def grid_edges(rows, columns):
    """Edges of a grid, column by column; node (row, column) is ``column * rows + row``."""
    edges = []
    for node in range(rows * columns):
        if (node + 1) % rows:
            edges.append((node, node + 1))
        if node + rows < rows * columns:
            edges.append((node, node + rows))
    return edges


def instances(path):
    if not path.exists():
        return []
    rows = json.loads(path.read_text(encoding="utf-8"))["instances"]
    for row in rows:
        if "arcs" not in row:
            row["arcs"] = two_way(row["edges"], row["edge_probability"])
    return [pytest.param(row, id=row["id"]) for row in rows]


@pytest.mark.parametrize("row", instances(OWN))
def test_literature(row):
    reached = reach_exact(network_of(row["n_nodes"], row["arcs"]), origins=[row["origin"]])
    assert reached[row["target"]] == pytest.approx(row["reach_probability"], abs=PUBLISHED)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared corpora are not on this machine")
@pytest.mark.parametrize("row", instances(SHARED))
def test_shared_corpora(row):
    reached = reach_exact(network_of(row["n_nodes"], row["arcs"]), origins=[row["origin"]])
    assert reached[row["target"]] == pytest.approx(row["reach_probability"], abs=PUBLISHED)


# Ladders: layers of two nodes, every node linked to both of the next layer


def ladder(probabilities):
    """Arcs from node 0 through layers of two; layer k holds nodes 2k - 1 and 2k."""
    arcs = [(0, 1, probabilities[0][0]), (0, 2, probabilities[0][1])]
    for layer, four in enumerate(probabilities[1:], start=1):
        pairs = [(a, b) for a in (2 * layer - 1, 2 * layer) for b in (2 * layer + 1, 2 * layer + 2)]
        arcs += [(a, b, p) for (a, b), p in zip(pairs, four, strict=True)]
    return arcs


def ladder_steps(probabilities):
    """Step matrices over the states none, first, second, both of a layer's two nodes."""
    for p in probabilities:
        rows = np.zeros((4, 4))
        for state in range(4):
            if len(p) == 2:
                left = [1 - p[0], 1 - p[1]]
            else:
                first, second = state & 1, state >> 1 & 1
                left = [
                    (1 - first * p[0]) * (1 - second * p[2]),
                    (1 - first * p[1]) * (1 - second * p[3]),
                ]
            for following in range(4):
                rows[state, following] = np.prod(
                    [1 - left[i] if following >> i & 1 else left[i] for i in (0, 1)]
                )
        yield rows


def drawn_ladder(layers, seed):
    rng = np.random.default_rng(seed)
    return [rng.uniform(0.3, 0.99, 2 if layer == 0 else 4).tolist() for layer in range(layers)]


@pytest.mark.parametrize("layers", [1, 2, 10, 40])
def test_ladder_of_shared_layers(layers):
    """2^40 paths; a method that walks paths, or worlds, does not come back."""
    probabilities = drawn_ladder(layers, seed=layers)
    reached = reach_exact(network_of(2 * layers + 1, ladder(probabilities)), origins=[0])

    state = np.array([1.0, 0, 0, 0])
    expected = [1.0]
    for step in ladder_steps(probabilities):
        state = state @ step
        expected += [state[1] + state[3], state[2] + state[3]]
    assert reached == pytest.approx(expected, abs=TOLERANCE)


def test_ladder_with_evidence_on_several_layers():
    """Forward and backward over the layers' states, as in a hidden Markov model."""
    layers = 12
    probabilities = drawn_ladder(layers, seed=5)
    likelihood = {5: (9.0, 1.0), 6: (1.0, 9.0), 16: (1.0, 99.0), 23: (99.0, 1.0)}
    reached = reach_exact(
        network_of(2 * layers + 1, ladder(probabilities)), origins=[0], likelihood=likelihood
    )

    def weight(layer, state):
        seen = [likelihood.get(2 * layer - 1, (1, 1)), likelihood.get(2 * layer, (1, 1))]
        return np.prod([seen[i][0] if state >> i & 1 else seen[i][1] for i in (0, 1)])

    steps = list(ladder_steps(probabilities))
    seen = [np.array([weight(layer, s) for s in range(4)]) for layer in range(1, layers + 1)]
    forward = [np.array([1.0, 0, 0, 0])]
    for step, factor in zip(steps, seen, strict=True):
        forward.append((forward[-1] @ step) * factor)
    backward = [np.ones(4)]
    for step, factor in zip(reversed(steps), reversed(seen), strict=True):
        backward.insert(0, step @ (factor * backward[0]))
    total = forward[-1].sum()
    expected = [1.0]
    for before, after in zip(forward[1:], backward[1:], strict=True):
        joint = before * after / total
        expected += [joint[1] + joint[3], joint[2] + joint[3]]
    assert reached == pytest.approx(expected, abs=TOLERANCE)


# Complete digraphs against the recursion over node sets


@pytest.mark.parametrize("n", [4, 5, 6, 7, 8])
@pytest.mark.parametrize("p", [0.1, 0.5])
def test_complete_digraph(n, p):
    arcs = [(a, b, p) for a in range(n) for b in range(n) if a != b]
    reached = reach_exact(network_of(n, arcs), origins=[0])
    assert reached == pytest.approx(oracle.buzacott(n, arcs, 0), abs=TOLERANCE)


@pytest.mark.parametrize("seed", range(3))
def test_complete_digraph_of_six_with_unequal_arcs(seed):
    rng = np.random.default_rng(seed)
    arcs = [(a, b, rng.uniform()) for a in range(6) for b in range(6) if a != b]
    reached = reach_exact(network_of(6, arcs), origins=[seed])
    assert reached == pytest.approx(oracle.buzacott(6, arcs, seed), abs=TOLERANCE)


@pytest.mark.parametrize("seed", range(4))
def test_sparse_digraph_of_twelve(seed):
    rng = np.random.default_rng(seed)
    arcs = [
        (a, b, rng.uniform(0.1, 0.9))
        for a in range(12)
        for b in rng.choice(12, 3, replace=False).tolist()
        if a != b
    ]
    reached = reach_exact(network_of(12, arcs), origins=[0])
    assert reached == pytest.approx(oracle.buzacott(12, arcs, 0), abs=TOLERANCE)


# Grids against a sweep from column to column


@pytest.mark.parametrize("columns", [2, 3, 5, 8])
def test_three_row_grid_of_two_way_edges(columns):
    edges = grid_edges(3, columns)
    n = 3 * columns
    reached = reach_exact(network_of(n, two_way(edges, 0.8)), origins=[0])
    coins = [(0.8, [(a, b), (b, a)]) for a, b in edges]
    expected = [oracle.frontier(coins, 0, target) for target in range(n)]
    assert reached == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("columns", [2, 3, 5, 7])
def test_three_row_grid_with_its_own_probability_each_way(columns):
    rng = np.random.default_rng(columns)
    arcs = [
        (*pair, rng.uniform(0.2, 0.9))
        for a, b in grid_edges(3, columns)
        for pair in ((a, b), (b, a))
    ]
    n = 3 * columns
    reached = reach_exact(network_of(n, arcs), origins=[1])
    coins = [(p, [(a, b)]) for a, b, p in arcs]
    expected = [oracle.frontier(coins, 1, target) for target in range(n)]
    assert reached == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize(("side", "p"), [(4, 0.5), (5, 0.9), (5, 0.5)])
def test_square_grid_of_two_way_edges(side, p):
    """5 x 5 at 0.9 is the literature's 0.97555 (80 arcs)."""
    edges = grid_edges(side, side)
    last = side * side - 1
    reached = reach_exact(network_of(last + 1, two_way(edges, p)), origins=[0])
    coins = [(p, [(a, b), (b, a)]) for a, b in edges]
    for target in (1, last // 2, last):
        assert reached[target] == pytest.approx(oracle.frontier(coins, 0, target), abs=TOLERANCE)


@pytest.mark.parametrize(("rows", "columns", "p"), [(3, 13, 0.8), (6, 6, 0.9), (4, 9, 0.5)])
def test_two_terminals_of_a_long_grid(rows, columns, p):
    """114 to 124 arcs; the one far node is asked for, so reductions may help."""
    edges, n = grid_edges(rows, columns), rows * columns
    reached = reach_exact(network_of(n, two_way(edges, p)), origins=[0], targets=[n - 1])
    coins = [(p, [(a, b), (b, a)]) for a, b in edges]
    assert reached[n - 1] == pytest.approx(oracle.frontier(coins, 0, n - 1), abs=TOLERANCE)
