"""``blastradius schema``: print the JSON Schema of graphs or results."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import Annotated

import typer

from blastradius.cli.options import OUTPUT
from blastradius.cli.output import deliver

EXAMPLES = """Examples:

blastradius schema --output graph.schema.json

blastradius schema --result
"""


def schema(
    result: Annotated[
        bool, typer.Option("--result", help="The schema of results instead of graph files.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            help="Write to this file.", metavar="FILE", show_default=False, rich_help_panel=OUTPUT
        ),
    ] = None,
) -> None:
    """Print the JSON Schema of graph files, for editors and for checks."""
    from blastradius.io.schema import graph_json_schema
    from blastradius.report.as_dict import json_text
    from blastradius.report.result_schema import result_json_schema

    content = result_json_schema() if result else graph_json_schema()
    deliver("json", output, {"json": lambda _: json_text(content)})
