"""Options that several commands share, with their help and their completion."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from blastradius.cli.question import EVENTS, graph_name
from blastradius.cli.usage import any_number, whole_number
from blastradius.errors import BlastRadiusError
from blastradius.model.vocabulary import ACTIONS, OBSERVATION_STATES, ROLES

if TYPE_CHECKING:
    from blastradius.model.graph import Graph

QUESTION = "What is asked"
LISTING = "What is listed"
ENGINE = "How it is computed"
OUTPUT = "Where it goes"


def _graph_of(context: typer.Context) -> Graph | None:
    from blastradius.io.catalog import find_graph

    try:
        return find_graph(graph_name(context.params.get("graph"))).graph
    except BlastRadiusError:
        return None


def complete_party(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Offer party ids."""
    graph = _graph_of(context)
    parties = graph.parties if graph is not None else ()
    return [(party.id, party.name) for party in parties if party.id.startswith(incomplete)]


def complete_incident(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Offer incident ids."""
    graph = _graph_of(context)
    incidents = graph.incidents if graph is not None else ()
    return [(item.id, item.name or "") for item in incidents if item.id.startswith(incomplete)]


def complete_target(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Offer party and incident ids."""
    return complete_party(context, incomplete) + complete_incident(context, incomplete)


def complete_graph(incomplete: str) -> list[str]:
    """Offer the graphs that ship."""
    from blastradius.io.catalog import shipped_graphs

    return [name for name in shipped_graphs() if name.startswith(incomplete)]


def complete_role(incomplete: str) -> list[str]:
    """Offer roles."""
    return [role for role in ROLES if role.startswith(incomplete)]


def complete_action(incomplete: str) -> list[str]:
    """Offer VERIS actions."""
    return [action for action in ACTIONS if action.startswith(incomplete)]


TargetArgument = Annotated[
    str,
    typer.Argument(
        metavar="TARGET",
        help="Breached party or incident: id, name, alias or identifier.",
        autocompletion=complete_target,
        show_default=False,
    ),
]
GraphOption = Annotated[
    str | None,
    typer.Option(
        help="Name of a shipped graph, or the path of a graph file or folder of tables. "
        "Default: $BLASTRADIUS_GRAPH, else automotive.",
        metavar="NAME|PATH",
        autocompletion=complete_graph,
        show_default=False,
        rich_help_panel=QUESTION,
    ),
]
IncidentOption = Annotated[
    str | None,
    typer.Option(
        help="Recorded incident to use; the newest of the party by default.",
        metavar="ID",
        autocompletion=complete_incident,
        show_default=False,
        rich_help_panel=QUESTION,
    ),
]
HypotheticalOption = Annotated[
    bool,
    typer.Option(
        "--hypothetical",
        help="Suppose a breach, even where one is recorded.",
        rich_help_panel=QUESTION,
    ),
]
ActionOption = Annotated[
    list[str] | None,
    typer.Option(
        help="How the attacker acts, in the words of VERIS, instead of what is recorded: "
        f"{', '.join(ACTIONS)}. Repeatable.",
        metavar="ACTION",
        autocompletion=complete_action,
        show_default=False,
        rich_help_panel=QUESTION,
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        help="Count the relations that were live then, instead of in the window of the incident: "
        "YYYY, YYYY-MM or YYYY-MM-DD.",
        metavar="DATE",
        show_default=False,
        rich_help_panel=QUESTION,
    ),
]
ObserveOption = Annotated[
    list[str] | None,
    typer.Option(
        help="What was said of a party, such as bmw=denied or bmw:disrupted=reported. "
        f"States: {', '.join(OBSERVATION_STATES)}. Events: {', '.join(EVENTS)}; without one, "
        f"{EVENTS[0]}. Repeatable.",
        metavar="PARTY=STATE",
        show_default=False,
        rich_help_panel=QUESTION,
    ),
]
ObservationsOption = Annotated[
    list[str] | None,
    typer.Option(
        help="YAML or JSON file with more observations. Repeatable: those of all files count.",
        metavar="FILE",
        show_default=False,
        rich_help_panel=QUESTION,
    ),
]
ScenarioOption = Annotated[
    str | None,
    typer.Option(
        help="JSON or YAML file of changes to try out: relations cut, probabilities, controls.",
        metavar="FILE",
        show_default=False,
        rich_help_panel=QUESTION,
    ),
]
ExactOption = Annotated[
    bool,
    typer.Option("--exact", help="Compute exactly or not at all.", rich_help_panel=ENGINE),
]
WorldsOption = Annotated[
    int | None,
    typer.Option(
        parser=whole_number("--worlds"),
        help="Sample this many worlds, 1 or more, instead of computing exactly.",
        metavar="N",
        show_default=False,
        rich_help_panel=ENGINE,
    ),
]
PrecisionOption = Annotated[
    float | None,
    typer.Option(
        parser=any_number("--precision"),
        help="Where worlds are sampled, sample until every score is known to plus or minus this "
        "many points, with 95 % confidence; --worlds is then the most to sample.",
        metavar="POINTS",
        show_default=False,
        rich_help_panel=ENGINE,
    ),
]
RngSeedOption = Annotated[
    int,
    typer.Option(
        parser=whole_number("--rng-seed"),
        help="Seed of the sampling, 0 or more: same seed, same numbers.",
        metavar="N",
        rich_help_panel=ENGINE,
    ),
]
OutputOption = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        help="Write to this file. Without --format its suffix decides: .json .csv .md .txt.",
        metavar="FILE",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]
MaxNodesOption = Annotated[
    int,
    typer.Option(
        parser=whole_number("--max-nodes"),
        help="Parties that the page draws at once, 1 or more; those of lower score are folded "
        "into groups that unfold.",
        metavar="N",
        rich_help_panel=OUTPUT,
    ),
]
SearchArgument = Annotated[
    str | None,
    typer.Argument(metavar="SEARCH", help="Words to look for; all must occur.", show_default=False),
]


def format_option(*formats: str) -> object:
    """Return the format option of a command that knows these formats, the default first."""

    def complete(incomplete: str) -> list[str]:
        return [name for name in formats if name.startswith(incomplete)]

    return typer.Option(
        "--format",
        help=f"One of {', '.join(formats)}. Default: by the suffix of --output, else {formats[0]}.",
        metavar="|".join(formats),
        autocompletion=complete,
        show_default=False,
        rich_help_panel=OUTPUT,
    )
