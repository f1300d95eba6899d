"""The exploring method, called directly."""

from __future__ import annotations

import oracle
import pytest
import strategies
from hypothesis import given, settings

from blastradius.engine.explore import MAX_VERTICES, explore_reach
from blastradius.engine.simplify import Bundle
from blastradius.errors import ExactBudgetError


def explored(n, arcs, weights=None, max_transitions=10**6):
    closed = {}
    for tail, head, p in arcs:
        if head not in (0, tail):
            closed[tail, head] = closed.get((tail, head), 1.0) * (1 - p)
    bundles = [Bundle(tail, head, (), fixed=False) for tail, head in closed]
    coins = [1 - p for p in closed.values()]
    return explore_reach(
        n, bundles, coins, range(n), weights or {}, max_transitions=max_transitions
    )


@given(strategies.networks())
@settings(max_examples=120)
def test_exploring_matches_enumeration(case):
    n, arcs, _ = case
    total, joint = explored(n, arcs)
    assert total == pytest.approx(1, abs=1e-12)
    assert joint == pytest.approx(oracle.reach_probability(n, arcs, [0]), abs=1e-12)


@given(strategies.networks_with_evidence())
def test_exploring_weighs_worlds_jointly(case):
    n, arcs, _, likelihood = case
    weights = {node: if_reached for node, (if_reached, _) in likelihood.items()}
    total, joint = explored(n, arcs, weights)
    expected, mean = oracle.reach_joint(n, arcs, [0], {k: (w, 1.0) for k, w in weights.items()})
    assert total == pytest.approx(mean, rel=1e-9)
    assert joint / total == pytest.approx(expected, abs=1e-9)


def test_dense_directed_network_agrees_with_node_subset_recursion():
    n = 10
    arcs = [(a, b, (3 * a + 5 * b) % 7 / 10) for a in range(n) for b in range(n) if a != b]
    assert explored(n, arcs)[1] == pytest.approx(oracle.buzacott(n, arcs, 0), abs=1e-10)


def test_too_much_is_refused_not_attempted():
    with pytest.raises(ExactBudgetError, match="budget of 3 states"):
        explored(3, [(0, 1, 0.5), (0, 2, 0.5)], max_transitions=3)
    with pytest.raises(ExactBudgetError):
        explored(MAX_VERTICES + 1, [(0, 1, 0.5)])
