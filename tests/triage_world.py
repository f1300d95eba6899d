"""Small worlds for the tests of triage: a graph, a lexicon, some lines, and what is found in them."""

from __future__ import annotations

import numpy as np

from blastradius.model.graph import Graph
from blastradius.triage.block import Block
from blastradius.triage.classify import classify
from blastradius.triage.lexicon import Lexicon
from blastradius.triage.matching import Matcher
from blastradius.triage.room import Room
from blastradius.triage.vocabulary import compile_vocabulary

LEVELS = ("near miss", "medium", "high")


def graph_of(*parties, **parts):
    """Return a graph of parties, each a mapping or the name of one (its id in lower case)."""
    records = [
        {"id": each.lower().replace(" ", "-"), "name": each} if isinstance(each, str) else each
        for each in parties
    ]
    return Graph(name="world", parties=records, **parts)


def lexicon_of(*rules, **parts):
    """Return a lexicon; a rule is (id, variety, any, with, without)."""
    records = [
        {
            "id": id_,
            "variety": variety,
            "subject": id_,
            "any": any_,
            "with": with_,
            "without": without,
            "confidence": "high",
            "examples": ("x",),
            "counter_examples": ("y",),
        }
        for id_, variety, any_, with_, without in rules
    ]
    return Lexicon(schema="blastradius/lexicon/1", name="ours", rules=records, **parts)


def block_of(lines, sizes=None, days=None):
    paths = b"".join(
        (line.encode("utf-8", "surrogateescape") if isinstance(line, str) else line) + b"\n"
        for line in lines
    )
    return Block(
        paths,
        None if sizes is None else np.array(sizes, dtype=np.int64),
        None if days is None else np.array(days, dtype=np.int32),
        len(paths),
    )


class World:
    """A graph and a lexicon, compiled."""

    def __init__(self, graph, lexicon=None, without=()):
        self.graph, self.lexicon = graph, lexicon_of() if lexicon is None else lexicon
        self.vocabulary = compile_vocabulary(self.graph, self.lexicon, without=without)
        self.matcher = Matcher(self.vocabulary)

    def classified(self, lines, sizes=None, days=None):
        return classify(block_of(lines, sizes, days), self.vocabulary, self.matcher, Room())

    def levels(self, lines):
        """Return what each line names: party id -> level, near misses included."""
        found = self.classified(lines).hits
        named = [{} for _ in lines]
        for line, party, level in zip(found.line, found.party, found.level, strict=True):
            if party >= 0:
                named[line][self.vocabulary.parties[party].id] = LEVELS[level]
        return named

    def level(self, line):
        (named,) = self.levels([line])
        return named

    def named(self, line):
        """Return the ids of the parties that are counted for a line."""
        return {id_ for id_, level in self.level(line).items() if level != "near miss"}

    def fired(self, lines):
        """Return the ids of the rules that fire on each line."""
        fires = self.classified(lines).fires
        rules = [set() for _ in lines]
        for line, rule in zip(fires.line, fires.rule, strict=True):
            rules[line].add(self.vocabulary.rule_list[rule].id)
        return rules
