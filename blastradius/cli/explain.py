"""``blastradius explain``: why a party has its score."""

from __future__ import annotations

from typing import Annotated

import typer

from blastradius.cli import options as shared
from blastradius.cli.output import check_output, deliver, spare_inputs
from blastradius.cli.question import QuestionOptions, ask, input_files

EXAMPLES = """Examples:

blastradius explain continental volkswagen

blastradius explain continental porsche --observe porsche=confirmed --format markdown
"""


FORMATS = ("text", "json", "markdown")


def explain(
    target: shared.TargetArgument,
    party: Annotated[
        str,
        typer.Argument(
            metavar="PARTY",
            help="Party to explain: id, name, alias or identifier.",
            autocompletion=shared.complete_party,
            show_default=False,
        ),
    ],
    graph: shared.GraphOption = None,
    incident: shared.IncidentOption = None,
    hypothetical: shared.HypotheticalOption = False,
    action: shared.ActionOption = None,
    as_of: shared.AsOfOption = None,
    observe: shared.ObserveOption = None,
    observations: shared.ObservationsOption = None,
    scenario: shared.ScenarioOption = None,
    format_: Annotated[str | None, shared.format_option(*FORMATS)] = None,
    output: shared.OutputOption = None,
    rng_seed: shared.RngSeedOption = 0,
    exact: shared.ExactOption = False,
    worlds: shared.WorldsOption = None,
    precision: shared.PrecisionOption = None,
) -> None:
    """Explain why a breach of TARGET gives PARTY its score.

    Shows the most probable paths with every step's probability, where that number comes from and
    its sources; what the score would be without each relation; what would change the answer.
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
        exact=exact,
        worlds=worlds,
        precision=precision,
        rng_seed=rng_seed,
    )
    spare_inputs((output,), input_files(question))
    check_output(format_, output, FORMATS)
    view = ask(target, question).explain(party)
    deliver(
        format_,
        output,
        {
            "text": lambda look: view.to_text(width=look.width, colour=look.colour),
            "json": lambda _: view.to_json(),
            "markdown": lambda _: view.to_markdown(),
        },
    )
