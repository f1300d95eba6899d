"""Everything that is searched for, compiled to arrays: the one form that the kernels know.

A literal is searched once, whoever wants it. Its *entries* say under which conditions it means
what: a party, a phrase that hides names, or a word that rules ask for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blastradius.model.graph import Graph
from blastradius.model.vocabulary import DATA_VARIETIES
from blastradius.triage.lexicon import Lexicon, Rule
from blastradius.triage.patterns import Pattern, parse_pattern
from blastradius.triage.terms import Term, graph_terms

PARTY: Final = 0
PHRASE: Final = 1
WORD: Final = 2
HOME: Final = 3
"""Kinds of entries. The value of a party entry is its row, of a word its number. Homes are folders
in which people have folders of their own."""

NEAR_MISS: Final = 0
MEDIUM: Final = 1
HIGH: Final = 2
"""How sure it is that a name means its party."""

CONTEXT: Final = 0
PROGRAMS: Final = 1
"""Numbers of the words that stand for all context words, and for all folders of programs."""

_BITS: Final = 64


class Searched(NamedTuple):
    """A party that is searched for: one of the graph, or one that it lacks."""

    id: str
    """Party id, or the name of one outside the graph."""
    name: str
    in_graph: bool
    is_carmaker: bool = False
    """Whether its sure name makes an ordinary word beside it believable as a name."""


class Entries(NamedTuple):
    """What each literal may mean; the entries of one literal follow each other."""

    first: NDArray[np.int64]
    """Place of the first entry of each literal, shape (n_literals + 1,)."""
    code: NDArray[np.int64]
    """All about an entry in one number, so that it is read at once: see `packed`."""
    term: NDArray[np.int32]
    """Number of the term behind a party entry, -1 for others."""
    word: NDArray[np.int32]
    """Number of the word of a word entry, -1 for others."""


LEFT: Final = 0
RIGHT: Final = 2
CAPITALS: Final = 4
IS_SURNAME: Final = 5
KIND: Final = 6
NEEDS_CONTEXT: Final = 8
CAPITALS_SUFFICE: Final = 9
GIVES_CONTEXT: Final = 10
CROSSES: Final = 11
LENGTH: Final = 12
VALUE: Final = 20
"""First bits of the parts of an entry's code; eight bits for the length."""


def packed(entry: _Entry) -> int:
    """Return the code of an entry."""
    pattern = entry.pattern
    return (
        pattern.left << LEFT
        | pattern.right << RIGHT
        | pattern.capitals << CAPITALS
        | entry.is_surname << IS_SURNAME
        | entry.kind << KIND
        | entry.needs_context << NEEDS_CONTEXT
        | entry.capitals_suffice << CAPITALS_SUFFICE
        | entry.gives_context << GIVES_CONTEXT
        | (b"/" in pattern.literal) << CROSSES
        | len(pattern.literal) << LENGTH
        | entry.value << VALUE
    )


class Rules(NamedTuple):
    """Rules by the words that they ask for, as bits: what a line says is the union of its words."""

    of_word: NDArray[np.uint64]
    """Rules that may fire by each word; then those for which it is a second word; then those that it
    rules out; then what it says of the line. Shape (n_words + 1, 3 * n_rule_words + 1); the last row
    is no word."""
    has_second: NDArray[np.uint64]
    """Rules that ask for a second word, shape (n_rule_words,)."""
    variety: NDArray[np.int8]
    """Row of the variety, shape (n_rules,)."""


GIVES: Final = 1
BELONGS_TO_PROGRAMS: Final = 2
"""What words say of a line: it has context, or lies below a folder of programs."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is searched for."""

    literals: tuple[bytes, ...]
    entries: Entries
    rules: Rules
    parties: tuple[Searched, ...]
    terms: tuple[Term, ...]
    """Behind the party entries; also of parties outside the graph, with their name as id."""
    rule_list: tuple[Rule, ...]
    n_words: int


def compile_vocabulary(
    graph: Graph, lexicon: Lexicon, *, without: Collection[str] = ()
) -> Vocabulary:
    """Compile a graph's names and a lexicon.

    Parameters
    ----------
    without : party ids
        Whose listing it is: that its files are its own goes without saying.

    Raises
    ------
    PatternError
        If a term of the graph means nothing.
    """
    builder = _Builder()
    searched = {
        party.id: Searched(party.id, party.name, in_graph=True, is_carmaker=party.role == "oem")
        for party in graph.parties
    }
    for term in graph_terms(graph, lexicon):
        if term.party in without:
            continue
        builder.add_term(term, searched[term.party])
    known = {pattern.literal for pattern, *_ in builder.entries}
    for outside in lexicon.outside:
        patterns = [p for text in outside.terms for p in parse_pattern(text)]
        if not any(pattern.literal in known for pattern in patterns):
            lacking = Searched(outside.name, outside.name, in_graph=False)
            for text in outside.terms:
                term = Term(
                    parse_pattern(text),
                    text,
                    outside.name,
                    None,
                    "lexicon",
                    False,
                    False,
                    None,
                    False,
                )
                builder.add_term(term, lacking)
    builder.add_places((phrase.text for phrase in lexicon.phrases), PHRASE)
    builder.add_places(lexicon.homes, HOME)
    builder.add_words(lexicon.context, CONTEXT)
    builder.add_words(lexicon.programs, PROGRAMS)
    for rule in lexicon.rules:
        builder.add_rule(rule)
    return builder.built(lexicon.rules)


class _Entry(NamedTuple):
    pattern: Pattern
    kind: int
    value: int
    needs_context: bool = False
    capitals_suffice: bool = False
    gives_context: bool = False
    is_surname: bool = False
    term: int = -1


class _RuleWords(NamedTuple):
    any: list[int]
    with_: list[int]
    without: list[int]


class _Builder:
    """Gathers entries, words and rules."""

    def __init__(self) -> None:
        self.entries: list[_Entry] = []
        self.parties: dict[str, tuple[int, Searched]] = {}
        self.terms: list[Term] = []
        self.words: dict[str, int] = {}
        self.rules: list[_RuleWords] = []

    def add_term(self, term: Term, searched: Searched) -> None:
        row, _ = self.parties.setdefault(searched.id, (len(self.parties), searched))
        number = len(self.terms)
        self.terms.append(term)
        for pattern in term.patterns:
            self.entries.append(
                _Entry(
                    pattern,
                    PARTY,
                    row,
                    term.needs_context,
                    term.capitals_suffice,
                    searched.is_carmaker and not term.needs_context,
                    term.is_surname,
                    number,
                )
            )

    def add_places(self, texts: Iterable[str], kind: int) -> None:
        for text in texts:
            self.entries += [_Entry(pattern, kind, 0) for pattern in parse_pattern(text)]

    def add_words(self, texts: Iterable[str], number: int) -> None:
        for text in texts:
            for pattern in parse_pattern(text):
                self.entries.append(_Entry(pattern, WORD, number))

    def add_rule(self, rule: Rule) -> None:
        self.rules.append(
            _RuleWords(*(self._numbers(texts) for texts in (rule.any, rule.with_, rule.without)))
        )

    def _numbers(self, texts: Sequence[str]) -> list[int]:
        """Return the number of each word; a word that several rules ask for is one."""
        numbers = []
        for text in texts:
            if text not in self.words:
                self.words[text] = PROGRAMS + 1 + len(self.words)
                self.add_words((text,), self.words[text])
            numbers.append(self.words[text])
        return numbers

    def built(self, rules: Sequence[Rule]) -> Vocabulary:
        literals = sorted({entry.pattern.literal for entry in self.entries})
        row = {literal: number for number, literal in enumerate(literals)}
        ordered = sorted(self.entries, key=lambda entry: row[entry.pattern.literal])
        counts = np.bincount([row[e.pattern.literal] for e in ordered], minlength=len(literals))
        n_words = PROGRAMS + 1 + len(self.words)
        return Vocabulary(
            literals=tuple(literals),
            entries=Entries(
                first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
                code=np.array([packed(e) for e in ordered], dtype=np.int64),
                term=np.array([e.term for e in ordered], dtype=np.int32),
                word=np.array([e.value if e.kind == WORD else -1 for e in ordered], np.int32),
            ),
            rules=_rule_arrays(self.rules, rules, n_words),
            parties=tuple(searched for _, searched in self.parties.values()),
            terms=tuple(self.terms),
            rule_list=tuple(rules),
            n_words=n_words,
        )


def _rule_arrays(words: Sequence[_RuleWords], rules: Sequence[Rule], n_words: int) -> Rules:
    n_rule_words = max(-(-len(rules) // _BITS), 1)
    of_word = np.zeros((n_words + 1, 3 * n_rule_words + 1), dtype=np.uint64)
    has_second = np.zeros(n_rule_words, dtype=np.uint64)
    for number, asked in enumerate(words):
        at, bit = number // _BITS, np.uint64(1 << number % _BITS)
        for part, numbers in enumerate(asked):
            of_word[numbers, part * n_rule_words + at] |= bit
        if asked.with_:
            has_second[at] |= bit
    of_word[CONTEXT, -1], of_word[PROGRAMS, -1] = GIVES, BELONGS_TO_PROGRAMS
    return Rules(
        of_word=of_word,
        has_second=has_second,
        variety=np.array([DATA_VARIETIES.index(rule.variety) for rule in rules], dtype=np.int8),
    )
