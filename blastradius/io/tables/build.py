"""From checked tables to a register: texts to codes, dates to days, ids to rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from blastradius.io.tables.days import first_days, last_days, with_retention
from blastradius.io.tables.layout import TABLES
from blastradius.io.tables.records import TableRecords
from blastradius.io.tables.register import (
    UNKNOWN,
    VARIETY_BITS,
    Access,
    Datasets,
    Dependencies,
    Ownerships,
    Parties,
    Range,
    Register,
    Shares,
    Texts,
)
from blastradius.model.vocabulary import CERTAINTIES

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from blastradius.io.tables.checks import Tables

_CONTENT = {
    "shares": ("discloser", "recipient", "datasets", "since", "until", "retention_days"),
    "access": ("grantor", "grantee", "via", "since", "until"),
    "dependencies": ("customer", "supplier", "what", "since", "until"),
}
"""What makes two edges the same, besides their probability."""


def build_register(tables: Tables, name: str, sha256: str, path: Path | None) -> Register:
    """Return the register that sound tables stand for."""
    records = TableRecords(tables, name)
    named, description = tables.column("graph", "name"), tables.column("graph", "description")
    if named is not None and len(named):
        name = named[0]
    return Register(
        name=name,
        description=description[0] if description is not None and len(description) else None,
        path=path,
        sha256=sha256,
        parties=_parties(tables),
        ownerships=_ownerships(tables),
        datasets=_datasets(tables),
        shares=_shares(tables, records),
        access=_access(tables, records),
        dependencies=_dependencies(tables, records),
        n_incidents=tables.height("incidents"),
        n_rows=sum(map(tables.height, TABLES)),
        _records=records,
    )


def _parties(tables: Tables) -> Parties:
    return Parties(
        _texts(tables, "parties", "id"),
        _texts(tables, "parties", "name"),
        _codes(tables, "parties", "role", TABLES["parties"].column("role").choices.index("other")),
    )


def _ownerships(tables: Tables) -> Ownerships:
    stake = _numbers(tables, "owners", "stake")
    return Ownerships(
        _rows(tables, "owners", "party"),
        _rows(tables, "owners", "owner"),
        _frozen(np.isnan(stake) | (stake > 0.5)),
    )


def _datasets(tables: Tables) -> Datasets:
    kept = tables.column("datasets", "kept_by_owner")
    n = tables.height("datasets")
    return Datasets(
        ids=_texts(tables, "datasets", "id"),
        owner=_rows(tables, "datasets", "owner"),
        varieties=_frozen(_varieties(tables)),
        own_probability=_range(tables, "datasets", "own_probability"),
        kept_by_owner=_frozen(
            np.ones(n, dtype=np.bool_) if kept is None else kept.fill_null(value=True).to_numpy()
        ),
        records=_counts(tables, "datasets", "records"),
        documents=_counts(tables, "datasets", "documents"),
        bytes=_counts(tables, "datasets", "bytes"),
        certainty=_codes(tables, "datasets", "certainty", UNKNOWN),
    )


def _varieties(tables: Tables) -> NDArray[np.uint32]:
    """Return the set of varieties of each dataset as bits."""
    bits = np.zeros(tables.height("datasets"), dtype=np.uint32)
    cells = tables.column("datasets", "varieties")
    if cells is None or not len(bits):
        return bits
    flat = pl.DataFrame({"row": pl.arange(len(bits), eager=True), "variety": cells})
    flat = flat.explode("variety").drop_nulls()
    values = flat["variety"].replace_strict(
        list(VARIETY_BITS), list(VARIETY_BITS.values()), return_dtype=pl.UInt32
    )
    np.bitwise_or.at(bits, flat["row"].to_numpy(), values.to_numpy())
    return bits


def _shares(tables: Tables, records: TableRecords) -> Shares:
    retention = tables.column("shares", "retention_days")
    common = _common(tables, records, "shares")
    if retention is not None and retention.null_count() < len(retention):
        days = retention.fill_null(UNKNOWN).to_numpy()
        common["last"] = _frozen(with_retention(common["last"], days))
    pairs = tables.references.get(("shares", "datasets"))
    if pairs is None or pairs.row is None:
        share = dataset = np.zeros(0, dtype=np.int32)
    else:
        share, dataset = _distinct_pairs(pairs.row, pairs.target)
    return Shares(
        **common,
        discloser=_rows(tables, "shares", "discloser"),
        recipient=_rows(tables, "shares", "recipient"),
        pair_share=_frozen(share),
        pair_dataset=_frozen(dataset),
    )


def _distinct_pairs(
    share: NDArray[np.int32], dataset: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Leave out a dataset that a share names twice: it is one coin."""
    if len(share) and not (np.diff(share) > 0).all():
        order = np.lexsort((dataset, share))
        share, dataset = share[order], dataset[order]
        new = np.append(True, (np.diff(share) != 0) | (np.diff(dataset) != 0))
        share, dataset = share[new], dataset[new]
    return share.astype(np.int32), dataset.astype(np.int32)


def _access(tables: Tables, records: TableRecords) -> Access:
    return Access(
        **_common(tables, records, "access"),
        grantor=_rows(tables, "access", "grantor"),
        grantee=_rows(tables, "access", "grantee"),
        via=_codes(tables, "access", "via", UNKNOWN),
    )


def _dependencies(tables: Tables, records: TableRecords) -> Dependencies:
    return Dependencies(
        **_common(tables, records, "dependencies"),
        customer=_rows(tables, "dependencies", "customer"),
        supplier=_rows(tables, "dependencies", "supplier"),
    )


def _common(tables: Tables, records: TableRecords, name: str) -> dict[str, Any]:
    n = tables.height(name)
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, n)
    since, until = tables.column(name, "since"), tables.column(name, "until")
    sources = tables.column(name, "sources")
    n_sources = (
        np.zeros(n, dtype=np.int32)
        if sources is None
        else sources.list.len().fill_null(0).cast(pl.Int32).to_numpy()
    )
    certainty = _codes(tables, name, "certainty", UNKNOWN)
    return {
        "ids": Texts(n, lambda: records.edge_ids(name)),
        "first": _frozen(first_days(nothing if since is None else since)),
        "last": _frozen(last_days(nothing if until is None else until)),
        "probability": _range(tables, name, "probability"),
        "certainty": certainty,
        "n_sources": _frozen(n_sources),
        "stands_for": _frozen(_stands_for(tables, records, name, certainty, n_sources)),
    }


def _stands_for(
    tables: Tables,
    records: TableRecords,
    name: str,
    certainty: NDArray[np.int8],
    n_sources: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Return for each edge the row of the best supported of its copies."""
    rows = np.arange(tables.height(name), dtype=np.int32)
    if name not in tables.frames or not len(rows):
        return rows
    content = _content(tables.frames[name], name)
    # Equal rows have equal hashes, so most tables are done after one pass over numbers.
    doubtful = content.hash_rows().is_duplicated().arg_true()
    if not len(doubtful):
        return rows
    support = pl.DataFrame(
        {
            "row": doubtful.cast(pl.Int32),
            "certainty": np.where(certainty < 0, len(CERTAINTIES) - 1, certainty)[doubtful],
            "sources": n_sources[doubtful],
            "id": records.edge_ids(name).gather(doubtful),
        }
    )
    copies = content[doubtful].hstack(support)
    best = copies.sort(
        ["certainty", "sources", "id", "row"], descending=[False, True, False, False]
    )
    best = best.select("row", pl.col("row").first().over(content.columns).alias("best"))
    rows[best["row"].to_numpy()] = best["best"].to_numpy()
    return rows


def _content(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the columns by which edges are compared."""
    content = frame.select(field for field in _CONTENT[name] if field in frame.columns)
    if "datasets" in content.columns:
        content = content.with_columns(
            pl.when(pl.col("datasets").list.len() > 1)
            .then(pl.col("datasets").list.unique().list.sort().list.join("+"))
            .otherwise(pl.col("datasets").list.first())
        )
    bounds = [f"probability{end}" for end in ("", "_low", "_high")]
    return content.hstack(
        frame.select(
            pl.coalesce(bound, "probability") + 0.0 for bound in bounds if bound in frame.columns
        )
        if "probability" in frame.columns
        else []
    )


def _texts(tables: Tables, table: str, name: str) -> Texts:
    column = tables.column(table, name)
    if column is None:
        return Texts(0, lambda: pl.Series([], dtype=pl.String))
    return Texts(len(column), lambda: column)


def _rows(tables: Tables, table: str, name: str) -> NDArray[np.int32]:
    """Return the rows that the ids of a column stand for."""
    found = tables.references.get((table, name))
    rows = np.zeros(0, dtype=np.int32) if found is None else found.target
    return _frozen(rows.astype(np.int32, copy=False))


def _codes(tables: Tables, table: str, name: str, missing: int) -> NDArray[np.int8]:
    """Return the place of each word among those that its column knows."""
    column = tables.column(table, name)
    if column is None:
        return _frozen(np.full(tables.height(table), missing, dtype=np.int8))
    return _frozen(column.to_physical().cast(pl.Int8).fill_null(missing).to_numpy())


def _counts(tables: Tables, table: str, name: str) -> NDArray[np.int64]:
    column = tables.column(table, name)
    if column is None:
        return _frozen(np.full(tables.height(table), UNKNOWN, dtype=np.int64))
    return _frozen(column.fill_null(UNKNOWN).to_numpy())


def _numbers(tables: Tables, table: str, name: str) -> NDArray[np.float64]:
    column = tables.column(table, name)
    if column is None:
        return _frozen(np.full(tables.height(table), np.nan))
    return _frozen(column.fill_null(float("nan")).to_numpy())


def _range(tables: Tables, table: str, name: str) -> Range:
    mode = _numbers(tables, table, name)
    low, high = (_numbers(tables, table, f"{name}_{end}") for end in ("low", "high"))
    return Range(
        _frozen(np.where(np.isnan(low), mode, low)),
        mode,
        _frozen(np.where(np.isnan(high), mode, high)),
    )


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    if values.flags.writeable:
        values.setflags(write=False)
    return values
