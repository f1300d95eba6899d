"""What a line names and what it holds, against a slow definition of both."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from searching import occurrences
from triage_world import World, block_of, graph_of, lexicon_of

from blastradius import load_graph
from blastradius.model.vocabulary import DATA_VARIETIES
from blastradius.triage.classify import prepare
from blastradius.triage.kernels.decide import DEPTH, MAX_SPANS, NOBODY
from blastradius.triage.lexicon import shipped_lexicon
from blastradius.triage.terms import graph_terms
from blastradius.triage.vocabulary import CONTEXT, HIGH, HOME, MEDIUM, NEAR_MISS, PARTY, PROGRAMS

# -- a slow definition -----------------------------------------------------------------------------


class Meanings:
    """What each entry means, put together from graph and lexicon without their compiled form."""

    def __init__(self, world):
        self.world = world
        self.carmakers = {party.id for party in world.graph.parties if party.role == "oem"}
        vocabulary = world.vocabulary
        self.of = []
        for each, code in enumerate(vocabulary.entries.code.tolist()):
            kind = code >> 6 & 3
            if kind == PARTY:
                number = int(vocabulary.entries.term[each])
                self.of.append(("party", vocabulary.terms[number], number))
            elif kind == 1:
                self.of.append(("phrase", None, -1))
            elif kind == HOME:
                self.of.append(("home", None, -1))
            else:
                self.of.append(("word", code >> 20, -1))
        words = {}
        for rule in world.lexicon.rules:
            for text in (*rule.any, *rule.with_, *rule.without):
                words.setdefault(text, len(words) + 2)
        self.words = words


def slow_rules(world, meanings, met):
    """Return the numbers of the rules that words fire."""
    fired = set()
    for number, rule in enumerate(world.lexicon.rules):
        has = [
            any(meanings.words[text] in met for text in texts)
            for texts in (rule.any, rule.with_, rule.without)
        ]
        if has[0] and (has[1] or not rule.with_) and not has[2]:
            fired.add(number)
    return fired


def slow_parties(meanings, found, text):
    """Return party id -> (level, number of the term that decided)."""
    spans = [(b, e, *meanings.of[each]) for b, e, each in found]
    words = {what for _, _, kind, what, _ in spans if kind == "word"}
    of_programs = PROGRAMS in words
    spans = [span for span in spans if span[2] != "word"][:MAX_SPANS]
    names = []
    for span in spans:
        begin, end, kind, term, number = span
        around = [
            s for s in spans if s is not span and s[2] != "home" and s[0] <= begin and end <= s[1]
        ]
        if kind == "party" and not any(
            s[2] == "phrase" or (s[1] - s[0] > end - begin and s[3].party != term.party)
            for s in around
        ):
            names.append(span)
    slashes = text.replace(b"\\", b"/")
    homes = {end for _, end, kind, _, _ in spans if kind == "home"}
    names = [
        (
            begin,
            end,
            term,
            number,
            term.needs_context or (term.is_surname and slashes.rfind(b"/", 0, begin) in homes),
        )
        for begin, end, _, term, number in names
    ]
    sure = {term.party for _, _, term, _, needs_context in names if not needs_context}
    by_carmaker = bool(sure & meanings.carmakers) and not of_programs
    believable = CONTEXT in words or by_carmaker
    said = []
    for begin, end, term, number, needs_context in names:
        loud = term.capitals_suffice and text[begin:end] == text[begin:end].upper()
        is_sure = not needs_context and not of_programs
        is_likely = believable or (loud and not of_programs)
        level = HIGH if is_sure else MEDIUM if is_likely else NEAR_MISS
        said.append((level, term.party, number))
    best = {}
    for level, party, number in said:
        if party not in best or level > best[party][0]:
            best[party] = (level, number)
    return best


def slow(world, lines):
    """Return, for each line, ({party: (level, term)}, rules that fire)."""
    meanings = Meanings(world)
    answers = []
    ready = prepare(block_of(lines).paths)
    found, texts = occurrences(world.vocabulary, ready), bytes(ready.text).split(b"\n")
    for row in range(len(lines)):
        met = {meanings.of[each][1] for _, _, each in found[row] if meanings.of[each][0] == "word"}
        rules = slow_rules(world, meanings, met)
        parties = slow_parties(meanings, found[row], texts[row])
        if rules and all(level == NEAR_MISS for level, _ in parties.values()):
            parties[None] = (HIGH, -1)
        answers.append((parties, rules))
    return answers


def fast(world, lines):
    found = world.classified(lines)
    answers = [({}, set()) for _ in lines]
    for line, party, level, term in zip(
        *(getattr(found.hits, name).tolist() for name in ("line", "party", "level", "term")),
        strict=True,
    ):
        id_ = None if party == NOBODY else world.vocabulary.parties[party].id
        assert id_ not in answers[line][0]
        answers[line][0][id_] = (level, term)
    for line, rule in zip(found.fires.line.tolist(), found.fires.rule.tolist(), strict=True):
        assert rule not in answers[line][1]
        answers[line][1].add(rule)
    for line, bits in zip(found.hits.line.tolist(), found.hits.varieties.tolist(), strict=True):
        rules = [world.lexicon.rules[rule] for rule in answers[line][1]]
        assert {v for k, v in enumerate(DATA_VARIETIES) if bits >> k & 1} == {
            rule.variety for rule in rules
        }
    return answers


# -- both agree ------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["ab", "cd", "ef", "abcd", "ab cd", "cd ef", "ab cd ef", "gh", "x5", "ij", "ab/cd", "cd/ab/ef"]
)
SIGNS = st.sampled_from(["{}", "{}", "{}*", "*{}*", "={}", "{}!"])
PATTERNS = st.builds(lambda sign, word: sign.format(word), SIGNS, WORDS)
PIECES = st.sampled_from(
    [*"ab cd ef AB CD EF abcd Ab gh GH x5 ij".split(), "_", "_", " ", "/", "/"]  # noqa: SIM905
)
PATHS = st.lists(PIECES, max_size=9).map("".join)
LINES = st.one_of(
    st.lists(PATHS, min_size=1, max_size=6),
    # As in a listing: all of one folder, and some of one below it.
    st.builds(
        lambda one, two, more: (
            [f"{one}/{line}" for line in more] + [f"{one}/{two}/{line}" for line in more]
        ),
        PATHS,
        PATHS,
        st.lists(PATHS, min_size=1, max_size=4),
    ),
)
RULES = st.tuples(
    st.sampled_from(DATA_VARIETIES),
    st.lists(PATTERNS, min_size=1, max_size=2),
    st.lists(PATTERNS, max_size=2),
    st.lists(PATTERNS, max_size=2),
)


@st.composite
def worlds(draw):
    parties = [
        {
            "id": f"p{number}",
            "name": draw(WORDS),
            "role": draw(st.sampled_from(["oem", "other"])),
            "terms": draw(st.lists(PATTERNS, max_size=2)),
        }
        for number in range(draw(st.integers(1, 4)))
    ]
    lexicon = lexicon_of(
        *((f"r{n}", *draw(RULES)) for n in range(draw(st.integers(0, 4)))),
        ordinary=[
            {"term": word, "because": "a word", "capitals": draw(st.booleans())}
            for word in draw(st.lists(WORDS, unique=True, max_size=4))
        ],
        weak=[
            {"party": f"p{draw(st.integers(0, 3))}", "term": text, "because": "a word"}
            for text in draw(st.lists(PATTERNS, max_size=2))
        ],
        programs=draw(st.lists(PATTERNS, max_size=1)),
        homes=draw(st.lists(st.sampled_from(["/ab/", "/cd/", "/ef cd/"]), max_size=2)),
        surnames=draw(st.lists(WORDS, max_size=2)),
        context=draw(st.lists(PATTERNS, max_size=2)),
        phrases=[
            {"text": text, "because": "a phrase"} for text in draw(st.lists(PATTERNS, max_size=2))
        ],
        outside=[{"name": "out", "terms": [text]} for text in draw(st.lists(PATTERNS, max_size=1))],
    )
    return World(graph_of(*parties), lexicon)


@given(worlds(), LINES)
@settings(max_examples=250)
def test_the_decision_is_that_of_the_definition(world, lines):
    assert fast(world, lines) == slow(world, lines)


@given(worlds(), LINES)
def test_a_line_is_decided_on_alone(world, lines):
    """Neither the lines around nor those before tell anything of a line."""
    alone = [fast(world, [line])[0] for line in lines]
    assert fast(world, lines) == alone
    assert fast(world, lines[::-1]) == alone[::-1]


@given(worlds(), LINES)
def test_the_target_is_never_named(world, lines):
    ids = {party.id for party in world.graph.parties[:1]}
    without = World(world.graph, world.lexicon, without=ids)
    assert all(not ids & parties.keys() for parties, _ in fast(without, lines))
    assert [rules for _, rules in fast(without, lines)] == [
        rules for _, rules in fast(world, lines)
    ]


@given(worlds())
def test_entries_mean_what_the_terms_say(world):
    """Conditions are packed into one number; what comes out is what went in."""
    wanted = set()
    for term in graph_terms(world.graph, world.lexicon):
        for pattern in term.patterns:
            wanted.add((pattern.literal, term.party, term.needs_context, term.capitals_suffice))
    packed = set()
    vocabulary = world.vocabulary
    for row, literal in enumerate(vocabulary.literals):
        for each in range(vocabulary.entries.first[row], vocabulary.entries.first[row + 1]):
            code = int(vocabulary.entries.code[each])
            assert code >> 12 & 0xFF == len(literal)
            searched = vocabulary.parties[code >> 20] if code >> 6 & 3 == PARTY else None
            if searched is not None and searched.in_graph:
                packed.add((literal, searched.id, bool(code >> 8 & 1), bool(code >> 9 & 1)))
    assert packed == wanted


# -- by hand ---------------------------------------------------------------------------------------


def hand_made():
    oem = {"role": "oem"}
    return World(
        graph_of(
            {"id": "porsche", "name": "Porsche AG", **oem},
            {"id": "holding", "name": "Porsche Holding Salzburg"},
            {"id": "seat", "name": "SEAT, S.A.", **oem},
            {"id": "audi", "name": "Audi AG", **oem},
            "Magna",
        ),
        lexicon_of(
            ("prices", "Secrets", ["preis*", "price*"], [], ["privat*"]),
            ("minutes", "Internal", ["protokoll"], ["meeting", "sitzung"], []),
            ordinary=[{"term": "seat", "because": "a chair"}],
            weak=[{"party": "seat", "term": "leon", "because": "a first name"}],
            programs=["/program files/"],
            context=["rfq"],
            phrases=[
                {"text": "ferdinand porsche str*", "because": "a street"},
                {"text": "magna", "because": "of equal length"},
            ],
        ),
    )


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("Porsche/x", {"porsche": "high"}),
        ("Ferdinand-Porsche-Str_3.pdf", {}),
        ("Ferdinand-Porsche-Str_3/Porsche.pdf", {"porsche": "high"}),
        ("Porsche Holding Salzburg/x", {"holding": "high"}),  # the longer name of another
        ("porsche/Porsche Holding Salzburg", {"porsche": "high", "holding": "high"}),
        ("magna/x", {}),  # a phrase of equal length hides
        ("SEAT/x", {"seat": "near miss"}),
        ("Leon/SEAT", {"seat": "near miss"}),  # two ordinary words make no name
        ("rfq_seat", {"seat": "medium"}),
        ("audi_seat", {"audi": "high", "seat": "medium"}),  # a carmaker beside it
        ("ferdinand-porsche-str/seat", {"seat": "near miss"}),  # a hidden carmaker is none
        ("porsche holding salzburg/seat", {"holding": "high", "seat": "near miss"}),
        ("audio/audit/seat.pdf", {"seat": "near miss"}),
        ("Program Files/Audi/x.dll", {"audi": "near miss"}),
        ("Program Files/Audi/seat.dll", {"audi": "near miss", "seat": "near miss"}),
        ("Program Files/rfq/Audi/x.dll", {"audi": "medium"}),
    ],
)
def test_names_by_hand(line, wanted):
    assert hand_made().level(line) == wanted


def test_rules_by_hand():
    world = hand_made()
    lines = [
        "Preisliste", "Preisliste/privat", "protokoll", "meeting", "meeting_protokoll",
        "protokoll/sitzung/preise", "preis_preise_price", "x",
    ]  # fmt: skip
    assert world.fired(lines) == [
        {"prices"}, set(), set(), set(), {"minutes"}, {"minutes", "prices"}, {"prices"}, set(),
    ]  # fmt: skip


def test_names_over_slashes_come_in_order_whatever_was_on_the_line_before():
    """What begins first is weighed first, though it ends behind the folders that two lines share."""
    many = "a" * (MAX_SPANS + 2)
    world = World(
        graph_of(
            {"id": "short", "name": "Short", "terms": ["*aa*"]},
            {"id": "long", "name": "Long", "terms": [f"*x/{many}/y*"]},
        ),
        lexicon_of(),
    )
    lines = [f"x/{many}/z", f"x/{many}/y/1", f"x/{many}/z"]
    assert world.levels(lines) == [{"short": "high"}, {"long": "high"}, {"short": "high"}]


def test_a_folder_of_somebody_is_not_that_of_a_carmaker():
    world = World(
        graph_of({"id": "ford", "name": "Ford", "role": "oem"}, "Audi"),
        lexicon_of(homes=["/users/"], surnames=["ford"], context=["kunde"]),
    )
    assert world.levels(
        ["users/ford.m/x", "C:\\Users\\m.ford\\x", "users/audi/x", "users/m/ford/x", "ford/users/x"]
    ) == [
        {"ford": "near miss"},
        {"ford": "near miss"},
        {"audi": "high"},
        {"ford": "high"},
        {"ford": "high"},
    ]
    assert world.levels(["users/ford/kunde", "users/ford/projekt ford"]) == [
        {"ford": "medium"},
        {"ford": "high"},
    ]


def test_lines_of_nobody_and_near_misses():
    world = hand_made()
    names = fast(world, ["preis", "audi_preis", "seat_preis", "seat", "x"])
    assert [set(parties) for parties, _ in names] == [
        {None}, {"audi"}, {"seat", None}, {"seat"}, set(),
    ]  # fmt: skip


def test_more_names_than_are_weighed():
    world = hand_made()
    names = "/".join(["audi"] * MAX_SPANS)
    assert world.level(f"{names}/porsche") == {"audi": "high"}
    assert world.level(f"{names[5:]}/porsche") == {"audi": "high", "porsche": "high"}
    assert world.fired([f"{names}/audi/preis"]) == [{"prices"}]  # words are not limited
    many = "/".join(["audi", "porsche", "seat", "rfq"] * 5000)
    assert world.level(many) == {"audi": "high", "porsche": "high", "seat": "medium"}


def test_many_parties_and_rules_on_each_line():
    """Rows that do not fit at first are made room for."""
    names = [f"name{a}{b}" for a in "abcdefgh" for b in "abcdefgh"]
    rules = [(name, "Secrets", [name], [], []) for name in names]
    world = World(graph_of(*names), lexicon_of(*rules))
    lines = ["/".join(names)] * 40
    assert world.levels(lines) == [dict.fromkeys(names, "high")] * 40
    assert world.fired(lines) == [set(names)] * 40


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("a/b/c/d/x", "A\\B\\c\\d\\y", True),
        ("a/b/c/d/x", "a/b/c/e/x", False),
        ("a/b/c/d/e/x", "a/b/c/d/f/x", True),
        ("a/b/x", "a/b/y", True),
        ("a/b/x", "a/c/x", False),
        ("x", "y", True),
        ("//srv//a/b/c/x", "//srv//a/b/d/x", False),
        ("//srv/a/b/c/x", "//srv/a/b/d/x", False),
        ("//srv/share/a/x", "//backup/d$/a/x", True),
        ("C:\\a\\x", "D:\\a\\x", True),
        ("./a/x", "a/x", True),
        ("/a/x", "a/x", True),
        ("c:/x", "x", True),
    ],
)
def test_the_first_folders_tell_folders_apart(one, other, is_same):
    assert DEPTH == 4
    world = World(graph_of("line"), lexicon_of())
    first, second = world.classified([f"{one}_line", f"{other}_line"]).hits.folder
    assert bool(first == second) is is_same


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("k/audi/a/x", "k/audi/b/x", True),
        ("k/audi/x", "l/audi/x", False),
        ("//srv/s/k/audi/x", "E:/k/audi/y", True),
        ("k/audi", "k/b/audi", False),
        ("k/audi/x", "k/audi_x", False),
        ("a/b/c/d/e/audi_x", "a/b/c/d/f/audi_y", True),
    ],
)
def test_the_folder_that_bears_the_name_speaks(one, other, is_same):
    world = World(graph_of("audi"), lexicon_of())
    hits = world.classified([one, other]).hits
    assert bool(hits.folder[0] == hits.folder[1]) is is_same
    for steps, path in zip(hits.steps.tolist(), (one, other), strict=True):
        folders = path.split("/")[:-1]
        named = [k for k, folder in enumerate(folders, start=1) if folder == "audi"]
        assert (steps > 0) is bool(named)


# The world of the Continental leak


@pytest.fixture(scope="module")
def continental():
    graph = load_graph("automotive").graph
    return World(graph, shipped_lexicon(), without=("continental",))


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("D:/Kunden/Volkswagen_AG/MQB/Lastenheft.pdf", {"volkswagen"}),
        ("D:/Projekte/BMW/G30/x.pdf", {"bmw"}),
        ("D:/x/audio/audit/report.pdf", set()),
        ("D:/x/Audi_A4.pdf", {"audi"}),
        ("D:/x/seat_belt_test.pdf", set()),
        ("D:/x/Sitz_SEAT_Leon_Kunde.pdf", {"seat"}),
        ("D:/HR/Ferdinand-Porsche-Str_3.pdf", set()),
        ("D:/HR/Ford_Peter_CV.pdf", set()),
        ("D:/x/minimal_ram_test.c", set()),
        ("D:/Continental/Conti/x.pdf", set()),
    ],
)
def test_the_shipped_names(continental, line, wanted):
    assert continental.named(line) == wanted


def test_a_block_without_a_path_names_nobody():
    world = World(graph_of("Audi"), lexicon_of())
    assert world.levels([]) == []
    assert world.levels(["audi/x"]) == [{"audi": "high"}]
