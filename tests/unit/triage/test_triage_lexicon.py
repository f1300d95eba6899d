"""The shipped lexicon does what its examples say; other lexicons are read with care, and joined."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from triage_world import World, graph_of, lexicon_of

from blastradius import load_graph
from blastradius.errors import GraphFileError
from blastradius.model.vocabulary import DATA_VARIETIES
from blastradius.triage.definition import finds, line_of
from blastradius.triage.lexicon import read_lexicon, shipped_lexicon
from blastradius.triage.patterns import Edge, parse_pattern

HEAD = "schema: blastradius/lexicon/1\nname: ours\n"
RULE = """\
  - id: prices
    variety: Secrets
    subject: prices
    any: [preis*]
    confidence: high
    examples: [Preise.xlsx]
    counter_examples: [Lobpreis.txt]
"""


@pytest.fixture(scope="module")
def shipped():
    return World(load_graph("automotive").graph, shipped_lexicon())


@pytest.fixture
def problems(tmp_path):
    def read(text, name="ours.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        with pytest.raises(GraphFileError) as caught:
            read_lexicon(path)
        assert str(caught.value).startswith(str(path))
        return [str(problem) for problem in caught.value.problems]

    return read


# The shipped lexicon


def test_every_rule_fires_on_its_examples_and_on_no_counter_example(shipped):
    """All lines in one block, so that folders taken over from the line before would show."""
    cases = [
        (rule, line, wanted)
        for rule in shipped.lexicon.rules
        for wanted, lines in ((True, rule.examples), (False, rule.counter_examples))
        for line in lines
    ]
    lines = [line for _, line, _ in cases]
    fired = shipped.fired(lines)
    wrong = [
        (rule.id, line, wanted)
        for (rule, line, wanted), ids in zip(cases, fired, strict=True)
        if (rule.id in ids) is not wanted
    ]
    assert wrong == []
    assert len(cases) > 300


def test_an_example_tells_the_variety_of_its_rule(shipped):
    rules = shipped.lexicon.rules
    hits = shipped.classified([rule.examples[0] for rule in rules]).hits
    told = dict.fromkeys(range(len(rules)), 0)
    told.update(zip(hits.line.tolist(), hits.varieties.tolist(), strict=True))
    for number, rule in enumerate(rules):
        assert told[number] >> DATA_VARIETIES.index(rule.variety) & 1, rule.id


def test_every_rule_has_words_that_no_twin_has(shipped):
    ids = [rule.id for rule in shipped.lexicon.rules]
    assert len(ids) == len(set(ids))
    # A word both asked for and ruled out can never fire.
    for rule in shipped.lexicon.rules:
        assert not set(rule.any) & set(rule.without), rule.id
        assert not set(rule.with_) & set(rule.without), rule.id


def test_no_word_is_ruled_out_by_its_own_rule(shipped):
    """A word asked for that has one of the forbidden words in it could never fire."""
    dead = []
    for rule in shipped.lexicon.rules:
        without = [pattern for text in rule.without for pattern in parse_pattern(text)]
        for text in (*rule.any, *rule.with_):
            pattern = parse_pattern(text)[0]
            before = "x" if pattern.left is Edge.ANY else ""
            after = {Edge.ANY: "x", Edge.FOLDER: "/x"}.get(pattern.right, "")
            word = f"{before}{pattern.literal.decode()}{after}"
            if finds(without, line_of(word.upper() if pattern.capitals else word)):
                dead.append((rule.id, text))
    assert dead == []


def test_weak_patterns_are_of_parties_that_the_graph_has(shipped):
    known = {party.id for party in shipped.graph.parties}
    assert {weak.party for weak in shipped.lexicon.weak} <= known


@pytest.mark.parametrize("name", ["automotive", "cross-industry"])
def test_all_terms_of_shipped_graphs_are_patterns(name):
    graph = load_graph(name).graph
    texts = [text for record in (*graph.parties, *graph.datasets) for text in record.terms]
    for text in texts:
        assert parse_pattern(text)
    vocabulary = World(graph, shipped_lexicon()).vocabulary
    assert {term.party for term in vocabulary.terms} >= {p.id for p in graph.parties if p.terms}


# Bad files


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        ("Secrets", "Secret",
         "line 5, column 14, rules[0].variety: unknown variety 'Secret' (did you mean 'Secrets'?)"),
        ("confidence: high", "confidence: hihg",
         "line 8, column 17, rules[0].confidence: unknown confidence 'hihg' (did you mean 'high'?)"),
        ("    any:", "    witout: [x]\n    any:",
         "line 7, column 5, rules[0]: unknown key 'witout' (did you mean 'without'?)"),
        ("preis*", "pr*is",
         ("line 7, column 11, rules[0].any[0]: pattern 'pr*is' has a '*' inside: it stands at the "
          "beginning or the end")),
        ("preis*", "preis*, p/",
         "line 7, column 19, rules[0].any[1]: pattern 'p/' is too short: at least 2 characters"),
        ("    any:", '    with: ["-"]\n    any:',
         "line 7, column 12, rules[0].with[0]: pattern '-' has no letter or digit"),
        ("[preis*]", "[]", "line 7, column 10, rules[0].any: must not be empty"),
        ("    examples: [Preise.xlsx]\n", "",
         "line 4, column 5, rules[0].examples: required, but missing"),
        ("preis*", "<prices>, preis*",
         "line 7, column 11, rules[0].any[0]: unknown list '<prices>'"),
        ("Preise.xlsx", "Preise.lnk",
         "line 9, column 16, rules[0].examples[0]: the rule does not fire: '.lnk' rules it out"),
        ("rules:", 'never: ["<prices>"]\nrules:',
         "line 3, column 9, never[0]: '<prices>' names a list, which only rules can"),
        (RULE, RULE + RULE,
         "line 11, column 9, rules[1].id: rule 'prices' is there twice, first used in line 4"),
        ("Preise.xlsx", "Kosten.xlsx",
         ("line 9, column 16, rules[0].examples[0]: the rule does not fire: no pattern of 'any' is "
          "there")),
        ("Lobpreis.txt", "x.txt, Preisel.txt",
         ("line 10, column 31, rules[0].counter_examples[1]: the rule fires, and must not on a "
          "counter-example")),
        ("    any:", "    with: [oem]\n    any:",
         ("line 10, column 16, rules[0].examples[0]: the rule does not fire: no pattern of 'with' is "
          "there")),
        ("    any:", "    without: [kosten, .xlsx]\n    any:",
         "line 10, column 16, rules[0].examples[0]: the rule does not fire: '.xlsx' rules it out"),
        ("name: ours", "nmae: ours", "line 2, column 1: unknown key 'nmae' (did you mean 'name'?)"),
        ("lexicon/1", "lexicon/2",
         "line 1, column 9, schema: must be 'blastradius/lexicon/1', got 'blastradius/lexicon/2'"),
    ],
)  # fmt: skip
def test_each_fault_has_its_place_and_the_nearest_choice(problems, wrong, right, expected):
    text = f"{HEAD}rules:\n{RULE}"
    assert wrong in text
    assert expected in problems(text.replace(wrong, right, 1))


def test_faults_of_lists_and_what_they_hold(problems):
    lists = (
        "lists:\n  - {name: price, patterns: [preis*, a*b]}\n  - {name: price, patterns: [x]}\n"
        "never: [.lnk, q]\n"
    )
    found = problems(f"{HEAD}{lists}rules:\n{RULE}".replace("[preis*]", "[<prise>]"))
    assert found == [
        ("line 4, column 38, lists[0].patterns[1]: pattern 'a*b' has a '*' inside: it stands at the "
         "beginning or the end"),
        "line 5, column 12, lists[1].name: list 'price' is there twice, first used in line 4",
        "line 5, column 30, lists[1].patterns[0]: pattern 'x' is too short: at least 2 characters",
        "line 6, column 15, never[1]: pattern 'q' is too short: at least 2 characters",
        "line 11, column 11, rules[0].any[0]: unknown list '<prise>' (did you mean '<price>'?)",
    ]  # fmt: skip


def test_all_faults_of_form_come_at_once(problems):
    text = f"{HEAD}colour: red\nrules:\n{RULE}{RULE}"
    text = text.replace("Secrets", "Secret", 1).replace("high", "hihg", 1)
    found = problems(text.replace("[Lobpreis.txt]", "[]") + "ordinray: []\n")
    assert [re.match(r"line (\d+)", each)[1] for each in found] == [
        "3", "6", "9", "11", "12", "18", "19",
    ]  # fmt: skip


def test_all_faults_of_meaning_come_at_once(problems):
    text = (
        f'{HEAD}rules:\n{RULE}{RULE}ordinary:\n  - {{term: "*", because: no}}\n'
        'weak:\n  - {party: bmw, term: "a*b", because: no}\ncontext: ["="]\nprograms: [//]\nhomes: ["/"]\n'
        'phrases:\n  - {text: "-", because: no}\noutside:\n  - {name: Acme, terms: [q, acme]}\n'
    )
    found = problems(text.replace("preis*", "pr*is", 1))
    assert [each.partition(": ")[0].partition("column ")[2] for each in found] == [
        "11, rules[0].any[0]",
        "9, rules[1].id",
        "12, ordinary[0].term",
        "24, weak[0].term",
        "11, context[0]",
        "12, programs[0]",
        "9, homes[0]",
        "12, phrases[0].text",
        "26, outside[0].terms[0]",
    ]


def test_faults_of_form_do_not_hide_those_of_meaning(problems):
    text = f"{HEAD}rules:\n{RULE}{RULE}".replace("Secrets", "Secret", 1).replace("preis*", "p*s", 1)
    found = problems(text)
    assert [re.match(r"line (\d+)", each)[1] for each in found] == ["5", "7", "11"]


def test_all_examples_are_tried_at_once_where_the_rule_is_sound(problems):
    ids = ("one", "two", "three", "four")
    rules = "".join(RULE.replace("id: prices", f"id: {id_}") for id_ in ids)
    text = f"{HEAD}rules:\n{rules}".replace("Preise.xlsx", "a.pdf, b.pdf")
    text = text.replace("[preis*]", "[p*s]", 1).replace("[preis*]", "preis*", 1)
    found = problems(text.replace("    any: [preis*]", "    without: [[x]]\n    any: [preis*]", 1))
    assert [each.partition(": ")[0].partition(", ")[2] for each in found] == [
        "column 11, rules[0].any[0]",
        "column 10, rules[1].any",
        "column 15, rules[2].without[0]",
        "column 16, rules[3].examples[0]",
        "column 23, rules[3].examples[1]",
    ]


def test_examples_are_tried_without_a_compiler(tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text(f"{HEAD}rules:\n{RULE}", encoding="utf-8")
    code = (
        "import sys; from blastradius.triage.lexicon import read_lexicon; "
        "read_lexicon(sys.argv[1]); assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file is empty"),
        ("5", "must be a mapping"),
        ("rules: 5", "must be a list"),
        ("rules: [5]", "must be a mapping"),
        ("rules: [{id: [], any: {a: b}}]", "rules[0]"),
        ("context: [[a]]", "context[0]"),
        ("outside: [{terms: 3}]", "outside[0].terms"),
    ],
)
def test_files_of_another_shape(problems, text, reason):
    assert any(reason in each for each in problems(text))


def test_a_json_file_is_a_lexicon(tmp_path):
    path = tmp_path / "ours.json"
    path.write_text('{"schema": "blastradius/lexicon/1", "name": "ours", "context": ["rfq"]}')
    assert read_lexicon(path).context == ("rfq",)


# Lists, and what is never


def test_lists_stand_for_their_patterns(tmp_path):
    path = tmp_path / "ours.yaml"
    lists = (
        "lists:\n  - {name: price, patterns: [preis*, prix]}\n  - {name: forms, patterns: [leer]}\n"
    )
    with_list = RULE.replace("[preis*]", "[kosten*, <price>, prix]\n    without: [<forms>]")
    path.write_text(f"{HEAD}{lists}rules:\n{with_list}", encoding="utf-8")
    (rule,) = read_lexicon(path).rules
    assert (rule.any, rule.with_, rule.without) == (("kosten*", "preis*", "prix"), (), ("leer",))


def test_examples_are_tried_with_lists_and_what_is_never(problems):
    text = f"{HEAD}lists: [{{name: a, patterns: [x1]}}]\nnever: [.xlsx]\nrules:\n{RULE}"
    text = text.replace("[preis*]", "[<a>]").replace("Lobpreis.txt", "x1.txt, x1.xlsx")
    assert [each.partition("rules[0].")[2] for each in problems(text)] == [
        "examples[0]: the rule does not fire: '.xlsx' rules it out",
        "counter_examples[0]: the rule fires, and must not on a counter-example",
    ]


def test_what_is_never_holds_for_rules_of_all_lexicons():
    ours = lexicon_of(("one", "Secrets", ["alpha"], [], []), never=[".lnk"])
    theirs = lexicon_of(("two", "Internal", ["beta"], [], []), never=["thumbs"])
    world = World(graph_of(), ours.extended(theirs))
    lines = ["alpha_beta.pdf", "alpha_beta.pdf.lnk", "thumbs/alpha_beta.pdf"]
    assert world.fired(lines) == [{"one", "two"}, set(), set()]


# Two lexicons


def test_rules_of_the_same_id_are_replaced_and_others_added():
    ours = lexicon_of(("one", "Secrets", ["alpha"], [], []), ("two", "Internal", ["beta"], [], []))
    theirs = lexicon_of(
        ("two", "Personal", ["gamma"], [], []), ("three", "Medical", ["delta"], [], [])
    )
    both = ours.extended(theirs)
    assert [(rule.id, rule.variety) for rule in both.rules] == [
        ("one", "Secrets"), ("two", "Personal"), ("three", "Medical"),
    ]  # fmt: skip
    world = World(graph_of(), both)
    assert world.fired(["alpha", "beta", "gamma", "delta"]) == [{"one"}, set(), {"two"}, {"three"}]
    assert both.name == "ours + ours"


def test_names_are_added_and_replaced():
    ours = lexicon_of(
        ordinary=[{"term": "seat", "because": "a chair"}],
        context=["rfq"],
        phrases=[{"text": "seat belt", "because": "a part"}],
        outside=[{"name": "Acme", "terms": ["acme"]}],
    )
    theirs = lexicon_of(
        ordinary=[{"term": "seat", "because": "loud", "capitals": True}],
        weak=[{"party": "seat", "term": "leon", "because": "a first name"}],
        context=["rfq", "oem"],
        phrases=[{"text": "seat cover", "because": "another part"}],
        outside=[{"name": "Acme", "terms": ["acmecorp"]}, {"name": "Bolt", "terms": ["bolt"]}],
    )
    both = ours.extended(theirs)
    assert both.context == ("rfq", "oem")
    before, after = World(graph_of("Seat"), ours), World(graph_of("Seat"), both)
    assert before.named("SEAT/x") == set()
    assert after.named("SEAT/x") == {"seat"}
    assert before.named("oem_leon") == set()
    assert after.named("oem_leon") == {"seat"}
    assert after.level("SEAT BELT") == after.level("SEAT COVER") == {}
    assert after.level("acme bolt acmecorp") == {"Acme": "high", "Bolt": "high"}
    assert after.level("acme") == {}


def test_joining_with_nothing_changes_nothing_but_the_name():
    shipped = shipped_lexicon()
    both = shipped.extended(lexicon_of())
    assert both.model_copy(update={"name": shipped.name}) == shipped
