"""Rows of tables as records of a graph, and back: what is nested there and flat here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from blastradius.io.tables.edge_ids import edge_ids
from blastradius.io.tables.layout import EDGE_ENDS, TABLES
from blastradius.model import graph as model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from blastradius.io.tables.checks import Tables

Row = dict[str, Any]

EVIDENCE: Final = {
    "certainty": "certainty",
    "sources": "sources",
    "incident": "evidence_incident",
    "date": "evidence_date",
    "note": "evidence_note",
}
_VOLUME = {name: f"volume_{name}" for name in ("records", "documents", "bytes", "basis", "note")}
_DEMAND = {name: f"demand_{name}" for name in ("amount", "currency", "note")}

GROUPS: Final[dict[str, dict[str, dict[str, str]]]] = {
    "parties": {
        "identifiers": {name: name for name in ("bpn", "lei", "duns", "domain")},
        "evidence": EVIDENCE,
    },
    "owners": {"evidence": EVIDENCE},
    "contacts": {},
    "datasets": {"evidence": EVIDENCE},
    "shares": {"evidence": EVIDENCE},
    "access": {"evidence": EVIDENCE},
    "dependencies": {"evidence": EVIDENCE},
    "incidents": {"volume": _VOLUME, "demand": _DEMAND, "evidence": EVIDENCE},
    "observations": {"evidence": EVIDENCE},
    "sources": {},
    "graph": {},
}
"""By table: records inside its records, and the columns of their fields."""

RANGES: Final = {"datasets": "own_probability"} | dict.fromkeys(EDGE_ENDS, "probability")
"""Tables with a probability, and what it is called."""


# -- rows to records --------------------------------------------------------------------------


def nested(row: Mapping[str, Any], table: str) -> Row:
    """Return the record that a row of cells stands for; empty cells are left out.

    >>> nested({"id": "a", "domain": "a.example", "certainty": None}, "parties")
    {'id': 'a', 'identifiers': {'domain': 'a.example'}}
    """
    record = {name: value for name, value in row.items() if value is not None}
    for group, fields in GROUPS[table].items():
        inner = {f: record.pop(c) for f, c in fields.items() if c in record}
        if inner:
            record[group] = inner
    if "evidence" in record and "sources" in record["evidence"]:
        record["evidence"]["sources"] = [
            json.loads(item) if item.startswith("{") else item
            for item in record["evidence"]["sources"]
        ]
    name = RANGES.get(table)
    if name is not None:
        low, high = record.pop(f"{name}_low", None), record.pop(f"{name}_high", None)
        if low is not None or high is not None:
            mode = record[name]
            record[name] = {
                "low": mode if low is None else low,
                "mode": mode,
                "high": mode if high is None else high,
            }
    return record


class TableRecords:
    """Makes records of the rows of some tables."""

    def __init__(self, tables: Tables, name: str) -> None:
        self._tables = tables
        self._name = name
        self._ids: dict[str, pl.Series] = {}
        self._sides: dict[str, dict[str, list[Row]]] = {}

    def party(self, row: int) -> model.Party:
        """Return the record of a party."""
        return model.Party.model_validate(self._with_sides(self._one("parties", row)))

    def dataset(self, row: int) -> model.Dataset:
        """Return the record of a dataset."""
        return model.Dataset.model_validate(self._one("datasets", row))

    def share(self, row: int) -> model.Share:
        """Return the record of a share; its id is that of the table's column of ids."""
        return model.Share.model_validate(self._edge("shares", row))

    def grant(self, row: int) -> model.AccessGrant:
        """Return the record of an access grant."""
        return model.AccessGrant.model_validate(self._edge("access", row))

    def dependency(self, row: int) -> model.Dependency:
        """Return the record of a dependency."""
        return model.Dependency.model_validate(self._edge("dependencies", row))

    def incidents(self) -> tuple[model.Incident, ...]:
        """Return all incidents."""
        return tuple(model.Incident.model_validate(item) for item in self._incidents())

    def party_names(self) -> dict[str, list[int]]:
        """Return the rows of the parties by name, alias and identifier."""
        rows: dict[str, list[int]] = {}
        frame = self._tables.frames["parties"]
        for column in ("name", "aliases", "bpn", "lei", "duns", "domain"):
            if column in frame.columns:
                told = pl.DataFrame({"name": frame[column]}).with_row_index("row")
                if column == "aliases":
                    told = told.explode("name")
                for row, name in told.drop_nulls().iter_rows():
                    rows.setdefault(name, []).append(row)
        return rows

    def frames(self) -> Mapping[str, pl.DataFrame]:
        """Return the tables; without one of its own, `graph` gets the name that is in use."""
        named = {"graph": pl.DataFrame({"name": [self._name]})}
        return named | dict(self._tables.frames)

    def graph(self) -> model.Graph:
        """Return the whole as a graph."""
        data = self._described() | {"parties": self._parties()}
        for table in ("datasets", *EDGE_ENDS):
            data[table] = list(self._all(table))
        return model.Graph.model_validate(data)

    def names(self) -> model.Graph:
        """Return what has names as a graph: parties, incidents, and datasets with terms."""
        data = self._described() | {"parties": self._parties()}
        data["datasets"] = [row for row in self._all("datasets") if row.get("terms")]
        return model.Graph.model_validate(data)

    def part(self, rows: Mapping[str, Sequence[int]]) -> model.Graph:
        """Return some rows of some tables as a graph, with all incidents and sources."""
        data = self._described()
        for table, chosen in rows.items():
            data[table] = [self._one(table, row) for row in chosen]
            if table in EDGE_ENDS:
                self._name_edges(table, chosen, data[table])
        data["parties"] = [self._with_sides(row) for row in data["parties"]]
        return model.Graph.model_validate(data)

    def _parties(self) -> list[Row]:
        return [self._with_sides(row) for row in self._all("parties")]

    def _described(self) -> Row:
        data: Row = {"name": self._name}
        if self._tables.height("graph"):
            data |= self._one("graph", 0)
        data["sources"] = list(self._all("sources"))
        data["incidents"] = self._incidents()
        return data

    def _one(self, table: str, row: int) -> Row:
        frame = self._tables.frames[table]
        return nested(frame.row(row, named=True), table)

    def _edge(self, table: str, row: int) -> Row:
        record = self._one(table, row)
        self._name_edges(table, [row], [record])
        return record

    def _name_edges(self, table: str, rows: Sequence[int], records: Sequence[Row]) -> None:
        """Give ids to records without one; making those of a whole register takes seconds."""
        end = EDGE_ENDS[table][0]
        ends = self._tables.frames[table][end]
        parties = ends[list(rows)].unique()
        among = ends.is_in(parties.implode())
        ids = edge_ids(self._tables, table, (end, parties))
        place = among.cum_sum()
        for row, record in zip(rows, records, strict=True):
            record.setdefault("id", ids[place[row] - 1])

    def edge_ids(self, table: str) -> pl.Series:
        """Return the ids of one kind of edges, made once."""
        if table not in self._ids:
            self._ids[table] = edge_ids(self._tables, table)
        return self._ids[table]

    def _all(self, table: str) -> Iterable[Row]:
        frame = self._tables.frames.get(table)
        if frame is not None:
            for row in frame.iter_rows(named=True):
                yield nested(row, table)

    def _by(self, table: str, key: str) -> dict[str, list[Row]]:
        """Return the rows of a side table by what they belong to."""
        if table not in self._sides:
            groups: dict[str, list[Row]] = {}
            for row in self._all(table):
                groups.setdefault(row.pop(key), []).append(row)
            self._sides[table] = groups
        return self._sides[table]

    def _with_sides(self, party: Row) -> Row:
        owners = self._by("owners", "party").get(party["id"])
        contacts = self._by("contacts", "party").get(party["id"])
        if owners:
            party["parent"] = [
                {"party": row["owner"]} | {k: v for k, v in row.items() if k != "owner"}
                for row in owners
            ]
        if contacts:
            party["contacts"] = contacts
        return party

    def _incidents(self) -> list[Row]:
        incidents = list(self._all("incidents"))
        for incident in incidents:
            said = self._by("observations", "incident").get(incident["id"])
            if said:
                incident["observations"] = said
        return incidents


# -- records to rows --------------------------------------------------------------------------


def flat(record: model.Record, table: str, **more: str) -> Row:
    """Return the cells of a record; nested lists of records have tables of their own.

    >>> flat(model.Source(title="Letter", tier="press"), "sources")
    {'title': 'Letter', 'tier': 'press'}
    """
    row: Row = dict(more)
    data = record.model_dump(exclude_none=True, by_alias=True)
    known = {column.name for column in TABLES[table].columns}
    for name, value in data.items():
        group = GROUPS[table].get(name)
        if group is not None:
            row |= {group[field]: inner for field, inner in value.items()}
        elif name == RANGES.get(table):
            row |= _range_cells(name, value)
        elif name in known and value != ():
            row[name] = value
    if row.get("sources") == ():
        del row["sources"]
    if "sources" in row:
        row["sources"] = [
            item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
            for item in row["sources"]
        ]
    return row


def _range_cells(name: str, value: dict[str, float]) -> Row:
    cells = {name: value["mode"]}
    if value["low"] != value["mode"] or value["high"] != value["mode"]:
        cells |= {f"{name}_low": value["low"], f"{name}_high": value["high"]}
    return cells


def rows_of_graph(graph: model.Graph) -> dict[str, list[Row]]:
    """Return the rows of every table that say what a graph says."""
    plain = model.without_made_ids(graph)
    rows: dict[str, list[Row]] = {
        "graph": [flat(plain, "graph")],
        "parties": [flat(party, "parties") for party in plain.parties],
        "owners": [
            flat(owner, "owners", party=party.id, owner=owner.party)
            | {"party": party.id, "owner": owner.party}
            for party in plain.parties
            for owner in party.parent
        ],
        "contacts": [
            flat(contact, "contacts", party=party.id)
            for party in plain.parties
            for contact in party.contacts
        ],
        "observations": [
            flat(said, "observations", incident=incident.id)
            for incident in plain.incidents
            for said in incident.observations
        ],
    }
    lists: dict[str, Sequence[model.Record]] = {
        "datasets": plain.datasets,
        "shares": plain.shares,
        "access": plain.access,
        "dependencies": plain.dependencies,
        "incidents": plain.incidents,
        "sources": plain.sources,
    }
    return rows | {name: [flat(item, name) for item in items] for name, items in lists.items()}
