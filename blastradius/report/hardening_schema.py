"""The published form of the JSON of hardening, ``docs/reference/hardening.schema.json``."""

from __future__ import annotations

from typing import Any, get_args

from blastradius.analysis.hardening.results import ActionKind, BoundBasis
from blastradius.model.vocabulary import CERTAINTIES
from blastradius.report.hardening import HARDENING_SCHEMA

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
_NUMBER: Json = {"type": "number"}
_NUMBER_OR_NULL: Json = {"type": ["number", "null"]}
_PART: Json = {"type": "number", "minimum": 0, "maximum": 1}
_COUNT: Json = {"type": "integer", "minimum": 0}
_COUNT_OR_NULL: Json = {"type": ["integer", "null"], "minimum": 0}


def hardening_json_schema() -> Json:
    """Return the JSON Schema of what ``harden --format json`` writes."""
    listed = {"type": "array", "items": _ref("ActionEffect")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A blastradius hardening",
        **_object(
            "What to cut, lower or take back so that a breach harms least.",
            schema={"const": HARDENING_SCHEMA},
            provenance=_object(
                "What is needed to repeat it.",
                version=_TEXT,
                graph=_object("The graph.", name=_TEXT, sha256=_TEXT),
                options=_described({"type": "object"}, "The question, as it was asked."),
            ),
            target=_described(_TEXT_OR_NULL, "Name asked for; null: any party may be breached."),
            incident=_described(_TEXT_OR_NULL, "Incident that would happen again; null: supposed."),
            origins=_described(
                {"type": "array", "items": _ref("Name")}, "Where it starts; empty for anywhere."
            ),
            n_origins=_described(_COUNT, "Parties where it may start."),
            protect=_described(
                {"anyOf": [_ref("Name"), {"type": "null"}]}, "The only party that counts, if any."
            ),
            lower_to=_described(_PART, "What an action leaves of a probability [1]; 0: a cut."),
            total=_described(
                _ref("Measured"), "Total score before any action; the mean over all origins."
            ),
            relations=_object("Actions on relations, best first.", total=_COUNT, listed=listed),
            controls=_object(
                "What parties could change themselves, best first.", total=_COUNT, listed=listed
            ),
            plan={"anyOf": [_ref("Plan"), {"type": "null"}]},
            engine=_object(
                "Which engine ran, and why.",
                method={"enum": ["exact", "monte-carlo"]},
                reason=_TEXT,
                n_worlds=_COUNT_OR_NULL,
                rng_seed=_COUNT_OR_NULL,
                uncertain_arcs=_COUNT,
                half_width=_NUMBER_OR_NULL,
            ),
            assumptions=_described(
                {"type": "array", "items": {"type": "object"}},
                "Priors that stand in where the graph gives no number.",
            ),
        ),
        "$defs": _definitions(),
    }


def _definitions() -> Json:
    action: Json = {
        "id": _described(_TEXT, "Edge; with # and a dataset where only that is taken back."),
        "kind": {"enum": list(get_args(ActionKind))},
        "edge": _TEXT,
        "dataset": _TEXT_OR_NULL,
        "origin": _described(_TEXT, "Party through which harm comes."),
        "targets": _described({"type": "array", "items": _TEXT}, "Parties that it reaches."),
        "text": _TEXT,
        "coins": _described(_COUNT, "Coins that the action changes."),
        "probability": _described(_PART, "Largest probability of its coins, as it is [1]."),
        "certainty": {"enum": list(CERTAINTIES)},
    }
    parties = _described(
        {"type": "array", "items": _ref("PartyEffect")}, "Most affected parties, most points first."
    )
    return {
        "Name": _object("A party.", id=_TEXT, name=_TEXT),
        "Measured": _object(
            "A number [points].",
            value=_NUMBER,
            half_width=_described(_NUMBER_OR_NULL, "95 % half-width; null when exact."),
        ),
        "PartyEffect": _object(
            "Points off the score of a party.", id=_TEXT, name=_TEXT, points=_NUMBER
        ),
        "ActionEffect": _object(
            "What one action alone would change.",
            **action,
            effect=_described(_ref("Measured"), "What it takes off the total score [points]."),
            share=_described(_PART, "Part of the total score [1]."),
            cost=_described(_NUMBER_OR_NULL, "Null where it is ruled out."),
            per_cost=_described(_NUMBER_OR_NULL, "Null where it is free or ruled out."),
            parties=parties,
        ),
        "PlanStep": _object(
            "An action after those before it.",
            **action,
            effect=_described(_ref("Measured"), "What it takes off what was left [points]."),
            cost=_NUMBER,
            total_cost=_described(_NUMBER, "Of this step and those before it."),
            residual=_described(_ref("Measured"), "Total score that is left [points]."),
            parties=parties,
        ),
        "Plan": _object(
            "What to do within the budget.",
            budget=_NUMBER,
            cost=_NUMBER,
            reduction=_ref("Measured"),
            residual=_ref("Measured"),
            guarantee=_ref("Guarantee"),
            steps={"type": "array", "items": _ref("PlanStep")},
        ),
        "Guarantee": _object(
            "How good the plan is, compared with the best one within the budget.",
            is_optimal={"type": "boolean"},
            bound=_described(_NUMBER, "No plan within the budget takes away more [points]."),
            ratio=_described(
                _NUMBER_OR_NULL, "The plan reaches at least this part of the best [1]."
            ),
            basis={"enum": list(get_args(BoundBasis))},
            n_sets=_described(_COUNT_OR_NULL, "Sets that were tried, if those are all."),
            n_worlds=_described(_COUNT_OR_NULL, "Worlds in which paths were counted."),
        ),
    }


def _object(description: str, **properties: Json) -> Json:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _described(schema: Json, description: str) -> Json:
    return {**schema, "description": description}
