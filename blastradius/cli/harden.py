"""``blastradius harden``: which relations to cut, lower or take back first."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from blastradius.cli import options as shared
from blastradius.cli.answer import FORMATS
from blastradius.cli.output import check_output, check_suffix, deliver, spare_inputs
from blastradius.cli.progress import progress_bar
from blastradius.cli.question import QuestionOptions, check_question, graph_name, method_of
from blastradius.cli.usage import UsageError, any_number, whole_number

if TYPE_CHECKING:
    from blastradius.api import HardeningView

EXAMPLES = """Examples:

blastradius harden continental

blastradius harden continental --budget 3 --scenario-output plan.yaml

blastradius harden --all --protect volkswagen --budget 5 --format markdown

blastradius harden edag --lower-to 0.5 --top 5
"""


class HardenOptions(NamedTuple):
    """The options that only this command has."""

    protect: str | None
    budget: float | None
    costs: str | None
    lower_to: float
    controls: bool
    top: int


def harden(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="TARGET",
            help="Party that is supposed to be breached, or incident that would happen again: id, "
            "name, alias or identifier.",
            autocompletion=shared.complete_target,
            show_default=False,
        ),
    ] = None,
    everyone: Annotated[
        bool,
        typer.Option(
            "--all",
            help="A breach may start at any party, each equally likely.",
            rich_help_panel=shared.QUESTION,
        ),
    ] = False,
    protect: Annotated[
        str | None,
        typer.Option(
            help="Count only the score of this party.",
            metavar="PARTY",
            autocompletion=shared.complete_party,
            show_default=False,
            rich_help_panel=shared.QUESTION,
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(
            parser=any_number("--budget"),
            help="Also make a plan that costs at most this.",
            metavar="N",
            show_default=False,
            rich_help_panel=shared.QUESTION,
        ),
    ] = None,
    costs: Annotated[
        str | None,
        typer.Option(
            help="YAML, JSON or CSV file with what actions cost, by kind, party or edge: a number, "
            "free or impossible. Without it each costs 1.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=shared.QUESTION,
        ),
    ] = None,
    lower_to: Annotated[
        float,
        typer.Option(
            parser=any_number("--lower-to"),
            help="Lower probabilities to this part of their value instead of cutting: from 0 to "
            "less than 1.",
            metavar="PART",
            rich_help_panel=shared.QUESTION,
        ),
    ] = 0.0,
    controls: Annotated[
        bool,
        typer.Option(
            "--controls",
            help="Let the plan also use what is no relation: data that its owner keeps, keys, "
            "operations.",
            rich_help_panel=shared.QUESTION,
        ),
    ] = False,
    graph: shared.GraphOption = None,
    incident: shared.IncidentOption = None,
    action: shared.ActionOption = None,
    as_of: shared.AsOfOption = None,
    top: Annotated[
        int,
        typer.Option(
            parser=whole_number("--top"),
            help="List at most this many relations, 1 or more.",
            metavar="N",
            rich_help_panel=shared.LISTING,
        ),
    ] = 20,
    format_: Annotated[str | None, shared.format_option(*FORMATS)] = None,
    output: shared.OutputOption = None,
    scenario_output: Annotated[
        str | None,
        typer.Option(
            help="Also write the plan to this file, as a scenario for analyze --scenario.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    rng_seed: shared.RngSeedOption = 0,
    exact: shared.ExactOption = False,
    worlds: shared.WorldsOption = None,
) -> None:
    """Show which relations to cut, lower or take back so that a breach of TARGET harms least.

    A breach is supposed, even where one is recorded: what is cut now matters to the next one. Name
    an incident to ask what would happen if it came again. Statements about it are not used.
    """
    question = QuestionOptions(
        graph=graph,
        incident=incident,
        actions=tuple(action or ()),
        as_of=as_of,
        exact=exact,
        worlds=worlds,
        rng_seed=rng_seed,
    )
    own = HardenOptions(protect, budget, costs, lower_to, controls, top)
    _check(target, own, everyone=everyone, scenario_output=scenario_output)
    check_question(question)
    check_output(format_, output, FORMATS)
    spare_inputs((output, scenario_output), (graph, costs))
    if scenario_output is not None:
        from blastradius.io.scenarios import spare_others

        spare_others(scenario_output)
    view = _ask(target, question, own)
    if scenario_output is not None:
        _write_scenario(view, scenario_output)
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


def _ask(target: str | None, question: QuestionOptions, own: HardenOptions) -> HardeningView:
    from blastradius.api import harden as harden_graph
    from blastradius.api import load_source

    loaded = load_source(graph_name(question.graph))
    with progress_bar("sampling worlds") as moved:
        return harden_graph(
            loaded,
            target,
            protect=own.protect,
            budget=own.budget,
            costs=own.costs,
            lower_to=own.lower_to,
            controls=own.controls,
            top=own.top,
            incident=question.incident,
            actions=question.actions,
            as_of=question.as_of,
            method=method_of(question),
            n_worlds=question.worlds,
            rng_seed=question.rng_seed,
            progress=moved,
        )


def _write_scenario(view: HardeningView, path: str) -> None:
    from blastradius.io.atomic import write_text
    from blastradius.io.scenarios import scenario_text

    write_text(path, scenario_text(view.to_scenario()))


def _check(
    target: str | None, own: HardenOptions, *, everyone: bool, scenario_output: str | None
) -> None:
    """Refuse bad options before anything is computed."""
    if (target is None) != everyone:
        msg = "name the breached TARGET, or --all for a breach that may start anywhere: one of them"
        raise UsageError(msg)
    if own.budget is not None and not 0 <= own.budget < math.inf:
        msg = f"--budget: must be a number of at least 0, got {own.budget:g}"
        raise UsageError(msg)
    if not 0 <= own.lower_to < 1:
        msg = f"--lower-to: must be at least 0 and less than 1, got {own.lower_to:g}"
        raise UsageError(msg)
    if own.top < 1:
        msg = f"--top: must be at least 1, got {own.top}"
        raise UsageError(msg)
    if scenario_output is not None and own.budget is None:
        msg = "--scenario-output writes a plan, and there is none without --budget"
        raise UsageError(msg)
    check_suffix("--scenario-output", scenario_output, (".json", ".yaml", ".yml"))
