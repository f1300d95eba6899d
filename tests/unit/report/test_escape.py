from __future__ import annotations

import csv
import dataclasses
import io

import pytest
import sample
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from blastradius.model.text import printable
from blastradius.report.analysis_page import analysis_document
from blastradius.report.cells import cell_width, wrap
from blastradius.report.document import Span, words
from blastradius.report.escape import csv_cell, markdown_link, markdown_text, web_address
from blastradius.report.markdown import render_markdown
from blastradius.report.rows import ANALYSIS_COLUMNS, analysis_rows, csv_text
from blastradius.report.text import render_text

HOSTILE = [
    "\x1b]0;owned\x07\x1b[2J",
    "=cmd|' /C calc'!A0",
    "line\nbreak\r\n# heading",
    "\u202egro.evil",
    "zero\u200bwidth",
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "a|b|c",
    "`code` ``more``",
    "**bold** _it_ ~~no~~ $x$",
    "1. item",
    "- item",
    "&lt;b&gt;",
    "\x9b31mCSI",
]


def hostile_analysis(name):
    """Return the sample with a hostile name in every place that a name can stand."""
    rename = lambda party: dataclasses.replace(party, name=name)  # noqa: E731
    source = dataclasses.replace(sample.COMPANY, title=name)
    return dataclasses.replace(
        sample.ANALYSIS,
        origins=tuple(map(rename, sample.ANALYSIS.origins)),
        ranking=tuple(map(rename, sample.RANKING)),
        parties={key: rename(party) for key, party in sample.ANALYSIS.parties.items()},
        incident=dataclasses.replace(
            sample.INCIDENT, name=name, actor=name, summary=name, sources=(source,)
        ),
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_terminal_gets_no_control_from_a_name(name):
    text = render_text(analysis_document(hostile_analysis(name)), width=120)
    assert all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_gets_no_markup_from_a_name(name):
    clean = MarkdownIt("commonmark").enable("table")
    honest = clean.parse(render_markdown(analysis_document(hostile_analysis("Acme"))))
    hostile = clean.parse(render_markdown(analysis_document(hostile_analysis(name))))

    def shape(tokens):
        return [
            token.type
            for outer in tokens
            for token in (outer, *(outer.children or ()))
            if token.type not in ("text", "text_special")
        ]

    assert shape(hostile) == shape(honest)


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_shows_the_name_as_it_is(name):
    tokens = MarkdownIt("commonmark").parseInline(markdown_text(name))[0].children
    assert "".join(token.content for token in tokens) == printable(name)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_no_cell_starts_a_formula(start):
    cell = csv_cell(f"{start}1+1")
    assert cell.startswith("'")


SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"


def assert_no_formula(text):
    """Look at a file as spreadsheets would that split at each of these."""
    for delimiter in ",;|\t":
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            assert all(not cell.lstrip().startswith(tuple(SIGNS)) for cell in row), row


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    "before", [";", ",", "|", "\t", "; ", ';"', ';""', '; " "', "x;;", " ", '"']
)
def test_no_part_of_a_cell_starts_a_formula(before, sign):
    stream = io.StringIO()
    value = f"a{before}{sign}cmd|'/C calc'!A0;BMW.pdf"
    csv.writer(stream, lineterminator="\n").writerow((1, csv_cell(value), csv_cell(before + sign)))
    assert_no_formula(stream.getvalue())
    assert csv_cell(value).replace(f"'{sign}", sign) == printable(value)


@given(
    cells=st.lists(
        st.text(alphabet="a1 ;,|\t\"'\n\r=+-@\uff1d\u3000\\", max_size=12), min_size=1, max_size=3
    )
)
def test_cells_of_any_text_start_no_formula_wherever_they_are_split(cells):
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow((1, *map(csv_cell, cells)))
    assert_no_formula(stream.getvalue())


def test_honest_names_stay_as_they_are():
    for name in ("D:/a-b/c=d; e, f (1+1) @home.pdf", "Secrets; Internal", "Müller-Lüdenscheidt"):
        assert csv_cell(name) == name


@pytest.mark.parametrize("name", HOSTILE)
def test_csv_keeps_its_shape(name):
    text = csv_text(analysis_rows(hostile_analysis(name)), ANALYSIS_COLUMNS)
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 1 + len(sample.RANKING)
    assert {len(row) for row in rows} == {len(ANALYSIS_COLUMNS)}
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "seed:1", "//evil", "", None]
)
def test_only_web_addresses_become_links(url):
    assert web_address(url) is None
    assert markdown_link("title", url) == "title"


def test_an_address_cannot_break_out_of_its_link():
    link = markdown_link("t", 'https://example.org/a) [x](javascript:1) "t" <b>\n|')
    tokens = MarkdownIt("commonmark").parseInline(link)[0].children
    hrefs = [token.attrs["href"] for token in tokens if token.type == "link_open"]
    assert len(hrefs) == 1
    assert hrefs[0].startswith("https://example.org/a%29")


def test_wide_and_combining_characters_are_measured():
    assert cell_width("蔚来") == 4
    assert cell_width("e\u0301") == 1
    lines = wrap(words("蔚来汽车 and NIO"), 8, split_long=True)
    assert [sum(cell_width(text) for text, _ in line) for line in lines] == [8, 7]


def test_long_words_are_cut_only_where_asked():
    word = words(Span("x" * 30))
    assert len(wrap(word, 10)) == 1
    assert len(wrap(word, 10, split_long=True)) == 3


def test_wrapping_loses_no_word():
    text = "one two  three four five six seven"
    lines = wrap(words(text), 9)
    assert " ".join("".join(t for t, _ in line) for line in lines).split() == text.split()
