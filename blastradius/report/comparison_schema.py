"""The published form of the JSON of a comparison, ``docs/reference/comparison.schema.json``."""

from __future__ import annotations

from typing import Any, get_args

from blastradius.model.vocabulary import TLP_LABELS
from blastradius.report.comparison import COMPARISON_SCHEMA, Status
from blastradius.report.tlp import tlp_label

Json = dict[str, Any]

_LATER = ("tlp",)
"""Keys that files of earlier versions lack."""

_TEXT: Json = {"type": "string"}
_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
_NUMBER: Json = {"type": "number"}
_COUNT: Json = {"type": "integer", "minimum": 0}


def comparison_json_schema() -> Json:
    """Return the JSON Schema of what ``compare --format json`` writes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A blastradius comparison",
        **_object(
            "What changed between two results.",
            schema={"const": COMPARISON_SCHEMA},
            before=_ref("Side"),
            after=_ref("Side"),
            is_same=_described({"type": "boolean"}, "No party, group or figure differs."),
            differences=_list("Difference", "What differs in the questions."),
            cautions=_described(
                {"type": "array", "items": _TEXT}, "What limits the comparison, in words."
            ),
            blast_radius=_object(
                "The three figures of the whole.",
                reachable_parties=_object("Parties.", before=_COUNT, after=_COUNT),
                expected_harmed_parties=_ref("Amounts"),
                total_score=_ref("Amounts"),
            ),
            compared=_described(_COUNT, "Parties and groups that were compared."),
            min_change=_described(_NUMBER, "Smaller changes of a score are left out [points]."),
            below_min_change=_described(_COUNT, "How many were left out as smaller."),
            not_compared=_described(
                {"type": "array", "items": _TEXT},
                "Ids listed on one side only, where the other side lists only a part.",
            ),
            parties=_list("Move", "Who stands differently, largest change of score first."),
            tlp={
                "description": "How far it may be passed on, as the stricter result says; null "
                "where none does.",
                "enum": [*map(tlp_label, TLP_LABELS), None],
            },
        ),
        "$defs": _definitions(),
    }


def _definitions() -> Json:
    amount = _object("Before and after observations.", prior=_NUMBER, posterior=_NUMBER)
    return {
        "Side": _object(
            "One of the results.",
            label=_described(_TEXT, "File, or a name for it."),
            target=_TEXT,
            incident=_object("The incident.", id=_TEXT_OR_NULL, name=_TEXT),
            graph=_object("The graph.", name=_TEXT, sha256=_TEXT),
            version=_described(_TEXT, "Version of blastradius."),
            scenario=_described(_TEXT_OR_NULL, "What was tried out; null without a scenario."),
        ),
        "Difference": _object(
            "Something that differs between the questions.",
            what=_TEXT,
            before=_TEXT,
            after=_TEXT,
            is_caution=_described(
                {"type": "boolean"}, "The answers may be about different things."
            ),
        ),
        "Amounts": _object("A figure in both results.", before=amount, after=amount),
        "Move": _object(
            "A party or group that stands differently.",
            kind={"enum": ["party", "group"]},
            id=_TEXT,
            name=_TEXT,
            role=_TEXT_OR_NULL,
            status={
                "description": "appeared and vanished: not listed on the other side.",
                "enum": list(get_args(Status)),
            },
            change=_described(_NUMBER, "Difference of the posterior score [points]."),
            before=_ref("Standing"),
            after=_ref("Standing"),
        ),
        "Standing": _object(
            "How a party stands in one result; score 0 where it is not listed.",
            score=_described(_NUMBER, "Posterior [points]."),
            score_prior=_described(_NUMBER, "Before observations [points]."),
            band=_TEXT,
            verdict=_TEXT,
            p_harmed=_described(_NUMBER, "P(harmed), posterior [1]."),
        ),
    }


def _object(description: str, **properties: Json) -> Json:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in _LATER],
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _list(name: str, description: str) -> Json:
    return {"description": description, "type": "array", "items": _ref(name)}


def _described(schema: Json, description: str) -> Json:
    return {"description": description, **schema}
