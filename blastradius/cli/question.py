"""From options to a question and its answer; shared by ``analyze`` and ``explain``."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from blastradius.cli.output import patience
from blastradius.cli.usage import UsageError, check_words
from blastradius.errors import UnknownNameError
from blastradius.model.dates import parse_partial
from blastradius.model.text import did_you_mean, quoted
from blastradius.model.vocabulary import ACTIONS, OBSERVATION_STATES

if TYPE_CHECKING:
    from collections.abc import Callable

    from blastradius.api import Method, Result
    from blastradius.io.loaded import LoadedGraph
    from blastradius.io.tables.register import Register
    from blastradius.model.graph import Observation

DEFAULT_GRAPH = "automotive"
MOST_WORLDS = 100_000_000
"""More would take hours and not change a digit that is shown."""
EVENTS = ("exposed", "compromised", "disrupted", "harmed")
"""Events of a party that can be observed; the first is meant where none is named."""


class QuestionOptions(NamedTuple):
    """The options that decide what is computed."""

    graph: str | None = None
    incident: str | None = None
    hypothetical: bool = False
    actions: tuple[str, ...] = ()
    as_of: str | None = None
    observe: tuple[str, ...] = ()
    observations: tuple[str, ...] = ()
    scenario: str | None = None
    group: bool = False
    exact: bool = False
    worlds: int | None = None
    precision: float | None = None
    rng_seed: int = 0


def graph_name(wanted: str | None) -> str:
    """Return the graph asked for, else that of ``BLASTRADIUS_GRAPH``, else the default."""
    return wanted or os.environ.get("BLASTRADIUS_GRAPH") or DEFAULT_GRAPH


def input_files(options: QuestionOptions) -> tuple[str | None, ...]:
    """Return the files that a question reads, if they are files."""
    return (options.graph, *options.observations, options.scenario)


def ask(target: str, options: QuestionOptions) -> Result:
    """Analyse a breach as the options say.

    Raises
    ------
    UsageError
        If options are malformed or contradict each other.
    """
    check_question(options)
    statements = [_read_statement(text) for text in options.observe]
    from blastradius.api import analyze, load_source

    loaded = load_source(graph_name(options.graph))
    with patience():
        return analyze(
            loaded,
            target,
            incident=options.incident,
            hypothetical=options.hypothetical,
            actions=options.actions,
            as_of=options.as_of,
            observations=(*options.observations, *_observations(loaded, statements)),
            groups=options.group,
            method=method_of(options),
            n_worlds=options.worlds,
            precision=options.precision,
            rng_seed=options.rng_seed,
            scenario=options.scenario,
        )


def check_question(options: QuestionOptions) -> None:
    """Refuse options that are malformed or contradict each other.

    Raises
    ------
    UsageError
    """
    if options.incident is not None and options.hypothetical:
        msg = (
            "--incident uses a recorded breach and --hypothetical supposes one: choose one of them"
        )
        raise UsageError(msg)
    if options.exact and options.worlds is not None:
        msg = "--exact computes and --worlds samples: choose one of them"
        raise UsageError(msg)
    if options.exact and options.precision is not None:
        msg = "--exact computes and --precision samples: choose one of them"
        raise UsageError(msg)
    check_words("--action", options.actions, ACTIONS)
    if options.worlds is not None and not 1 <= options.worlds <= MOST_WORLDS:
        msg = f"--worlds: must be between 1 and {MOST_WORLDS:,}, got {options.worlds:,}"
        raise UsageError(msg)
    if options.precision is not None and not 0 < options.precision <= 100:
        msg = f"--precision: must be above 0 and at most 100 points, got {options.precision:g}"
        raise UsageError(msg)
    if options.rng_seed < 0:
        msg = f"--rng-seed: must be at least 0, got {options.rng_seed}"
        raise UsageError(msg)
    if options.as_of is not None:
        try:
            parse_partial(options.as_of)
        except ValueError as error:
            msg = f"--as-of: {error}"
            raise UsageError(msg) from None


def method_of(options: QuestionOptions) -> Method:
    """Return the engine that the options ask for."""
    if options.exact:
        return "exact"
    return "auto" if options.worlds is None else "monte-carlo"


class _Statement(NamedTuple):
    party: str
    event: str
    state: str


def _read_statement(text: str) -> _Statement:
    """Read ``PARTY=STATE`` or ``PARTY:EVENT=STATE``; ids may hold colons themselves."""
    subject, equals, state = text.rpartition("=")
    party, _, event = subject.rpartition(":")
    if event not in EVENTS or not party:
        party, event = subject, EVENTS[0]
    if not party or not state:
        lacks = "party" if not party and equals else "state"
        msg = (
            f"--observe: {quoted(text)} names no {lacks}; write PARTY=STATE or PARTY:EVENT=STATE "
            f"(states: {', '.join(OBSERVATION_STATES)}; events: {', '.join(EVENTS)})"
        )
        raise UsageError(msg)
    check_words("--observe", [state], OBSERVATION_STATES)
    return _Statement(party, event, state)


def _observations(
    loaded: LoadedGraph | Register, statements: list[_Statement]
) -> tuple[Observation, ...]:
    if not statements:
        return ()
    from blastradius.model.graph import Observation

    resolve = _resolver(loaded)
    return tuple(
        Observation.model_validate(
            {"party": _party(item, resolve), "event": item.event, "state": item.state}
        )
        for item in statements
    )


def _party(item: _Statement, resolve: Callable[[str], str]) -> str:
    """Return the id of the party that a statement is about.

    Ids may hold colons, so only now can it be told that what follows one was meant as an event.
    """
    try:
        return resolve(item.party)
    except UnknownNameError:
        party, colon, event = item.party.rpartition(":")
        if not colon or not party:
            raise
        hint = did_you_mean(event, EVENTS) or f" (events: {', '.join(EVENTS)})"
        msg = f"--observe: {quoted(item.party)} is no party, and {quoted(event)} no event{hint}"
        raise UsageError(msg) from None


def _resolver(loaded: LoadedGraph | Register) -> Callable[[str], str]:
    """Return what finds the id of a party by whatever names it."""
    from blastradius.analysis.resolve import resolve_party
    from blastradius.io.loaded import LoadedGraph

    if isinstance(loaded, LoadedGraph):
        graph = loaded.graph
        return lambda text: resolve_party(graph, text).id
    from blastradius.analysis.register_names import skeleton

    return lambda text: resolve_party(skeleton(loaded, text), text).id
