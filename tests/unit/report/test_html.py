"""Any page as one static HTML file: nothing runs, nothing is fetched, nothing foreign is markup."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
import sample
import triage_sample
from hypothesis import given
from hypothesis import strategies as st

from blastradius.report.analysis_page import analysis_document
from blastradius.report.document import (
    Bullets,
    Column,
    Document,
    Facts,
    Paragraph,
    Section,
    Span,
    Table,
    words,
)
from blastradius.report.explanation_page import explanation_document
from blastradius.report.html import render_html
from blastradius.report.tlp import TLP_COLOURS, TLP_MEANINGS
from blastradius.report.triage_page import triage_document

DOCUMENTS = {
    "analysis": analysis_document(sample.ANALYSIS),
    "explanation": explanation_document(sample.EXPLANATION, sample.ANALYSIS.parties),
    "triage": triage_document(triage_sample.TRIAGE),
}
EACH = pytest.mark.parametrize("name", DOCUMENTS)

VOID = {"meta", "link", "br"}
KNOWN = VOID | {
    *("html", "head", "title", "style", "body", "header", "main", "nav", "section", "footer"),
    *("a", "h1", "h2", "p", "span", "code", "ul", "ol", "li", "dl", "div", "dt", "dd"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
FETCHING = {"src", "srcset", "action", "formaction", "poster", "data", "background", "ping"}


class Reader(HTMLParser):
    """Reads a page strictly: every tag known, closed in order, every attribute harmless."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.words, self.names = [], [], [], set()
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert tag in KNOWN, tag
        for key, value in attrs:
            assert not key.startswith("on"), key
            assert key not in FETCHING, key
            assert key != "style"
            if key == "id":
                assert value not in self.names
                self.names.add(value)
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@EACH
@pytest.mark.parametrize("tlp", [None, *TLP_MEANINGS])
def test_a_page_is_well_formed_and_fetches_nothing(name, tlp):
    page = render_html(DOCUMENTS[name], tlp=tlp)
    reader = Reader(page)
    assert "<script" not in page
    assert [link["href"] for link in reader.all("link")] == ["data:,"]
    for link in reader.all("a"):
        inside = link["href"].startswith("#")
        assert inside or link["rel"] == "noopener noreferrer"
        assert not inside or link["href"][1:] in reader.names
    style = re.search("<style>(.*)</style>", page, re.DOTALL).group(1)
    assert not re.search(r"url\(|@import|expression", style)
    (policy,) = [m["content"] for m in reader.all("meta") if "http-equiv" in m]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def test_a_page_of_a_listing_has_no_address_at_all():
    page = render_html(DOCUMENTS["triage"])
    hrefs = [link["href"] for link in Reader(page).all("a")]
    assert all(href.startswith("#") for href in hrefs)
    assert "http" not in page.replace("http-equiv", "")


@EACH
def test_tables_have_captions_and_scopes(name):
    reader = Reader(render_html(DOCUMENTS[name]))
    tables = len(reader.all("table"))
    assert tables > 0
    assert len(reader.all("caption")) == tables
    assert all(head["scope"] in ("col", "row") for head in reader.all("th"))
    frames = [div for div in reader.all("div") if "role" in div]
    assert len(frames) == tables
    assert all(frame["aria-label"] and frame["tabindex"] == "0" for frame in frames)
    assert len(reader.all("h1")) == len(reader.all("main")) == 1
    assert len(reader.all("section")) == len(DOCUMENTS[name].sections)


@pytest.mark.parametrize("tlp", TLP_MEANINGS)
def test_a_label_stands_at_head_and_foot_and_on_each_sheet(tlp):
    page = render_html(DOCUMENTS["triage"], tlp=tlp)
    assert page.count(f'<p class="tlp">TLP:{tlp}</p>') == 2
    assert page.count(f'content: "TLP:{tlp}"') == 2
    assert f"background: #000000; color: {TLP_COLOURS[tlp]}" in page
    assert "TLP" not in render_html(DOCUMENTS["analysis"])


def test_light_dark_and_print():
    page = render_html(DOCUMENTS["analysis"])
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "@media screen and (prefers-color-scheme: dark)" in page
    assert "@media print" in page
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')


def every_place(text):
    """Return a document with a text in every place that a text can stand."""
    content = words(text, Span(text, "high"), Span(text, is_code=True), Span(text, url=text))
    table = Table((Column(text), Column(text, is_right=True)), ((content, content),), text)
    blocks = (
        Facts(((text, (content, content)),)),
        Paragraph(content),
        Bullets(((content, content),)),
        table,
    )
    return Document(text, (Section(text, blocks, text),) * 2)


@given(text=st.text(min_size=1) | st.sampled_from(triage_sample.HOSTILE))
def test_no_text_becomes_markup(text):
    page = render_html(every_place(text), tlp="RED")
    reader = Reader(page)
    honest = Reader(render_html(every_place("x"), tlp="RED"))
    links = {"a"}
    shape = [tag for tag, _ in reader.tags if tag not in links]
    assert shape == [tag for tag, _ in honest.tags if tag not in links]
    assert page.encode()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil", 'https://x"onclick="alert(1)']
)
def test_an_address_is_a_web_address_or_none(url):
    page = render_html(Document("t", (Section("s", (Paragraph(words(Span("w", url=url))),)),)))
    hrefs = [link["href"] for link in Reader(page).all("a") if not link["href"].startswith("#")]
    assert all(href.startswith("https://x%22onclick=%22alert%281%29") for href in hrefs)


def test_columns_without_words_and_ornaments_are_left_out():
    columns = (Column("A"), Column("B"), Column("C", is_ornament=True))
    table = Table(columns, ((words("a"), (), words("c")),))
    page = render_html(Document("t", (Section("s", (table,)),)))
    assert [head.get("scope") for head in Reader(page).all("th")] == ["col", "row"]
    empty = Document("t", (Section("s", (Table(columns, ()), Facts(()), Bullets(()))),))
    assert Reader(render_html(empty)).all("table") == []


def test_same_input_same_bytes():
    assert render_html(DOCUMENTS["triage"]) == render_html(triage_document(triage_sample.TRIAGE))
