"""Perimeters against one analysis for each other party, and against worlds counted one by one."""

from __future__ import annotations

import oracle
import pytest
import strategies
from hypothesis import given
from strategies import table_from_package

import blastradius as br
from blastradius.errors import UnknownNameError
from blastradius.model.graph import Graph

AGREEMENT = 1e-9
EVENTS = ("exposed", "compromised", "disrupted", "harmed")


@pytest.mark.parametrize("name", ["automotive", "cross-industry"])
def test_every_party_of_a_shipped_graph_as_analyze_says(name):
    graph = br.load_graph(name)
    ids = [party.id for party in graph.graph.parties]
    breaches = {id_: br.analyze(graph, id_, hypothetical=True).parties for id_ in ids}
    for id_ in ids:
        view = br.perimeter(graph, id_)
        assert view.engine.method == "exact"
        reaching = {o for o in ids if o != id_ and breaches[o][id_].hops is not None}
        assert {threat.id for threat in view.parties} == reaching
        for threat in view.parties:
            assert_as_analyzed(threat, breaches[threat.id][id_])


def assert_as_analyzed(threat, party):
    score = party.score
    expected = pytest.approx((score.prior, score.low, score.high), abs=100 * AGREEMENT)
    assert (threat.score.value, threat.score.low, threat.score.high) == expected
    assert threat.band == party.band
    for event in EVENTS:
        assert threat.probability[event].value == pytest.approx(
            party.probability[event].prior, abs=AGREEMENT
        )
    assert threat.varieties.keys() == party.varieties.keys()
    for variety, chance in party.varieties.items():
        assert threat.varieties[variety].value == pytest.approx(chance.prior, abs=AGREEMENT)
    assert threat.hops == party.hops
    assert threat.way_probability == pytest.approx(party.paths[0].probability)
    assert threat.certainty == party.certainty


@given(strategies.graphs(observed=False))
def test_numbers_are_those_of_all_worlds(graph):
    graph = {**graph, "incidents": []}
    table = table_from_package(graph)
    loaded = Graph.model_validate(graph)
    names = [party["id"] for party in graph["parties"]]
    worlds = {name: oracle.analyze(graph, None, name, table)["parties"] for name in names}
    for asking in names:
        threats = {threat.id: threat for threat in br.perimeter(loaded, asking).parties}
        for name in names:
            if name == asking:
                assert name not in threats
                continue
            row = worlds[name][asking]
            assert (name in threats) == (row["harmed"][0] > 0)
            if name in threats:
                threat = threats[name]
                assert threat.score.value == pytest.approx(row["score"][0], abs=100 * AGREEMENT)
                for event in EVENTS:
                    assert threat.probability[event].value == pytest.approx(
                        row[event][0], abs=AGREEMENT
                    )
                for variety, chance in threat.varieties.items():
                    expected = row["varieties"].get(variety, (0.0, 0.0))[0]
                    assert chance.value == pytest.approx(expected, abs=AGREEMENT)


def test_what_each_party_holds():
    view = br.perimeter("automotive", "VW")
    edag = next(threat for threat in view.parties if threat.id == "edag")
    assert {(item.kind, item.dataset) for item in edag.holds} == {
        ("data", "volkswagen-at-edag"),
        ("access", None),
    }
    assert edag.holds[0].varieties == ("Secrets",)
    continental = next(threat for threat in view.parties if threat.id == "continental")
    assert {item.kind for item in continental.holds} == {"data", "dependency"}


def test_shares_and_exposure_add_up():
    view = br.perimeter("automotive", "volkswagen")
    assert sum(threat.share for threat in view.parties) == pytest.approx(1)
    total = sum(threat.score.value for threat in view.parties)
    assert view.perimeter.exposure.value == pytest.approx(total)
    scores = [threat.score.value for threat in view.parties]
    assert scores == sorted(scores, reverse=True)


def test_the_way_through_others_is_told():
    chain = Graph(
        name="chain",
        parties=[{"id": name, "name": name.upper()} for name in ("far", "near", "owner")],
        datasets=[{"id": "plans", "owner": "owner", "varieties": ["Secrets"]}],
        shares=[
            {"discloser": "owner", "recipient": "near", "datasets": ["plans"], "probability": 0.5}
        ],
        access=[{"grantor": "near", "grantee": "far", "via": "vpn", "probability": 0.5}],
    )
    view = br.perimeter(chain, "owner", actions=["error"])
    near, far = view.parties
    assert (near.id, near.hops, far.id, far.hops) == ("near", 1, "far", 2)
    assert far.holds == ()
    assert [step.kind for step in far.way] == ["access", "custody"]
    assert far.way_probability == 0.25
    assert [row["through"] for row in view.to_rows()] == ["", "NEAR"]
    assert br.perimeter(chain, "far").parties == ()
    assert "no other party has a recorded path" in br.perimeter(chain, "far").to_text()


def test_an_unknown_party():
    with pytest.raises(UnknownNameError, match="did you mean"):
        br.perimeter("automotive", "volkswagn")
