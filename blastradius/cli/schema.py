"""``blastradius schema``: print the JSON Schema of graphs, results, comparisons or hardenings."""

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

blastradius schema --hardening
"""


def schema(
    result: Annotated[
        bool, typer.Option("--result", help="The schema of results instead of graph files.")
    ] = False,
    comparison: Annotated[
        bool, typer.Option("--comparison", help="The schema of comparisons instead of graph files.")
    ] = False,
    hardening: Annotated[
        bool, typer.Option("--hardening", help="The schema of hardenings instead of graph files.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            help="Write to this file.", metavar="FILE", show_default=False, rich_help_panel=OUTPUT
        ),
    ] = None,
) -> None:
    """Print the JSON Schema of graph files, for editors and for checks."""
    wanted = [
        name
        for name, is_wanted in (
            ("result", result),
            ("comparison", comparison),
            ("hardening", hardening),
        )
        if is_wanted
    ]
    if len(wanted) > 1:
        options = " and ".join(f"--{name}" for name in wanted)
        msg = f"{options} are {len(wanted)} schemas: choose one of them"
        raise UsageError(msg)
    from blastradius.io.schema import graph_json_schema
    from blastradius.report.as_dict import json_text
    from blastradius.report.comparison_schema import comparison_json_schema
    from blastradius.report.hardening_schema import hardening_json_schema
    from blastradius.report.result_schema import result_json_schema

    make = {
        "result": result_json_schema,
        "comparison": comparison_json_schema,
        "hardening": hardening_json_schema,
    }
    content = make[wanted[0]]() if wanted else graph_json_schema()
    deliver("json", output, {"json": lambda _: json_text(content)})
