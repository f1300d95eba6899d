"""The oracle's methods against each other, against NetworkX, and against numbers by hand."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import networkx as nx
import oracle
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

TOLERANCE = 1e-12


def enumerate_with_networkx(n, arcs, origins, likelihood):
    """World by world, in the plainest words: the definition."""
    total, reach = 0.0, [0.0] * n
    for opened in itertools.product([False, True], repeat=len(arcs)):
        world = nx.DiGraph()
        world.add_nodes_from(range(n))
        weight = 1.0
        for is_open, (tail, head, p) in zip(opened, arcs, strict=True):
            weight *= p if is_open else 1 - p
            if is_open:
                world.add_edge(tail, head)
        reached = set(origins).union(*(nx.descendants(world, o) for o in origins))
        for node, (holds, fails) in likelihood.items():
            weight *= holds if node in reached else fails
        total += weight
        for node in reached:
            reach[node] += weight
    return [value / total for value in reach], total


@given(
    strategies.networks_with_evidence(max_nodes=5, most=5).filter(lambda case: len(case[1]) <= 8)
)
@settings(max_examples=40)
def test_worlds_as_integers_are_the_worlds_of_the_definition(case):
    n, arcs, origins, likelihood = case
    expected, total = enumerate_with_networkx(n, arcs, origins, likelihood)
    plain, _ = enumerate_with_networkx(n, arcs, origins, {})

    posterior, weight = oracle.reach_joint(n, arcs, origins, likelihood)

    assert posterior == pytest.approx(expected, abs=TOLERANCE)
    assert weight == pytest.approx(total, rel=TOLERANCE)
    assert oracle.reach_probability(n, arcs, origins) == pytest.approx(plain, abs=TOLERANCE)


@given(strategies.networks())
def test_node_set_recursion_agrees_with_enumeration(network):
    n, arcs, origins = network
    expected = oracle.reach_probability(n, arcs, origins[:1])
    assert oracle.buzacott(n, arcs, origins[0]) == pytest.approx(expected, abs=TOLERANCE)


@given(strategies.networks(max_nodes=6), st.integers(0, 5))
def test_frontier_sweep_agrees_with_enumeration(network, target):
    n, arcs, origins = network
    target %= n
    coins = [(p, [(tail, head)]) for tail, head, p in arcs]
    expected = oracle.reach_probability(n, arcs, origins[:1])[target]
    assert oracle.frontier(coins, origins[0], target) == pytest.approx(expected, abs=TOLERANCE)


def test_two_opposite_arcs_of_one_probability_are_an_undirected_edge():
    edges = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]
    joint = [(0.7, [(a, b), (b, a)]) for a, b in edges]
    apart = [(0.7, [pair]) for a, b in edges for pair in ((a, b), (b, a))]
    assert oracle.frontier(joint, 0, 3) == pytest.approx(
        oracle.frontier(apart, 0, 3), abs=TOLERANCE
    )


def test_recursion_is_exact_in_fractions():
    half = Fraction(1, 2)
    arcs = [(a, b, half) for a in range(3) for b in range(3) if a != b]
    # Two steps away at most: direct 1/2, or else through the other node.
    assert oracle.buzacott(3, arcs, 0) == [1, Fraction(5, 8), Fraction(5, 8)]


def test_too_many_worlds_are_refused_rather_than_awaited():
    arcs = [(0, 1, 0.5)] * (oracle.MAX_COINS + 1)
    with pytest.raises(ValueError, match="21 uncertain arcs"):
        oracle.reach_probability(2, arcs, [0])


TABLE = {
    "p_alleged": 0.5,
    "pivot": 0.4,
    "outage": 0.6,
    "severity": {"Secrets": 1.0, "Credentials": 0.7, "compromised": 0.9, "disrupted": 0.5},
    "likelihood_ratio": {"confirmed": 99, "reported": 9, "could-be-affected": 2, "denied": 1 / 9},
}


def small_graph():
    return {
        "parties": [{"id": "vw"}, {"id": "conti"}],
        "datasets": [
            {
                "id": "ecu",
                "owner": "vw",
                "varieties": ["Secrets"],
                "documents": 1200,
                "own_probability": 0.3,
            }
        ],
        "shares": [
            {
                "discloser": "vw",
                "recipient": "conti",
                "datasets": ["ecu"],
                "probability": 0.5,
                "since": "2015-01",
                "until": "2020-06",
                "retention_days": 3650,
            }
        ],
        "access": [{"grantor": "vw", "grantee": "conti", "via": "vpn", "probability": 0.1}],
        "dependencies": [{"customer": "vw", "supplier": "conti", "probability": 0.4}],
        "incidents": [
            {
                "id": "demo",
                "origins": ["conti"],
                "status": "confirmed",
                "actions": ["hacking"],
                "window": "2022-07-01/2022-08-05",
                "observations": [{"party": "vw", "state": "reported", "event": "exposed"}],
            }
        ],
    }


def test_graph_of_the_file_format_by_hand():
    result = oracle.analyze(small_graph(), "demo", None, TABLE)
    vw = result["parties"]["vw"]

    exposed = 0.5 + 0.5 * 0.1 * 0.3
    assert vw["exposed"] == pytest.approx((exposed, 9 * exposed / (1 + 8 * exposed)), abs=1e-14)
    assert vw["varieties"]["Secrets"] == vw["exposed"]
    assert vw["compromised"][0] == pytest.approx(0.1, abs=1e-14)
    disrupted = 1 - (1 - 0.6 * 0.4) * (1 - 0.1 * 0.6)
    assert vw["disrupted"][0] == pytest.approx(disrupted, abs=1e-14)
    # Not harmed: no portal, no copy out, and no outage that the dependency carries over.
    harmed = 1 - 0.9 * 0.5 * (1 - 0.6 * 0.4)
    assert vw["harmed"][0] == pytest.approx(harmed, abs=1e-14)
    assert vw["documents"][0] == pytest.approx(1200 * exposed, abs=1e-10)
    compromised_only = 0.1 * 0.5 * 0.7
    disrupted_only = 0.9 * 0.5 * 0.6 * 0.4
    score = 100 * (exposed + 0.9 * compromised_only + 0.5 * disrupted_only)
    assert vw["score"][0] == pytest.approx(score, abs=1e-12)
    assert result["blast_radius"] == {
        "reachable_parties": 1,
        "expected_harmed_parties": vw["harmed"],
        "total_score": vw["score"],
    }
    assert result["parties"]["conti"]["compromised"] == (1.0, 1.0)


@pytest.mark.parametrize(
    ("change", "exposed"),
    [
        ({"until": "2012-07-02"}, 0.03),  # 3650 days later is 2022-06-30, the day before
        ({"until": "2012-07-03"}, 0.515),
        ({"until": "2012"}, 0.515),
        ({"until": "2012", "retention_days": 0}, 0.03),
        ({"since": "2022-08-06", "until": None}, 0.03),
        ({"since": "2022-08", "until": None}, 0.515),
    ],
)
def test_share_counts_while_the_copy_exists_in_the_window(change, exposed):
    graph = small_graph()
    graph["shares"][0].update({"since": "2010", **change})
    vw = oracle.analyze(graph, "demo", None, TABLE)["parties"]["vw"]
    assert vw["exposed"][0] == pytest.approx(exposed, abs=1e-14)


@pytest.mark.parametrize(
    ("incident", "disrupted"),
    [
        ({"actions": []}, 0.2856),
        ({"actions": ["social", "malware"]}, 0.2856),
        ({"actions": ["social"]}, 0.0),
        ({"actions": ["social"], "stops_operations": True}, 1 - 0.6 * (1 - 0.06)),
        ({"actions": ["malware"], "stops_operations": False}, 0.0),
        ({"status": "alleged"}, 0.2856 / 2),
    ],
)
def test_outage_follows_the_incident(incident, disrupted):
    graph = small_graph()
    graph["incidents"][0].update(incident)
    vw = oracle.analyze(graph, "demo", None, TABLE)["parties"]["vw"]
    assert vw["disrupted"][0] == pytest.approx(disrupted, abs=1e-14)


def test_window_and_dates_in_days():
    day = oracle.first_day("2020-02-29")
    assert (oracle.last_day("2020-02"), oracle.first_day("2020-02")) == (day, day - 28)
    assert oracle.parse_window("2020-02") == (day - 28, day)
    assert oracle.parse_window("2020-02-29/..") == (day, math.inf)
    assert oracle.parse_window("/2020-02") == (-math.inf, day)
