"""Pages and data of rankings and perimeters: their form, their contract, hostile names."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import jsonschema
import pytest

import blastradius as br
from blastradius.analysis.results import Assumption, Provenance
from blastradius.analysis.survey import (
    Concentration,
    Dependent,
    Figure,
    Holding,
    Perimeter,
    RankedParty,
    Ranking,
    SurveyEngine,
    Threat,
    WayStep,
)
from blastradius.report.as_dict import json_text
from blastradius.report.cells import cell_width
from blastradius.report.survey_data import PERIMETER_COLUMNS, RANKING_COLUMNS
from blastradius.report.survey_schema import perimeter_json_schema, ranking_json_schema
from blastradius.report.survey_views import PerimeterView, RankingView

PROVENANCE = Provenance(
    "9.9", "demo", "ab" * 32, {"actions": ["malware"], "as_of": "2022", "rng_seed": 0}
)
EXACT = SurveyEngine("exact", "every breach fits the budget of 100,000 states", None, None, 7, None)
SAMPLED = SurveyEngine("monte-carlo", "an exact answer is tried up to 5 arcs", 128, 3, 7, 0.0193)
ASSUMPTIONS = (
    Assumption("pivot", "owner entered with keys", 0.05, 0.01, 0.2, "assumed", "judgement", 4),
)
DEPENDENTS = (
    Dependent("vw", "Volkswagen", 0.75, 64.3, 3),
    *(Dependent(f"p{k}", f"Party {k}", 1.0, 9.0 - k, 1) for k in range(7)),
)
RANKING = Ranking(
    provenance=PROVENANCE,
    parties=(
        RankedParty(
            "conti",
            "Continental",
            "tier1",
            Figure(152.04, 80.0, 300.5),
            Figure(2.5, 1.0, 4.0),
            9,
            0.61,
            Figure(0.704),
            DEPENDENTS,
        ),
        RankedParty(
            "lamps",
            "Lamps",
            "tier2",
            Figure(0.02, 0.01, 0.02),
            Figure(1.0, 1.0, 1.0),
            1,
            0.0001,
            None,
            (),
        ),
    ),
    n_parties=1234,
    n_harmless=1232,
    concentration=Concentration(
        Figure(249.2, 100.0, 500.0), Figure(4.0, 2.0, 6.0), {1: 0.61, 3: 0.999}, 1
    ),
    engine=EXACT,
    assumptions=ASSUMPTIONS,
    unobserved_edges_note="1,232 of 1,234 parties have no recorded path. That is no all-clear",
)
SAMPLED_RANKING = replace(
    RANKING,
    parties=(
        replace(
            RANKING.parties[0],
            total_score=Figure(152.04, half_width=2.9),
            expected_harmed_parties=Figure(2.5, half_width=0.04),
            through=Figure(0.704, half_width=0.012),
        ),
    ),
    engine=SAMPLED,
)
STEPS = (
    WayStep("access:near>far", "access", "far", "near", None, 0.5, "inferred"),
    WayStep("share:vw>near:ecu", "custody", "near", "vw", "ecu", 0.25, "documented"),
)
NONE = {event: Figure(0.0, 0.0, 0.0) for event in ("compromised", "disrupted")}
PERIMETER = Perimeter(
    provenance=PROVENANCE,
    id="vw",
    name="Volkswagen",
    role="oem",
    threats=(
        Threat(
            "near",
            "Near",
            "tier1",
            Figure(30.4, 10.0, 70.0),
            "medium",
            0.7,
            {
                **NONE,
                "exposed": Figure(0.25, 0.1, 0.5),
                "harmed": Figure(0.3, 0.1, 0.6),
                "disrupted": Figure(0.06, 0.0, 0.1),
            },
            {"Secrets": Figure(0.25, 0.1, 0.5)},
            (
                Holding("data", "share:vw>near:ecu", "ecu", ("Secrets",), 0.25, "documented"),
                Holding("access", "access:vw>near:vpn", None, (), 0.1, "assumed"),
                Holding("dependency", "dependency:vw>near:parts", None, (), 0.3, "assumed"),
            ),
            1,
            STEPS[1:],
            0.25,
            "documented",
        ),
        Threat(
            "far",
            "Far",
            "tier2",
            Figure(0.4, 0.1, 2.0),
            "low",
            0.3,
            {**NONE, "exposed": Figure(0.004, 0.0, 0.02), "harmed": Figure(0.004, 0.0, 0.02)},
            {"Secrets": Figure(0.004, 0.0, 0.02)},
            (),
            2,
            STEPS,
            0.125,
            "inferred",
        ),
    ),
    n_parties=1233,
    names={"vw": "Volkswagen", "near": "Near", "far": "Far"},
    exposure=Figure(30.8, 10.1, 72.0),
    engine=EXACT,
    assumptions=ASSUMPTIONS,
    unobserved_edges_note="1,231 of 1,233 parties have no recorded path to Volkswagen",
)
VIEWS = {"ranking": RankingView(RANKING), "perimeter": PerimeterView(PERIMETER)}
SCHEMAS = {"ranking": ranking_json_schema, "perimeter": perimeter_json_schema}
COLUMNS = {"ranking": RANKING_COLUMNS, "perimeter": PERIMETER_COLUMNS}
BOTH = pytest.mark.parametrize("name", sorted(VIEWS))


@BOTH
@pytest.mark.parametrize("width", [80, 140])
def test_text(golden, name, width):
    golden(f"{name}-{width}.txt", VIEWS[name].to_text(width=width))


@BOTH
def test_other_forms(golden, name):
    golden(f"{name}.md", VIEWS[name].to_markdown())
    golden(f"{name}.json", VIEWS[name].to_json())
    golden(f"{name}.csv", VIEWS[name].to_csv())


def test_a_sampled_ranking_shows_intervals():
    text = " ".join(RankingView(SAMPLED_RANKING).to_text(width=140).split())
    assert "152.0 ±2.9" in text
    assert "70% ±1.2" in text
    # All whose breach can harm others count, not only those at the head that were looked at.
    assert f"showing 1 of {SAMPLED_RANKING.n_harmful:,}" in text
    assert RankingView(SAMPLED_RANKING).to_dict()["listing"]["total"] == SAMPLED_RANKING.n_harmful
    assert "Sampled in 128 worlds for the harm to each party (rng seed 3)" in text
    assert "95% intervals: at most ±1.9% of a total score" in text


@BOTH
def test_csv_reads_back(name):
    rows = list(csv.DictReader(io.StringIO(VIEWS[name].to_csv())))
    assert [row["rank"] for row in rows] == ["1", "2"]
    assert tuple(rows[0]) == COLUMNS[name]


@BOTH
@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_line_is_too_wide(name, width):
    lines = VIEWS[name].to_text(width=width).splitlines()
    # A command that breaks across lines cannot be copied.
    assert all(cell_width(line) <= width or "blastradius " in line for line in lines)


@BOTH
@pytest.mark.parametrize("top", [None, 1])
def test_output_keeps_the_contract(name, top):
    schema = SCHEMAS[name]()
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(VIEWS[name].listing(top=top).to_json())
    jsonschema.validate(data, schema)
    assert data["listing"]["shown"] == (top or 2)
    assert data["listing"]["total"] == 2


@pytest.mark.parametrize(
    "view",
    [
        br.rank("cross-industry"),
        br.rank("cross-industry", method="monte-carlo", n_worlds=64),
        br.perimeter("automotive", "vw"),
        br.perimeter("cross-industry", "tesla", method="monte-carlo", n_worlds=64),
        br.perimeter("automotive", "continental-employees"),
    ],
    ids=repr,
)
def test_real_output_keeps_the_contract(view):
    name = "ranking" if isinstance(view, RankingView) else "perimeter"
    jsonschema.validate(json.loads(view.to_json()), SCHEMAS[name]())
    assert len(view.to_rows()) == len(view.parties)
    assert "safe" not in view.to_text()


@BOTH
def test_the_published_schema_is_the_current_one(published, name):
    published(f"{name}.schema.json", json_text(SCHEMAS[name]()))


def test_a_filter_changes_the_list_only():
    view = VIEWS["ranking"].listing(roles=["tier2"])
    assert [row["id"] for row in view.to_rows()] == ["lamps"]
    assert view.to_dict()["concentration"] == VIEWS["ranking"].to_dict()["concentration"]
    assert "showing 1 of 2" in view.to_text()
    assert "No party matches the filter." in view.listing(roles=["oem"]).to_text()
    assert "No party matches the filter." in VIEWS["perimeter"].listing(roles=["oem"]).to_text()


def test_names_beyond_the_first_few_are_counted():
    text = " ".join(VIEWS["ranking"].to_text(width=200).split())
    assert "Party 0, Party 1, Party 2, Party 3, Party 4, 2 more" in text
    assert "Volkswagen (75%)" in text


def test_commands_to_go_on_with():
    text = VIEWS["ranking"].to_text(width=200)
    assert "blastradius analyze conti --hypothetical --action malware --as-of 2022" in text
    text = PerimeterView(PERIMETER, graph="x.yaml").to_text(width=200)
    assert "blastradius explain near vw --hypothetical" in text
    assert "--graph x.yaml" in text


def test_hostile_names_stay_names():
    evil = '<script>alert(1)</script>\u202e\x1b[31m"=1+1|'
    party = replace(
        RANKING.parties[0], name=evil, single_point_for=(replace(DEPENDENTS[0], name=evil),)
    )
    ranking = RankingView(replace(RANKING, parties=(party,)))
    threat = replace(PERIMETER.threats[1], name=evil)
    perimeter = PerimeterView(
        replace(PERIMETER, name=evil, threats=(threat,), names={**PERIMETER.names, "near": evil})
    )
    for view in (ranking, perimeter):
        assert all(line.isprintable() for line in view.to_text().split("\n"))
        for page in (view.to_markdown(), view._repr_html_()):
            assert "<script" not in page
            assert "\x1b" not in page
        assert "\x1b" not in view.to_csv()


def test_csv_holds_no_formulas():
    party = replace(RANKING.parties[0], name="=cmd()")
    row = next(
        csv.DictReader(io.StringIO(RankingView(replace(RANKING, parties=(party,))).to_csv()))
    )
    assert row["name"] == "'=cmd()"


def test_what_they_say_of_themselves():
    assert repr(VIEWS["ranking"]) == "<Ranking of 1,234 parties: 'conti' first>"
    assert repr(VIEWS["perimeter"]) == "<Perimeter of 'vw': 2 parties>"
    assert str(VIEWS["ranking"]) == VIEWS["ranking"].to_text()
    assert "<table>" in VIEWS["perimeter"]._repr_html_()
