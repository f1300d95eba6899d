"""The records that some names mean, of a register: what costs and scenarios are checked against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from blastradius.io.tables.register import Register, Texts
from blastradius.model.text import nearest

if TYPE_CHECKING:
    from blastradius.model.graph import Graph

RowsOf = Mapping[str, NDArray[np.int64]]
"""Rows of some tables, ascending."""

_GUESSED = 5
"""Unknown names for which the nearest known ones are looked for."""


def records_about(register: Register, data: object) -> Graph:
    """Return the records that some plain data names, and those nearest to names that mean nothing."""
    rows = with_all_they_name(register, rows_named(register, set(_strings(data))))
    return register.part({table: found.tolist() for table, found in rows.items()})


def rows_named(register: Register, names: Iterable[str]) -> RowsOf:
    """Return the rows that ids mean: of parties, datasets and edges, also of parts of them.

    Parts are ``SHARE#DATASET``, ``pivot:DATASET`` and ``outage:PARTY``.
    """
    wanted = {part for name in names for part in _parts(name)}
    found: dict[str, NDArray[np.int64]] = {}
    tables = _ids(register)
    unknown = set(wanted)
    for table, ids in tables.items():
        # Ids of edges may have to be made, which takes a large register seconds.
        if not unknown and table not in ("parties", "datasets"):
            continue
        found[table] = ids.rows_of(sorted(wanted))
        unknown -= set(ids.at(found[table]))
    for name in sorted(unknown)[:_GUESSED]:
        for table, rows in found.items():
            near = nearest(name, tables[table])
            if near is not None:
                found[table] = np.union1d(rows, tables[table].rows_of([near]))
    return found


def with_all_they_name(register: Register, rows: RowsOf) -> RowsOf:
    """Add what the records of some rows name: data that is shared, parties, and their owners."""
    nothing = np.zeros(0, dtype=np.int64)
    shares, access, dependencies = (
        rows.get(table, nothing) for table in ("shares", "access", "dependencies")
    )
    pairs = np.isin(register.shares.pair_share, shares)
    datasets = np.union1d(rows.get("datasets", nothing), register.shares.pair_dataset[pairs])
    parties = np.unique(
        np.concatenate(
            [
                rows.get("parties", nothing),
                register.shares.discloser[shares],
                register.shares.recipient[shares],
                register.access.grantor[access],
                register.access.grantee[access],
                register.dependencies.customer[dependencies],
                register.dependencies.supplier[dependencies],
                register.datasets.owner[datasets],
            ]
        )
    )
    return {
        **rows,
        "parties": _with_owners(register, parties).astype(np.int64),
        "datasets": datasets.astype(np.int64),
    }


def _with_owners(register: Register, parties: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add the parties above; a record names its owners."""
    while True:
        owned = np.isin(register.ownerships.party, parties)
        more = np.union1d(parties, register.ownerships.owner[owned])
        if len(more) == len(parties):
            return more
        parties = more


def _ids(register: Register) -> dict[str, Texts]:
    return {
        "parties": register.parties.ids,
        "datasets": register.datasets.ids,
        "shares": register.shares.ids,
        "access": register.access.ids,
        "dependencies": register.dependencies.ids,
    }


def _parts(name: str) -> Iterator[str]:
    """Yield what a name may mean, and what it may be a part of."""
    yield name
    before, mark, after = name.rpartition("#")
    if mark:
        yield before
        yield after
    kind, mark, subject = name.partition(":")
    if mark and kind in ("pivot", "outage"):
        yield subject


def _strings(data: object) -> Iterator[str]:
    """Yield every text within plain data, keys too."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _strings(key)
            yield from _strings(value)
    elif isinstance(data, list | tuple):
        for item in data:
            yield from _strings(item)
