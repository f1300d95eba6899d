"""``blastradius convert``: a graph file as a folder of tables, and back."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from blastradius.cli.options import OUTPUT, complete_graph
from blastradius.cli.output import emit, patience, spare_inputs
from blastradius.cli.usage import UsageError, check_words
from blastradius.errors import OutputError
from blastradius.model.text import printable, quoted

if TYPE_CHECKING:
    from blastradius.model.graph import Graph

EXAMPLES = """Examples:

blastradius convert automotive tables

blastradius convert tables automotive.yaml

blastradius convert tables tables-as-csv --tables csv
"""

NOTATIONS = ("parquet", "csv")
_FILES = (".yaml", ".yml", ".json")
_NO_FOLDERS = (".csv", ".gz", ".parquet", ".xlsx", ".zip", ".txt")
"""Suffixes of single files, which a folder of tables should not have."""


def convert(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="Graph file, folder of tables, or name of a shipped graph.",
            autocompletion=complete_graph,
            show_default=False,
        ),
    ],
    dest: Annotated[
        str,
        typer.Argument(
            metavar="DEST",
            help="What to write: a file that ends in .yaml, .yml or .json, or else a folder.",
            show_default=False,
        ),
    ],
    tables: Annotated[
        str | None,
        typer.Option(
            help=f"Notation of the tables: {' or '.join(NOTATIONS)}. Default: {NOTATIONS[0]}.",
            metavar="|".join(NOTATIONS),
            show_default=False,
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Replace DEST if it exists: a file, or a folder of nothing but tables.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
) -> None:
    """Write a graph file as a folder of tables, or a folder of tables as a graph file.

    Nothing is lost either way but comments and the layout of a file. Tables are also converted
    into tables, from CSV to Parquet and back, whatever their size.
    """
    check_target(dest, tables)
    spare_inputs((dest,), (source,))
    with patience("still converting ..."):
        if is_file(dest):
            _to_file(source, dest, force=force)
        else:
            _to_folder(source, dest, tables or NOTATIONS[0], force=force)
    emit(f"{printable(dest)}\n")


def is_file(dest: str) -> bool:
    """Tell whether a target is a graph file; all else is a folder of tables."""
    return dest.lower().endswith(_FILES)


def check_target(dest: str, tables: str | None) -> None:
    """Refuse a target that is neither a graph file nor a folder.

    Raises
    ------
    UsageError
        If the suffix promises something else, or ``--tables`` goes with a file.
    """
    check_words("--tables", [] if tables is None else [tables], NOTATIONS)
    if is_file(dest) and tables is not None:
        msg = f"--tables writes a folder, but {quoted(dest)} is a file: choose one of them"
        raise UsageError(msg)
    if dest.lower().endswith(_NO_FOLDERS):
        msg = (
            f"{quoted(dest)} looks like a single table: name a folder, or a file that ends in "
            f"{', '.join(_FILES)}"
        )
        raise UsageError(msg)


def write_graph_file(graph: Graph, dest: str, *, force: bool) -> None:
    """Write a graph as YAML or JSON, by the suffix.

    Raises
    ------
    OutputError
        If the file exists and nobody said to replace it, or cannot be written.
    """
    from blastradius.io.atomic import write_text
    from blastradius.io.graph_text import graph_text

    _refuse_existing(dest, force=force)
    write_text(dest, graph_text(graph, as_json=dest.lower().endswith(".json")))


def _refuse_existing(dest: str, *, force: bool) -> None:
    if os.path.lexists(dest) and not force:
        msg = f"cannot write {printable(dest, 200)}: it exists; --force replaces it"
        raise OutputError(msg)


def _to_file(source: str, dest: str, *, force: bool) -> None:
    from blastradius.io.catalog import find_graph

    _refuse_existing(dest, force=force)  # before a large source is read
    write_graph_file(find_graph(source).graph, dest, force=force)


def _to_folder(source: str, dest: str, tables: str, *, force: bool) -> None:
    from blastradius.io.tables import write_tables

    write_tables(source, dest, tables, replace=force)
