"""Hardening as plain data and as rows: what each action takes off, and the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blastradius.report.as_dict import assumption_dict, engine_dict
from blastradius.report.numbers import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blastradius.analysis.hardening.results import (
        Action,
        ActionEffect,
        Hardening,
        Measured,
        PartyEffect,
        Plan,
        PlanStep,
    )
    from blastradius.report.rows import Row

HARDENING_SCHEMA = "blastradius/hardening/1"

Plain = dict[str, Any]


def hardening_dict(hardening: Hardening) -> Plain:
    """Return an answer as plain data, in the form of its JSON contract."""
    provenance = hardening.provenance
    protect = hardening.protect
    return {
        "schema": HARDENING_SCHEMA,
        "provenance": {
            "version": provenance.version,
            "graph": {"name": provenance.graph_name, "sha256": provenance.graph_sha256},
            "options": dict(provenance.options),
        },
        "target": hardening.target,
        "incident": hardening.incident,
        "origins": [{"id": id_, "name": name} for id_, name in hardening.origins],
        "n_origins": hardening.n_origins,
        "protect": None if protect is None else {"id": protect[0], "name": protect[1]},
        "lower_to": canonical(hardening.lower_to),
        "total": _measured(hardening.total),
        "relations": {
            "total": hardening.n_actions,
            "listed": [_effect(item) for item in hardening.actions],
        },
        "controls": {
            "total": hardening.n_controls,
            "listed": [_effect(item) for item in hardening.controls],
        },
        "plan": None if hardening.plan is None else _plan(hardening.plan),
        "engine": engine_dict(hardening.engine),
        "assumptions": [assumption_dict(item) for item in hardening.assumptions],
    }


def _measured(item: Measured) -> Plain:
    width = None if item.half_width is None else canonical(item.half_width)
    return {"value": canonical(item.value), "half_width": width}


def _action(item: Action) -> Plain:
    return {
        "id": item.id,
        "kind": item.kind,
        "edge": item.edge,
        "dataset": item.dataset,
        "origin": item.origin,
        "targets": list(item.targets),
        "text": item.text,
        "coins": item.coins,
        "probability": canonical(item.probability),
        "certainty": item.certainty,
    }


def _effect(item: ActionEffect) -> Plain:
    return {
        **_action(item.action),
        "effect": _measured(item.effect),
        "share": canonical(item.share),
        "cost": _number(item.cost),
        "per_cost": _number(item.per_cost),
        "parties": _parties(item.parties),
    }


def _plan(item: Plan) -> Plain:
    guarantee = item.guarantee
    return {
        "budget": canonical(item.budget),
        "cost": canonical(item.cost),
        "reduction": _measured(item.reduction),
        "residual": _measured(item.residual),
        "guarantee": {
            "is_optimal": guarantee.is_optimal,
            "bound": canonical(guarantee.bound),
            "ratio": _number(guarantee.ratio),
            "basis": guarantee.basis,
            "n_sets": guarantee.n_sets,
            "n_worlds": guarantee.n_worlds,
        },
        "steps": [_step(step) for step in item.steps],
    }


def _step(item: PlanStep) -> Plain:
    return {
        **_action(item.action),
        "effect": _measured(item.effect),
        "cost": canonical(item.cost),
        "total_cost": canonical(item.total_cost),
        "residual": _measured(item.residual),
        "parties": _parties(item.parties),
    }


def _parties(items: Sequence[PartyEffect]) -> list[Plain]:
    return [{"id": p.id, "name": p.name, "points": canonical(p.points)} for p in items]


def _number(value: float | None) -> float | None:
    return None if value is None else canonical(value)


HARDENING_COLUMNS: tuple[str, ...] = (
    "rank",
    "is_control",
    "id",
    "kind",
    "edge",
    "dataset",
    "origin",
    "targets",
    "text",
    "probability",
    "certainty",
    "effect",
    "effect_half_width",
    "share",
    "cost",
    "effect_per_cost",
    "most_affected",
    "plan_step",
    "plan_effect",
    "plan_total_cost",
    "plan_residual",
)
"""Columns of a row, in order. New ones may be added at the end; none change their meaning."""


def hardening_rows(hardening: Hardening) -> list[Row]:
    """Return one flat row for each listed action, then one for each of the plan not listed."""
    steps = {} if hardening.plan is None else {s.action.id: s for s in hardening.plan.steps}
    places = {id_: place for place, id_ in enumerate(steps, start=1)}
    rows: list[Row] = []
    for items, is_control in ((hardening.actions, False), (hardening.controls, True)):
        for rank, item in enumerate(items, start=1):
            row = {"rank": rank, "is_control": is_control, **_alone(item)}
            step = steps.pop(item.action.id, None)
            rows.append(row | _planned(step, places))
    blank = dict.fromkeys(HARDENING_COLUMNS)
    rows += [
        {**blank, **_named(step.action), "cost": canonical(step.cost), **_planned(step, places)}
        for step in steps.values()
    ]
    return [{column: row[column] for column in HARDENING_COLUMNS} for row in rows]


def _named(action: Action) -> Row:
    return {
        "id": action.id,
        "kind": action.kind,
        "edge": action.edge,
        "dataset": action.dataset,
        "origin": action.origin,
        "targets": "; ".join(action.targets),
        "text": action.text,
        "probability": canonical(action.probability),
        "certainty": action.certainty,
    }


def _alone(item: ActionEffect) -> Row:
    return _named(item.action) | {
        "effect": canonical(item.effect.value),
        "effect_half_width": _number(item.effect.half_width),
        "share": canonical(item.share),
        "cost": _number(item.cost),
        "effect_per_cost": _number(item.per_cost),
        "most_affected": "; ".join(party.id for party in item.parties),
    }


def _planned(step: PlanStep | None, places: dict[str, int]) -> Row:
    if step is None:
        return dict.fromkeys(HARDENING_COLUMNS[-4:])
    return {
        "plan_step": places[step.action.id],
        "plan_effect": canonical(step.effect.value),
        "plan_total_cost": canonical(step.total_cost),
        "plan_residual": canonical(step.residual.value),
    }
