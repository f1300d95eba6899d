"""The language of patterns, folding, and the search, against the slow definition of both."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from searching import search

from blastradius.errors import PatternError
from blastradius.triage.classify import prepare
from blastradius.triage.definition import finds, line_of, occurrences
from blastradius.triage.fold import FOLDING, fold_text
from blastradius.triage.patterns import Edge, Pattern, parse_pattern

MATCHES = [
    ("audi", "Audi_A4", True),
    ("audi", "AUDI2020", True),
    ("audi", "AudiConnect", True),
    ("audi", "audio", False),
    ("audi", "Saudi", False),
    ("vw", "ContiVWProjekt", True),
    ("vw", "vwxyz", False),
    ("lastenheft*", "LASTENHEFTE", True),
    ("lastenheft*", "Altlastenheft", False),
    ("*heft", "Altlastenheft", True),
    ("*heft", "heften", False),
    ("*wort*", "antworten", True),
    ("robert bosch", "robert-bosch", True),
    ("robert bosch", "RobertBosch GmbH", True),
    ("robert bosch", "robert - bosch", True),
    ("robert bosch", "robert x bosch", False),
    (".a2l", "x.A2L", True),
    (".a2l", "x.a2l.zip", True),
    (".a2l", "x.a2l_alt", True),
    (".a2l", "x.a2lx", False),
    ("/hr/", "D:\\HR\\x.pdf", True),
    ("/hr/", "hr/x.pdf", True),
    ("/hr/", "D:/x/hr", False),
    ("/hr/", "D:/hr2/x", False),
    ("=g30", "BMW_G30_x", True),
    ("=g30", "MG30", False),
    ("=g30", "G300", False),
    ("=g30", "meinG30", False),
    ("GM!", "GM_RFQ", True),
    ("GM!", "gm_util.c", False),
    ("=X5!", "X5.pdf", True),
    ("=X5!", "x5.pdf", False),
    ("größe", "GROESSE", True),
    ("groesse", "Größe", True),
    ("skoda", "Škoda", True),
    ("citroen", "Citroën", True),
    ("*蔚来*", "我蔚来车", True),
    ("*蔚来*", "我蔚車", False),
    ("program files/sap*", "C:\\Program Files\\SAP GUI", True),
    ("audi", "Au\u200bdi", True),  # a zero-width space hides nothing
    ("audi", "\uff21\uff35\uff24\uff29", True),  # nor does a full width
]


@pytest.mark.parametrize(("pattern", "line", "wanted"), MATCHES)
def test_what_a_pattern_matches(pattern, line, wanted):
    assert bool(search([parse_pattern(pattern)], [line])) is wanted
    assert finds(parse_pattern(pattern), line_of(line)) is wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has no letter or digit"),
        ("***", "has a '*' inside"),
        ("=", "has no letter or digit"),
        ("a*b", "has a '*' inside"),
        ("x", "is too short"),
        ("x/", "is too short"),
        ("y" * 300, "is longer than 200 characters"),
    ],
)
def test_patterns_that_mean_nothing(text, reason):
    with pytest.raises(PatternError, match=reason.replace("*", r"\*")):
        parse_pattern(text)


# -- the slow definition of the search -------------------------------------------------------------


def slow_search(patterns, lines):
    return {
        (row, place, number)
        for row, line in enumerate(map(line_of, lines))
        for number, each in enumerate(patterns)
        for pattern in each
        for place in occurrences(pattern, line)
    }


WORDS = st.sampled_from(["audi", "vw", "bmw", "ab", "aba", "b a", "a.b", "ü", "蔚来", "x5", "a/b"])
SIGNS = st.sampled_from(["{}", "{}*", "*{}", "*{}*", "={}", "{}!", "={}!", "/{}/", ".{}"])
LETTERS = "Audi audi VW vw aba AB b A 5 x5 _ / \\ . ü Ü 蔚来 蔚 é \u0308 - ß \u200b"
PIECES = st.sampled_from([*LETTERS.split(), " ", "  "])


@given(
    st.lists(st.builds(lambda sign, word: sign.format(word), SIGNS, WORDS), min_size=1, max_size=8),
    st.lists(st.lists(PIECES, max_size=8).map("".join), min_size=1, max_size=8),
)
@settings(deadline=None, max_examples=200)
def test_the_search_is_that_of_the_definition(texts, lines):
    patterns = []
    for text in texts:
        try:
            patterns.append(parse_pattern(text))
        except PatternError:
            continue
    assert search(patterns, lines) == slow_search(patterns, lines) if patterns else True


HEX = st.text("0123456789abcdefABCDEF", min_size=1, max_size=40)
GUIDS = st.uuids().map(str)
HEXES = st.one_of(GUIDS, GUIDS.map(str.upper), HEX, st.sampled_from(["-", "/", "x", "a8d3", "8d"]))


@given(st.lists(st.lists(HEXES, max_size=5).map("".join), min_size=1, max_size=6))
@settings(deadline=None, max_examples=200)
def test_what_is_random_is_that_of_the_definition(lines):
    patterns = [parse_pattern(text) for text in ("=a8 d3", "8d", "*ab*", "ace", "*ff", "e4 2*")]
    assert search(patterns, lines) == slow_search(patterns, lines)


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("Kunden/A8-D3/x.pdf", True),
        ("Kunden/2012-A8D3-facelift.pdf", True),
        ("{34ED84E9-A8D3-C074-CF3B-C1AAA1B52384}", False),
        ("34ed84e9-b4a8-a8d3-cf3b-c1aaa1b52384.pdf", False),
        ("34ed84e9-b4a8-a8d3-cf3b-c1aaa1b5238", True),  # the last one has eleven
    ],
)
def test_codes_in_guids_are_no_codes(line, is_found):
    assert bool(search([parse_pattern("=a8 d3")], [line])) is is_found


def test_codes_in_hashes_are_no_codes():
    eight_d = [parse_pattern("8d")]
    assert search(eight_d, ["d41d8cd98f00b204e9800998ecf8427e/x", "0a8d00b204e980099"]) == set()
    assert len(search(eight_d, ["8D-Report 20210304123456.pdf", "8d00b204e98", "8d 1"])) == 3


@given(st.text(max_size=30))
def test_folding_patterns_and_lines_agree(text):
    line = text.replace("\n", " ").replace("\ud800", "")
    line = "".join(c for c in line if unicodedata.category(c) != "Cs")
    ready = prepare(f"{line}\n".encode())
    assert b" ".join(bytes(ready.text).translate(FOLDING).split()) == b" ".join(
        fold_text(line).split()
    )


def test_nothing_to_search_for_finds_nothing():
    assert search([], ["a/b", ""]) == set()


def test_a_last_line_without_its_end_is_a_line():
    assert prepare(b"a/b").text.tobytes() == prepare(b"a/b\n").text.tobytes() == b"a/b\n"
    assert len(prepare(b"").line_start) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_prepared_line_by_line(raw):
    ready = prepare(raw + b"\n")
    assert len(ready.line_start) == raw.count(b"\n") + 2
    assert bytes(ready.text).count(b"\n") == raw.count(b"\n") + 1
    assert len(ready.text) == ready.line_start[-1]


def test_literals_that_are_suffixes_of_others_are_found_too():
    patterns = [
        (Pattern(text, Edge.ANY, Edge.ANY, False),) for text in (b"abcd", b"bc", b"bcd", b"cd")
    ]
    found = search(patterns, ["xabcd", "abce"])
    assert {(row, number) for row, _, number in found} == {
        (0, 0), (0, 1), (0, 2), (0, 3), (1, 1),
    }  # fmt: skip


def test_more_different_bytes_than_classes():
    """Every byte that a literal may have, so that many share a class, and neighbours that differ."""
    signs = sorted(set(map(chr, range(1, 127))) - set("\n\r\\*!=/") - set(map(chr, range(65, 91))))
    words = [f"{sign}a{other}" for sign, other in zip(signs, signs[7:] + signs[:7], strict=True)]
    patterns = []
    for word in words:
        literal = fold_text(word).strip(b" ")
        if len(literal) > 1:
            patterns.append((Pattern(literal, Edge.ANY, Edge.ANY, False),))
    assert len(patterns) > 60
    lines = [f"x{word}y" for word in words] + [f"{sign}a{sign}" for sign in signs]
    assert search(patterns, lines) == slow_search(patterns, lines)


@given(st.lists(st.sampled_from(["a", "b/", "/", "ab/", "x"]), max_size=40), st.integers(2, 5))
@settings(deadline=None, max_examples=100)
def test_what_folders_name_is_taken_over_whole(pieces, n_lines):
    """Lines that share many folders, and literals that reach over their slashes."""
    patterns = [
        (Pattern(text, Edge.ANY, Edge.ANY, False),)
        for text in (b"a/b", b"b/a", b"ab/ab", b"b/ab/x", b"ab", b"a/ab/b/x", b"x/x")
    ]
    line = "".join(pieces)
    lines = [line[: len(line) * k // n_lines] + "x" for k in range(n_lines, 0, -1)]
    lines += [line + "a", line + "b", line]
    assert search(patterns, lines) == slow_search(patterns, lines)


def test_a_line_from_which_very_many_literals_could_reach_on():
    line = "ab/" * 300
    patterns = [parse_pattern("*ab/ab*"), parse_pattern("*b/x*")]
    lines = [line + "x", line + "x", line[:600] + "x", line]
    assert search(patterns, lines) == slow_search(patterns, lines)


def test_a_pattern_may_span_the_folders_that_two_lines_share():
    assert search([parse_pattern("ab/cd")], ["q/ab/x", "q/ab/cd", "q/ab/cd"]) == {
        (1, 2, 0),
        (2, 2, 0),
    }
