"""``blastradius compare``: what changed between two results."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import Annotated

import typer

from blastradius.cli import options as shared
from blastradius.cli.answer import FORMATS
from blastradius.cli.output import check_output, deliver, spare_inputs
from blastradius.cli.usage import UsageError, any_number

EXAMPLES = """Examples:

blastradius compare before.json after.json

blastradius compare before.json after.json --min-change 5 --format markdown
"""

_BeforeArgument = Annotated[
    str,
    typer.Argument(
        metavar="BEFORE", help="Result of analyze, written as JSON.", show_default=False
    ),
]
_AfterArgument = Annotated[
    str,
    typer.Argument(metavar="AFTER", help="Result to compare it with.", show_default=False),
]


def compare(
    before: _BeforeArgument,
    after: _AfterArgument,
    min_change: Annotated[
        float,
        typer.Option(
            parser=any_number("--min-change"),
            help="List only parties whose score moved by at least this, from 0 to 100.",
            metavar="N",
            rich_help_panel=shared.LISTING,
        ),
    ] = 0.0,
    format_: Annotated[str | None, shared.format_option(*FORMATS)] = None,
    output: shared.OutputOption = None,
) -> None:
    """Show what changed between two results, and what differs in what was asked.

    Results are files that analyze wrote as JSON. Parties are sorted by how much their score moved.
    """
    if not 0 <= min_change <= 100:
        msg = f"--min-change: must be between 0 and 100, got {min_change:g}"
        raise UsageError(msg)
    check_output(format_, output, FORMATS)
    spare_inputs((output,), (before, after))
    from blastradius.api import compare as compare_results

    view = compare_results(before, after, min_change=min_change)
    deliver(
        format_,
        output,
        {
            "table": lambda look: view.to_text(width=look.width, colour=look.colour),
            "json": lambda _: view.to_json(),
            "csv": lambda _: view.to_csv(),
            "markdown": lambda _: view.to_markdown(),
        },
    )
