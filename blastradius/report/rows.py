"""Answers as flat rows: one dict a party, and CSV of any rows."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from blastradius.report import wording
from blastradius.report.escape import csv_cell
from blastradius.report.listing import Listing, is_only_spoken_of, select
from blastradius.report.numbers import canonical
from blastradius.report.tlp import label_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from blastradius.analysis.results import Analysis, GroupResult, PartyResult

Cell = str | float | int | bool | None
Row = dict[str, Cell]

_EVENTS = ("exposed", "compromised", "disrupted", "harmed")

_PARTY_COLUMNS = (
    "varieties",
    "expected_records",
    "expected_documents",
    "expected_bytes",
    "hops",
    "through",
    "certainty",
)

ANALYSIS_COLUMNS: tuple[str, ...] = (
    "rank",
    "kind",
    "id",
    "name",
    "role",
    "score_prior",
    "score",
    "score_low",
    "score_high",
    "band",
    "verdict",
    *(f"p_{event}{suffix}" for event in _EVENTS for suffix in ("_prior", "")),
    *_PARTY_COLUMNS,
    "members",
    "said",
    "tlp",
)
"""Columns of a row, in order. New ones may be added at the end; none change their meaning."""


def analysis_rows(analysis: Analysis, listing: Listing | None = None) -> list[Row]:
    """Return one flat row for each listed party or group, highest score first."""
    shown = listing if listing is not None else select(analysis)
    tlp = label_of(analysis.provenance)
    return [
        {
            "rank": None if is_only_spoken_of(entry) else rank,
            **_common(entry),
            **_own(analysis, entry),
            "tlp": tlp,
        }
        for rank, entry in enumerate(shown.entries, start=1)
    ]


def _common(entry: PartyResult | GroupResult) -> Row:
    row: Row = {
        "kind": "group" if hasattr(entry, "members") else "party",
        "id": entry.id,
        "name": entry.name,
        "role": getattr(entry, "role", None),
        "score_prior": canonical(entry.score.prior),
        "score": canonical(entry.score.posterior),
        "score_low": canonical(entry.score.low),
        "score_high": canonical(entry.score.high),
        "band": entry.band,
        "verdict": entry.verdict,
    }
    for event in _EVENTS:
        row[f"p_{event}_prior"] = canonical(entry.probability[event].prior)
        row[f"p_{event}"] = canonical(entry.probability[event].posterior)
    return row


def _own(analysis: Analysis, entry: PartyResult | GroupResult) -> Row:
    """Return the columns that parties have and groups lack, and the other way round."""
    members: tuple[str, ...] | None = getattr(entry, "members", None)
    if members is not None:
        return dict.fromkeys(_PARTY_COLUMNS) | {"members": "; ".join(members), "said": None}
    party = analysis.parties[entry.id]
    return {
        "varieties": "; ".join(sorted(party.varieties)),
        "expected_records": _number(party.expected.records),
        "expected_documents": _number(party.expected.documents),
        "expected_bytes": _number(party.expected.bytes),
        "hops": party.hops,
        "through": wording.through(party, analysis.parties),
        "certainty": party.certainty,
        "members": None,
        "said": wording.said_of(party),
    }


def _number(value: float | None) -> float | None:
    return None if value is None else canonical(value)


def csv_text(rows: Iterable[Mapping[str, Cell]], columns: Sequence[str]) -> str:
    r"""Return rows as CSV with a heading; no text in it can act as a formula.

    >>> csv_text([{"name": "=1+1", "score": 0.5}], ["name", "score"])
    "name,score\n'=1+1,0.5\n"
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_csv_value(row[column]) for column in columns])
    return stream.getvalue()


def _csv_value(value: Cell) -> Cell:
    return csv_cell(value) if isinstance(value, str) else value
