"""From the bytes of one table to a frame of its columns as written, with the place of each row."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from blastradius.io.tables.csv_text import CsvError, CsvText, scan_csv
from blastradius.io.tables.layout import MAX_ROWS, TABLES, Table
from blastradius.io.tables.parquet_sizes import ParquetError, check_parquet
from blastradius.model.text import did_you_mean, printable, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blastradius.io.tables.findings import Findings, Place
    from blastradius.io.tables.folder import TableFile


@dataclass(frozen=True)
class RawTable:
    """One table as written; its columns are known ones."""

    table: Table
    place: Place
    frame: pl.DataFrame
    is_csv: bool


def read_raw(file: TableFile, findings: Findings) -> RawTable | None:
    """Read one table, or note why that is not possible."""
    table = TABLES[file.table]
    noted = len(findings.found)
    if file.suffix == ".parquet":
        raw = _read_parquet(file, table, findings)
    else:
        raw = _read_csv(file, table, findings)
    return raw if len(findings.found) == noted else None


def _read_csv(file: TableFile, table: Table, findings: Findings) -> RawTable | None:
    try:
        text = scan_csv(file.content)
    except CsvError as error:
        place = file.place if not error.line else _line(file.place, error.line)
        findings.add(place, error.message, row=0 if error.line else -1)
        return None
    place = replace(file.place, lines=text.lines)
    if len(text.lines) > MAX_ROWS:
        message = f"too large: {len(text.lines):,} rows, at most {MAX_ROWS:,} are read"
        findings.add(file.place, message)
        return None
    _check_header(text.header, table, file.place, findings)
    for line, found in text.ragged[:100]:
        message = f"{found} cells, but the header has {len(text.header)}"
        findings.add(_line(file.place, line), message, row=0)
    findings.more += max(0, len(text.ragged) - 100)
    if text.ragged or len(set(text.header)) < len(text.header):
        return None
    frame = _parse_csv(text)
    if frame is None or frame.height != len(text.lines):
        findings.add(file.place, "cannot be read as CSV")
        return None
    return _without_empty_rows(RawTable(table, place, frame, is_csv=True))


def _line(place: Place, line: int) -> Place:
    """Return a place whose row 0 is a line of the file."""
    return replace(place, lines=np.array([line], dtype=np.int64))


def _parse_csv(text: CsvText) -> pl.DataFrame | None:
    if not len(text.lines):
        return pl.DataFrame(schema=dict.fromkeys(text.header, pl.String))
    try:
        frame = pl.read_csv(
            io.BytesIO(text.content),
            separator=text.separator,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError:
        return None
    frame.columns = text.header
    return frame.rechunk()


def _without_empty_rows(raw: RawTable) -> RawTable:
    """Leave out rows without any cell, such as a spreadsheet exports below its data."""
    frame = raw.frame
    if not (frame.to_series(0).fill_null("") == "").any():  # so no row is empty
        return raw
    kept = ~frame.select(pl.all_horizontal(pl.all().fill_null("") == "")).to_series()
    lines = raw.place.lines
    if lines is not None:
        lines = lines[kept.to_numpy()]
    return replace(raw, frame=frame.filter(kept), place=replace(raw.place, lines=lines))


def _check_header(names: Sequence[str], table: Table, place: Place, findings: Findings) -> None:
    """See that every column is known, stands once, and that none is missing that must be there."""
    known = [column.name for column in table.columns]
    where = _line(place, 1) if not place.file.lower().endswith(".parquet") else place
    row = 0 if where.lines is not None else -1
    if len(names) == 1 and names[0] not in known and len(known) > 1:
        message = f"one column, {quoted(names[0])}: separate cells by commas, semicolons or tabs"
        findings.add(where, message, row=row)
        return
    for place_in_row, name in enumerate(names):
        if name in names[:place_in_row]:
            findings.add(where, f"duplicate column {quoted(name)}", row=row)
        elif not name:
            findings.add(where, f"column {place_in_row + 1} has no name", row=row)
        elif name not in known:
            hint = did_you_mean(name, known) or f" (known: {', '.join(known)})"
            findings.add(where, f"unknown column {quoted(name)}{hint}", row=row)
    for column in table.columns:
        if column.required and column.name not in names:
            findings.add(where, f"column {quoted(column.name)} is required, but missing", row=row)


def _read_parquet(file: TableFile, table: Table, findings: Findings) -> RawTable | None:
    try:
        check_parquet(file.content)
        frame = pl.read_parquet(io.BytesIO(file.content)).rechunk()
    except ParquetError as error:
        findings.add(file.place, str(error))
        return None
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        reason = printable(str(error).split("\n", 1)[0], 200)
        findings.add(file.place, f"not valid Parquet: {reason}")
        return None
    except BaseException as error:
        if not _is_panic(error):
            raise
        findings.add(file.place, "not valid Parquet")
        return None
    _check_header(frame.columns, table, file.place, findings)
    known = {column.name for column in table.columns}
    # A column of nothing but nulls has no type; it says as little as a missing one.
    told = [n for n in frame.columns if n in known and frame[n].dtype != pl.Null]
    empty = [c.name for c in table.columns if c.required and c.name not in told]
    if frame.height and any(name in frame.columns for name in empty):
        frame = frame.with_columns(
            pl.lit(None, pl.String).alias(n) for n in empty if n in frame.columns
        )
        told = [n for n in frame.columns if n in told or n in empty]
    return RawTable(table, file.place, frame.select(told), is_csv=False)


def _is_panic(error: BaseException) -> bool:
    """Tell a panic of the columnar library, which is no ``Exception``, from Ctrl-C and the like."""
    return isinstance(error, pl.exceptions.PanicException)
