"""The page data say what the analysis says, in a form that cannot hide or reorder text."""

from __future__ import annotations

import json

import pytest
from hostile import hostile_graph

from blastradius import analyze
from blastradius.explorer.payload import page_data, web_address


@pytest.fixture(scope="module")
def result():
    return analyze("automotive", "continental")


@pytest.fixture(scope="module")
def data(result):
    return page_data(result._breach, "headline")


def test_parties_stand_in_the_order_of_the_ranking(result, data):
    downstream = [party for party in data["parties"] if not party["is_origin"]]
    assert [party["id"] for party in downstream] == [party.id for party in result.ranking]
    assert [party["rank"] for party in downstream] == list(range(1, len(downstream) + 1))
    assert all(party["rank"] is None for party in data["parties"] if party["is_origin"])


def test_numbers_are_those_of_the_analysis(result, data):
    for party in data["parties"]:
        known = result.parties[party["id"]]
        assert party["score"]["posterior"] == pytest.approx(known.score.posterior, rel=1e-11)
        assert party["probability"]["harmed"]["prior"] == pytest.approx(
            known.probability["harmed"].prior, rel=1e-11
        )


def test_paths_are_arcs_of_the_network(result, data):
    network = data["network"]
    for party in data["parties"]:
        for path, known in zip(party["paths"], result.parties[party["id"]].paths, strict=True):
            assert [network["edge"][arc] for arc in path["arcs"]] == [
                step.edge for step in known.steps
            ]
            assert network["tail"][path["arcs"][0]] == 0


def test_edges_cover_every_arc_between_listed_parties_once(data):
    arcs = [arc for edge in data["edges"] for arc in edge["arcs"]]
    assert sorted(arcs) == list(range(data["network"]["n_arcs"]))
    ids = [edge["id"] for edge in data["edges"]]
    assert len(ids) == len(set(ids))


def test_edges_point_where_harm_goes(data):
    custody = [edge for edge in data["edges"] if edge["kind"] == "custody"]
    assert custody
    assert {edge["from"] for edge in custody} == {"continental"}


def test_counterfactuals_are_those_of_the_explanation(result, data):
    known = result.explain("volkswagen").explanation.counterfactuals
    assert known
    for item in known:
        assert data["without"][item.step.edge]["volkswagen"] == pytest.approx(item.score_without)


def test_page_data_are_plain_json(data):
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_no_text_can_hide_or_reorder():
    graph = hostile_graph()
    text = json.dumps(page_data(analyze(graph, "party-0")._breach, "h\u202e"), ensure_ascii=False)
    assert not {"\u2028", "\u2029", "\u202e", "\u2066", "\u200b"} & set(text)
    assert "\\\\u202e" in text


@pytest.mark.parametrize(
    "url", [None, "", "javascript:alert(1)", " https://x", "http:/x", "https://a\u202eb", "data:,x"]
)
def test_only_web_addresses_become_links(url):
    assert web_address(url) is None
