"""What costs and scenarios speak of, as a graph to check them against."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blastradius.io.tables.register import Register
    from blastradius.model.graph import Graph


def graph_about(graph: Graph | Register, data: object) -> Graph:
    """Return a graph that holds all that some plain data names: of a register only that much.

    Names that mean nothing bring those that are nearest, so that a check can suggest them.
    """
    from blastradius.model.graph import Graph  # noqa: PLC0415 - for start-up time

    if isinstance(graph, Graph):
        return graph
    from blastradius.io.tables.named import records_about  # noqa: PLC0415 - for start-up time

    return records_about(graph, data)
