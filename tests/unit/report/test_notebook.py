from __future__ import annotations

import dataclasses
from html.parser import HTMLParser

import sample

from blastradius.analysis.results import ChangeNote, ScenarioNote
from blastradius.report.listing import ListFilter, select
from blastradius.report.notebook import MAX_ROWS, analysis_html

EVIL = "<img src=x onerror=alert(1)>'\"&\u202e</td>"


class Reader(HTMLParser):
    """Collects tags, attributes and cells, and sees that tags are closed in order."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], set(), set(), []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(attrs)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def page_of(analysis=sample.ANALYSIS, **wanted):
    return Reader(analysis_html(analysis, select(analysis, ListFilter(**wanted))))


def test_a_table_of_the_listed_parties():
    page = page_of(top=2)
    assert "Breach of Continental" in page.texts
    assert "Volkswagen" in page.texts
    assert "BMW" not in page.texts
    assert "4 more not shown" in page.texts


def test_groups_stand_in_the_table():
    assert "Volkswagen" in page_of(is_grouped=True).texts


def test_only_plain_tags_and_nothing_to_fetch():
    party = dataclasses.replace(sample.VOLKSWAGEN, name=EVIL, verdict=EVIL)
    origin = dataclasses.replace(sample.CONTINENTAL, name=EVIL)
    parties = {**sample.ANALYSIS.parties, origin.id: origin}
    page = page_of(
        dataclasses.replace(sample.ANALYSIS, ranking=(party,), origins=(origin,), parties=parties)
    )
    assert page.tags == {"table", "caption", "b", "br", "thead", "tbody", "tr", "th", "td"}
    assert page.attributes == {("style", "text-align:left"), ("scope", "col")}
    assert EVIL.replace("\u202e", "\\u202e") in page.texts


def test_long_lists_are_cut():
    many = tuple(
        dataclasses.replace(sample.BMW, id=f"p{k}", name=f"P{k}") for k in range(MAX_ROWS + 3)
    )
    page = page_of(dataclasses.replace(sample.ANALYSIS, ranking=many))
    assert "3 more not shown" in page.texts


def test_a_scenario_is_named():
    note = ScenarioNote("no copies", (ChangeNote("cut", "x", None, "no longer: x", 1),), ())
    page = page_of(dataclasses.replace(sample.ANALYSIS, scenario=note))
    assert "What if (no copies): Breach of Continental" in page.texts
