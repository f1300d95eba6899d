"""What to do within a budget: the steps, what each adds, and how good the whole is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from blastradius.analysis.hardening.objective import Objective
from blastradius.analysis.hardening.question import AFFECTED
from blastradius.analysis.hardening.results import PartyEffect, Plan, PlanStep
from blastradius.analysis.hardening.search import NOTHING, Search
from blastradius.analysis.hardening.table import ActionBook, ActionTable


def make_plan(search: Search, book: ActionBook) -> tuple[Plan, tuple[int, ...]]:
    """Choose actions within the budget; return the plan and their rows in the table.

    What is reported is computed or sampled anew for the chosen actions together, never added up.
    """
    found = search.best()
    steps = tuple(_steps(search.table, search.objective, book, found.actions))
    whole = search.objective.measure(found.actions)
    guarantee = search.guarantee(found, whole.effect)
    plan = Plan(
        budget=search.budget,
        steps=steps,
        cost=steps[-1].total_cost if steps else 0.0,
        reduction=whole.effect,
        residual=whole.residual,
        guarantee=guarantee,
    )
    return plan, found.actions


def _steps(
    table: ActionTable, objective: Objective, book: ActionBook, order: Sequence[int]
) -> Iterator[PlanStep]:
    spent = 0.0
    for place, row in enumerate(order):
        spent += float(table.cost[row])
        found = objective.measure([row], order[:place])
        yield PlanStep(
            action=book.action(row),
            effect=found.effect,
            cost=float(table.cost[row]),
            total_cost=spent,
            residual=found.residual,
            parties=most_affected(table, found.lost),
        )


def most_affected(table: ActionTable, lost: Mapping[int, float]) -> tuple[PartyEffect, ...]:
    """Return the parties that lose most points, a few of them."""
    whole = table.whole
    top = sorted(lost.items(), key=lambda item: (-round(item[1], 9), whole.party_ids[item[0]]))
    return tuple(
        PartyEffect(whole.party_ids[row], whole.party_names[row], points)
        for row, points in top[:AFFECTED]
        if points > NOTHING
    )
