"""What names of parties become, and when they count."""

from __future__ import annotations

import pytest
from triage_world import World, graph_of, lexicon_of

from blastradius.errors import PatternError
from blastradius.triage.terms import graph_terms


def texts(*parties, lexicon=None, datasets=()):
    """Return the texts of all terms by party."""
    found = {}
    graph = graph_of(*parties, datasets=datasets)
    for term in graph_terms(graph, lexicon or lexicon_of()):
        found.setdefault(term.party, []).append(term.text)
    return found


def party(id_, name, **fields):
    return {"id": id_, "name": name, **fields}


# Names


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Volkswagen AG", ["Volkswagen"]),
        ("Robert Bosch GmbH & Co. KG", ["Robert Bosch"]),
        ("Toyota Motor Corporation", ["Toyota", "Toyota Motor"]),
        ("Geely Automotive Group Co., Ltd.", ["Geely", "Geely Automotive Group"]),
        ("AB Volvo", ["AB Volvo"]),
        ("SEAT, S.A.", ["SEAT"]),
        ("Brembo S.p.A.", ["Brembo"]),
        ("Stellantis N.V.", ["Stellantis"]),
        ("SE", ["SE"]),
        ("Group", ["Group"]),
        ("Motors Group", ["Motors", "Motors Group"]),
        ("ZF Friedrichshafen (ZF)", ["ZF Friedrichshafen"]),
        ("Yahoo!", ["Yahoo!"]),
        ("A*B Parts", ["A*B Parts"]),
    ],
)
def test_legal_forms_and_general_words_are_left_out(name, wanted):
    (found,) = texts(party("one", name)).values()
    assert [text.split() for text in found] == [
        text.replace("!", " ").replace("*", " ").split() for text in wanted
    ]


def test_a_core_that_two_parties_share_means_neither():
    found = texts(
        party("motors", "Tata Motors Limited"),
        party("technologies", "Tata Technologies"),
        party("other", "Acme Technologies"),
    )
    assert found == {
        "motors": ["Tata Motors"],
        "technologies": ["Tata Technologies"],
        "other": ["Acme", "Acme Technologies"],
    }
    world = World(graph_of(party("a", "Tata Motors"), party("b", "Tata Technologies")))
    assert world.named("tata/x.pdf") == set()
    assert world.named("TataMotors/x.pdf") == {"a"}


def test_a_core_that_names_of_one_party_share_is_its_own():
    found = texts(party("one", "Ford Motor Company", aliases=["Ford Motors"]))
    assert found == {"one": ["Ford", "Ford Motor", "Ford Motors"]}


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Ford workers", "role": "data-subjects"},
        {"name": "Unnamed supplier of Ford"},
        {"name": "unnamed supplier"},
        {"name": "Suppliers (collective)"},
    ],
)
def test_nobody_in_particular_is_not_searched_by_name(fields):
    assert texts({"id": "one", **fields}) == {}
    found = texts({"id": "one", **fields, "terms": ["=FW3"]})
    assert found == {"one": ["=FW3"]}


def test_aliases_are_names():
    world = World(graph_of(party("vw", "Volkswagen", aliases=["Volkswagen Pkw", "Wolfsburger"])))
    assert world.level("x/wolfsburger-y") == {"vw": "high"}


def test_a_name_of_one_letter_finds_nothing_and_is_no_error():
    assert texts(party("x", "X Corp.")) == {}


# How sure


def test_short_names_need_capitals_or_context():
    world = World(
        graph_of(party("zf", "ZF"), party("vw", "Volkswagen", role="oem"), "Bosch"),
        lexicon_of(context=["rfq"]),
    )
    assert world.levels(["x_ZF_y", "x_zf_y", "rfq_zf", "Volkswagen/zf", "bosch/zf"]) == [
        {"zf": "medium"},
        {"zf": "near miss"},
        {"zf": "medium"},
        {"vw": "high", "zf": "medium"},
        {"bosch": "high", "zf": "near miss"},
    ]


def test_three_letters_are_a_name():
    assert World(graph_of("BMW")).level("x_bmw_y") == {"bmw": "high"}


@pytest.mark.parametrize(
    ("capitals", "line", "level"),
    [
        (False, "seat/x.pdf", "near miss"),
        (False, "SEAT/x.pdf", "near miss"),
        (True, "seat/x.pdf", "near miss"),
        (True, "Seat/x.pdf", "near miss"),
        (True, "SEAT/x.pdf", "medium"),
        (False, "rfq/seat/x.pdf", "medium"),
        (False, "skoda/seat/x.pdf", "medium"),
        (False, "magna/seat/x.pdf", "near miss"),
        (True, "seat/SEAT.pdf", "medium"),
    ],
)
def test_ordinary_words_need_context_or_capitals(capitals, line, level):
    world = World(
        graph_of("Seat", party("skoda", "Skoda", role="oem"), "Magna"),
        lexicon_of(
            ordinary=[{"term": "seat", "because": "a chair", "capitals": capitals}],
            context=["rfq"],
        ),
    )
    assert world.level(line)["seat"] == level


def test_terms_of_the_graph_are_never_ordinary():
    lexicon = lexicon_of(ordinary=[{"term": "seat", "because": "a chair"}])
    world = World(graph_of(party("seat", "SEAT S.A.", terms=["seat"])), lexicon)
    assert world.level("seat/x") == {"seat": "high"}


def test_an_ordinary_word_is_the_same_word_however_it_is_written():
    lexicon = lexicon_of(ordinary=[{"term": "=Red-Hat*", "because": "a hat"}])
    world = World(graph_of(party("rh", "Red Hat, Inc.", aliases=["RedHat"])), lexicon)
    assert world.level("red hat/x") == {"rh": "near miss"}
    assert texts(party("rh", "Red Hat, Inc."), lexicon=lexicon) == {"rh": ["Red Hat"]}


def test_weak_patterns_count_in_context_and_only_of_known_parties():
    lexicon = lexicon_of(
        weak=[
            {"party": "vw", "term": "golf", "because": "a sport"},
            {"party": "nobody", "term": "tennis", "because": "a sport"},
        ],
        context=["rfq"],
    )
    world = World(graph_of(party("vw", "Volkswagen", role="oem")), lexicon)
    assert world.levels(["golf/x", "rfq/golf", "Volkswagen/golf", "rfq/tennis"]) == [
        {"vw": "near miss"},
        {"vw": "medium"},
        {"vw": "high"},
        {},
    ]


# Domains and numbers


@pytest.mark.parametrize(
    ("line", "is_named"),
    [
        ("mail/john@ford.com/x.msg", True),
        ("mail/ford.com.zip", True),
        ("mail/ford.community.msg", True),
        ("www.ford.com", True),
        ("oxford.com/x.msg", False),
        ("mail/x@afford.com", False),
        ("ford.de", False),
    ],
)
def test_domains_begin_at_the_edge_of_a_word(line, is_named):
    world = World(graph_of(party("f", "Blue Oval", identifiers={"domain": "ford.com"})))
    assert (world.named(line) == {"f"}) is is_named


@pytest.mark.parametrize(
    ("key", "number"),
    [("bpn", "BPNL000000000001"), ("lei", "529900NNUPAGGOMPXZ31"), ("duns", "315369934")],
)
def test_identifiers_stand_alone(key, number):
    world = World(graph_of(party("p", "Acme", identifiers={key: number})))
    assert world.level(f"supplier_{number}.pdf") == {"p": "high"}
    assert world.named(f"supplier_{number}7.pdf") == set()
    assert world.named(f"supplier_7{number}.pdf") == set()


# Whose listing it is


def test_names_of_the_target_are_left_out():
    graph = graph_of(
        party("conti", "Continental", terms=["=CTI"], identifiers={"domain": "conti.de"}),
        party("vdo", "VDO Automotive", parent="conti"),
    )
    lexicon = lexicon_of(weak=[{"party": "conti", "term": "gator", "because": "an animal"}])
    line = "Continental_CTI_conti.de_gator_vdo"
    assert World(graph, lexicon).level(line) == {"conti": "high", "vdo": "high"}
    without = World(graph, lexicon, without=("conti",))
    assert without.level(line) == {"vdo": "high"}
    assert {searched.id for searched in without.vocabulary.parties} == {"vdo"}
    assert World(graph, lexicon, without=("conti", "vdo")).level(line) == {}


def test_datasets_of_the_target_are_left_out_too():
    graph = graph_of(
        "Acme", datasets=[{"id": "d", "owner": "acme", "varieties": ["Secrets"], "terms": ["g30"]}]
    )
    assert World(graph).level("x_g30") == {"acme": "high"}
    assert World(graph, without=("acme",)).level("x_g30") == {}


# Datasets, and organisations outside the graph


def test_terms_of_a_dataset_name_its_owner():
    datasets = [{"id": "icas", "owner": "vw", "varieties": ["Secrets"], "terms": ["ICAS1"]}]
    graph = graph_of(party("vw", "Volkswagen"), datasets=datasets)
    world = World(graph)
    assert world.level("x/icas1/y") == {"vw": "high"}
    (term,) = (term for term in world.vocabulary.terms if term.text == "ICAS1")
    assert (term.party, term.dataset, term.origin) == ("vw", "icas", "term")


def test_the_first_of_equal_terms_is_kept():
    graph = graph_of(
        party("vw", "Volkswagen", aliases=["volkswagen", "VOLKSWAGEN"], terms=["volkswagen"])
    )
    (term,) = graph_terms(graph, lexicon_of())
    assert term.origin == "term"


def test_outsiders_are_searched_unless_the_graph_knows_a_name_of_theirs():
    lexicon = lexicon_of(
        outside=[
            {"name": "Acme", "terms": ["acme", "acme works"]},
            {"name": "Bolt", "terms": ["bolt"]},
        ]
    )
    world = World(graph_of(party("p", "Parent", aliases=["Acme Works"])), lexicon)
    assert world.level("acme") == {}
    assert world.level("acme works") == {"p": "high"}
    assert world.level("bolt") == {"Bolt": "high"}
    known = {searched.id: searched.in_graph for searched in world.vocabulary.parties}
    assert known == {"p": True, "Bolt": False}


@pytest.mark.parametrize(
    ("fields", "reason"), [({"terms": ["a*b"]}, "'a[*]b' has a"), ({"terms": ["?"]}, "no letter")]
)
def test_terms_of_the_graph_that_mean_nothing_are_refused(fields, reason):
    with pytest.raises(PatternError, match=reason):
        World(graph_of(party("p", "Parent", **fields)))
