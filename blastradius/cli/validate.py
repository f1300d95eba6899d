"""``blastradius validate``: check a graph file."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import Annotated

import typer

from blastradius.cli.output import emit
from blastradius.model.text import printable

EXAMPLES = """Examples:

blastradius validate suppliers.yaml
"""


def validate(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="YAML or JSON graph file.", show_default=False),
    ],
) -> None:
    """Check a graph file and count what it holds, or list every problem with its place."""
    from blastradius.io.files import read_graph
    from blastradius.report.catalogue import check_of

    check = check_of(read_graph(file).graph)
    lines = [f"OK: {file}: {', '.join(check.facts)}"]
    lines += [f"warning: {warning}" for warning in check.warnings]
    emit("".join(f"{printable(line)}\n" for line in lines))
