"""``blastradius parties``: list and search parties."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import Annotated

from blastradius.cli import options as shared
from blastradius.cli.lists import FORMATS, deliver_list
from blastradius.cli.output import spare_inputs
from blastradius.cli.question import graph_name

EXAMPLES = """Examples:

blastradius parties

blastradius parties oem --format csv
"""


def parties(
    search: shared.SearchArgument = None,
    graph: shared.GraphOption = None,
    format_: Annotated[str | None, shared.format_option(*FORMATS)] = None,
    output: shared.OutputOption = None,
) -> None:
    """List the parties of a graph, or those with the words of SEARCH."""
    from blastradius.io.catalog import find_graph
    from blastradius.report.catalogue import parties_catalogue

    spare_inputs((output,), (graph,))
    loaded = find_graph(graph_name(graph))
    deliver_list(parties_catalogue(loaded.graph, search), format_, output)
