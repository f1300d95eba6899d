"""Registers that were never a folder: made of a graph, or of columns that a program made."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from blastradius.io.tables.build import build_register
from blastradius.io.tables.cells import type_of
from blastradius.io.tables.checks import Tables, check_tables
from blastradius.io.tables.columns import Cells, Coded, Columns
from blastradius.io.tables.findings import Findings, Place
from blastradius.io.tables.layout import TABLES, Column
from blastradius.io.tables.records import rows_of_graph
from blastradius.io.tables.writing import frames_of_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blastradius.io.tables.register import Register
    from blastradius.model.graph import Graph


def register_of_graph(graph: Graph, sha256: str = "") -> Register:
    """Return a graph as a register; the checksum is that of the graph's JSON if none is given.

    Raises
    ------
    GraphFileError
        If the graph does not hold together.
    """
    if not sha256:
        text = graph.model_dump_json(by_alias=True, exclude_none=True)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
    return _register(frames_of_rows(rows_of_graph(graph)), sha256)


def register_of_columns(columns: Columns) -> Register:
    """Return columns that a program made as a register.

    Raises
    ------
    GraphFileError
        If they do not hold together.

    Examples
    --------
    >>> register = register_of_columns(
    ...     {
    ...         "graph": {"name": ["two"]},
    ...         "parties": {"id": ["a", "b"], "name": ["A", "B"]},
    ...         "access": {"grantor": ["a"], "grantee": ["b"], "via": ["vpn"]},
    ...     }
    ... )
    >>> register.name, register.access.grantee.tolist(), register.access.ids[0]
    ('two', [1], 'access:a>b:vpn')
    """
    return _register(frames_of_columns(columns), _checksum(columns))


def _checksum(columns: Columns) -> str:
    """Return SHA-256 of the columns, the same on every machine."""
    whole = hashlib.sha256()
    for table, cells in columns.items():
        for name, column in cells.items():
            whole.update(f"{table}.{name}\n".encode())
            if isinstance(column, Coded):
                whole.update("\n".join(column.words).encode())
                whole.update(np.asarray(column.codes).astype("<i8").tobytes())
            elif isinstance(column, np.ndarray):
                whole.update(column.astype("<f8").tobytes())
            else:
                whole.update("\n".join(column).encode())
    return whole.hexdigest()


def frames_of_columns(columns: Columns) -> dict[str, pl.DataFrame]:
    """Return the tables of columns that a program made."""
    return {
        name: pl.DataFrame(
            [_series(TABLES[name].column(column), cells) for column, cells in columns[name].items()]
        )
        for name in TABLES
        if name in columns
    }


def _series(column: Column, cells: Cells) -> pl.Series:
    wanted = type_of(column)
    if isinstance(cells, Coded):
        codes = pl.Series(np.asarray(cells.codes, dtype=np.int64))
        known = codes.to_frame("code").select(pl.when(pl.col("code") >= 0).then("code"))
        series = pl.Series(column.name, list(cells.words), pl.String).gather(known.to_series())
    else:
        series = pl.Series(column.name, cells)
    if series.dtype.is_float():
        series = series.fill_nan(None)
    elif series.dtype.is_integer():
        series = series.to_frame().select(pl.when(pl.first() >= 0).then(pl.first())).to_series()
    if wanted == pl.List(pl.String):
        series = series.str.split("|")
    return series.cast(wanted).rename(column.name)


def _register(frames: Mapping[str, pl.DataFrame], sha256: str) -> Register:
    tables = Tables(frames, {name: Place(name, k) for k, name in enumerate(TABLES)})
    findings = Findings()
    check_tables(tables, findings)
    if findings:
        raise findings.failure("graph")
    return build_register(tables, "register", sha256, None)
