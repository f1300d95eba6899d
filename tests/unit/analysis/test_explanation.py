"""Why a party has its score: each figure of an explanation against the oracle."""

from __future__ import annotations

import math

import networkx as nx
import oracle
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import INCIDENT, analysis_of, table_from_package

import blastradius as br
from blastradius.errors import QuestionError
from blastradius.model.graph import Graph

EDGES = ("shares", "access", "dependencies")
AGREEMENT = 1e-7
SHOWN = 0.05 + AGREEMENT
"""Smaller changes of a score than this need no line [points]."""


def named(graph):
    """Drop repeated descriptions, and write out the ids that nameless edges get."""
    graph = {**graph, **{kind: oracle._distinct(graph[kind]) for kind in EDGES}}
    model = Graph.model_validate(graph)
    ids = {kind: [edge.id for edge in getattr(model, kind)] for kind in EDGES}
    for kind in EDGES:
        pairs = zip(graph[kind], ids[kind], strict=True)
        graph[kind] = [{**edge, "id": name} for edge, name in pairs]
    return graph


def numbers_of(graph, party):
    return oracle.analyze(graph, INCIDENT, None, table_from_package(graph))["parties"][party]


def posterior_scores(graph):
    parties = oracle.analyze(graph, INCIDENT, None, table_from_package(graph))["parties"]
    return {name: row["score"][1] for name, row in parties.items()}


def a_party(data, graph):
    return data.draw(st.sampled_from([party["id"] for party in graph["parties"]]))


@given(strategies.graphs())
@settings(max_examples=40)
def test_counterfactual_is_the_score_without_the_edge(graph):
    graph = named(graph)
    result = analysis_of(graph)
    scores = posterior_scores(graph)
    without = {
        edge["id"]: posterior_scores({**graph, kind: [o for o in graph[kind] if o is not edge]})
        for kind in EDGES
        for edge in graph[kind]
    }
    for party, score in scores.items():
        lines = result.explain(party).explanation.counterfactuals
        shown = {line.step.edge: (line.score, line.score_without) for line in lines}
        for edge, less in without.items():
            if edge in shown:
                assert shown[edge] == pytest.approx((score, less[party]), abs=AGREEMENT), edge
            else:
                assert abs(score - less[party]) < SHOWN, edge


def test_edge_has_a_counterfactual_though_each_of_its_copies_can_be_spared():
    graph = {
        "schema": "blastradius/graph/1",
        "name": "certain",
        "parties": [{"id": name, "name": name.upper()} for name in ("a", "s")],
        "datasets": [{"id": name, "owner": "a", "varieties": ["Secrets"]} for name in ("d", "e")],
        "shares": [
            {"id": "both", "discloser": "a", "recipient": "s", "datasets": ["d", "e"]}
            | {"probability": 1.0}
        ],
        "incidents": [],
    }
    lines = analysis_of(graph, "s", actions=["social"]).explain("a").explanation.counterfactuals
    assert [(line.step.edge, line.score_without) for line in lines] == [("both", 0.0)]
    severity = table_from_package(graph)["severity"]["Secrets"]
    assert lines[0].score == pytest.approx(100 * severity)


@given(strategies.graphs(), st.data())
@settings(max_examples=40)
def test_importance_is_the_difference_that_the_edge_makes(graph, data):
    graph = named(graph)
    party = a_party(data, graph)
    importance = analysis_of(graph).explain(party).explanation.importance
    for kind in ("access", "dependencies"):  # one coin each
        for place, edge in enumerate(graph[kind]):
            ends = []
            for p in (0.0, 1.0):
                edges = [*graph[kind]]
                edges[place] = {**edge, "probability": p}
                ends.append(numbers_of({**graph, kind: edges}, party)["harmed"][0])
            difference = pytest.approx(ends[1] - ends[0], abs=AGREEMENT)
            if _highest(edge) > 0:  # else it is compiled away
                assert importance.get(edge["id"], 0.0) == difference, edge["id"]


def _highest(edge):
    return oracle._value(edge["probability"], "high")


@given(strategies.graphs(), st.data())
@settings(max_examples=40)
def test_what_if_is_the_score_after_one_more_statement(graph, data):
    party = a_party(data, graph)
    incident = graph["incidents"][0]
    words = {"confirms": "confirmed", "denies": "denied"}
    for line in analysis_of(graph).explain(party).explanation.what_ifs:
        name, word, *_, event = line.text.split()
        assert name == party.upper()
        said = {"party": party, "state": words[word], "event": event}
        more = {**incident, "observations": [*incident["observations"], said]}
        expected = numbers_of({**graph, "incidents": [more]}, party)["score"][1]
        assert line.score == pytest.approx(expected, abs=AGREEMENT)


# Paths


def owner_of(graph, node):
    owners = {dataset["id"]: dataset["owner"] for dataset in graph["datasets"]}
    return owners[node[1]] if node[0] == "disclosed" else node[1]


def all_paths(graph, party):
    """Return (probabilities of all simple paths to any harm of a party, least hops or None)."""
    arcs = oracle.harm_arcs(graph, graph["incidents"][0], table_from_package(graph))
    world = nx.MultiDiGraph()
    for tail, head, p in arcs:
        if p > 0:
            stays = tail == "root" or owner_of(graph, tail) == owner_of(graph, head)
            if not stays or tail == "root" or tail[0] != "disclosed" or head[0] != "disclosed":
                world.add_edge(tail, head, p=p, hop=0 if stays else 1)
    ends = {node for node in world if node != "root" and owner_of(graph, node) == party}
    found, hops = [], []
    for end in ends:
        inner = world.subgraph(set(world) - (ends - {end}))
        if "root" in inner and nx.has_path(inner, "root", end):
            hops.append(nx.shortest_path_length(inner, "root", end, weight="hop"))
            found += [
                math.prod(inner.edges[arc]["p"] for arc in path)
                for path in nx.all_simple_edge_paths(inner, "root", end)
            ]
    return sorted(found, reverse=True), min(hops, default=None)


@given(strategies.graphs())
@settings(max_examples=40)
def test_paths_are_the_most_probable_ones_and_hops_the_fewest(graph):
    for name, party in analysis_of(graph).parties.items():
        expected, hops = all_paths(graph, name)
        shown = [path.probability for path in party.paths]
        assert shown == pytest.approx(expected[:3], rel=1e-9), name
        assert party.hops == hops
        for path in party.paths:
            coins = math.prod(step.probability for step in path.steps)
            assert path.probability == pytest.approx(coins, rel=1e-9)
            assert all(step.low <= step.probability <= step.high for step in path.steps)
            ways = zip(path.steps, path.steps[1:], strict=False)
            assert all(step.target == following.origin for step, following in ways)
            assert path.steps[-1].target == name


def said(certainty):
    return {"certainty": certainty}


@pytest.mark.parametrize(
    ("shared", "granted", "certainty"),
    [
        ("documented", "documented", "documented"),
        ("documented", "inferred", "inferred"),
        ("inferred", "documented", "inferred"),
        ("reported", "assumed", "assumed"),
        ("assumed", "reported", "assumed"),
        ("reported", "documented", "reported"),
    ],
)
def test_statement_is_as_certain_as_the_weakest_link_of_its_best_path(shared, granted, certainty):
    """Where the breach starts is the question, not a link: the claim of it does not count."""
    graph = {
        "schema": "blastradius/graph/1",
        "name": "certainty",
        "parties": [{"id": name, "name": name.upper()} for name in ("a", "s", "f")],
        "datasets": [
            {"id": "d", "owner": "a", "varieties": ["Secrets"], "evidence": said("documented")}
        ],
        "shares": [
            {"discloser": "a", "recipient": "s", "datasets": ["d"], "evidence": said(shared)}
            | {"probability": 0.5}
        ],
        "access": [
            {"grantor": "s", "grantee": "f", "via": "vpn", "evidence": said(granted)}
            | {"probability": 0.5}
        ],
        "incidents": [
            {"id": INCIDENT, "origins": ["f"], "status": "alleged", "evidence": said("assumed")}
            | {"actions": ["social"]}
        ],
    }
    party = analysis_of(graph).parties["a"]
    assert [path.certainty for path in party.paths] == [certainty]
    assert party.certainty == certainty


def test_a_dataset_confirmed_out_of_reach_is_told_with_its_owner():
    graph = {
        "schema": "blastradius/graph/1",
        "name": "unseen",
        "parties": [{"id": name, "name": name.upper()} for name in ("owner", "holder", "other")],
        "datasets": [{"id": "d", "owner": "owner", "varieties": ["Secrets"]}],
        "shares": [{"discloser": "owner", "recipient": "other", "datasets": ["d"]}],
        "incidents": [
            {
                "id": "breach",
                "origins": ["holder"],
                "observations": [{"dataset": "d", "state": "confirmed"}],
            }
        ],
    }
    result = analysis_of(graph, "breach")
    owner = result.parties["owner"]
    assert [o.subject for o in owner.observations] == ["d"]
    assert (owner.verdict, owner.probability["exposed"].posterior) == ("confirmed", 0.0)
    assert [step.party for step in result.next_steps if step.kind == "check"] == ["owner"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "exakt"}, "unknown method 'exakt' .did you mean 'exact'"),
        ({"actions": ["malwar"]}, "unknown action 'malwar' .did you mean 'malware'"),
        ({"n_worlds": 0}, "n_worlds must be at least 1, got 0"),
        ({"rng_seed": -1}, "rng_seed must be at least 0"),
    ],
)
def test_options_of_the_library_are_checked(options, message):
    with pytest.raises(QuestionError, match=message):
        br.analyze("automotive", "continental", **options)


def test_a_statement_about_an_unknown_party_is_refused():
    said = br.Observation.model_validate({"party": "volkswagn", "state": "denied"})
    with pytest.raises(br.BlastRadiusError, match="did you mean 'volkswagen'"):
        br.analyze("automotive", "continental", observations=[said])


def test_a_path_is_told_however_improbable_and_however_it_is_computed():
    graph = br.Graph.model_validate(
        {
            "name": "rare",
            "parties": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}],
            "datasets": [{"id": "d", "owner": "b", "varieties": ["Secrets"]}],
            "shares": [
                {"discloser": "b", "recipient": "a", "datasets": ["d"], "probability": 1e-7}
            ],
        }
    )
    for method in ("exact", "monte-carlo"):
        result = br.analyze(graph, "a", hypothetical=True, method=method)
        assert result.parties["b"].verdict == "unlikely"
        assert result.blast_radius.reachable_parties == 1
        assert [party.id for party in result.ranking] == ["b"]


def test_any_number_of_denials_stays_in_range():
    parties = [{"id": "a", "name": "A"}, *({"id": f"p{i}", "name": f"P{i}"} for i in range(400))]
    graph = br.Graph.model_validate(
        {
            "name": "denied",
            "parties": parties,
            "datasets": [
                {"id": f"d{i}", "owner": f"p{i}", "varieties": ["Internal"]} for i in range(400)
            ],
            "shares": [
                {"discloser": f"p{i}", "recipient": "a", "datasets": [f"d{i}"], "probability": 1}
                for i in range(400)
            ],
        }
    )
    said = [
        br.Observation.model_validate({"party": f"p{i}", "state": "denied"}) for i in range(400)
    ]
    result = br.analyze(graph, "a", hypothetical=True, observations=said)
    assert result.parties["p0"].probability["exposed"].posterior == pytest.approx(1.0)
