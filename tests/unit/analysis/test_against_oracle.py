"""Whole analyses against the oracle, which enumerates worlds and shares no code."""

from __future__ import annotations

import copy

import oracle
import pytest
import strategies
from hypothesis import given
from strategies import INCIDENT, analysis_of, numbers, table_from_package

AGREEMENT = 1e-9
ONE_PARTY = {"id": "vw", "name": "VW", "role": "oem"}


def assert_same(result, expected, tolerance=AGREEMENT):
    """Compare every number, and say which one differs."""
    found = numbers(result)
    assert found["parties"].keys() == expected["parties"].keys()
    for name, row in expected["parties"].items():
        for key in ("exposed", "compromised", "disrupted", "harmed"):
            assert found["parties"][name][key] == pytest.approx(row[key], abs=tolerance), (
                f"{name}: {key}"
            )
        score = found["parties"][name]["score"]
        assert score == pytest.approx(row["score"], abs=100 * tolerance), f"{name}: score"
        varieties = found["parties"][name]["varieties"]
        for variety in row["varieties"].keys() | varieties.keys():
            pair = row["varieties"].get(variety, (0.0, 0.0))
            shown = varieties.get(variety, (0.0, 0.0))
            assert shown == pytest.approx(pair, abs=tolerance), f"{name}: {variety}"
        for volume in ("records", "documents", "bytes"):
            amount = getattr(result.parties[name].expected, volume)
            assert (amount or 0.0) == pytest.approx(row[volume][1], rel=tolerance, abs=tolerance)
    figures = expected["blast_radius"]
    assert found["blast_radius"]["reachable_parties"] == figures["reachable_parties"]
    for key in ("expected_harmed_parties", "total_score"):
        assert found["blast_radius"][key] == pytest.approx(figures[key], abs=1000 * tolerance)


@given(strategies.graphs())
def test_every_number_of_an_analysis(graph):
    result = analysis_of(graph)
    assert result.engine.method == "exact"
    assert_same(result, oracle.analyze(graph, INCIDENT, None, table_from_package(graph)))


@given(strategies.graphs())
def test_every_number_of_a_group(graph):
    result = analysis_of(graph)
    members = {group.id: group.members for group in result.groups}
    expected = oracle.analyze(graph, INCIDENT, None, table_from_package(graph), groups=members)
    for group in result.groups:
        row = expected["groups"][group.id]
        for event, estimate in group.probability.items():
            pair = (estimate.prior, estimate.posterior)
            assert pair == pytest.approx(row[event], abs=AGREEMENT), f"{group.id}: {event}"
        score = (group.score.prior, group.score.posterior)
        assert score == pytest.approx(row["score"], abs=100 * AGREEMENT)


@given(strategies.graphs())
def test_interval_is_the_same_question_at_both_ends_of_every_range(graph):
    result = analysis_of(graph)
    ends = {
        end: oracle.analyze(graph, INCIDENT, None, table_from_package(graph), end=end)["parties"]
        for end in ("low", "high")
    }
    for name, party in result.parties.items():
        low, high = sorted(ends[end][name]["score"][1] for end in ("low", "high"))
        # With observations the ends may cross the best value; the interval then still holds it.
        low, high = min(low, party.score.posterior), max(high, party.score.posterior)
        shown = (party.score.low, party.score.high)
        assert shown == pytest.approx((low, high), abs=100 * AGREEMENT), name


@given(strategies.graphs())
def test_hypothetical_breach_needs_no_incident(graph):
    origin = graph["incidents"][0]["origins"][0]
    bare = {**graph, "incidents": []}
    result = analysis_of(bare, origin)
    assert result.incident.hypothetical
    assert_same(result, oracle.analyze(bare, None, origin, table_from_package(bare)))


# Traps


def chain_graph(**incident):
    """Supplier s holds data of a and b; f is a fourth party behind two suppliers."""
    return {
        "schema": "blastradius/graph/1",
        "name": "traps",
        "parties": [
            {"id": "a", "name": "A Motors", "aliases": ["AM"], "role": "oem"},
            {"id": "b", "name": "B Motors", "role": "oem"},
            {"id": "s", "name": "S Systems", "role": "tier1"},
            {"id": "t", "name": "T Systems", "role": "tier1"},
            {"id": "f", "name": "F Hosting", "aliases": ["F Cloud", "FH"], "role": "it-provider"},
        ],
        "datasets": [
            {"id": "plans", "owner": "a", "varieties": ["Secrets"], "own_probability": 0.3},
            {"id": "keys", "owner": "b", "varieties": ["Credentials"], "own_probability": 0.2},
        ],
        "shares": [
            {"discloser": "a", "recipient": "s", "datasets": ["plans"], "probability": 0.5},
            {"discloser": "a", "recipient": "t", "datasets": ["plans"], "probability": 0.4},
            {"discloser": "s", "recipient": "f", "datasets": ["plans", "keys"], "probability": 0.6},
        ],
        "access": [
            {"grantor": "s", "grantee": "f", "via": "vpn", "probability": 0.7},
            {"grantor": "t", "grantee": "f", "via": "vpn", "probability": 0.8},
            {"grantor": "f", "grantee": "s", "via": "portal", "probability": 0.9},
        ],
        "dependencies": [
            {"customer": "a", "supplier": "s", "probability": 0.5},
            {"customer": "a", "supplier": "t", "probability": 0.5},
        ],
        "incidents": [{"id": INCIDENT, "origins": ["f"], "actions": ["hacking"], **incident}],
    }


@pytest.mark.parametrize(
    "incident",
    [
        {},
        {"origins": ["s"]},
        {"status": "alleged"},
        {"status": "alleged", "origins": ["f", "t"]},
        {"actions": ["social"]},
        {"stops_operations": True},
        {"observations": [{"party": "b", "state": "confirmed", "event": "compromised"}]},
        {
            "observations": [
                {"party": "a", "state": "denied"},
                {"dataset": "keys", "state": "denied"},
            ]
        },
        {"observations": [{"party": "f", "state": "denied", "event": "harmed"}]},
    ],
)
def test_fourth_party_behind_two_suppliers_onward_share_pivot_and_cycle(incident):
    graph = chain_graph(**incident)
    assert_same(
        analysis_of(graph), oracle.analyze(graph, INCIDENT, None, table_from_package(graph))
    )


@pytest.mark.parametrize("name", ["f", "F Hosting", "F Cloud", "FH", "fh"])
def test_fourth_party_known_by_two_names_is_one_party(name):
    graph = {**chain_graph(), "incidents": []}
    result = analysis_of(graph, name)
    assert [origin.id for origin in result.origins] == ["f"]
    assert len(result.parties) == 5
    assert_same(result, oracle.analyze(graph, None, "f", table_from_package(graph)))


def test_onward_share_exposes_the_owner_and_not_the_discloser():
    graph = chain_graph(actions=["social"])
    graph["access"], graph["dependencies"] = [], []
    result = analysis_of(graph)
    assert result.parties["a"].probability["exposed"].prior == pytest.approx(0.6)
    assert result.parties["s"].probability["harmed"].prior == 0.0


def test_harm_runs_against_the_flow_of_data():
    graph = chain_graph()
    graph["access"], graph["dependencies"] = [], []
    graph["incidents"][0]["origins"] = ["a"]
    result = analysis_of(graph)
    assert [name for name, p in result.parties.items() if p.probability["harmed"].prior > 0] == [
        "a"
    ]


def test_observation_on_one_owner_raises_the_other_through_their_cause():
    graph = chain_graph(observations=[{"party": "a", "state": "confirmed"}])
    graph["incidents"][0]["status"] = "alleged"
    exposed = analysis_of(graph).parties["b"].probability["exposed"]
    assert exposed.posterior > exposed.prior + 0.01


def test_denied_and_likelihood_ratio_of_its_own():
    graph = chain_graph(observations=[{"party": "a", "state": "denied"}])
    result = analysis_of(graph)
    p = result.parties["a"].probability["exposed"]
    assert p.posterior == pytest.approx(p.prior / 9 / (p.prior / 9 + 1 - p.prior), abs=1e-12)
    graph["incidents"][0]["observations"][0]["likelihood_ratio"] = 4.0
    p = analysis_of(graph).parties["a"].probability["exposed"]
    assert p.posterior == pytest.approx(4 * p.prior / (4 * p.prior + 1 - p.prior), abs=1e-12)


@pytest.mark.parametrize(
    ("life", "counts"),
    [
        ({}, True),
        ({"since": "2022-08-05"}, True),
        ({"since": "2022-08-06"}, False),
        ({"until": "2022-07-01"}, True),
        ({"until": "2022-06-30"}, False),
        ({"until": "2022-06"}, False),
        ({"until": "2022"}, True),
        ({"until": "2022-06-30", "retention_days": 1}, True),
        ({"until": "2022-06-01", "retention_days": 29}, False),
        ({"until": "2022-06-01", "retention_days": 30}, True),
    ],
)
def test_share_counts_while_a_copy_exists_in_the_window(life, counts):
    graph = chain_graph(window="2022-07-01/2022-08-05", origins=["s"], actions=["social"])
    graph["access"], graph["dependencies"] = [], []
    graph["shares"] = [{**graph["shares"][0], **life}]
    result = analysis_of(graph)
    assert result.parties["a"].probability["exposed"].prior == (0.5 if counts else 0.0)
    assert_same(result, oracle.analyze(graph, INCIDENT, None, table_from_package(graph)))


def test_edges_of_one_content_count_once_and_of_two_contents_twice():
    graph = chain_graph(origins=["s"], actions=["social"])
    graph["access"] = []
    share = graph["shares"][0]
    for other, exposed in [
        ({"id": "again", "note": "from the annual report"}, 0.5),
        ({"probability": {"low": 0.5, "mode": 0.5, "high": 0.5}}, 0.5),
        ({"since": "2015"}, 0.75),
        ({"discloser": "t"}, 0.75),
    ]:
        graph["shares"] = [share, {**share, **other}]
        assert analysis_of(copy.deepcopy(graph)).parties["a"].probability[
            "exposed"
        ].prior == pytest.approx(exposed)
