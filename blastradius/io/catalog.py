"""The graphs that ship with the package.

Each is a YAML file written by hand, in ``graphs/``: beside the package in a checkout, inside it
once installed. A build also stores each graph as JSON, which reads many times faster. The name of
the JSON holds the checksum of the YAML that it was made from, so that an edited YAML never meets
an outdated JSON. The readers of text are imported where they are needed: a command on a shipped
graph starts without them.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

from blastradius.io.loaded import LoadedGraph
from blastradius.model.graph import Graph


class Catalog(NamedTuple):
    """Where the shipped graphs are."""

    sources: Path
    """Folder of the YAML files."""
    compiled: Path
    """Folder of the JSON files that a build made from them."""


def _catalog() -> Catalog:
    package = Path(__file__).resolve().parents[1]
    installed = package / "graphs"
    if installed.is_dir():
        return Catalog(installed, installed)
    checkout = package.parent
    return Catalog(checkout / "graphs", checkout / "build" / "graphs")


def find_graph(name_or_path: str | Path) -> LoadedGraph:
    """Read a shipped graph by its name, or any graph file or folder of tables by its path.

    A shipped name goes before a file of that name; write ``./automotive`` for the file.

    Raises
    ------
    GraphFileError
        If there is no such graph, or it is not valid.
    """
    catalog = _catalog()
    names = shipped_graphs(catalog)
    if str(name_or_path) in names:
        return read_shipped(str(name_or_path), catalog)
    if os.path.isdir(name_or_path):  # noqa: PTH112 - Path.is_dir raises on paths that are too long
        from blastradius.io.tables import load_folder  # noqa: PLC0415

        return load_folder(name_or_path)
    from blastradius.io.files import read_file  # noqa: PLC0415

    return read_file(name_or_path, names)


def shipped_graphs(catalog: Catalog | None = None) -> tuple[str, ...]:
    """Return the names of the graphs that ship, in alphabetical order."""
    sources = (catalog or _catalog()).sources
    return tuple(sorted(path.stem for path in sources.glob("*.yaml")))


def read_shipped(name: str, catalog: Catalog) -> LoadedGraph:
    """Read a graph of a catalogue, from its JSON if that was made from the YAML as it is now."""
    source = catalog.sources / f"{name}.yaml"
    content = source.read_bytes()
    checksum = hashlib.sha256(content).hexdigest()
    try:
        compiled = (catalog.compiled / _compiled_name(name, checksum)).read_bytes()
        # Its references were checked when it was made.
        graph = Graph.model_validate_json(compiled)
    except (OSError, ValueError):  # not built in, or built for another version of the schema
        from blastradius.io.files import graph_from_bytes  # noqa: PLC0415

        graph = graph_from_bytes(content, str(source))
    return LoadedGraph(graph, name, None, checksum, is_shipped=True)


def compile_graph(source: Path, folder: Path) -> Path:
    """Write the JSON that stands for a YAML file, and return its path.

    Raises
    ------
    GraphFileError
        If the YAML is not a valid graph.
    """
    from blastradius.io.files import graph_from_bytes  # noqa: PLC0415

    content = source.read_bytes()
    graph = graph_from_bytes(content, str(source))
    target = folder / _compiled_name(source.stem, hashlib.sha256(content).hexdigest())
    text = graph.model_dump_json(by_alias=True, exclude_unset=True, exclude_none=True)
    target.write_text(text, encoding="utf-8")
    return target


def _compiled_name(name: str, checksum: str) -> str:
    return f"{name}.{checksum}.json"
