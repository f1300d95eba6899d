"""``blastradius schema``: print the JSON Schema of graphs, or of what commands write."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import Annotated, Any

import typer

from blastradius.cli.options import OUTPUT
from blastradius.cli.output import deliver
from blastradius.cli.usage import UsageError

EXAMPLES = """Examples:

blastradius schema --output graph.schema.json

blastradius schema --result

blastradius schema --comparison

blastradius schema --hardening

blastradius schema --ranking

blastradius schema --perimeter

blastradius schema --triage
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
    ranking: Annotated[
        bool, typer.Option("--ranking", help="The schema of rankings instead of graph files.")
    ] = False,
    perimeter: Annotated[
        bool, typer.Option("--perimeter", help="The schema of perimeters instead of graph files.")
    ] = False,
    triage: Annotated[
        bool, typer.Option("--triage", help="The schema of triages instead of graph files.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="Write to this file.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=OUTPUT,
        ),
    ] = None,
) -> None:
    """Print the JSON Schema of graph files, for editors and for checks."""
    asked = {
        "--result": result,
        "--comparison": comparison,
        "--hardening": hardening,
        "--ranking": ranking,
        "--perimeter": perimeter,
        "--triage": triage,
    }
    chosen = [name for name, wanted in asked.items() if wanted]
    if len(chosen) > 1:
        msg = f"{' and '.join(chosen)} are {_COUNTS[len(chosen)]} schemas: choose one of them"
        raise UsageError(msg)
    from blastradius.report.as_dict import json_text

    content = _schema(chosen[0] if chosen else "")
    deliver("json", output, {"json": lambda _: json_text(content)})


_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def _schema(option: str) -> dict[str, Any]:
    from blastradius.io.schema import graph_json_schema
    from blastradius.report import survey_schema
    from blastradius.report.comparison_schema import comparison_json_schema
    from blastradius.report.hardening_schema import hardening_json_schema
    from blastradius.report.result_schema import result_json_schema
    from blastradius.report.triage_schema import triage_json_schema

    published = {
        "--result": result_json_schema,
        "--comparison": comparison_json_schema,
        "--hardening": hardening_json_schema,
        "--ranking": survey_schema.ranking_json_schema,
        "--perimeter": survey_schema.perimeter_json_schema,
        "--triage": triage_json_schema,
    }
    return published.get(option, graph_json_schema)()
