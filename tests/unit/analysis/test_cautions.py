"""Statements that ask for a second look: they count as they stand, and the answer says so."""

from __future__ import annotations

import json

import pytest

import blastradius as br
from blastradius.errors import GraphFileError

SUPPLIERS = ("supplier", "other")
NAMES = ("a", "b", "c", "d", "e", "f")
GRAPH = br.Graph(
    name="demo",
    parties=[{"id": p, "name": p.title()} for p in (*SUPPLIERS, *NAMES)],
    datasets=[{"id": f"of-{p}", "owner": p, "varieties": ["Secrets"]} for p in NAMES],
    shares=[
        {"discloser": p, "recipient": "supplier", "datasets": [f"of-{p}"], "probability": 0.5}
        for p in NAMES
    ],
    incidents=[
        {"id": "last-year", "origins": ["supplier"]},
        {"id": "this-year", "origins": ["supplier"], "disclosed": "2026"},
    ],
)


def said(party, state="reported", title=None, **fields):
    evidence = title and {"certainty": "reported", "sources": [{"title": title, "tier": "press"}]}
    return br.Observation(party=party, state=state, evidence=evidence, **fields)


def cautions(*observations):
    result = br.analyze(GRAPH, "supplier", observations=observations)
    assert json.loads(result.to_json())["cautions"] == list(result.analysis.cautions)
    return list(result.analysis.cautions)


@pytest.mark.parametrize(
    ("state", "ratio", "text"),
    [
        ("denied", 2.115, "says denied, but the likelihood ratio 2.115 beside that speaks for it"),
        ("reported", 0.5, "says reported, but the likelihood ratio 0.5 beside that speaks against"),
        (
            "confirmed",
            2.115,
            "2.115 beside that is that of reported (9) rather than of confirmed (99)",
        ),
        ("reported", 2.115, "2.115 beside that is that of could-be-affected (2) rather than of"),
    ],
)
def test_a_ratio_that_contradicts_its_state(state, ratio, text):
    found = cautions(said("a", state, likelihood_ratio=ratio))
    assert [item.startswith("a statement on A ") and text in item for item in found] == [True]


@pytest.mark.parametrize(
    ("state", "ratio"),
    [("denied", 0.2), ("reported", 5), ("denied", 1), ("confirmed", 40), ("could-be-affected", 1)],
)
def test_a_ratio_that_goes_with_its_state(state, ratio):
    assert cautions(said("a", state, likelihood_ratio=ratio)) == []


def test_statements_that_rest_on_one_source():
    both = (said("a", title="Listing"), said("a", "could-be-affected", title="Listing"))
    (found,) = cautions(*both, said("b", title="Listing"))
    assert found.startswith("more than one statement on A rests on one source, Listing: ")
    twice = [said(p, note=str(k), title="Listing") for p in NAMES for k in range(2)]
    (found,) = cautions(*twice[:6])
    assert "each of A, B and C" in found
    (found,) = cautions(*twice)
    assert "each of A, B, C, D, E and 1 more" in found


def test_statements_that_are_two():
    assert cautions(said("a", title="One"), said("a", note="other", title="Two")) == []
    assert cautions(said("a", title="One"), said("a", title="One")) == []
    assert cautions(said("a", title="One"), said("a", event="disrupted", title="One")) == []


@pytest.mark.parametrize(
    ("target", "asked", "is_about"),
    [
        ("supplier", "supplier", True),
        ("Supplier", "last-year", True),
        ("this-year", "supplier", True),
        ("last-year", "supplier", False),
        ("other", "supplier", False),
        ("nobody", "supplier", False),
        ("supplier", "other", False),
    ],
)
def test_a_file_that_speaks_of_another_breach(tmp_path, target, asked, is_about):
    path = tmp_path / "said.yaml"
    path.write_text(f"target: {target}\nobservations: [{{party: a, state: denied}}]\n")
    found = br.analyze(GRAPH, asked, observations=path).analysis.cautions
    assert found == () if is_about else f"speaks of {target}, " in found[0]
    if not is_about:
        text = "unknown party or incident 'nobody'" if target == "nobody" else "another breach"
        assert text in found[0]


@pytest.mark.parametrize("name", ["Listing a.gz, 9 bytes", "Listing standard input, 2 MB"])
def test_a_listing_is_one_source_by_whatever_name(name):
    digest = f"sha256 {'0' * 64}"
    both = (
        said("a", title=f"Listing x, 9 bytes, {digest}"),
        said("a", title=f"{name}, {digest}", note="x"),
    )
    (found,) = cautions(*both)
    assert f"rests on one source, Listing x, 9 bytes, {digest}: " in found


def test_different_listings_may_be_of_one_leak():
    titles = [f"Listing x, sha256 {digit * 64}" for digit in "01"]
    (found,) = cautions(*(said(party, title=title) for party in "ab" for title in titles))
    assert found.startswith(
        "statements on each of A and B rest on different listings: if these are"
    )


def test_what_is_both_confirmed_and_denied():
    assert cautions(said("a", "denied"), said("a", "reported")) == []
    found = cautions(said("a", "denied"), said("a", "confirmed"))
    assert found == ["of A it is both confirmed and denied that it is exposed"]


def test_a_file_tells_what_it_lacks(tmp_path):
    path = tmp_path / "said.yaml"
    path.write_text("caveat: 'SAMPLE: a part'\nobservations: [{party: a, state: denied}]\n")
    (found,) = br.analyze(GRAPH, "supplier", observations=path).analysis.cautions
    assert found == f"the file {path} says of itself: SAMPLE: a part"


def test_they_stand_on_the_page_and_not_without_need():
    result = br.analyze(GRAPH, "supplier", observations=[said("a", "denied", likelihood_ratio=2)])
    assert "LOOK AGAIN" in result.to_text()
    assert "## Look again" in result.to_markdown()
    assert '"cautions":["a statement on A says denied' in result.to_html()
    assert "LOOK AGAIN" not in br.analyze(GRAPH, "supplier").to_text()
    explained = result.explain("b")
    assert "LOOK AGAIN" in explained.to_text()
    assert explained.to_dict()["cautions"] == list(result.analysis.cautions)
    many = [said(p, "denied", likelihood_ratio=k) for p in NAMES for k in (2, 3)]
    assert "And 2 more" in br.analyze(GRAPH, "supplier", observations=many).to_text()


LABEL = "TLP:AMBER+STRICT"


@pytest.fixture
def labelled(tmp_path):
    paths = [tmp_path / f"{name}.yaml" for name in ("red", "strict", "none")]
    lines = ("tlp: CLEAR\n", "tlp: AMBER+STRICT\n", "")
    for path, line in zip(paths, lines, strict=True):
        path.write_text(f"{line}observations: [{{party: a, state: denied}}]\n")
    return br.analyze(GRAPH, "supplier", observations=paths)


def test_results_bear_the_strictest_label_of_what_they_are_made_of(labelled):
    plain = br.analyze(GRAPH, "supplier")
    for result, tlp in ((labelled, LABEL), (plain, None)):
        for data in (result.to_dict(), result.explain("a").to_dict()):
            assert data["tlp"] == tlp
        assert {row["tlp"] for row in result.to_rows()} == {tlp}
        for text in (result.to_text(), result.to_markdown(), result.explain("a").to_text()):
            assert (LABEL in text.replace("\\", "")) is (tlp is not None)
    assert '"tlp":"AMBER+STRICT"' in labelled.to_html()
    assert '"tlp":null' in plain.to_html()
    for pair in ((plain, labelled), (labelled, plain)):
        assert br.compare(*pair).to_dict()["tlp"] == LABEL
    compared = br.compare(plain, labelled)
    assert LABEL in compared.to_text()
    assert {row["tlp"] for row in compared.to_rows()} == {LABEL}


def test_a_label_that_there_is_not(tmp_path):
    path = tmp_path / "said.yaml"
    for label, column in (("PINK", 6), ("", 5)):
        path.write_text(f"tlp: {label}\nobservations: []\n")
        with pytest.raises(GraphFileError, match=rf"line 1, column {column}, tlp: .*RED"):
            br.analyze(GRAPH, "supplier", observations=path)


@pytest.mark.parametrize("label", ["TLP:AMBER", "amber", "tlp:amber"])
def test_a_label_may_be_written_as_people_do(tmp_path, label):
    path = tmp_path / "said.yaml"
    path.write_text(f"tlp: {label}\nobservations: []\n")
    assert br.analyze(GRAPH, "supplier", observations=path).to_dict()["tlp"] == "TLP:AMBER"


def test_what_was_said_is_a_column(labelled):
    assert [row["said"] for row in labelled.to_rows()] == ["", "", "", "", "", "denied"]
