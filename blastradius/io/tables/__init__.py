"""A folder of tables, Parquet or CSV, that means the same as a graph file.

The columnar library and all that needs it are imported when the first folder is read or written;
:mod:`layout`, :mod:`columns` and :mod:`register` do without.

=============  ===========================================================================
layout         tables and columns, what may be in them
folder, raw    files to columns as written; csv_text and parquet_sizes look before reading
cells          columns as written to columns with a type; findings gathers what is wrong
checks         ids, references, rules within rows
build          checked tables to a `Register`; edge_ids and days help
records        rows to records of a graph, and back
writing        tables to files
=============  ===========================================================================
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blastradius.io.tables.loading import (
        graph_of,
        load_folder,
        load_records_or_columns,
        load_register,
        named_graph,
        write_tables,
    )
    from blastradius.io.tables.memory import register_of_columns, register_of_graph
    from blastradius.io.tables.reading import read_register
    from blastradius.io.tables.register import Register

__all__ = [
    "Register",
    "graph_of",
    "load_folder",
    "load_records_or_columns",
    "load_register",
    "named_graph",
    "read_register",
    "register_of_columns",
    "register_of_graph",
    "write_tables",
]

_HOMES = {
    "Register": "register",
    "graph_of": "loading",
    "load_folder": "loading",
    "load_records_or_columns": "loading",
    "load_register": "loading",
    "named_graph": "loading",
    "read_register": "reading",
    "register_of_columns": "memory",
    "register_of_graph": "memory",
    "write_tables": "loading",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{home}"), name)
