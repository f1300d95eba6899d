"""The use case: what to cut, lower or take back first, so that a breach harms least."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blastradius import __version__
from blastradius.analysis.breach import assumptions_of, choose_incident, scope_of
from blastradius.analysis.hardening.network import RiskNetwork, Start, risk_of_all, risk_of_target
from blastradius.analysis.hardening.objective import Objective, Progress, choose_objective
from blastradius.analysis.hardening.plan import make_plan, most_affected
from blastradius.analysis.hardening.question import HardenQuestion
from blastradius.analysis.hardening.results import (
    ActionEffect,
    Hardening,
    HardeningProvenance,
    Measured,
    Plan,
)
from blastradius.analysis.hardening.search import Search
from blastradius.analysis.hardening.table import ActionBook, ActionTable, action_table
from blastradius.analysis.harm import CompiledHarm, Scope, compile_harm
from blastradius.analysis.priors import PriorTable, changed_priors, default_priors
from blastradius.analysis.resolve import resolve_party, resolve_target
from blastradius.analysis.results import Assumption
from blastradius.analysis.whole import WholeHarm, harm_arrays
from blastradius.errors import QuestionError
from blastradius.model.graph import Graph, Incident


@dataclass(frozen=True, slots=True)
class HardeningAnswer:
    """An answer, and what writing it as a scenario needs."""

    hardening: Hardening
    book: ActionBook
    plan_rows: tuple[int, ...]
    """Row of each action of the plan, in order."""


@dataclass(frozen=True, slots=True)
class Breach:
    """The breach, or all of them, ready to be computed; of a graph or of a register in columns."""

    target: str | None
    """The name that was asked for; None for a breach that may start anywhere."""
    incident: str | None
    """Id of the incident that would happen again; None for a supposed breach."""
    origins: tuple[str, ...]
    """Party ids; empty for anywhere."""
    protect: str | None
    """Id of the only party that counts."""
    whole: WholeHarm
    risk: RiskNetwork
    assumptions: tuple[Assumption, ...]


def harden_graph(
    graph: Graph,
    target: str | None,
    question: HardenQuestion | None = None,
    *,
    graph_sha256: str = "",
    priors: PriorTable | None = None,
    progress: Progress | None = None,
) -> HardeningAnswer:
    """Find what each action on a relation takes off the total score, and plan within a budget.

    Parameters
    ----------
    graph : Graph
        A sound one: loading checks it.
    target : str or None
        Breached party or incident; None for a breach that may start at any party, each equally
        likely. A party is supposed to be breached, without regard to what is recorded, because
        what is cut now matters to the next breach; an incident is taken as it is recorded.
    question : HardenQuestion, optional
        Options.
    progress : callable, optional
        Told how far sampling has come.

    Raises
    ------
    UnknownNameError, AmbiguousNameError, QuestionError, ExactBudgetError
    """
    question = question or HardenQuestion()
    priors = priors or default_priors()
    protect = None if question.protect is None else resolve_party(graph, question.protect)
    breach = _breach(graph, target, question, priors, None if protect is None else protect.id)
    options = question.options() | {"target": target} | changed_priors(priors)
    provenance = HardeningProvenance(__version__, graph.name, graph_sha256, options)
    return harden_breach(breach, question, provenance, progress)


def _breach(
    graph: Graph,
    target: str | None,
    question: HardenQuestion,
    priors: PriorTable,
    protect: str | None,
) -> Breach:
    incident, origins = choose_origins(graph, target, question)
    if target is None:
        origins = tuple(sorted(p.id for p in graph.parties))
    elif protect in origins:
        msg = f"{protect!r} is where the breach starts; its own score does not count"
        raise QuestionError(msg)
    scope = scope_of(incident, origins, question.breach)
    harm = compile_harm(graph, scope, priors)
    whole = harm_arrays(harm, graph)
    row = None if protect is None else whole.party_ids.index(protect)
    if target is None:
        risk = risk_of_all(whole, row)
    else:
        risk = risk_of_target(whole, _start(harm, scope, whole), row)
    return Breach(
        target,
        incident.id if incident is not None else None,
        () if target is None else tuple(sorted(set(origins))),
        protect,
        whole,
        risk,
        assumptions_of(harm, priors),
    )


def choose_origins(
    graph: Graph | None, target: str | None, question: HardenQuestion
) -> tuple[Incident | None, tuple[str, ...]]:
    """Return the incident that would happen again, if one, and where the breach starts.

    Without a target, and then without a graph, it starts nowhere in particular.
    """
    if target is None or graph is None:
        if question.breach.incident is not None:
            msg = "an incident has its own origins: it does not go with a breach that may start anywhere"
            raise QuestionError(msg)
        return None, ()
    is_incident = isinstance(resolve_target(graph, target), Incident)
    supposed = question.breach.hypothetical or not (is_incident or question.breach.incident)
    return choose_incident(graph, target, replace(question.breach, hypothetical=supposed))


def _start(harm: CompiledHarm, scope: Scope, whole: WholeHarm) -> Start:
    rows = {party: row for row, party in enumerate(whole.party_ids)}
    origins = [arc for arc in harm.arcs if arc.kind == "origin"]
    return Start(
        tuple(arc.head for arc in origins),
        tuple(arc.coin.value for arc in origins),
        tuple(sorted(rows[origin] for origin in set(scope.origins))),
    )


def harden_breach(
    breach: Breach,
    question: HardenQuestion,
    provenance: HardeningProvenance,
    progress: Progress | None = None,
) -> HardeningAnswer:
    """Answer for a breach that stands in arrays, wherever they come from."""
    table = action_table(breach.whole, breach.risk, question.costs)
    objective, engine = choose_objective(
        breach.risk, table, question.breach, question.lower_to, progress
    )
    total = objective.total()
    lister = _Lister(table, ActionBook(table), objective, total)
    relations = lister.rows(~table.is_control)
    controls = lister.rows(table.is_control)
    n_listed = min(question.listed, len(relations))
    listed = lister.listed([*relations[:n_listed], *controls[: question.listed]])
    plan: Plan | None = None
    plan_rows: tuple[int, ...] = ()
    if question.budget is not None:
        search = Search(
            breach.risk,
            table,
            objective,
            question.budget,
            question.lower_to,
            question.controls,
            question.breach.rng_seed,
        )
        plan, plan_rows = make_plan(search, lister.book)
    names = dict(zip(breach.whole.party_ids, breach.whole.party_names, strict=True))
    hardening = Hardening(
        provenance=provenance,
        target=breach.target,
        incident=breach.incident,
        origins=tuple((id_, names[id_]) for id_ in breach.origins),
        n_origins=breach.risk.n_starts if breach.target is None else len(breach.origins),
        protect=None if breach.protect is None else (breach.protect, names[breach.protect]),
        lower_to=question.lower_to,
        total=total,
        actions=listed[:n_listed],
        n_actions=len(relations),
        controls=listed[n_listed:],
        n_controls=len(controls),
        plan=plan,
        engine=engine,
        assumptions=breach.assumptions,
    )
    return HardeningAnswer(hardening, lister.book, plan_rows)


class _Lister:
    """Ranks actions by what they do alone, and describes those that are shown."""

    def __init__(
        self, table: ActionTable, book: ActionBook, objective: Objective, total: Measured
    ) -> None:
        self.table, self.book, self.objective, self.total = table, book, objective, total
        self.effect, self.half_width = objective.effects()

    def rows(self, wanted: NDArray[np.bool_]) -> list[int]:
        """Return actions with an effect, most effect for the cost first, ruled out ones last."""
        cost, effect = self.table.cost, self.effect
        shown = np.flatnonzero(wanted & self.table.is_offered & (effect > 0))
        with np.errstate(divide="ignore"):
            per_cost = effect[shown] / cost[shown]
        # Rounded, so that rounding errors do not decide on the order of equals.
        keys = (shown, -effect[shown].round(9), -per_cost.round(9), np.isinf(cost[shown]))
        return [int(row) for row in shown[np.lexsort(keys)]]

    def listed(self, rows: Sequence[int]) -> tuple[ActionEffect, ...]:
        """Describe actions."""
        lost = self.objective.lost_by_party(rows)
        return tuple(self._one(row, parties) for row, parties in zip(rows, lost, strict=True))

    def _one(self, row: int, lost: Mapping[int, float]) -> ActionEffect:
        effect, cost = float(self.effect[row]), float(self.table.cost[row])
        width = None if self.half_width is None else float(self.half_width[row])
        ruled_out = np.isinf(cost)
        return ActionEffect(
            action=self.book.action(row),
            effect=Measured(effect, width),
            share=min(effect / self.total.value, 1.0) if self.total.value > 0 else 0.0,
            cost=None if ruled_out else cost,
            per_cost=None if ruled_out or cost == 0 else effect / cost,
            parties=most_affected(self.table, lost),
        )
