"""``blastradius schema``: print the JSON Schema of graphs, results or comparisons."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import Annotated

import typer

from blastradius.cli.options import OUTPUT
from blastradius.cli.output import deliver
from blastradius.cli.usage import UsageError

EXAMPLES = """Examples:

blastradius schema --output graph.schema.json

blastradius schema --result

blastradius schema --comparison
"""


def schema(
    result: Annotated[
        bool, typer.Option("--result", help="The schema of results instead of graph files.")
    ] = False,
    comparison: Annotated[
        bool, typer.Option("--comparison", help="The schema of comparisons instead of graph files.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            help="Write to this file.", metavar="FILE", show_default=False, rich_help_panel=OUTPUT
        ),
    ] = None,
) -> None:
    """Print the JSON Schema of graph files, for editors and for checks."""
    if result and comparison:
        msg = "--result and --comparison are two schemas: choose one of them"
        raise UsageError(msg)
    from blastradius.io.schema import graph_json_schema
    from blastradius.report.as_dict import json_text
    from blastradius.report.comparison_schema import comparison_json_schema
    from blastradius.report.result_schema import result_json_schema

    content = graph_json_schema()
    if result or comparison:
        content = result_json_schema() if result else comparison_json_schema()
    deliver("json", output, {"json": lambda _: json_text(content)})
