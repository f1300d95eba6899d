"""``blastradius show``: everything known of a party or incident."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from blastradius.cli import options as shared
from blastradius.cli.output import deliver, spare_inputs
from blastradius.cli.question import graph_name

if TYPE_CHECKING:
    from blastradius.model.graph import Graph, Incident, Party

EXAMPLES = """Examples:

blastradius show continental

blastradius show continental-lockbit-2022 --format markdown
"""


def show(
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Party or incident: id, name, alias or identifier.",
            autocompletion=shared.complete_target,
            show_default=False,
        ),
    ],
    graph: shared.GraphOption = None,
    format_: Annotated[str | None, shared.format_option("text", "json", "markdown")] = None,
    output: shared.OutputOption = None,
) -> None:
    """Show everything that a graph records of a party or incident, with its sources."""
    from blastradius.analysis.resolve import resolve_target
    from blastradius.io.catalog import find_graph
    from blastradius.report.as_dict import json_text
    from blastradius.report.markdown import render_markdown
    from blastradius.report.record_page import record_dict, record_document
    from blastradius.report.text import render_text

    spare_inputs((output,), (graph,))
    known: Graph = find_graph(graph_name(graph)).graph
    record: Party | Incident = resolve_target(known, id_)
    page = record_document(known, record)
    deliver(
        format_,
        output,
        {
            "text": lambda look: render_text(page, width=look.width, colour=look.colour),
            "json": lambda _: json_text(record_dict(known, record)),
            "markdown": lambda _: render_markdown(page),
        },
    )
