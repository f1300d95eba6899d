"""``blastradius priors``: the numbers that stand in where a graph gives none."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import Annotated

from blastradius.cli import options as shared
from blastradius.cli.lists import FORMATS, deliver_list

EXAMPLES = """Examples:

blastradius priors

blastradius priors severity --format csv
"""


def priors(
    search: shared.SearchArgument = None,
    format_: Annotated[str | None, shared.format_option(*FORMATS)] = None,
    output: shared.OutputOption = None,
) -> None:
    """List every prior, likelihood ratio and severity with its range, basis and source."""
    from blastradius.analysis.priors import default_priors
    from blastradius.report.catalogue import priors_catalogue

    deliver_list(priors_catalogue(default_priors().rows.values(), search), format_, output)
