"""A graph together with its origin, as analyses record it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from blastradius.model.graph import Graph


@dataclass(frozen=True)
class LoadedGraph:
    """A graph, and what is needed to say which one it was."""

    graph: Graph
    name: str
    """Name of a shipped graph, else the name that the graph gives itself."""
    path: Path | None
    """File it was read from; None for shipped graphs and those built in Python."""
    sha256: str
    """Of the bytes of the file, or of the canonical JSON of a graph built in Python."""
    is_shipped: bool = False
    """Whether it is one of the graphs that come with the package."""

    @property
    def reference(self) -> str | None:
        """What finds the graph again: a shipped name or a path; None if built in Python."""
        if self.path is not None:
            return str(self.path)
        return self.name if self.is_shipped else None

    @classmethod
    def from_graph(cls, graph: Graph) -> LoadedGraph:
        """Check a graph that was built in Python, and name it.

        Raises
        ------
        GraphError
            If the graph does not hold together.
        """
        from blastradius.model.check import check_graph  # noqa: PLC0415 - for start-up time

        check_graph(graph)
        content = graph.model_dump_json(by_alias=True, exclude_none=True)
        return cls(graph, graph.name, None, hashlib.sha256(content.encode()).hexdigest())
