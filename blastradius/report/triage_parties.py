"""What a triage page tells of one party: its kinds of files, folders, words, rules and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blastradius.model.text import printable
from blastradius.report import numbers, wording
from blastradius.report.document import Block, Column, Facts, Inline, Section, Span, Table, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blastradius.triage.results import PartyFound, SamplePath, TermFound, Triage

LONGEST_PATH = 300
"""Characters of a path that a page shows; the list of paths has all."""

_SAMPLES = 8
_SAMPLES_EACH = 2
"""Paths shown of a party, and of one kind."""
_MISSES = 3

_SURENESS = {"high": "sure", "medium": "in context", "near miss": "near miss"}

_PATH_COLUMNS = (
    Column("No.", is_right=True),
    Column("Path", min_width=40),
    Column("Kind", min_width=12, fold=1),
    Column("Found by", min_width=12, fold=2),
)


def path_span(path: str, limit: int = LONGEST_PATH) -> Span:
    """Return a path to be shown as it is written, as far as that does no harm."""
    return Span(printable(path, limit), is_code=True)


def interval_words(party: PartyFound) -> str:
    """Return the interval of the files in the whole listing; empty where all was read."""
    if party.interval is None:
        return ""
    return f"{party.interval.low:,.0f}–{party.interval.high:,.0f}"


def ratio_words(value: float) -> str:
    """Return a likelihood ratio [1].

    >>> ratio_words(11.2379)
    '11.2:1'
    """
    return f"{numbers.decimal(value)}:1"


def day_words(party: PartyFound) -> str:
    """Return the first and the last day of a party's files."""
    days = dict.fromkeys(day for day in (party.first_day, party.last_day) if day)
    return " to ".join(days)


def kind_words(party: PartyFound, most: int) -> str:
    """Return the kinds of a party's files, most files first."""
    told = [kind for kind in party.varieties if kind.variety is not None]
    parts = [f"{kind.variety} {kind.files:,}" for kind in told[:most]]
    if len(told) > most:
        parts.append(f"{len(told) - most} more")
    return ", ".join(parts)


def folder_words(party: PartyFound) -> Inline:
    """Return the folder that holds most of a party's files."""
    return (path_span(party.folders[0].folder),) if party.folders else ()


def party_section(party: PartyFound, triage: Triage, state: str | None) -> Section:
    """Return what is told of one party."""
    blocks = (
        _facts(party, triage, state),
        *_kinds(party, triage),
        *_folders(party, triage),
        *_terms(party),
        *_rules(party),
        *_paths(party),
        *_missed(party),
    )
    return Section(party.name, blocks, party.id)


def _facts(party: PartyFound, triage: Triage, state: str | None) -> Facts:
    share = numbers.percent_of_whole(party.share)
    named = f"{party.high:,} by a sure name, {party.medium:,} in context"
    rows = [("Files", (words(Span(f"{party.files:,}", "strong"), f", {share} of all: {named}"),))]
    if party.interval is not None:
        rows.append(("In all", (words(f"{interval_words(party)} files, 95% interval"),)))
    if triage.sized:
        rows.append(("Size", (words(numbers.byte_amount(party.bytes), _sized_words(triage)),)))
    if day_words(party):
        rows.append(("Dates", (words(day_words(party)),)))
    if party.near_misses:
        missed = numbers.counted(party.near_misses, "line")
        rows.append(("Near misses", (words(f"{missed}, not counted"),)))
    rows.append(("Evidence", (words(_evidence_words(party, state)),)))
    return Facts(tuple(rows))


def _sized_words(triage: Triage) -> str:
    return "" if triage.sized == triage.files else ", as far as sizes are listed"


def _evidence_words(party: PartyFound, state: str | None) -> str:
    noun = "piece" if party.pieces == 1 else "pieces"
    folders = numbers.counted(party.n_folders, "folder")
    said = f", {wording.STATE_WORDS[state]}" if state else ""
    ratio = ratio_words(party.likelihood_ratio)
    return f"{party.pieces:,.4g} {noun} from {folders}: ratio {ratio}{said}"


def _kinds(party: PartyFound, triage: Triage) -> Iterator[Block]:
    columns = (
        Column("Kind", min_width=12),
        Column("Files", is_right=True),
        Column("Size", is_right=True),
    )
    rows = tuple(
        (
            words(kind.variety or "not told by the name"),
            words(f"{kind.files:,}"),
            words(numbers.byte_amount(kind.bytes) if triage.sized else ""),
        )
        for kind in party.varieties
    )
    if rows:
        yield Table(columns, rows, "Kinds of files")


def _folders(party: PartyFound, triage: Triage) -> Iterator[Block]:
    columns = (
        Column("Folder", min_width=40),
        Column("Files", is_right=True),
        Column("Size", is_right=True, fold=1),
    )
    rows = tuple(
        (
            (path_span(item.folder),),
            words(f"{item.files:,}"),
            words(numbers.byte_amount(item.bytes) if triage.sized else ""),
        )
        for item in party.folders
    )
    if rows:
        more = party.n_folders - len(rows)
        yield Table(columns, rows, "Folders that hold most" + (f" ({more:,} more)" if more else ""))


def _terms(party: PartyFound) -> Iterator[Block]:
    columns = (
        Column("Word", min_width=12),
        Column("Lines", is_right=True),
        Column("Counts", min_width=24),
        Column("Dataset", fold=1),
    )
    rows = tuple(
        (
            words(Span(term.term, is_code=True)),
            words(f"{term.lines:,}"),
            words(_counts(term)),
            words(term.dataset or ""),
        )
        for term in party.terms
    )
    if rows:
        yield Table(columns, rows, "Words that name it")


def _counts(term: TermFound) -> str:
    if term.because is None:
        return "always"
    return f"in context only: {term.because}"


def _rules(party: PartyFound) -> Iterator[Block]:
    columns = (
        Column("Rule"),
        Column("Files", is_right=True),
        Column("Kind", min_width=12),
        Column("Kind of file", min_width=20, fold=1),
    )
    rows = tuple(
        (
            words(Span(rule.rule, is_code=True)),
            words(f"{rule.files:,}"),
            words(rule.variety),
            words(rule.subject),
        )
        for rule in party.rules
    )
    if rows:
        yield Table(columns, rows, "Rules that fired")


def _paths(party: PartyFound) -> Iterator[Block]:
    rows: dict[int, tuple[Inline, ...]] = {}
    for kind in party.varieties:
        for sample in kind.samples[:_SAMPLES_EACH]:
            rows.setdefault(sample.line, _path_row(sample, kind.variety or ""))
    if rows:
        shown = tuple(rows.values())[:_SAMPLES]
        yield Table(_PATH_COLUMNS, shown, "Some of the paths")


def _missed(party: PartyFound) -> Iterator[Block]:
    rows = tuple(_path_row(sample, "") for sample in party.missed[:_MISSES])
    if rows:
        yield Table(_PATH_COLUMNS, rows, "Near misses worth a look")


def _path_row(sample: SamplePath, kind: str) -> tuple[Inline, ...]:
    found = f"{sample.term} ({_SURENESS[sample.sureness]})" if sample.sureness else ""
    return (
        words(f"{sample.line:,}"),
        (path_span(sample.path),),
        words(kind),
        words(found),
    )
