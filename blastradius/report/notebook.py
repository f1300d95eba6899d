"""Answers as a small HTML table, for notebooks: no script, nothing fetched, every name escaped."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, NamedTuple

from blastradius.report import numbers, wording
from blastradius.report.escape import html_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blastradius.analysis.results import Analysis, GroupResult, PartyResult
    from blastradius.report.comparison import Comparison, Move
    from blastradius.report.listing import Listing
    from blastradius.report.rows import Cell, Row

MAX_ROWS = 20
"""Longest table; a notebook is for looking, the rows are for working on."""

_LEFT = ' style="text-align:left"'


class PageFrame(NamedTuple):
    """A whole page for the output of a notebook cell, in a frame that is cut off from it.

    The frame may run the page's own scripts and save files. It has no origin, so nothing in it
    reads the notebook, its cookies or its kernel.
    """

    page: str
    height: int
    """[pixels]"""

    def _repr_html_(self) -> str:
        return (
            f'<iframe sandbox="allow-scripts allow-downloads" title="blastradius" '
            f'style="width:100%;height:{self.height}px;border:0" '
            f'srcdoc="{html.escape(self.page, quote=True)}"></iframe>'
        )


def analysis_html(analysis: Analysis, listing: Listing) -> str:
    """Return the listed parties of an analysis as an HTML table."""
    subject = wording.subject_words(analysis)
    if analysis.scenario is not None:
        subject = f"What if ({analysis.scenario.name or 'scenario'}): {subject}"
    radius = analysis.blast_radius
    figures = (
        f"{numbers.counted(radius.reachable_parties, 'reachable party', 'reachable parties')}, "
        f"{numbers.decimal(radius.expected_harmed_parties.posterior)} expected harmed, "
        f"total score {numbers.decimal(radius.total_score.posterior)}"
    )
    entries = listing.entries[:MAX_ROWS]
    hidden = listing.total - len(entries)
    return _page(
        subject,
        figures,
        ("Party", "Score", "Band", "Verdict", "P(exposed)", "Certainty"),
        map(_analysis_row, entries),
        f"{hidden:,} more not shown" if hidden else "",
    )


def _analysis_row(entry: PartyResult | GroupResult) -> Sequence[str]:
    return (
        entry.name,
        numbers.score_range(entry.score),
        entry.band,
        entry.verdict,
        numbers.percent_change(entry.probability["exposed"]),
        getattr(entry, "certainty", None) or "",
    )


def comparison_html(comparison: Comparison) -> str:
    """Return the parties that moved as an HTML table."""
    cautions = [item.what for item in comparison.differences if item.is_caution]
    differing = f"differs: {', '.join(cautions)}" if cautions else ""
    moves = comparison.moves[:MAX_ROWS]
    hidden = len(comparison.moves) + comparison.n_below - len(moves)
    return _page(
        f"{comparison.before.label} → {comparison.after.label}",
        "; ".join(filter(None, (differing, *comparison.cautions))),
        ("Party", "Score", "Change", "Band", "Verdict"),
        map(_comparison_row, moves),
        f"{hidden:,} more not shown" if hidden else "" if moves else "nothing changed",
    )


def _comparison_row(move: Move) -> Sequence[str]:
    before, after = move.before, move.after
    return (
        move.name,
        numbers.change(numbers.score_text(before.score), numbers.score_text(after.score)),
        numbers.signed(move.change),
        numbers.change(before.band, after.band),
        numbers.change(before.verdict, after.verdict),
    )


def rows_html(title: str, rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Return flat rows as an HTML table, some of their columns."""
    shown = rows[:MAX_ROWS]
    hidden = len(rows) - len(shown)
    return _page(
        title,
        "",
        columns,
        ([_shown(row[column]) for column in columns] for row in shown),
        f"{hidden:,} more not shown" if hidden else "",
    )


def _shown(value: Cell) -> str:
    if isinstance(value, float):
        return numbers.probability_text(value)
    return "" if value is None else str(value)


def _page(
    title: str, note: str, columns: Sequence[str], rows: Iterable[Sequence[str]], foot: str
) -> str:
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    heads = "".join(f'<th scope="col"{_LEFT}>{html_text(column)}</th>' for column in columns)
    caption = f"<caption{_LEFT}><b>{html_text(title)}</b><br>{html_text(note)}</caption>"
    table = f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    return f"{table}<p>{html_text(foot)}</p>" if foot else table


def _cell(text: str) -> str:
    return f"<td{_LEFT}>{html_text(text)}</td>"
