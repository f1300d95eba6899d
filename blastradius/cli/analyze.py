"""``blastradius analyze``: score whom a breach exposes."""

from __future__ import annotations

from typing import Annotated

import typer

from blastradius.cli import options as shared
from blastradius.cli.answer import FORMATS, MAX_NODES, ON_SCREEN, ListOptions, answer
from blastradius.cli.question import QuestionOptions
from blastradius.cli.usage import any_number, whole_number
from blastradius.model.vocabulary import ROLES

EXAMPLES = """Examples:

blastradius analyze continental

blastradius analyze continental --role oem --top 3 --format markdown --output continental.md

blastradius analyze continental --observe bmw=denied --observe porsche=confirmed

blastradius analyze continental --html continental.html

blastradius analyze bosch --hypothetical --action hacking --as-of 2024-06
"""


def analyze(
    target: shared.TargetArgument,
    graph: shared.GraphOption = None,
    incident: shared.IncidentOption = None,
    hypothetical: shared.HypotheticalOption = False,
    action: shared.ActionOption = None,
    as_of: shared.AsOfOption = None,
    observe: shared.ObserveOption = None,
    observations: shared.ObservationsOption = None,
    scenario: shared.ScenarioOption = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            help=f"List only parties of this role: {', '.join(ROLES)}. Repeatable.",
            metavar="ROLE",
            autocompletion=shared.complete_role,
            show_default=False,
            rich_help_panel=shared.LISTING,
        ),
    ] = None,
    min_score: Annotated[
        float,
        typer.Option(
            parser=any_number("--min-score"),
            help="List only parties with at least this score, from 0 to 100.",
            metavar="N",
            rich_help_panel=shared.LISTING,
        ),
    ] = 0.0,
    top: Annotated[
        int | None,
        typer.Option(
            parser=whole_number("--top"),
            help=f"List at most this many with a recorded path, 1 or more; printed tables end after {ON_SCREEN:,} rows without it.",
            metavar="N",
            show_default=False,
            rich_help_panel=shared.LISTING,
        ),
    ] = None,
    group: Annotated[
        bool,
        typer.Option(
            "--group",
            help="List groups of companies instead of their members.",
            rich_help_panel=shared.LISTING,
        ),
    ] = False,
    format_: Annotated[str | None, shared.format_option(*FORMATS)] = None,
    output: shared.OutputOption = None,
    html: Annotated[
        str | None,
        typer.Option(
            help="Also write an interactive page to this file: the whole answer, for any browser, "
            "offline.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    max_nodes: shared.MaxNodesOption = MAX_NODES,
    rng_seed: shared.RngSeedOption = 0,
    exact: shared.ExactOption = False,
    worlds: shared.WorldsOption = None,
    precision: shared.PrecisionOption = None,
) -> None:
    """Score whom a breach of TARGET exposes, and say how sure that is.

    A party with a recorded incident uses the newest one and says so; one without is supposed
    to be breached. What is listed never changes what is computed.
    """
    question = QuestionOptions(
        graph=graph,
        incident=incident,
        hypothetical=hypothetical,
        actions=tuple(action or ()),
        as_of=as_of,
        observe=tuple(observe or ()),
        observations=tuple(observations or ()),
        scenario=scenario,
        group=group,
        exact=exact,
        worlds=worlds,
        precision=precision,
        rng_seed=rng_seed,
    )
    listing = ListOptions(
        tuple(role or ()), min_score, top, format_, output, html=html, max_nodes=max_nodes
    )
    answer(target, question, listing)
