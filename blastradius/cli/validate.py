"""``blastradius validate``: check a graph file."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from blastradius.cli.output import emit
from blastradius.model.text import printable

if TYPE_CHECKING:
    from blastradius.report.catalogue import Check

EXAMPLES = """Examples:

blastradius validate suppliers.yaml

blastradius validate register
"""


def validate(
    file: Annotated[
        str,
        typer.Argument(
            metavar="PATH", help="YAML or JSON graph file, or folder of tables.", show_default=False
        ),
    ],
) -> None:
    """Check a graph file or folder and count what it holds, or list every problem with its place."""
    check = _check(file)
    lines = [f"OK: {file}: {', '.join(check.facts)}"]
    lines += [f"warning: {warning}" for warning in check.warnings]
    emit("".join(f"{printable(line)}\n" for line in lines))


def _check(path: str) -> Check:
    from blastradius.report.catalogue import check_of, check_of_register

    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises on paths that are too long
        from blastradius.io.tables import read_register

        return check_of_register(read_register(path))
    from blastradius.io.files import read_graph

    return check_of(read_graph(path).graph)
