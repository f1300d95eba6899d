"""Precision and recall of triage on the labelled lines, by party and by variety.

Run from the top of the repository::

    python tests/benchmarks/triage_accuracy.py            # writes the table into the docs
    python tests/benchmarks/triage_accuracy.py tune       # prints the lines that went wrong

Only ``test.tsv`` is measured for the docs: the lexicon was written with an eye on ``tune.tsv``, and
never on the other.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np

import blastradius
from blastradius.model.vocabulary import DATA_VARIETIES
from blastradius.triage.block import Block
from blastradius.triage.classify import classify
from blastradius.triage.lexicon import shipped_lexicon
from blastradius.triage.matching import Matcher
from blastradius.triage.room import Room
from blastradius.triage.vocabulary import MEDIUM, compile_vocabulary

ROOT = Path(__file__).resolve().parents[2]
LABELLED = ROOT / "tests" / "fixtures" / "triage"
PAGE = ROOT / "docs" / "explanation" / "triage-accuracy.md"
LEAST_LINES = 10
"""Lines of a party from which it gets a row of its own."""
TARGET = "continental"


class Line(NamedTuple):
    """One labelled line."""

    path: str
    parties: frozenset[str]
    varieties: frozenset[str]
    note: str


class Score(NamedTuple):
    """Counts of one label."""

    right: int
    wrong: int
    """Said, but not labelled."""
    missed: int
    """Labelled, but not said."""

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else float("nan")

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else float("nan")


def read(name: str) -> list[Line]:
    """Read labelled lines."""
    with (LABELLED / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Line(
            row["path"],
            frozenset(filter(None, row["parties"].split(","))),
            frozenset(filter(None, row["varieties"].split(","))),
            row["note"] or "",
        )
        for row in rows
    ]


def said(lines: list[Line]) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return what triage says of each line."""
    graph = blastradius.load_graph("automotive").graph
    vocabulary = compile_vocabulary(graph, shipped_lexicon(), without=(TARGET,))
    text = "".join(f"{line.path}\n" for line in lines).encode()
    block = Block(text, None, None, len(text))
    found = classify(block, vocabulary, Matcher(vocabulary), Room())
    parties: dict[int, set[str]] = defaultdict(set)
    varieties: dict[int, set[str]] = defaultdict(set)
    for line, party, level in zip(found.hits.line, found.hits.party, found.hits.level, strict=True):
        if party >= 0 and level >= MEDIUM and vocabulary.parties[party].in_graph:
            parties[int(line)].add(vocabulary.parties[party].id)
    for line, rule in zip(found.fires.line, found.fires.rule, strict=True):
        varieties[int(line)].add(vocabulary.rule_list[rule].variety)
    return [(frozenset(parties[n]), frozenset(varieties[n])) for n in range(len(lines))]


def scores(wanted: list[frozenset[str]], got: list[frozenset[str]]) -> dict[str, Score]:
    """Count right, wrong and missed by label; ``all`` sums them up."""
    right, wrong, missed = Counter(), Counter(), Counter()
    for want, have in zip(wanted, got, strict=True):
        right.update(want & have)
        wrong.update(have - want)
        missed.update(want - have)
    labels = sorted({*right, *wrong, *missed}, key=lambda x: (-(right[x] + missed[x]), x))
    table = {label: Score(right[label], wrong[label], missed[label]) for label in labels}
    return {"all": Score(right.total(), wrong.total(), missed.total())} | table


def table(found: dict[str, Score], least: int = 0) -> str:
    """Return a Markdown table."""
    rows = ["| | lines | precision | recall |", "| --- | ---: | ---: | ---: |"]
    rows += [
        f"| {label} | {score.right + score.missed} | {score.precision:.3f} | {score.recall:.3f} |"
        for label, score in found.items()
        if score.right + score.missed >= least
    ]
    return "\n".join(rows)


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "test"
    lines = read(name)
    got = said(lines)
    by_party = scores([line.parties for line in lines], [parties for parties, _ in got])
    by_variety = scores([line.varieties for line in lines], [kinds for _, kinds in got])
    print(table(by_party, LEAST_LINES), table(by_variety), sep="\n\n")
    if name == "tune":
        for line, (parties, kinds) in zip(lines, got, strict=True):
            for sign, labels in (
                ("wrong", parties - line.parties),
                ("missed", line.parties - parties),
                ("wrong kind", kinds - line.varieties),
                ("missed kind", line.varieties - kinds),
            ):
                if labels:
                    print(f"{sign}: {', '.join(sorted(labels))}\t{line.path}")
        return
    hard = [n for n, line in enumerate(lines) if line.note.startswith("hard:")]
    fooled = sum(bool(got[n][0]) for n in hard)
    PAGE.write_text(page(lines, by_party, by_variety, len(hard), fooled), encoding="utf-8")


def page(
    lines: list[Line],
    by_party: dict[str, Score],
    by_variety: dict[str, Score],
    n_hard: int,
    fooled: int,
) -> str:
    """Return the page of the docs."""
    assert set(by_variety) - {"all"} <= set(DATA_VARIETIES)
    names = np.array([len(line.parties) for line in lines])
    return f"""\
# How good triage is

Written by `python tests/benchmarks/triage_accuracy.py`; no figure here was typed. Measured on
{len(lines):,} labelled lines that nobody saw who wrote the lexicon; {int((names > 0).sum()):,} of them name a
party. They were written in the style of real shares for this project, by hand: real listings will
differ, so take the figures for an order of magnitude. Labels and their rules stand in
`tests/fixtures/triage/`.

A line counts for a party at high or medium confidence; near misses do not count.

## Parties

Those with at least {LEAST_LINES} lines. Of {n_hard:,} hard negatives, {fooled:,} were said to name a party.

{table(by_party, LEAST_LINES)}

## Varieties

{table(by_variety)}
"""


if __name__ == "__main__":
    main()
