"""From whatever names a graph to what a command needs of it: records, or columns."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from blastradius.errors import GraphFileError, Problem
from blastradius.io.loaded import LoadedGraph
from blastradius.io.tables.folder import is_folder
from blastradius.io.tables.memory import register_of_graph
from blastradius.io.tables.reading import read_register
from blastradius.io.tables.register import Register
from blastradius.io.tables.writing import check_target, write_frames
from blastradius.model.graph import Graph
from blastradius.model.text import printable

MAX_RECORDS: Final = 250_000
"""Rows that are turned into records, which take a hundred times the memory of columns."""


MAX_NAMED: Final = 100_000
"""Parties that are looked for by name: records and search take some 5 kB each."""


def load_folder(path: str | Path) -> LoadedGraph:
    """Read a folder of tables as a graph of records.

    Raises
    ------
    GraphFileError
        With every problem of the tables, or if there are too many rows for records.
    """
    register = read_register(path)
    return LoadedGraph(graph_of(register, path), register.name, Path(path), register.sha256)


COLUMNS_FROM: Final = 50_000
"""Rows from which an analysis works on columns: records would take it longer than the answer."""


def load_records_or_columns(path: str | Path) -> LoadedGraph | Register:
    """Read a folder of tables: as records if it is small, else as columns.

    Raises
    ------
    GraphFileError
        With every problem of the tables.
    """
    register = read_register(path)
    if register.n_rows >= COLUMNS_FROM:
        return register
    return LoadedGraph(register.to_graph(), register.name, Path(path), register.sha256)


def graph_of(register: Register, path: str | Path) -> Graph:
    """Return a register as records, if it is not too large for that.

    Raises
    ------
    GraphFileError
        If it is too large; ``path`` says which, in the message.
    """
    if register.n_rows > MAX_RECORDS:
        message = (
            f"{register.n_rows:,} rows are too many for this; at most {MAX_RECORDS:,} are "
            "turned into records"
        )
        raise GraphFileError(printable(str(path), 200), (Problem(0, 0, "", message),))
    return register.to_graph()


def named_graph(register: Register) -> Graph:
    """Return what has names in a register as records, without relations.

    Raises
    ------
    GraphFileError
        If there are too many parties to look for them by name.
    """
    if len(register.parties) > MAX_NAMED:
        message = (
            f"{len(register.parties):,} parties are too many to be looked for by name, at most "
            f"{MAX_NAMED:,} are; cut the graph down to those that may be named"
        )
        name = register.path or register.name
        raise GraphFileError(printable(str(name), 200), (Problem(0, 0, "", message),))
    return register.names()


def write_tables(
    source: str | Path | Graph | LoadedGraph | Register,
    target: str | Path,
    notation: str = "parquet",
    *,
    replace: bool = False,
) -> None:
    """Write whatever :func:`load_register` takes as a folder of tables.

    Raises
    ------
    GraphFileError
        If the source is not valid.
    OutputError
        If the folder cannot be written, or exists and may not be replaced.
    """
    check_target(target, replace=replace)  # before anything is read
    write_frames(load_register(source).frames(), target, notation, replace=replace)


def load_register(source: str | Path | Graph | LoadedGraph | Register) -> Register:
    """Load a graph as columns: a folder of tables, a graph file, or a shipped graph by its name.

    Raises
    ------
    GraphFileError
        With every problem of the tables or of the file.
    """
    from blastradius.io.catalog import find_graph  # noqa: PLC0415 - it loads folders with this

    if isinstance(source, Register):
        return source
    if isinstance(source, str | Path) and is_folder(source):
        return read_register(source)
    if isinstance(source, Graph):
        source = LoadedGraph.from_graph(source)
    loaded = source if isinstance(source, LoadedGraph) else find_graph(source)
    return register_of_graph(loaded.graph, loaded.sha256)
