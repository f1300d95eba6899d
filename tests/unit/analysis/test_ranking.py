"""Rankings against one analysis for each party, and against worlds counted one by one."""

from __future__ import annotations

import subprocess
import sys

import oracle
import pytest
import strategies
from hypothesis import given, reject, settings
from strategies import table_from_package

import blastradius as br
from blastradius.analysis.survey import SINGLE_POINT, Survey
from blastradius.errors import ExactBudgetError, QuestionError
from blastradius.model.graph import Graph

AGREEMENT = 1e-9
POINTS = 100 * AGREEMENT


def without_incidents(graph):
    return {**graph, "incidents": []}


def supposed(graph, origin):
    """Return the oracle's numbers of a supposed breach."""
    return oracle.analyze(graph, None, origin, table_from_package(graph))


def scores_of_others(graph, origin):
    rows = supposed(graph, origin)["parties"]
    return {name: row["score"][0] for name, row in rows.items() if name != origin}


@pytest.mark.parametrize("name", ["automotive", "cross-industry"])
def test_every_party_of_a_shipped_graph_as_analyze_says(name):
    graph = br.load_graph(name)
    view = br.rank(graph)
    assert view.engine.method == "exact"
    ranked = {party.id: party for party in view.parties}
    for party in graph.graph.parties:
        radius = br.analyze(graph, party.id, hypothetical=True).blast_radius
        found = ranked.pop(party.id, None)
        if found is None:
            assert radius.reachable_parties == 0
            continue
        assert found.reachable_parties == radius.reachable_parties
        assert found.total_score.value == pytest.approx(radius.total_score.prior, abs=POINTS)
        assert found.expected_harmed_parties.value == pytest.approx(
            radius.expected_harmed_parties.prior, abs=AGREEMENT
        )
    assert not ranked


def test_ranges_are_those_of_the_scores():
    graph = br.load_graph("automotive")
    best = br.rank(graph).parties[0]
    scores = [party.score for party in br.analyze(graph, best.id, hypothetical=True).ranking]
    assert best.total_score.low == pytest.approx(sum(s.low for s in scores))
    assert best.total_score.high == pytest.approx(sum(s.high for s in scores))


def test_options_reach_the_network():
    graph = br.load_graph("automotive")
    options = {"actions": ["error"], "as_of": "2021"}
    best = br.rank(graph, **options).parties[0]
    radius = br.analyze(graph, best.id, hypothetical=True, **options).blast_radius
    assert best.total_score.value == pytest.approx(radius.total_score.prior)
    assert best.total_score.value != br.rank(graph).parties[0].total_score.value


@given(strategies.graphs(observed=False))
def test_totals_are_those_of_all_worlds(graph):
    graph = without_incidents(graph)
    ranked = {party.id: party for party in br.rank(Graph.model_validate(graph)).parties}
    for name in (party["id"] for party in graph["parties"]):
        try:
            figures = supposed(graph, name)["blast_radius"]
        except ValueError:  # more worlds than the oracle can go through
            reject()
        assert (name in ranked) == (figures["reachable_parties"] > 0)
        if name in ranked:
            found = ranked[name]
            assert found.reachable_parties == figures["reachable_parties"]
            assert found.total_score.value == pytest.approx(figures["total_score"][0], abs=POINTS)
            assert found.expected_harmed_parties.value == pytest.approx(
                figures["expected_harmed_parties"][0], abs=AGREEMENT
            )


def passing_nothing_on(graph, party):
    """Return the graph in which a party has nothing of others and does nothing for them."""
    owner = {dataset["id"]: dataset["owner"] for dataset in graph["datasets"]}
    shares = []
    for share in graph["shares"]:
        kept = share["datasets"]
        if share["recipient"] == party:
            kept = [name for name in kept if owner[name] == party]
        if kept:
            shares.append({**share, "datasets": kept})
    return {
        **graph,
        "shares": shares,
        "access": [e for e in graph["access"] if e["grantee"] != party or e["grantor"] == party],
        "dependencies": [
            e for e in graph["dependencies"] if e["supplier"] != party or e["customer"] == party
        ],
    }


@given(strategies.graphs(observed=False))
@settings(max_examples=30)
def test_what_runs_through_a_party_is_what_would_be_gone_without_it(graph):
    graph = without_incidents(graph)
    names = [party["id"] for party in graph["parties"]]
    view = br.rank(Graph.model_validate(graph))
    before = {origin: scores_of_others(graph, origin) for origin in names}
    total = sum(sum(scores.values()) for scores in before.values())
    for party in view.parties:
        cut = passing_nothing_on(graph, party.id)
        gone = {}
        for origin in names:
            after = scores_of_others(cut, origin)
            for victim, score in before[origin].items():
                if victim != party.id:
                    gone[victim] = gone.get(victim, 0.0) + score - after[victim]
        share = sum(gone.values()) / total if total else 0.0
        assert party.through.value == pytest.approx(share, abs=AGREEMENT)
        exposure = {v: sum(before[o].get(v, 0.0) for o in names) for v in names}
        for item in party.single_point_for:
            assert item.exposure == pytest.approx(exposure[item.id], abs=POINTS)
            assert item.share == pytest.approx(gone[item.id] / exposure[item.id], abs=1e-6)
        single = {v for v, points in gone.items() if exposure[v] and points / exposure[v] > 0.501}
        assert single <= {item.id for item in party.single_point_for}
        assert all(item.share > SINGLE_POINT for item in party.single_point_for)


def test_heads_and_shares_add_up():
    view = br.rank("automotive")
    concentration = view.concentration
    assert sum(party.share for party in view.parties) == pytest.approx(1)
    total = sum(party.total_score.value for party in view.parties)
    assert concentration.total_score.value == pytest.approx(total)
    for k, share in concentration.heads.items():
        assert share == pytest.approx(sum(party.share for party in view.parties[:k]))
    assert sum(party.share for party in view.parties[: concentration.half]) >= 0.5
    assert sum(party.share for party in view.parties[: concentration.half - 1]) < 0.5


def test_a_party_between_others_is_their_single_point():
    chain = Graph(
        name="chain",
        parties=[{"id": name, "name": name.upper()} for name in ("far", "near", "owner")],
        datasets=[{"id": "plans", "owner": "owner", "varieties": ["Secrets"]}],
        shares=[
            {"discloser": "owner", "recipient": "near", "datasets": ["plans"], "probability": 0.5}
        ],
        access=[{"grantor": "near", "grantee": "far", "via": "vpn", "probability": 0.5}],
    )
    ranked = {party.id: party for party in br.rank(chain, actions=["error"]).parties}
    near, far = ranked["near"], ranked["far"]
    (dependent,) = near.single_point_for
    assert (dependent.id, dependent.share, dependent.n_origins) == ("owner", 1.0, 2)
    # Of the harm to the owner, a third comes from the breach of `far`, and all of it runs on here.
    assert [item.id for item in far.single_point_for] == ["near"]
    assert near.reachable_parties == 1
    assert far.reachable_parties == 2


PAIR = Graph(
    name="pair",
    parties=[{"id": "a", "name": "A"}, {"id": "b", "name": "B"}],
    datasets=[{"id": "d", "owner": "a", "varieties": ["Secrets"], "own_probability": 1}],
    shares=[
        {"discloser": "a", "recipient": "b", "datasets": ["d"], "probability": 1, "since": "2030"}
    ],
)


def test_nobody_to_harm():
    view = br.rank(PAIR, as_of="2020")
    assert view.parties == ()
    assert view.ranking.n_harmless == 2
    assert view.concentration.heads == {}
    assert view.concentration.half is None
    assert "none of 2 parties has a recorded path" in view.to_text()
    assert "No party has a recorded path." in view.to_text()


def test_own_harm_is_not_counted():
    (party,) = br.rank(PAIR).parties
    assert (party.id, party.reachable_parties) == ("b", 1)
    assert party.expected_harmed_parties.value == 1.0


def test_progress_is_told():
    told = []
    br.rank("cross-industry", progress=lambda done, total: told.append((done, total)))
    assert told == [(k, 91) for k in range(1, 92)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"actions": ["hack"]}, "unknown action 'hack'"),
        ({"roles": ["oen"]}, r"unknown role 'oen' \(did you mean 'oem'\?\)"),
        ({"top": 0}, "top must be at least 1, got 0"),
        ({"n_worlds": 0}, "n_worlds must be at least 1, got 0"),
        ({"precision": 0.0}, r"precision must be between 0 and 1, got 0\.0"),
        ({"as_of": "yesterday"}, "as of: not a date: 'yesterday'"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(QuestionError, match=message):
        br.rank("automotive", **options)


def test_exact_on_demand_or_not_at_all(monkeypatch):
    monkeypatch.setattr("blastradius.analysis.ranking.DEFAULT_BUDGET", 3)
    with pytest.raises(ExactBudgetError):
        br.rank("automotive", method="exact")
    assert Survey().options()["method"] == "auto"


def test_shipped_graphs_need_no_compiled_kernels():
    code = (
        "import sys, blastradius as br; br.rank('automotive'); br.perimeter('automotive', 'bmw'); "
        "assert not {'numba', 'networkx', 'polars'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
