"""The page of one hardening: the plan, then every relation by what it takes off for its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blastradius.analysis.hardening.results import CONTROL_KINDS
from blastradius.report import numbers, wording
from blastradius.report.analysis_page import assumption_blocks
from blastradius.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Facts,
    Inline,
    Paragraph,
    Section,
    Span,
    Table,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blastradius.analysis.hardening.results import (
        Action,
        ActionEffect,
        Hardening,
        Measured,
        PartyEffect,
        Plan,
        PlanStep,
    )

_CURVE_CELLS = 20

_PLAN_COLUMNS = (
    Column("#", is_right=True),
    Column("Action", min_width=24),
    Column("Takes off", is_right=True),
    Column("Cost so far", is_right=True, fold=5),
    Column("Left", is_right=True),
    Column("0" + " " * (_CURVE_CELLS - 6) + "total", fold=1, is_ornament=True),
    Column("Certainty", fold=4),
    Column("Helps most", min_width=16, fold=3),
    Column("Id", fold=2),
)

_ACTION_COLUMNS = (
    Column("#", is_right=True),
    Column("Relation", min_width=24),
    Column("Takes off", is_right=True),
    Column("Of total", is_right=True, fold=5),
    Column("Cost", is_right=True, fold=6),
    Column("For each", is_right=True, fold=4),
    Column("Certainty", fold=3),
    Column("Helps most", min_width=16, fold=2),
    Column("Id", fold=1),
)


def hardening_document(hardening: Hardening, *, graph: str | None = None) -> Document:
    """Return the page of an answer.

    Parameters
    ----------
    graph : str, optional
        What finds the graph again, for commands to copy; None for the default graph.
    """
    sections = (
        Section("What is asked", (_question(hardening, graph),)),
        *_plan_sections(hardening),
        _list_section(
            "Relations by what they take off",
            hardening,
            hardening.actions,
            hardening.n_actions,
            "No relation on record carries harm that counts.",
        ),
        *_control_sections(hardening),
        Section("Assumptions", tuple(assumption_blocks(hardening.assumptions, _BRACKETS))),
        Section("Limits", tuple(_limits(hardening, graph))),
    )
    return Document(_headline(hardening), sections)


_BRACKETS = "their ranges; effects are those of the values before them"


def _headline(hardening: Hardening) -> str:
    subject = f"Hardening against {_breach_words(hardening)}"
    plan = hardening.plan
    if plan is None:
        count = numbers.counted(hardening.n_actions, "relation")
        return f"{subject}: {count} with an effect"
    if not plan.steps:
        return f"{subject}: nothing within the budget has an effect"
    count = numbers.counted(len(plan.steps), "action")
    verb = "takes" if len(plan.steps) == 1 else "take"
    return (
        f"{subject}: {count} {verb} {numbers.points(plan.reduction.value)} off "
        f"{numbers.points(hardening.total.value)} points"
    )


def _breach_words(hardening: Hardening) -> str:
    if hardening.target is None:
        return f"a breach of any of {numbers.counted(hardening.n_origins, 'party', 'parties')}"
    names = " and ".join(name for _, name in hardening.origins)
    return f"a breach of {names}"


def _question(hardening: Hardening, graph: str | None) -> Facts:
    if hardening.target is None:
        breach = (
            f"supposed; may start at any of {hardening.n_origins:,} parties, each equally likely"
        )
    elif hardening.incident is None:
        breach = f"supposed, of {' and '.join(name for _, name in hardening.origins)}"
    else:
        breach = f"like the incident {hardening.incident}, once more"
    counted = "the scores of all other parties"
    if hardening.protect is not None:
        counted = f"only the score of {hardening.protect[1]}"
    action = "a cut: harm no longer takes the relation"
    if hardening.lower_to > 0:
        action = f"lowers each probability to {hardening.lower_to:.3g} of its value"
    mean = ", the mean over where it may start" if hardening.target is None else ""
    total = Span(_measured(hardening.total), "strong")
    rows: list[tuple[str, tuple[Inline, ...]]] = [
        ("Breach", (words(breach),)),
        ("What counts", (words(f"{counted}, before any observation"),)),
        ("An action", (words(action),)),
        ("Total score", (words(total, f" as it is{mean}"), *_in_analyze(hardening, graph))),
    ]
    return Facts(tuple(rows))


def _in_analyze(hardening: Hardening, graph: str | None) -> Iterator[Inline]:
    """Say which analysis has the same total: that of a recorded incident has another one."""
    if hardening.target is None or hardening.protect is not None:
        return
    if hardening.incident is None:
        why = ": without --hypothetical, analyze takes a recorded incident and what was said of it"
    else:
        why = ", before the arrow: behind it, what was said is weighed in"
    yield words("as in ", _analyze_command(hardening, graph), why)


def _analyze_command(hardening: Hardening, graph: str | None, *more: str) -> Span:
    """Return how to analyse the same breach."""
    options = (*wording.graph_option(graph), *_breach_options(hardening), *more)
    return wording.command("analyze", str(hardening.target), *options)


_MEASURED_APART = (
    "Measured in other worlds than those in which the plan was chosen and the list below made: what "
    "looks best by chance does not stay best. So the two differ for the same relation."
)


def _measured(item: Measured) -> str:
    shown = numbers.points(item.value)
    return shown if item.half_width is None else f"{shown} ±{numbers.points(item.half_width)}"


def _plan_sections(hardening: Hardening) -> Iterator[Section]:
    plan = hardening.plan
    if plan is None:
        return
    note = f"costs {plan.cost:g} of a budget of {plan.budget:g}"
    blocks: list[Block] = []
    if plan.steps:
        total = hardening.total.value
        rows = (_plan_row(n, step, total) for n, step in enumerate(plan.steps, start=1))
        blocks.append(Table(_PLAN_COLUMNS, tuple(rows)))
    blocks.append(Paragraph(words(_guarantee_words(plan, hardening.total.value))))
    if plan.reduction.half_width is not None:
        blocks.append(Paragraph(words(Span(_MEASURED_APART, "quiet"))))
    yield Section("Plan", tuple(blocks), note)


def _plan_row(number: int, step: PlanStep, total: float) -> tuple[Inline, ...]:
    return (
        words(str(number)),
        words(Span(_verb(step.action), "strong")),
        words(_measured(step.effect)),
        words(f"{step.total_cost:g}"),
        words(_measured(step.residual)),
        words(_bar(step.residual.value, total)),
        words(step.action.certainty),
        words(_helped(step.parties)),
        words(Span(step.action.id, is_code=True)),
    )


def _bar(left: float, total: float) -> str:
    filled = round(_CURVE_CELLS * left / total) if total > 0 else 0
    return "━" * min(filled, _CURVE_CELLS)


def _guarantee_words(plan: Plan, total: float) -> str:
    guarantee = plan.guarantee
    reached = _measured(plan.reduction)
    if guarantee.ratio is None:
        return "No action within the budget takes anything off, alone or together with others."
    if guarantee.is_optimal:
        tried = numbers.counted(guarantee.n_sets or 0, "set")
        return f"The best plan within the budget: all {tried} of actions that fill it were tried."
    bound = numbers.points(guarantee.bound)
    why = "taking all actions together takes off no more"
    if guarantee.basis != "paths" and guarantee.bound >= total:
        return (
            f"Takes off {reached} points. How much the best plan within the budget takes off is not "
            "known: all actions together take off the whole score."
        )
    if guarantee.basis == "paths":
        why = (
            "no more harm has a path through any such set, at 95% confidence over "
            f"{guarantee.n_worlds:,} worlds"
        )
    return (
        f"Takes off {reached} points. No plan within the budget can take off more than {bound} "
        f"({why}). So this one reaches at least {_floor_percent(guarantee.ratio)} of the best."
    )


def _floor_percent(ratio: float) -> str:
    """Return a lower bound in percent, rounded down so that it stays one."""
    return f"{int(100 * ratio)}%"


def _list_section(
    title: str, hardening: Hardening, items: Sequence[ActionEffect], total: int, none: str
) -> Section:
    if not items:
        return Section(title, (Paragraph(words(none)),))
    note = f"{total:,}" if len(items) == total else f"showing {len(items):,} of {total:,}"
    is_plain = all(item.cost == 1 for item in items)
    is_control = items[0].action.kind in CONTROL_KINDS
    rows = tuple(_action_row(n, item, is_plain) for n, item in enumerate(items, start=1))
    number, _, *others = _ACTION_COLUMNS
    what = Column("Control" if is_control else "Relation", min_width=24)
    blocks: tuple[Block, ...] = (Table((number, what, *others), rows),)
    if not is_control:
        blocks = (*blocks, Paragraph(words(_alone_words(hardening))))
    return Section(title, blocks, note)


def _alone_words(hardening: Hardening) -> str:
    text = (
        "Each takes off so much alone; together they may take off more or less than the sum. "
        "Most for its cost first."
    )
    if hardening.lower_to == 0:
        text += " Lowering one probability to a part x of it takes off 1 - x of what its cut does."
    return text


def _action_row(number: int, item: ActionEffect, is_plain: bool) -> tuple[Inline, ...]:  # noqa: FBT001
    cost = "ruled out" if item.cost is None else f"{item.cost:g}" if item.cost else "free"
    each = numbers.points(item.per_cost) if item.per_cost is not None else ""
    return (
        words(str(number)),
        words(Span(item.action.text, "strong")),
        words(_measured(item.effect)),
        words(numbers.percent(item.share)),
        words("" if is_plain else cost),
        words("" if is_plain else each),
        words(item.action.certainty),
        words(_helped(item.parties)),
        words(Span(item.action.id, is_code=True)),
    )


def _helped(parties: Sequence[PartyEffect]) -> str:
    return ", ".join(f"{party.name} ({numbers.points(party.points)})" for party in parties)


def _control_sections(hardening: Hardening) -> Iterator[Section]:
    if hardening.controls:
        yield _list_section(
            "What parties could change themselves",
            hardening,
            hardening.controls,
            hardening.n_controls,
            "",
        )


def _verb(action: Action) -> str:
    """Return an action as something to do."""
    return {
        "share": f"Take back: {action.text}",
        "dataset": f"Take back: {action.text}",
        "access": f"End or guard: {action.text}",
        "dependency": f"Do without or double: {action.text}",
        "own": f"Guard or delete: {action.text}",
        "pivot": f"Change the keys: {action.text}",
        "outage": f"Prepare to run on: {action.text}",
    }[action.kind]


def _limits(hardening: Hardening, graph: str | None) -> Iterator[Block]:
    yield Paragraph(words(_engine_words(hardening)))
    yield Paragraph(
        words(
            "Only recorded relations are here, and most real ones are on no public record. What "
            "is left of a score after a plan is no all-clear, and neither is a relation without an "
            "effect."
        )
    )
    yield Bullets(tuple((line,) for line in _commands(hardening, graph)))


def _commands(hardening: Hardening, graph: str | None) -> Iterator[Inline]:
    option = wording.graph_option(graph)
    target = ("--all",) if hardening.target is None else (hardening.target,)
    if hardening.plan is None:
        yield words("A plan: ", wording.command("harden", *target, *option, "--budget", "3"))
        return
    yield words(
        "The plan as a scenario: add ", Span("--scenario-output plan.yaml", is_code=True), "."
    )
    if hardening.target is not None:
        yield words(
            "Then, what it changes for each party: ",
            _analyze_command(hardening, graph, "--scenario", "plan.yaml"),
        )


def _breach_options(hardening: Hardening) -> Iterator[str]:
    """Yield the options with which an analysis is of the same breach."""
    options = hardening.provenance.options
    if hardening.incident is None:
        yield "--hypothetical"
    elif options["incident"] is not None:
        yield from ("--incident", str(options["incident"]))
    for action in options["actions"]:
        yield from ("--action", str(action))
    if options["as_of"] is not None:
        yield from ("--as-of", str(options["as_of"]))


def _engine_words(hardening: Hardening) -> str:
    engine = hardening.engine
    arcs = numbers.counted(engine.uncertain_arcs, "uncertain relation")
    if engine.method == "exact":
        return f"Computed exactly over {arcs}: {engine.reason}."
    return (
        f"Sampled in {engine.n_worlds:,} worlds (rng seed {engine.rng_seed}) over {arcs}: "
        f"{engine.reason}. The signs ± are 95% intervals; a plan is chosen in some worlds and "
        "measured in others."
    )
