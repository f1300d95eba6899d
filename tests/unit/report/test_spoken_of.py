"""Parties that are spoken of and that no recorded path leads to."""

from __future__ import annotations

import pytest

import blastradius as br
from blastradius.report.analysis_page import analysis_document
from blastradius.report.listing import ListFilter, Listing, select
from blastradius.report.text import render_text

OTHERS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
NAMES = ("supplier", "linked", *OTHERS)
GRAPH = br.Graph(
    name="demo",
    parties=[{"id": name, "name": name.title()} for name in NAMES],
    datasets=[{"id": "plans", "owner": "linked", "varieties": ["Secrets"]}],
    shares=[
        {"discloser": "linked", "recipient": "supplier", "datasets": ["plans"], "probability": 0.5}
    ],
)


def ask(target="supplier", **said):
    observations = [br.Observation(party=party, state=state) for party, state in said.items()]
    return br.analyze(GRAPH, target, observations=observations)


def page(result):
    return " ".join(result.to_text(width=200).split())


def test_the_headline_counts_verdicts_of_those_with_a_path_only():
    result = ask(one="confirmed", two="reported", linked="confirmed")
    headline = result.to_text(width=200).splitlines()[0]
    assert headline == (
        "Hypothetical breach of Supplier: 1 party on record, 1 confirmed; 2 spoken of (1 confirmed) "
        "without a recorded path"
    )


def test_the_headline_of_a_breach_that_reaches_nobody():
    headline = ask("three", one="denied").to_text(width=200).splitlines()[0]
    assert headline.endswith("Three: no recorded path to another party; 1 spoken of")


def test_they_stand_below_the_table_not_in_it():
    text = page(ask(one="confirmed", two="denied"))
    assert "Spoken of without a recorded path: One (confirmed), Two (denied)." in text
    assert "2 One" not in text
    assert "no recorded path 0%" not in text
    assert "Spoken of" not in page(ask(linked="reported"))


def test_an_explanation_says_that_no_figure_counts_it():
    text = " ".join(ask(one="confirmed").explain("one").to_text().split())
    assert "No recorded path leads there: what was said stands, but no figure counts it." in text
    assert "no figure counts it" not in ask(linked="confirmed").explain("linked").to_text()


def test_the_highest_are_those_with_a_path_and_the_others_are_told_of_all_the_same():
    result = ask(one="confirmed", two="denied", linked="reported").listing(top=1)
    rows = result.to_rows()
    assert [(row["rank"], row["id"]) for row in rows] == [
        (1, "linked"),
        (None, "one"),
        (None, "two"),
    ]
    assert "Spoken of without a recorded path: One (confirmed), Two (denied)." in page(result)
    two = ask(one="confirmed").listing(top=1)
    assert [row["id"] for row in two.to_rows()] == ["linked", "one"]


def test_data_keep_a_row_for_each():
    result = ask(one="confirmed", two="denied")
    assert [row["id"] for row in result.to_rows()] == ["linked", "one", "two"]


def test_a_filter_that_leaves_only_them():
    result = ask("three", one="denied")
    assert "No party has a recorded path. Spoken of without a recorded path: One" in page(result)


def test_a_filter_that_leaves_only_them_out_of_others():
    """A party with a path is there, but not among those asked for."""
    roles = {"one": "finance"}
    parties = [{"id": name, "name": name.title(), "role": roles.get(name)} for name in NAMES]
    data = GRAPH.model_dump(mode="json", exclude_none=True, by_alias=True) | {
        "parties": [{key: value for key, value in each.items() if value} for each in parties]
    }
    said = [br.Observation(party="one", state="denied")]
    analysis = br.analyze(br.Graph.model_validate(data), "supplier", observations=said).analysis
    listing = select(analysis, ListFilter(roles=("finance",)))
    text = " ".join(render_text(analysis_document(analysis, listing), width=200).split())
    assert "No party matches the filter. Spoken of without a recorded path: One" in text


@pytest.mark.parametrize(
    ("said", "text", "party"),
    [
        (
            {"one": "confirmed"},
            "One was spoken of, but the graph records no path to it: find out which relation is missing",
            "one",
        ),
        (
            {"one": "confirmed", "two": "reported", "three": "denied"},
            "One and Two were spoken of, but the graph records no path to them: find out which relations are missing",
            None,
        ),
    ],
)
def test_one_step_asks_for_all_their_relations(said, text, party):
    steps = [step for step in ask(**said).next_steps if step.kind == "check"]
    assert [(step.text, step.party) for step in steps] == [(text, party)]


def test_many_of_them_crowd_out_nothing_that_moves_the_score():
    steps = ask(**dict.fromkeys(OTHERS, "confirmed")).next_steps
    assert [step.kind for step in steps] == ["check", "protect"]
    assert steps[0].text.startswith("Eight, Five, Four, One, Seven, Six and 2 more were spoken of")


def test_a_scenario_that_cuts_the_path_is_not_said_to_find_none_recorded():
    cut = {"changes": [{"cut": "share:linked>supplier:plans"}]}
    said = [br.Observation(party="linked", state="reported")]
    result = br.analyze(GRAPH, "supplier", observations=said, scenario=cut)
    assert "Spoken of without a path: Linked (reported)." in page(result)


def test_who_was_only_spoken_of_is_not_counted_among_those_on_a_path():
    ranking = ask(one="confirmed").analysis.ranking
    assert sorted(party.id for party in ranking) == ["linked", "one"]
    shown = Listing(tuple(ranking), 3, ListFilter(), n_beyond=1)
    assert shown.note == "showing 1 of 2, and 1 without a path"
