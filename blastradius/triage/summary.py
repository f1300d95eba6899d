"""From counts to what is told of each party."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from blastradius.model.graph import Evidence, Observation, Source
from blastradius.model.text import printable
from blastradius.model.vocabulary import DATA_VARIETIES
from blastradius.triage.counts import MISSED, N_COLUMNS, UNTOLD, Sampled, Tally
from blastradius.triage.decode import decode_line
from blastradius.triage.evidence import likelihood_ratio, pieces, state
from blastradius.triage.folders import FolderCount
from blastradius.triage.results import (
    FolderFound,
    InputRead,
    PartyFound,
    RuleFired,
    SamplePath,
    Sureness,
    TermFound,
    VarietyFound,
)
from blastradius.triage.vocabulary import HIGH, MEDIUM, NEAR_MISS, Vocabulary

FOLDERS_SHOWN = 5
TERMS_SHOWN = 10
RULES_SHOWN = 10

SURENESS: dict[int, Sureness] = {HIGH: "high", MEDIUM: "medium", NEAR_MISS: "near miss"}


class Summary:
    """Reads the counts of all parties."""

    def __init__(self, tally: Tally, vocabulary: Vocabulary) -> None:
        self.tally, self.vocabulary = tally, vocabulary
        self._nobody = tally.n_parties
        self._folders: dict[int, list[FolderCount]] = {}
        for _, folder in tally.folders.counts():
            self._folders.setdefault(folder.party, []).append(folder)
        self._terms: dict[int, list[int]] = {}
        rows = {searched.id: row for row, searched in enumerate(vocabulary.parties)}
        for number, term in enumerate(vocabulary.terms):
            if tally.terms[number]:
                self._terms.setdefault(rows[term.party], []).append(number)

    def parties(self) -> list[PartyFound]:
        """Return every party with a file or a near miss, most files first."""
        seen = self.tally.levels[: self._nobody].sum(axis=1).nonzero()[0]
        found = [self.party(int(row)) for row in seen]
        return sorted(found, key=lambda party: (-party.files, -party.near_misses, party.id or ""))

    def nobody(self) -> PartyFound:
        """Return what names no party but tells a variety."""
        return self.party(self._nobody)

    def party(self, row: int) -> PartyFound:
        """Return what was counted of one party."""
        tally = self.tally
        searched = self.vocabulary.parties[row] if row != self._nobody else None
        files = int(tally.party_files[row])
        folders = sorted(self._folders.get(row, []), key=lambda f: (-f.files, f.text))
        evidence = pieces((folder.is_named, folder.high > 0) for folder in folders)
        return PartyFound(
            id=searched.id if searched else None,
            name=searched.name if searched else "nobody in particular",
            in_graph=searched.in_graph if searched else False,
            files=files,
            share=files / tally.lines if tally.lines else 0.0,
            interval=None,
            bytes=int(tally.party_bytes[row]),
            high=int(tally.levels[row, HIGH]),
            medium=int(tally.levels[row, MEDIUM]),
            near_misses=int(tally.levels[row, NEAR_MISS]),
            first_day=_day(int(tally.first_day[row])),
            last_day=_day(int(tally.last_day[row])),
            varieties=tuple(self._varieties(row)),
            folders=tuple(
                FolderFound(decode_line(f.text), f.files, f.size) for f in folders[:FOLDERS_SHOWN]
            ),
            n_folders=len(folders),
            terms=tuple(self._term(number) for number in self._top_terms(row)),
            rules=tuple(
                self._rule(rule, n) for n, rule in _most(tally.party_rules[row])[:RULES_SHOWN]
            ),
            missed=self._samples(row, MISSED),
            pieces=evidence,
            likelihood_ratio=likelihood_ratio(evidence),
        )

    def rules(self) -> tuple[RuleFired, ...]:
        """Return the rules that fired, most files first."""
        return tuple(self._rule(rule, n) for n, rule in _most(self.tally.rules))

    # -- parts ---------------------------------------------------------------------------

    def _varieties(self, row: int) -> Iterable[VarietyFound]:
        cells = self.tally.cells
        columns = [c for c in range(N_COLUMNS) if c != MISSED and cells.files[row, c]]
        for column in sorted(columns, key=lambda c: (c == UNTOLD, -cells.files[row, c], c)):
            yield VarietyFound(
                None if column == UNTOLD else DATA_VARIETIES[column],
                int(cells.files[row, column]),
                int(cells.bytes[row, column]),
                self._samples(row, column),
            )

    def _samples(self, row: int, column: int) -> tuple[SamplePath, ...]:
        kept = self.tally.samples.get((row, column), [])
        return tuple(self._sample(s) for s in sorted(kept, key=lambda s: s.line))

    def _sample(self, sampled: Sampled) -> SamplePath:
        term = self.vocabulary.terms[sampled.term].text if sampled.term >= 0 else None
        sureness = SURENESS[sampled.level] if term is not None else None
        return SamplePath(decode_line(sampled.path), sampled.line, sureness, term)

    def _top_terms(self, row: int) -> Sequence[int]:
        numbers = self._terms.get(row, [])
        return sorted(numbers, key=lambda n: (-self.tally.terms[n], n))[:TERMS_SHOWN]

    def _term(self, number: int) -> TermFound:
        term = self.vocabulary.terms[number]
        return TermFound(term.text, int(self.tally.terms[number]), term.dataset, term.because)

    def _rule(self, number: int, files: int) -> RuleFired:
        rule = self.vocabulary.rule_list[number]
        return RuleFired(rule.id, rule.variety, rule.subject, files)


def _title(read: InputRead) -> str:
    """Name a listing; where it lies on somebody's disk is nobody's business."""
    name = PurePath(read.name.replace("\\", "/")).name
    sha256 = read.sha256 or "not known, as it was not read to its end"
    return printable(f"Listing {name}, {read.stored_bytes:,} bytes, sha256 {sha256}", 1000)


def _n(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> _n(1, "path"), _n(2000, "path")
    ('1 path', '2,000 paths')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _most(files: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return (files, rule) of the rules that fired, most files first."""
    fired = [(n, rule) for rule, n in enumerate(files.tolist()) if n]
    return sorted(fired, key=lambda item: (-item[0], item[1]))


def _day(days: int) -> str | None:
    """Return a day, None for one that was never told or that no calendar has."""
    try:
        return (date(1970, 1, 1) + timedelta(days=days)).isoformat()
    except OverflowError:
        return None


def observation(
    party: PartyFound, inputs: Sequence[InputRead], caveat: str | None = None
) -> Observation:
    """Return what the listings say of a party, as soft evidence; what is missing goes before its note."""
    assert party.id is not None
    sources = tuple(
        Source(title=_title(read), tier="primary", date=read.modified) for read in inputs
    )
    kinds = ", ".join(
        f"{v.variety} {v.files:,}" for v in party.varieties[:5] if v.variety is not None
    )
    note = (
        f"{_n(party.files, 'path')} in {_n(party.n_folders, 'folder')} "
        f"{'names' if party.files == 1 else 'name'} the party "
        f"({party.high:,} surely); "
        f"by name: {kinds or 'nothing that tells a kind'}. Names are evidence of presence, not proof"
    )
    return Observation(
        party=party.id,
        state=state(party.likelihood_ratio),
        likelihood_ratio=round(party.likelihood_ratio, 3),
        date=max((read.modified for read in inputs if read.modified), default=None),
        evidence=Evidence(certainty="inferred", sources=sources[:20]),
        note=f"{caveat}. {note}" if caveat else note,
    )
