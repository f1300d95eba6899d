"""Whether the tables of a register hold together: the rules of :mod:`blastradius.model.check`.

All rules look at whole columns. What they look up on the way, the rows that ids stand for, is kept
for building the register.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from blastradius.io.tables.days import first_days, last_days
from blastradius.io.tables.layout import EDGE_ENDS, EVIDENCE, LISTS, NOUNS, TABLES, Column
from blastradius.model.check import circles
from blastradius.model.text import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from blastradius.io.tables.findings import Findings, Place

_SUGGESTIONS = 25
"""Unknown names that get a hint; finding the nearest of a million ids is slow."""

_RANGED = {"datasets": "own_probability"} | dict.fromkeys(EDGE_ENDS, "probability")
_NO_EDGES = "no edges: the graph has no shares, access or dependencies"


@dataclass(frozen=True)
class References:
    """The rows that the ids of one column stand for."""

    row: NDArray[np.int32] | None
    """Row that the id is in, where a cell may hold several; None where each cell holds one."""
    target: NDArray[np.int32]
    """Row that the id stands for; -1 where a cell is empty."""


@dataclass(frozen=True)
class Tables:
    """The tables of one folder, with typed cells."""

    frames: Mapping[str, pl.DataFrame]
    places: Mapping[str, Place]
    broken: frozenset[str] = frozenset()
    """Tables that are there but could not be read: what refers to them is not judged."""
    references: dict[tuple[str, str], References] = field(default_factory=dict)
    """By table and column."""

    def height(self, table: str) -> int:
        """Return the number of rows of a table, 0 if it is not there."""
        frame = self.frames.get(table)
        return frame.height if frame is not None else 0

    def column(self, table: str, name: str) -> pl.Series | None:
        """Return a column, None if the table has no such column or is not there."""
        frame = self.frames.get(table)
        return frame[name] if frame is not None and name in frame.columns else None


def check_tables(tables: Tables, findings: Findings) -> None:
    """Note everything in which the tables do not hold together."""
    for table in NOUNS:
        _check_ids(tables, (table,), NOUNS[table], findings)
    _check_ids(tables, tuple(EDGE_ENDS), "edge", findings)
    _check_edges_against_datasets(tables, findings)
    hints = _Hints(tables)
    for name, frame in tables.frames.items():
        for column in TABLES[name].columns:
            if column.refers is not None and column.name in frame.columns:
                _check_references(tables, name, column, hints, findings)
        _check_evidence(tables, name, findings)
        _check_order(tables, name, findings)
    for table, column_name in _RANGED.items():
        _check_range(tables, table, column_name, findings)
    for table in EDGE_ENDS:
        _check_ends(tables, table, findings)
    _check_owners(tables, findings)
    _check_subjects(tables, findings)
    _check_demands(tables, findings)
    _check_counts(tables, findings)


# -- ids and references -----------------------------------------------------------------------


def _check_ids(tables: Tables, names: tuple[str, ...], kind: str, findings: Findings) -> None:
    """See that each id names one thing; edges of all kinds share one space of ids."""
    parts = []
    for order, name in enumerate(names):
        ids = tables.column(name, "id")
        if ids is not None:
            part = pl.DataFrame({"id": ids}).with_row_index("row").drop_nulls()
            parts.append(part.with_columns(pl.lit(order).alias("table")))
    if not parts:
        return
    every = pl.concat(parts)
    again = every.filter(~pl.col("id").is_first_distinct())
    if not again.height:
        return
    first = every.unique("id", keep="first").select(
        "id", pl.col("row").alias("first"), pl.col("table").alias("first_table")
    )
    again = again.join(first, on="id", how="left", maintain_order="left")
    for order, name in enumerate(names):
        mine = again.filter(pl.col("table") == order)
        rows = mine["row"].to_list()
        said = mine.head(100).rows(named=True)

        def say(k: int, said: list[dict[str, object]] = said) -> str:
            earlier = said[k]
            place = tables.places[names[int(str(earlier["first_table"]))]]
            where = place.of_row(int(str(earlier["first"])))
            return f"duplicate {kind} id {quoted(str(earlier['id']))}, first used in {where}"

        if rows:
            findings.add_rows(tables.places[name], "id", rows, say)


def _check_edges_against_datasets(tables: Tables, findings: Findings) -> None:
    """See that no edge has the id of a dataset: scenarios name what an owner keeps by it."""
    datasets = tables.column("datasets", "id")
    for name in EDGE_ENDS:
        ids = tables.column(name, "id")
        if ids is None or datasets is None or ids.null_count() == len(ids):
            continue
        rows = ids.is_in(datasets.drop_nulls().implode()).fill_null(value=False).arg_true()
        findings.add_values(
            tables.places[name],
            "id",
            rows.to_list(),
            ids.gather(rows.head(100)).to_list(),
            lambda value: f"edge id {quoted(value)} is also that of a dataset",
        )


def _check_references(
    tables: Tables, name: str, column: Column, hints: _Hints, findings: Findings
) -> None:
    """See that ids lead somewhere, and keep where they lead."""
    cells = tables.frames[name][column.name]
    flat = pl.DataFrame({"row": pl.arange(len(cells), eager=True, dtype=pl.Int32), "id": cells})
    several = column.kind in LISTS
    if several:
        flat = flat.explode("id").drop_nulls()
        if column.kind == "sources":  # the others are written out in place
            flat = flat.filter(~flat["id"].str.starts_with("{"))
    refers = str(column.refers)
    target = _rows_of(flat["id"], tables.column(refers, "id"))
    if refers not in tables.broken:
        unknown = flat.filter(target.is_null() & flat["id"].is_not_null())
        values = unknown["id"].head(100).to_list()
        findings.add_rows(
            tables.places[name],
            column.name,
            unknown["row"].to_list(),
            lambda k: f"unknown {NOUNS[refers]} {quoted(values[k])}{hints.of(refers, values[k])}",
        )
    rows = target.fill_null(-1).to_numpy()
    tables.references[name, column.name] = References(
        flat["row"].to_numpy() if several else None, rows
    )


def _rows_of(ids: pl.Series, known: pl.Series | None) -> pl.Series:
    """Return the row of each id among the known ones, null for those that are not."""
    if known is None:
        return pl.Series([None], dtype=pl.Int32).new_from_index(0, len(ids))
    rows = pl.DataFrame({"id": known, "target": pl.arange(len(known), eager=True, dtype=pl.Int32)})
    rows = rows.drop_nulls("id").unique("id", keep="first")
    return (
        ids.rename("id").to_frame().join(rows, on="id", how="left", maintain_order="left")["target"]
    )


class _Hints:
    """Finds what was probably meant by an unknown id, for the first few."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._said: dict[tuple[str, str], str] = {}
        self._known: dict[str, list[str]] = {}
        self._names: dict[str, str] | None = None

    def of(self, table: str, name: str) -> str:
        """Return the hint that follows an unknown id."""
        if (table, name) not in self._said and len(self._said) < _SUGGESTIONS:
            if table not in self._known:
                ids = self._tables.column(table, "id")
                self._known[table] = ids.drop_nulls().to_list() if ids is not None else []
            meant = self._party_named(name) if table == "parties" else None
            self._said[table, name] = (
                did_you_mean(name, self._known[table])
                if meant is None
                else did_you_mean(meant, [meant])
            )
        return self._said.get((table, name), "")

    def _party_named(self, name: str) -> str | None:
        """Find the id of a party that was referred to by its name."""
        if self._names is None:
            ids, names = (self._tables.column("parties", field) for field in ("id", "name"))
            self._names = {}
            if ids is not None and names is not None:
                pairs = zip(names.to_list(), ids.to_list(), strict=True)
                for text, own in pairs:
                    if text and own:
                        self._names.setdefault(text.casefold(), own)
        return self._names.get(name.casefold())


# -- rules within a row -----------------------------------------------------------------------


def _check_evidence(tables: Tables, name: str, findings: Findings) -> None:
    """See that evidence says how certain it is."""
    others = [c.name for c in EVIDENCE[1:] if tables.column(name, c.name) is not None]
    if not others:
        return
    frame = tables.frames[name]
    told = frame.select(pl.any_horizontal(pl.col(others).is_not_null())).to_series()
    certainty = tables.column(name, "certainty")
    bare = told if certainty is None else told & certainty.is_null()
    rows = bare.arg_true().to_list()
    findings.add_rows(
        tables.places[name],
        "certainty",
        rows,
        lambda _: "required, but missing: other columns of evidence are filled",
    )


def _check_order(tables: Tables, name: str, findings: Findings) -> None:
    """See that nothing ends before it starts."""
    since, until = tables.column(name, "since"), tables.column(name, "until")
    if since is None or until is None:
        return
    rows = np.flatnonzero(first_days(since) > last_days(until))
    starts, ends = (column.gather(rows[:100]).to_list() for column in (since, until))
    findings.add_rows(
        tables.places[name],
        "since",
        rows.tolist(),
        lambda k: f"since {starts[k]} is after until {ends[k]}",
    )


def _check_range(tables: Tables, name: str, column: str, findings: Findings) -> None:
    """See that a probability has a best value between its bounds."""
    frame = tables.frames.get(name)
    low, mode, high = (tables.column(name, f"{column}{end}") for end in ("_low", "", "_high"))
    if frame is None or (low is None and high is None):
        return
    nothing = pl.Series([None], dtype=pl.Float64).new_from_index(0, frame.height)
    values = pl.DataFrame(
        {
            "low": nothing if low is None else low,
            "mode": nothing if mode is None else mode,
            "high": nothing if high is None else high,
        }
    )
    place = tables.places[name]
    bounded = values["low"].is_not_null() | values["high"].is_not_null()
    bare = (bounded & values["mode"].is_null()).arg_true().to_list()
    findings.add_rows(place, column, bare, lambda _: "required, but missing: it has a range")
    filled = values.with_columns(pl.col("low", "high").fill_null(pl.col("mode")))
    wrong = ~((filled["low"] <= filled["mode"]) & (filled["mode"] <= filled["high"]))
    rows = wrong.fill_null(value=False).arg_true()
    said = filled.select(filled.columns)[rows.head(100)].rows()
    findings.add_rows(
        place,
        column,
        rows.to_list(),
        lambda k: "must have low <= mode <= high, got low {:g}, mode {:g}, high {:g}".format(
            *said[k]
        ),
    )


def _check_ends(tables: Tables, name: str, findings: Findings) -> None:
    """See that an edge joins two parties."""
    tail, head, message = EDGE_ENDS[name]
    tails, heads = tables.column(name, tail), tables.column(name, head)
    if tails is None or heads is None:
        return
    rows = (tails == heads).fill_null(value=False).arg_true()
    values = tails.gather(rows.head(100)).to_list()
    findings.add_rows(
        tables.places[name], head, rows.to_list(), lambda k: message.format(quoted(values[k]))
    )


def _check_owners(tables: Tables, findings: Findings) -> None:
    """See that nobody owns itself, over however many steps; minority stakes may go in circles."""
    party, owner = tables.column("owners", "party"), tables.column("owners", "owner")
    if party is None or owner is None:
        return
    stake = tables.column("owners", "stake")
    stakes = stake.to_list() if stake is not None else [None] * len(party)
    owners: dict[str, list[tuple[str, tuple[str | int, ...]]]] = {}
    cells = zip(party.to_list(), owner.to_list(), stakes, strict=True)
    for row, (child, parent, part) in enumerate(cells):
        if child is not None and parent is not None and (part is None or part > 0.5):
            owners.setdefault(child, []).append((parent, (row,)))
    for location, circle in circles(owners):
        if len(circle) == 1:
            message = f"{quoted(circle[0])} cannot be its own parent"
        else:
            way = " > ".join(quoted(name) for name in (*circle[:9], circle[0]))
            message = f"circle of parents: {way}"
        findings.add(tables.places["owners"], message, row=int(location[0]), column="owner")


def _check_subjects(tables: Tables, findings: Findings) -> None:
    """See that an observation speaks of one party or of one dataset."""
    frame = tables.frames.get("observations")
    if frame is None:
        return
    subjects = [name for name in ("party", "dataset") if name in frame.columns]
    told = frame.select(
        pl.sum_horizontal(pl.lit(0), *(pl.col(name).is_not_null() for name in subjects))
    ).to_series()
    rows = (told != 1).arg_true().to_list() if subjects else list(range(frame.height))
    message = "must name either a party or a dataset"
    findings.add_rows(tables.places["observations"], "", rows, lambda _: message)


def _check_demands(tables: Tables, findings: Findings) -> None:
    """See that what is said of a demand has an amount to speak of."""
    amount = tables.column("incidents", "demand_amount")
    for name in ("demand_currency", "demand_note"):
        said = tables.column("incidents", name)
        if said is not None:
            bare = said.is_not_null() if amount is None else said.is_not_null() & amount.is_null()
            findings.add_rows(
                tables.places["incidents"],
                name,
                bare.arg_true().to_list(),
                lambda _: "speaks of a demand without demand_amount",
            )


def _check_counts(tables: Tables, findings: Findings) -> None:
    """See that there is one graph with at least one edge."""
    if tables.height("graph") > 1:
        message = f"must have one row, got {tables.height('graph'):,}"
        findings.add(tables.places["graph"], message)
    if not any(_edge_tables(tables)):
        findings.add_general(_NO_EDGES)


def _edge_tables(tables: Tables) -> Iterator[bool]:
    for name in EDGE_ENDS:
        yield tables.height(name) > 0 or name in tables.broken
