"""Comparisons of results made by hand: what moved, what differs in the question, what is hidden."""

from __future__ import annotations

import copy
import csv
import io
import json

import jsonschema
import pytest
import sample

from blastradius.report.as_dict import analysis_dict, json_text
from blastradius.report.cells import cell_width
from blastradius.report.comparison import (
    COMPARISON_COLUMNS,
    _tlp,
    compare_results,
    comparison_dict,
    comparison_rows,
)
from blastradius.report.comparison_page import comparison_document
from blastradius.report.comparison_schema import comparison_json_schema
from blastradius.report.markdown import render_markdown
from blastradius.report.notebook import comparison_html
from blastradius.report.rows import csv_text
from blastradius.report.text import render_text

BEFORE = analysis_dict(sample.ANALYSIS)


def tried():
    """Return the sample under a scenario: one party falls, one rises, one goes, one comes."""
    after = copy.deepcopy(BEFORE)
    change = {
        "kind": "cut",
        "subject": "share:volkswagen>continental:ecu",
        "value": None,
        "text": "no longer: Continental holds what Volkswagen shared",
        "has_effect": True,
    }
    after["scenario"] = {"name": "no copies", "changes": [change], "notes": []}
    parties = {party["id"]: party for party in after["parties"]}
    parties["volkswagen"]["score"]["posterior"] = 20.0
    parties["volkswagen"]["band"] = "low"
    parties["bmw"]["score"]["posterior"] += 0.4
    parties["mercedes-benz"]["verdict"] = "confirmed"
    del parties["porsche"]
    ford = {**analysis_dict(sample.ANALYSIS)["origins"][0], "id": "ford", "name": "Ford"}
    ford["score"] = {"prior": 5.0, "posterior": 5.0, "low": 5.0, "high": 5.0}
    after["parties"] = [*parties.values(), ford]
    after["blast_radius"]["total_score"]["posterior"] = 251.8
    after["assumptions"][0]["value"] = 0.4
    del after["assumptions"][1]
    after["provenance"]["options"]["rng_seed"] = 3
    return after


COMPARISON = compare_results(BEFORE, tried(), labels=("a.json", "b.json"))


def test_parties_are_sorted_by_how_much_their_score_moved():
    assert [(m.id, m.status, round(m.change, 1)) for m in COMPARISON.moves] == [
        ("volkswagen", "changed", -61.2),
        ("porsche", "vanished", -53.3),
        ("ford", "appeared", 5.0),
        ("bmw", "changed", 0.4),
        ("mercedes-benz", "changed", 0.0),
    ]
    assert COMPARISON.n_compared == 9  # an origin, seven parties, a group
    assert not COMPARISON.is_same


def test_what_differs_in_the_question_is_told():
    told = {d.what: (d.before, d.after, d.is_caution) for d in COMPARISON.differences}
    scenario = (
        "no longer: Continental holds what Volkswagen shared (share:volkswagen>continental:ecu)"
    )
    assert told == {
        "scenario": ("not changed", scenario, False),
        "option rng_seed": ("0", "3", False),
        "assumption custody/stated-variety": ("0.5 (0.3–0.8)", "0.4 (0.3–0.8)", False),
        "assumption outage/malware": ("0.08 (0.01–0.2)", "not used", False),
    }
    assert COMPARISON.cautions == ()


def test_apples_and_pears_are_told_apart():
    other = copy.deepcopy(BEFORE)
    other["target"] = "bosch"
    other["incident"]["id"] = None
    other["origins"][0] |= {"id": "bosch", "name": "Bosch"}
    other["provenance"]["graph"]["sha256"] = "f" * 64
    other["provenance"]["version"] = "9.0"
    other["engine"] |= {"method": "monte-carlo", "half_width": 0.002}
    found = compare_results(BEFORE, other)
    assert [d.what for d in found.differences if d.is_caution] == [
        "breached",
        "incident",
        "graph",
        "version of blastradius",
    ]
    assert found.cautions == ("sampled: differences of up to 0.2 points may be chance",)
    text = render_text(comparison_document(found))
    assert "These are answers to different questions" in text
    assert text.startswith("What changed for continental and bosch")
    assert "differs: breached, incident, graph" in comparison_html(found)


def test_nothing_changed_says_so():
    found = compare_results(BEFORE, copy.deepcopy(BEFORE))
    assert found.is_same
    assert found.moves == found.differences == found.cautions == ()
    text = render_text(comparison_document(found))
    assert text.startswith("What changed for continental: nothing\n")
    assert "No score, band or verdict changed." in text
    assert "9.0" not in text
    assert "nothing changed" in comparison_html(found)


def test_rounding_is_no_change():
    noisy = copy.deepcopy(BEFORE)
    noisy["parties"][0]["score"]["posterior"] += 1e-11
    noisy["blast_radius"]["total_score"]["posterior"] *= 1 + 1e-12
    assert compare_results(BEFORE, noisy).is_same


def test_small_moves_can_be_left_out_and_are_counted():
    found = compare_results(BEFORE, tried(), min_change=5)
    assert [move.id for move in found.moves] == ["volkswagen", "porsche", "ford"]
    assert found.n_below == 2
    text = render_text(comparison_document(found))
    assert "2 left out: their score moved by less than 5 points." in text
    assert not compare_results(BEFORE, tried(), min_change=99).is_same


def test_a_filtered_list_makes_nobody_vanish():
    part = copy.deepcopy(BEFORE)
    part["parties"] = part["parties"][:2]
    part["listing"] |= {"shown": 2, "top": 2}
    found = compare_results(BEFORE, part, labels=("a", "b"))
    assert found.moves == ()
    assert set(found.not_compared) == {"mercedes-benz", "bmw", "porsche", "dealers"}
    assert found.cautions == (
        "b lists only 2 of 6: whoever it leaves out is not compared",
        "4 parties listed on one side only, left out",
    )
    text = render_text(comparison_document(found))
    assert "nothing among those that both list" in text


def test_groups_are_compared_where_both_have_them():
    other = copy.deepcopy(BEFORE)
    other["groups"][0]["score"]["posterior"] = 50.0
    found = compare_results(BEFORE, other)
    assert [(move.kind, move.id, move.change) for move in found.moves] == [
        ("group", "volkswagen", -35.0)
    ]
    assert "(group)" in render_text(comparison_document(found))
    other["groups"] = []
    assert compare_results(BEFORE, other).moves == ()


def test_a_result_from_before_scenarios_can_be_compared():
    old = copy.deepcopy(BEFORE)
    del old["scenario"]
    assert compare_results(old, BEFORE).is_same


# Forms


@pytest.mark.parametrize("width", [80, 120])
def test_text(golden, width):
    golden(f"comparison-{width}.txt", render_text(comparison_document(COMPARISON), width=width))


def test_markdown(golden):
    golden("comparison.md", render_markdown(comparison_document(COMPARISON)))


def test_json(golden):
    golden("comparison.json", json_text(comparison_dict(COMPARISON)))


def test_csv(golden):
    golden("comparison.csv", csv_text(comparison_rows(COMPARISON), COMPARISON_COLUMNS))


def test_csv_reads_back():
    read = list(
        csv.DictReader(io.StringIO(csv_text(comparison_rows(COMPARISON), COMPARISON_COLUMNS)))
    )
    assert [row["id"] for row in read] == [move.id for move in COMPARISON.moves]
    assert float(read[0]["score_after"]) == 20.0


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_line_is_too_wide(width):
    lines = render_text(comparison_document(COMPARISON), width=width).splitlines()
    assert all(cell_width(line) <= width for line in lines)


@pytest.mark.parametrize("after", [BEFORE, tried()])
def test_output_keeps_the_contract(after):
    schema = comparison_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    data = comparison_dict(compare_results(BEFORE, after, min_change=1))
    jsonschema.validate(json.loads(json_text(data)), schema)


def test_the_published_schema_is_the_current_one(published):
    published("comparison.schema.json", json_text(comparison_json_schema()))


def test_hostile_words_stay_words():
    other = tried()
    evil = '<script>alert(1)</script>\u202e\x1b[31m"=1+1|'
    party = other["parties"][0]
    party |= {"name": evil, "band": evil, "verdict": evil}
    other["target"] = other["scenario"]["name"] = other["incident"]["name"] = evil
    other["provenance"]["options"][evil] = evil
    found = compare_results(BEFORE, other)
    text = render_text(comparison_document(found), colour=False)
    assert all(line.isprintable() for line in text.split("\n"))
    for page in (render_markdown(comparison_document(found)), comparison_html(found)):
        assert "<script" not in page
        assert "\x1b" not in page
    assert "\x1b" not in csv_text(comparison_rows(found), COMPARISON_COLUMNS)


@pytest.mark.parametrize(
    ("label", "tlp"), [("RED", "RED"), ("TLP:GREEN", "GREEN"), ("pink", "RED"), (None, None)]
)
def test_labels_of_any_spelling_are_kept_and_unknown_ones_fail_closed(label, tlp):
    assert _tlp(label) == tlp
