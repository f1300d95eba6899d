"""``blastradius perimeter``: whose breach would harm one party."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import Annotated

import typer

from blastradius.cli import options as shared
from blastradius.cli import surveys
from blastradius.cli.progress import progress_bar
from blastradius.cli.question import graph_name
from blastradius.cli.surveys import SurveyOptions, deliver_survey
from blastradius.cli.usage import whole_number

EXAMPLES = """Examples:

blastradius perimeter volkswagen

blastradius perimeter volkswagen --role engineering-service

blastradius perimeter bmw --as-of 2022 --output bmw.csv
"""


def perimeter(
    party: Annotated[
        str,
        typer.Argument(
            metavar="PARTY",
            help="Party that asks: id, name, alias or identifier.",
            autocompletion=shared.complete_party,
            show_default=False,
        ),
    ],
    graph: shared.GraphOption = None,
    action: surveys.ActionOption = None,
    as_of: surveys.AsOfOption = None,
    role: surveys.RoleOption = None,
    top: Annotated[
        int | None,
        typer.Option(
            parser=whole_number("--top"),
            help="List at most this many, 1 or more.",
            metavar="N",
            show_default=False,
            rich_help_panel=shared.LISTING,
        ),
    ] = None,
    format_: Annotated[str | None, shared.format_option(*surveys.FORMATS)] = None,
    output: shared.OutputOption = None,
    rng_seed: shared.RngSeedOption = 0,
    exact: shared.ExactOption = False,
    worlds: shared.WorldsOption = None,
    precision: surveys.PrecisionOption = surveys.DEFAULT_PRECISION,
) -> None:
    """Find whose breach would harm PARTY, and what each of them holds of it.

    Every other party is supposed to be breached, one at a time. Recorded incidents and what was
    said of them are left aside.
    """
    options = SurveyOptions(
        graph=graph,
        actions=tuple(action or ()),
        as_of=as_of,
        roles=tuple(role or ()),
        top=top,
        exact=exact,
        worlds=worlds,
        precision=precision,
        rng_seed=rng_seed,
        format=format_,
        output=output,
    )
    options.check()
    from blastradius.api import load_source
    from blastradius.api import perimeter as perimeter_of

    loaded = load_source(graph_name(graph))
    with progress_bar("breaching every other party") as progress:
        view = perimeter_of(
            loaded,
            party,
            actions=options.actions,
            as_of=as_of,
            method=options.method,
            n_worlds=worlds,
            precision=precision / 100,
            rng_seed=rng_seed,
            progress=progress,
        )
    deliver_survey(view, options)
