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


def under_control(graph):
    """Return top party -> the parties below it, itself included; origins left out."""
    owners = {}
    for party in graph["parties"]:
        parent = party.get("parent", {})
        owners[party["id"]] = parent.get("party") if parent.get("stake", 1) > 0.5 else None
    groups = {}
    for party in owners:
        top = party
        while owners[top] is not None:
            top = owners[top]
        if party not in graph["incidents"][0]["origins"]:
            groups.setdefault(top, []).append(party)
    return groups


@given(strategies.graphs())
def test_every_number_of_a_group(graph):
    result = analysis_of(graph, groups=True)
    expected = oracle.analyze(
        graph, INCIDENT, None, table_from_package(graph), groups=under_control(graph)
    )
    groups = {group.id: group for group in result.groups}
    for top, members in under_control(graph).items():
        in_reach = {name for name in members if expected["parties"][name]["harmed"][0] > 0}
        shown = groups[top].members if top in groups else ()
        assert in_reach <= set(shown) <= set(members)
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


@given(strategies.graphs(), strategies.windows.filter(bool), strategies.actions)
def test_question_replaces_the_date_and_the_actions_of_the_incident(graph, window, actions):
    as_of = window.strip("/.")[-10:]
    incident = {**graph["incidents"][0], "window": as_of}
    if actions:
        incident["actions"] = actions
    asked = {**graph, "incidents": [incident]}
    result = analysis_of(graph, as_of=as_of, actions=actions)
    assert_same(result, oracle.analyze(asked, INCIDENT, None, table_from_package(asked)))


@given(strategies.graphs())
def test_verdict_is_confirmed_only_where_somebody_confirmed(graph):
    incident = graph["incidents"][0]
    said = [seen for seen in incident["observations"] if seen["state"] == "confirmed"]
    for name, party in analysis_of(graph).parties.items():
        own = {dataset["id"] for dataset in graph["datasets"] if dataset["owner"] == name}
        confirmed = any(seen.get("party") == name or seen.get("dataset") in own for seen in said)
        if name in incident["origins"]:
            confirmed = confirmed or incident["status"] == "confirmed"
        harmed = party.probability["harmed"].posterior
        steps = ((0.75, "likely"), (0.25, "possible"), (0.0, "unlikely"))
        expected = next(word for least, word in steps if harmed >= least)
        if confirmed:  # with or without a path
            expected = "confirmed"
        elif harmed == 0:
            expected = "no recorded path"
        assert party.verdict == expected, name


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


@pytest.mark.parametrize(
    ("kinds", "origin", "harmed"),
    [
        (["shares"], "a", {"a"}),
        (["shares"], "s", {"s", "a"}),  # discloses the keys of b to f, and holds the plans of a
        (["shares"], "t", {"t", "a"}),
        (["shares"], "f", {"f", "a", "b"}),
        (["access"], "f", {"f", "s", "t"}),
        (["access"], "t", {"t"}),
        (["dependencies"], "s", {"s", "a"}),
        (["dependencies"], "a", {"a"}),
    ],
)
def test_harm_runs_against_the_flow_of_data(kinds, origin, harmed):
    graph = chain_graph(origins=[origin])
    for kind in {"shares", "access", "dependencies"} - set(kinds):
        graph[kind] = []
    result = analysis_of(graph)
    found = {name for name, p in result.parties.items() if p.probability["harmed"].prior > 0}
    assert found == harmed


def test_every_way_in_counts_directly_through_another_and_with_credentials():
    graph = chain_graph()
    graph["access"] += [
        {"grantor": "s", "grantee": "t", "via": "vpn", "probability": 0.9},
        {"grantor": "b", "grantee": "f", "via": "portal", "probability": 0.3},
    ]
    assert_same(
        analysis_of(graph), oracle.analyze(graph, INCIDENT, None, table_from_package(graph))
    )


def test_group_is_what_its_top_party_controls():
    graph = chain_graph()
    stakes = {"s": {"party": "t"}, "b": {"party": "t", "stake": 0.51}}
    stakes["a"] = {"party": "t", "stake": 0.4}
    for party in graph["parties"]:
        if party["id"] in stakes:
            party["parent"] = stakes[party["id"]]
    groups = {"t": ("b", "s", "t"), "a": ("a",)}
    expected = oracle.analyze(graph, INCIDENT, None, table_from_package(graph), groups=groups)
    found = analysis_of(graph, groups=True).groups
    assert {group.id: group.members for group in found} == groups
    for group in found:
        row = expected["groups"][group.id]
        assert group.score.prior == pytest.approx(row["score"][0], abs=100 * AGREEMENT)
        harmed = group.probability["harmed"].prior
        assert harmed == pytest.approx(row["harmed"][0], abs=AGREEMENT)


def test_newest_incident_of_a_party_answers_unless_another_is_named():
    graph = chain_graph(window="2022-07-01/2022-08-05")
    others = [
        {"id": "made-known-last", "origins": ["f", "t"], "window": "2019", "disclosed": "2023-01"},
        {"id": "of-somebody-else", "origins": ["s"], "window": "2024"},
        {"id": "oldest", "origins": ["f"]},
    ]
    graph["incidents"] = [others[2], *graph["incidents"], *others[:2]]
    newest = analysis_of(graph, "f").incident
    assert newest.id == "made-known-last"
    assert newest.other_incidents == (INCIDENT, "oldest")
    assert analysis_of(graph, "f", incident="oldest").incident.id == "oldest"
    assert analysis_of(graph, "f", hypothetical=True).incident.id is None


def test_credentials_of_people_open_no_systems():
    graph = chain_graph()
    graph["parties"][1]["role"] = "data-subjects"
    b = analysis_of(graph).parties["b"].probability
    assert b["exposed"].prior == pytest.approx(0.6)
    assert b["compromised"].prior == 0.0


def test_holders_of_a_dataset_are_those_from_whom_it_can_be_taken():
    parties = analysis_of(chain_graph()).parties
    held = {d.id: set(d.holders) for p in parties.values() for d in p.datasets}
    assert held == {"plans": {"s", "t", "f"}, "keys": {"f", "b"}}


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


def test_two_statements_on_one_event_count_both_and_the_same_one_once():
    said = {"party": "a", "state": "reported"}
    graph = chain_graph()
    p = analysis_of(graph).parties["a"].probability["exposed"].prior
    for statements, ratio in [
        ([said, {"party": "a", "state": "denied"}], 1.0),
        ([said, {**said, "note": "again, by somebody else"}], 81.0),
        ([said, said], 9.0),
        ([said, {"party": "a", "state": "confirmed"}], 891.0),
    ]:
        graph["incidents"][0]["observations"] = statements
        posterior = analysis_of(graph).parties["a"].probability["exposed"].posterior
        assert posterior == pytest.approx(ratio * p / (ratio * p + 1 - p), abs=1e-12)


@pytest.mark.parametrize("rng_seed", range(8))
def test_sampled_posterior_lies_in_the_interval_that_it_states(rng_seed):
    """95 % is 1.96 standard errors; three half-widths are missed once in 10^8 numbers."""
    graph = chain_graph(
        observations=[{"party": "a", "state": "reported"}, {"dataset": "keys", "state": "denied"}]
    )
    sampled = analysis_of(graph, method="monte-carlo", n_worlds=20_000, rng_seed=rng_seed)
    expected = oracle.analyze(graph, INCIDENT, None, table_from_package(graph))["parties"]
    off = [
        abs(sampled.parties[name].probability[event].posterior - expected[name][event][1])
        for name in expected
        for event in oracle.EVENTS
    ]
    assert max(off) <= 3 * sampled.engine.half_width
    assert sampled.engine.half_width < 0.02


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
