"""Text to model and back: files of graphs, observations, scenarios and results, the schema.

The names below are imported on first use, so that a command pays only for what it does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blastradius.io.atomic import write_text
    from blastradius.io.catalog import find_graph, shipped_graphs
    from blastradius.io.files import read_graph, read_observations
    from blastradius.io.loaded import LoadedGraph
    from blastradius.io.results import read_result
    from blastradius.io.scenarios import load_scenario, read_scenario
    from blastradius.io.schema import graph_json_schema
    from blastradius.io.tables import Register, load_register

__all__ = [
    "LoadedGraph",
    "Register",
    "find_graph",
    "graph_json_schema",
    "load_register",
    "load_scenario",
    "read_graph",
    "read_observations",
    "read_result",
    "read_scenario",
    "shipped_graphs",
    "write_text",
]

_HOMES = {
    "LoadedGraph": "loaded",
    "Register": "tables",
    "find_graph": "catalog",
    "graph_json_schema": "schema",
    "load_register": "tables",
    "load_scenario": "scenarios",
    "read_graph": "files",
    "read_observations": "files",
    "read_result": "results",
    "read_scenario": "scenarios",
    "shipped_graphs": "catalog",
    "write_text": "atomic",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{home}"), name)
