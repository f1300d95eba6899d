"""Reading a folder of tables: bytes to a register, or to an error that tells all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from blastradius.io.tables.build import build_register
from blastradius.io.tables.cells import read_cells
from blastradius.io.tables.checks import Tables, check_tables
from blastradius.io.tables.findings import Findings
from blastradius.io.tables.folder import Digest, failed, read_table_files, table_files
from blastradius.io.tables.raw import read_raw
from blastradius.model.text import printable

if TYPE_CHECKING:
    import polars as pl

    from blastradius.io.tables.findings import Place
    from blastradius.io.tables.register import Register


def read_register(path: str | Path) -> Register:
    """Read a folder of tables.

    Raises
    ------
    GraphFileError
        With every problem of the tables, each with its file, row and column.
    """
    folder = Path(path)
    tables, digest = read_tables(folder)
    return build_register(tables, _name_of(folder), digest, folder)


def _name_of(folder: Path) -> str:
    """Return the name of a graph whose tables do not tell: that of the folder."""
    return printable(folder.resolve().name.strip(), 300) or "register"


def read_tables(folder: Path) -> tuple[Tables, str]:
    """Read and check the tables of a folder; also return their checksum."""
    findings = Findings()
    files = table_files(folder, findings)
    if "parties" not in files:
        if not findings:
            raise failed(folder, "a folder of tables needs parties.csv or parties.parquet")
        findings.add_general("a folder of tables needs parties.csv or parties.parquet")
    digest = Digest()
    frames: dict[str, pl.DataFrame] = {}
    places: dict[str, Place] = {}
    for file in read_table_files(folder, files, findings, digest):
        raw = read_raw(file, findings)
        if raw is not None:
            frames[file.table] = read_cells(raw, findings)
            places[file.table] = raw.place
    tables = Tables(frames, places, frozenset(files) - frozenset(frames))
    check_tables(tables, findings)
    if findings:
        raise findings.failure(str(folder))
    return tables, digest.hexdigest()
