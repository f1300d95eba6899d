from __future__ import annotations

import dataclasses
import re

import pytest
import sample

from blastradius.analysis.results import ChangeNote, ScenarioNote
from blastradius.report.analysis_page import analysis_document
from blastradius.report.cells import cell_width
from blastradius.report.document import Column, Document, Section, Table, words
from blastradius.report.explanation_page import explanation_document
from blastradius.report.listing import ListFilter, select
from blastradius.report.markdown import render_markdown
from blastradius.report.text import render_text


def analysis_text(analysis=sample.ANALYSIS, *, width=80, colour=False, **wanted):
    listing = select(analysis, ListFilter(**wanted))
    return render_text(analysis_document(analysis, listing), width=width, colour=colour)


@pytest.mark.parametrize("width", [80, 120])
def test_text_of_an_analysis(golden, width):
    golden(f"analysis-{width}.txt", analysis_text(width=width))


def test_markdown_of_an_analysis(golden):
    golden("analysis.md", render_markdown(analysis_document(sample.ANALYSIS)))


def test_explanation(golden):
    page = explanation_document(sample.EXPLANATION, sample.ANALYSIS.parties)
    golden("explanation-80.txt", render_text(page, width=80))
    golden("explanation.md", render_markdown(page))


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_only_what_is_copied_runs_over_the_edge(width):
    page = explanation_document(sample.EXPLANATION, sample.ANALYSIS.parties)
    for text in (analysis_text(width=width), render_text(page, width=width)):
        too_long = [line for line in text.splitlines() if cell_width(line) > width]
        assert all(line.lstrip().startswith(("https://", "blastradius ")) for line in too_long)


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_no_width_loses_a_statement(width):
    text = " ".join(analysis_text(width=width).split())
    for party in sample.RANKING:
        assert party.certainty in text
        assert party.verdict in text
    assert "could be affected" in text or "could be inferred affected" in text  # in its cell
    assert "Continental → Volkswagen" in text
    assert "Sensitive Personal" in text.replace("Personal, Sensitive", "Sensitive")


def test_colour_adds_nothing_but_colour():
    coloured = analysis_text(width=120, colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == analysis_text(width=120)


def test_without_colour_there_are_no_escape_codes():
    assert "\x1b" not in analysis_text(width=200)


def test_band_and_verdict_stand_in_words():
    text = analysis_text()
    assert "critical" in text
    assert "possible" in text


def test_a_filter_says_so_and_changes_no_figure():
    text = analysis_text(top=2)
    assert "showing 2 of 6" in text
    assert "Porsche " not in text.split("LIMITS")[0].split("BLAST")[0].split("GROUPS")[0]
    whole = analysis_text()
    figures = whole[whole.index("BLAST RADIUS") : whole.index("ASSUMPTIONS")]
    assert figures in text


def test_filters():
    ids = lambda **wanted: [e.id for e in select(sample.ANALYSIS, ListFilter(**wanted)).entries]  # noqa: E731
    assert ids(roles=("oem",)) == ["volkswagen", "mercedes-benz", "bmw", "porsche"]
    assert ids(min_score=75) == ["volkswagen", "continental-employees"]
    assert ids(top=1) == ["volkswagen"]
    assert ids(is_grouped=True)[0] == "volkswagen"
    assert "porsche" not in ids(is_grouped=True)
    assert ids(roles=("finance",)) == []
    assert "No party matches the filter" in analysis_text(roles=("finance",))


def test_groups_replace_their_members():
    text = analysis_text(width=200, is_grouped=True)
    assert "any member: Volkswagen, Porsche" in text
    assert "GROUPS" not in text


def test_nothing_downstream_is_never_called_safe():
    radius = dataclasses.replace(sample.ANALYSIS.blast_radius, reachable_parties=0)
    alone = dataclasses.replace(sample.ANALYSIS, ranking=(), groups=(), blast_radius=radius)
    text = analysis_text(alone)
    assert "no recorded path to another party" in text.splitlines()[0]
    assert "No party has a recorded path." in text


def test_a_hypothetical_breach_is_called_one():
    incident = dataclasses.replace(
        sample.INCIDENT, id=None, hypothetical=True, status="hypothetical", sources=()
    )
    text = analysis_text(dataclasses.replace(sample.ANALYSIS, incident=incident))
    assert text.startswith("Hypothetical breach of Continental")
    assert "nothing says that this breach happened" in text
    assert "blastradius explain continental volkswagen --hypothetical" in text


def test_an_alleged_breach_is_called_alleged():
    incident = dataclasses.replace(sample.INCIDENT, status="alleged")
    text = analysis_text(dataclasses.replace(sample.ANALYSIS, incident=incident))
    assert text.startswith("Alleged breach of Continental")


def test_sampling_states_its_interval():
    engine = dataclasses.replace(
        sample.ANALYSIS.engine,
        method="monte-carlo",
        reason="too large",
        n_worlds=100_000,
        rng_seed=7,
        half_width=0.0031,
    )
    text = " ".join(analysis_text(dataclasses.replace(sample.ANALYSIS, engine=engine)).split())
    assert "Sampled in 100,000 worlds (rng seed 7)" in text
    assert "±0.31 percentage points" in text


def test_a_party_without_a_path_is_explained_without_an_all_clear():
    explanation = dataclasses.replace(
        sample.EXPLANATION,
        party=sample.FORD,
        paths=(),
        counterfactuals=(),
        what_ifs=(),
        importance={},
        engine=sample.ANALYSIS.engine,
    )
    text = render_text(explanation_document(explanation, sample.ANALYSIS.parties))
    assert "no recorded path" in text.splitlines()[0]
    assert "not an all-clear" in text


def test_an_origin_with_many_sources_points_to_its_page():
    sources = tuple(dataclasses.replace(sample.COMPANY, title=f"Page {n}") for n in range(9))
    first = dataclasses.replace(sample.ORIGIN_STEP, sources=sources)
    path = dataclasses.replace(sample.VOLKSWAGEN.paths[0], steps=(first,))
    page = explanation_document(
        dataclasses.replace(sample.EXPLANATION, paths=(path,)), sample.ANALYSIS.parties
    )
    assert "and 6 more: blastradius show continental-lockbit-2022" in render_text(page)


def test_long_names_break_at_their_hyphens():
    party = dataclasses.replace(sample.BMW, name="Renault-Nissan-Mitsubishi Alliance")
    text = analysis_text(dataclasses.replace(sample.ANALYSIS, ranking=(party,)), width=72)
    assert "Renault-Nissan- " in text
    assert " Mitsubishi\n" in text


def test_the_best_sources_come_first():
    text = analysis_text()
    assert text.index("(primary)") < text.index("Handelsblatt") < text.index("Industry of Things")
    assert "seed:" not in text


def test_a_scenario_is_told_before_anything_else():
    note = ScenarioNote(
        "no copies",
        (
            ChangeNote("cut", "share:x", None, "no longer: Continental holds it", 1),
            ChangeNote("control", "bmw", 0.5, "BMW takes 50% off what it guards", 0),
        ),
        ("made for nio; applied to continental",),
    )
    text = analysis_text(dataclasses.replace(sample.ANALYSIS, scenario=note), width=120)
    assert text.startswith("What if: Breach of Continental")
    known = text[: text.index("WHO IS AT RISK")]
    assert "Scenario applied" in known
    assert "no copies: the answer to a what-if, not to the breach as recorded" in known
    assert "no longer: Continental holds it (share:x)\n" in known
    assert "BMW takes 50% off what it guards (bmw) — no effect here" in known
    assert "made for nio; applied to continental" in known
    view = dataclasses.replace(sample.EXPLANATION, scenario=dataclasses.replace(note, name=""))
    text = render_text(explanation_document(view, sample.ANALYSIS.parties), width=120)
    assert "without a name: the answer to a what-if" in text


def test_a_table_with_a_caption_and_one_that_says_nothing():
    columns = (Column("Kind"), Column("Files", is_right=True))
    table = Table(columns, ((words("Secrets"), words("2")),), "Kinds | of files")
    silent = Table(columns, ((words(""), ()),), "Nothing")
    page = Document("Page", (Section("Part", (table, silent)),))
    assert render_text(page).splitlines()[3:] == [
        "PART",
        "",
        "  Kinds | of files",
        "  Kind     Files",
        "  ──────────────",
        "  Secrets      2",
    ]
    assert "**Kinds \\| of files**\n\n| Kind | Files |\n" in render_markdown(page)
