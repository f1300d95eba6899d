"""``blastradius rank``: whose breach would harm others most."""

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

blastradius rank

blastradius rank --role tier1 --top 5

blastradius rank --graph cross-industry --action malware --output ranking.json
"""


def rank(
    graph: shared.GraphOption = None,
    action: surveys.ActionOption = None,
    as_of: surveys.AsOfOption = None,
    role: surveys.RoleOption = None,
    top: Annotated[
        int,
        typer.Option(
            parser=whole_number("--top"),
            help="List at most this many, 1 or more.",
            metavar="N",
            rich_help_panel=shared.LISTING,
        ),
    ] = 20,
    format_: Annotated[str | None, shared.format_option(*surveys.FORMATS)] = None,
    output: shared.OutputOption = None,
    rng_seed: shared.RngSeedOption = 0,
    exact: shared.ExactOption = False,
    worlds: shared.WorldsOption = None,
    precision: surveys.PrecisionOption = surveys.DEFAULT_PRECISION,
) -> None:
    """Rank every party by what its breach would do to the others.

    Each party is supposed to be breached, one at a time. Recorded incidents and what was said of
    them are left aside. The answer also tells how concentrated the network is, and who is a
    single point of failure for whom.
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
    from blastradius.analysis.survey import DEFAULT_TOP
    from blastradius.api import load_source
    from blastradius.api import rank as rank_graph

    loaded = load_source(graph_name(graph))
    with progress_bar("breaching every party") as progress:
        view = rank_graph(
            loaded,
            actions=options.actions,
            as_of=as_of,
            roles=options.roles,
            top=max(top, DEFAULT_TOP),
            method=options.method,
            n_worlds=worlds,
            precision=precision / 100,
            rng_seed=rng_seed,
            progress=progress,
        )
    deliver_survey(view, options)
