"""The page, JSON, CSV and Markdown of hardening, of a graph with names that mean harm."""

from __future__ import annotations

import json

import jsonschema
import pytest

import blastradius as br
from blastradius.report.cells import cell_width
from blastradius.report.hardening import HARDENING_COLUMNS
from blastradius.report.hardening_schema import hardening_json_schema

EVIL = "=cmd|' /C calc'!A0 <b>|\u202egro.live\u202c [x](javascript:1)"


def graph(name="Lamps"):
    return br.Graph.model_validate(
        {
            "name": "small",
            "parties": [
                {"id": "us", "name": "Motors", "role": "oem"},
                {"id": "lamps", "name": name, "role": "tier1"},
                {"id": "host", "name": "Host", "role": "it-provider"},
            ],
            "datasets": [
                {"id": "plans", "owner": "us", "varieties": ["Secrets"], "own_probability": 0.2},
                {"id": "staff", "owner": "us", "varieties": ["Personal"], "kept_by_owner": False},
                {"id": "keys", "owner": "lamps", "varieties": ["Credentials"]},
            ],
            "shares": [
                {"id": "to-lamps", "discloser": "us", "recipient": "lamps",
                 "datasets": ["plans", "staff"], "probability": 0.5},
                {"id": "to-host", "discloser": "lamps", "recipient": "host",
                 "datasets": ["keys", "plans"], "probability": 0.25},
            ],
            "access": [
                {"id": "vpn", "grantor": "lamps", "grantee": "host", "via": "vpn",
                 "evidence": {"certainty": "reported"}}
            ],
            "dependencies": [
                {"id": "need", "customer": "us", "supplier": "lamps", "probability": 0.4}
            ],
        }
    )  # fmt: skip


COSTS = {"kinds": {"share": 2, "dependency": "impossible"}, "edges": {"to-lamps#staff": "free"}}


def view(name="Lamps", **options):
    return br.harden(graph(name), "host", **({"budget": 3, "costs": COSTS} | options))


VIEWS = {
    "plan": view(),
    "no plan": view(budget=None),
    "nothing": br.harden(graph(), "us", budget=1),
    "all": br.harden(graph(), budget=1, protect="us", lower_to=0.5, controls=True),
    "bound": br.harden(br.load_graph("automotive"), budget=2, top=4),
    "sampled": view(method="monte-carlo", n_worlds=500),
}


def test_golden(golden):
    found = VIEWS["plan"]
    golden("hardening-80.txt", found.to_text(width=80))
    golden("hardening-120.txt", found.to_text(width=120))
    golden("hardening.json", found.to_json())
    golden("hardening.csv", found.to_csv())
    golden("hardening.md", found.to_markdown())


@pytest.mark.parametrize("name", VIEWS)
def test_json_is_as_published_and_rows_are_whole(name):
    found = VIEWS[name]
    data = json.loads(found.to_json())
    jsonschema.Draft202012Validator(hardening_json_schema()).validate(data)
    rows = found.to_rows()
    assert all(tuple(row) == HARDENING_COLUMNS for row in rows)
    plan = found.hardening.plan
    steps = [row["id"] for row in rows if row["plan_step"] is not None]
    assert sorted(steps) == sorted(s.action.id for s in plan.steps) if plan else not steps
    assert "safe" not in found.to_text().split()


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("width", [60, 80, 200])
def test_pages_fit(name, width):
    text = VIEWS[name].to_text(width=width)
    # The table of priors is that of every page; its numbers are long and never wrap.
    for line in text.partition("\nASSUMPTIONS\n")[0].splitlines():
        # Only ids run over: they can be copied.
        assert cell_width(line) <= width or line.strip().startswith(("share:", "blastradius "))


def test_schema_is_published_and_closed_where_it_can_be(published):
    schema = hardening_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    published("hardening.schema.json", json.dumps(schema, ensure_ascii=False, indent=2) + "\n")


def test_foreign_names_are_harmless():
    found = view(EVIL)
    for text in (found.to_text(), found.to_markdown(), found.to_csv()):
        assert "\u202e" not in text
    assert "<b>" not in found.to_markdown()
    assert "[x](javascript" not in found.to_markdown()
    cells = [cell for line in found.to_csv().splitlines() for cell in line.split(",")]
    assert not any(cell.startswith(("=", '"=')) for cell in cells)
    assert EVIL in json.loads(found.to_json())["relations"]["listed"][0]["text"]


def test_what_bounds_a_plan_is_said():
    told = " ".join(VIEWS["bound"].to_text(width=200).split())
    assert "at 95% confidence over 16,384 worlds" in told
    ratio = VIEWS["bound"].hardening.plan.guarantee.ratio
    assert f"reaches at least {int(100 * ratio)}% of the best" in told
    assert "The best plan within the budget" in VIEWS["plan"].to_text()
    assert "nothing within the budget has an effect" in VIEWS["nothing"].to_text(width=100)


def test_sampled_numbers_bear_their_interval():
    text = VIEWS["sampled"].to_text(width=120)
    assert "±" in text
    assert "Sampled in 500 worlds (rng seed 0)" in text
    assert "±" not in VIEWS["plan"].to_text(width=120)


def test_repr_and_str():
    assert repr(VIEWS["plan"]).startswith("<Hardening 'host': ")
    assert str(VIEWS["plan"]) == VIEWS["plan"].to_text()


def asked(**options):
    shown = br.harden("automotive", **{"top": 1, **options}).to_text(width=200)
    return " ".join(shown.split("RELATIONS")[0].split())


def test_the_page_names_the_analysis_with_the_same_total():
    same = "as in blastradius analyze continental --hypothetical: without --hypothetical, analyze"
    assert f"159 as it is {same} takes a recorded incident" in asked(target="continental")
    again = "as in blastradius analyze continental-lockbit-2022, before the arrow"
    assert f"362 as it is {again}" in asked(target="continental-lockbit-2022")
    supposed = br.analyze("automotive", "continental", hypothetical=True)
    recorded = br.analyze("automotive", "continental-lockbit-2022")
    assert round(supposed.blast_radius.total_score.prior) == 159
    assert round(recorded.blast_radius.total_score.prior) == 362


def test_a_total_that_no_analysis_has_names_none():
    assert "blastradius analyze" not in asked()
    assert "blastradius analyze" not in asked(target="continental", protect="volkswagen")
