"""The values in the fixtures, recomputed here by methods that share no code with the package."""

from __future__ import annotations

import json
from pathlib import Path

import oracle
import pytest

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "reliability" / "literature.json"
ROWS = json.loads(FIXTURE.read_text(encoding="utf-8"))["instances"]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_value_by_sweep_and_by_recursion(row):
    if "arcs" in row:
        arcs = row["arcs"]
        coins = [(p, [(a, b)]) for a, b, p in arcs]
    else:
        p = row["edge_probability"]
        coins = [(p, [(a, b), (b, a)]) for a, b in row["edges"]]
        arcs = [(a, b, p) for _, pairs in coins for a, b in pairs]
    value = row["reach_probability"]
    assert oracle.frontier(coins, row["origin"], row["target"]) == pytest.approx(value, abs=1e-13)
    if "edges" in row:
        backwards = oracle.frontier(coins[::-1], row["target"], row["origin"])
        assert backwards == pytest.approx(value, abs=1e-13)
    if row["n_nodes"] <= 10:
        by_sets = oracle.buzacott(row["n_nodes"], arcs, row["origin"])
        assert by_sets[row["target"]] == pytest.approx(value, abs=1e-12)
    assert row.get("published", value) == pytest.approx(value, abs=1e-12)


def test_bridge_polynomial():
    for row in ROWS:
        if row["id"].startswith("bridge"):
            p = row["edge_probability"]
            closed = 2 * p**2 + 2 * p**3 - 5 * p**4 + 2 * p**5
            assert row["reach_probability"] == pytest.approx(closed, abs=1e-15)


def test_five_by_five_grid_of_the_literature():
    edges = [(a, a + 1) for a in range(25) if (a + 1) % 5] + [(a, a + 5) for a in range(20)]
    coins = [(0.9, [(a, b), (b, a)]) for a, b in sorted(edges)]
    assert oracle.frontier(coins, 0, 24) == pytest.approx(0.975556589505369, abs=1e-13)
