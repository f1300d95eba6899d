"""The page of one comparison: what differs in the questions, then in the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from blastradius.analysis.results import Band
from blastradius.report import numbers
from blastradius.report.comparison import figure_moved
from blastradius.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Facts,
    Inline,
    Paragraph,
    Section,
    Span,
    Table,
    Tone,
    words,
)
from blastradius.report.tlp import label_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blastradius.report.comparison import Comparison, Figure, Move, Side

_COLUMNS = (
    Column("Party", min_width=16),
    Column("Score"),
    Column("Change", is_right=True),
    Column("Band", min_width=8, fold=2),
    Column("Verdict", min_width=10, fold=1),
    Column("P(harmed)", fold=3),
)

_FIGURES = {
    "reachable_parties": "Reachable parties",
    "expected_harmed_parties": "Expected harmed parties",
    "total_score": "Total score",
}

_BANDS: tuple[Band, ...] = get_args(Band)


def comparison_document(comparison: Comparison) -> Document:
    """Return the page of a comparison."""
    sections = (
        Section("What is compared", tuple(_frame(comparison)), label_of(comparison)),
        *_difference_sections(comparison),
        _moves_section(comparison),
        Section("Blast radius", (_figures(comparison),)),
    )
    return Document(_headline(comparison), sections)


def _headline(comparison: Comparison) -> str:
    subject = comparison.after.target
    if comparison.before.target != subject:
        subject = f"{comparison.before.target} and {subject}"
    if comparison.is_same:
        some = " among those that both list" if comparison.not_compared else ""
        return f"What changed for {subject}: nothing{some}"
    moved = [move.change for move in comparison.moves]
    counts = ((sum(x < 0 for x in moved), "lower"), (sum(x > 0 for x in moved), "higher"))
    parts = [f"{count:,} {word}" for count, word in counts if count]
    return f"What changed for {subject}: {', '.join(parts) or 'no listed score'}"


def _frame(comparison: Comparison) -> Iterator[Block]:
    sides = (("Before", comparison.before), ("After", comparison.after))
    yield Facts(tuple((label, tuple(_side_lines(side))) for label, side in sides))
    if comparison.cautions:
        yield Bullets(tuple((words(Span(text, "warn")),) for text in comparison.cautions))


def _side_lines(side: Side) -> Iterator[Inline]:
    yield words(Span(side.label, "strong"))
    incident = f" ({side.incident_id})" if side.incident_id else ""
    yield words(f"{side.incident}{incident}")
    graph = f"graph {side.graph_name} (sha256 {side.graph_sha256[:12]}…)"
    yield words(f"{graph}, blastradius {side.version}")
    yield words(f"scenario: {side.scenario}" if side.scenario else "no scenario")


def _difference_sections(comparison: Comparison) -> Iterator[Section]:
    if not comparison.differences:
        return
    columns = (
        Column("What", min_width=14),
        Column("Before", min_width=18),
        Column("After", min_width=18),
    )
    rows = tuple(
        (
            words(Span(item.what, "warn") if item.is_caution else item.what),
            words(item.before),
            words(item.after),
        )
        for item in comparison.differences
    )
    blocks: tuple[Block, ...] = (Table(columns, rows),)
    if any(item.is_caution for item in comparison.differences):
        warning = "These are answers to different questions: read the changes below with care."
        blocks = (Paragraph(words(Span(warning, "warn"))), *blocks)
    yield Section("What differs in the question", blocks)


def _moves_section(comparison: Comparison) -> Section:
    moves = comparison.moves
    total = len(moves) + comparison.n_below
    note = f"{total:,} of {comparison.n_compared:,} changed"
    blocks: list[Block] = []
    if moves:
        blocks.append(Table(_COLUMNS, tuple(map(_move_row, moves))))
    elif not comparison.n_below:
        blocks.append(Paragraph(words("No score, band or verdict changed.")))
    if comparison.n_below:
        least = f"{comparison.min_change:g} points"
        left_out = f"{comparison.n_below:,} left out: their score moved by less than {least}."
        blocks.append(Paragraph(words(left_out)))
    return Section("Who stands differently", tuple(blocks), note)


def _move_row(move: Move) -> tuple[Inline, ...]:
    name = [words(Span(move.name, "strong"))]
    if move.kind == "group":
        name.append(words(" (group)"))
    if move.status != "changed":
        side = "before" if move.status == "appeared" else "after"
        name.append(words(Span(f" (not listed {side})", "quiet")))
    before, after = move.before, move.after
    score = numbers.change(numbers.score_text(before.score), numbers.score_text(after.score))
    harmed = numbers.change(numbers.percent(before.harmed), numbers.percent(after.harmed))
    return (
        words(*name),
        words(Span(score, _tone(after.band))),
        words(numbers.signed(move.change)),
        words(Span(numbers.change(before.band, after.band), _tone(after.band))),
        words(numbers.change(before.verdict, after.verdict)),
        words(harmed),
    )


def _tone(band: str) -> Tone | None:
    """Return the colour of a band; a file may hold any word."""
    return next((known for known in _BANDS if known == band), None)


def _figures(comparison: Comparison) -> Facts:
    rows = []
    for figure in comparison.figures:
        before, after = _figure_words(figure)
        shown = f"{before} → {after}" if figure_moved(figure) else f"{after}, as before"
        rows.append((_FIGURES[figure.key], (words(Span(shown, "strong")),)))
    return Facts(tuple(rows))


def _figure_words(figure: Figure) -> tuple[str, str]:
    if figure.key == "reachable_parties":
        return f"{figure.before[0]:,.0f}", f"{figure.after[0]:,.0f}"
    return numbers.decimal(figure.before[1]), numbers.decimal(figure.after[1])
