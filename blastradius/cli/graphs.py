"""``blastradius graphs``: list the graphs that ship."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import Annotated

from blastradius.cli import options as shared
from blastradius.cli.lists import FORMATS, deliver_list

EXAMPLES = """Examples:

blastradius graphs
"""


def graphs(
    search: shared.SearchArgument = None,
    format_: Annotated[str | None, shared.format_option(*FORMATS)] = None,
    output: shared.OutputOption = None,
) -> None:
    """List the graphs that ship, or those with the words of SEARCH."""
    from blastradius.io.catalog import find_graph, shipped_graphs
    from blastradius.report.catalogue import graph_row, graphs_catalogue

    rows = [graph_row(name, find_graph(name).graph) for name in shipped_graphs()]
    deliver_list(graphs_catalogue(rows, search), format_, output)
