"""The published forms of the JSON of rankings and perimeters.

They are ``docs/reference/ranking.schema.json`` and ``docs/reference/perimeter.schema.json``.
"""

from __future__ import annotations

from typing import Any, get_args

from blastradius.analysis.results import Band, Basis
from blastradius.analysis.whole import ARC_KINDS
from blastradius.model.vocabulary import CERTAINTIES, DATA_VARIETIES, ROLES
from blastradius.report.survey_data import EVENTS, PERIMETER_SCHEMA, RANKING_SCHEMA

Json = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Json = {"type": "string"}
_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
_NUMBER: Json = {"type": "number"}
_AMOUNT: Json = {"type": "number", "minimum": 0}
_AMOUNT_OR_NULL: Json = {"type": ["number", "null"], "minimum": 0}
_FRACTION: Json = {"type": "number", "minimum": 0, "maximum": 1}
_COUNT: Json = {"type": "integer", "minimum": 0}
_COUNT_OR_NULL: Json = {"type": ["integer", "null"], "minimum": 0}
_TEXTS: Json = {"type": "array", "items": _TEXT}


def ranking_json_schema() -> Json:
    """Return the JSON Schema of what ``rank --format json`` writes."""
    return {
        "$schema": _DIALECT,
        "title": "A blastradius ranking",
        **_object(
            "Every party as the origin of a supposed breach, the most harmful first.",
            schema={"const": RANKING_SCHEMA},
            **_frame(),
            n_parties=_described(_COUNT, "Parties of the graph."),
            without_a_path=_described(_COUNT, "Parties without a recorded path to harm."),
            concentration=_ref("Concentration"),
            listing=_ref("Listing"),
            parties=_list("RankedParty", "Largest total score first."),
            **_foot(),
        ),
        "$defs": {**_shared(), **_ranking_definitions()},
    }


def perimeter_json_schema() -> Json:
    """Return the JSON Schema of what ``perimeter --format json`` writes."""
    return {
        "$schema": _DIALECT,
        "title": "A blastradius perimeter",
        **_object(
            "Whose breach would harm one party, the most harmful first.",
            schema={"const": PERIMETER_SCHEMA},
            **_frame(),
            party=_object("The party that asks.", id=_TEXT, name=_TEXT, role={"enum": list(ROLES)}),
            n_parties=_described(_COUNT, "All other parties of the graph."),
            exposure=_described(
                _ref("Figure"), "Sum of the party's scores over all breaches of others [points]."
            ),
            listing=_ref("Listing"),
            parties=_list("Threat", "Highest score first."),
            **_foot(),
        ),
        "$defs": {**_shared(), **_perimeter_definitions()},
    }


def _frame() -> Json:
    return {"provenance": _ref("Provenance"), "engine": _ref("Engine")}


def _foot() -> Json:
    return {
        "assumptions": _list("Assumption", "Priors where the graph gives no number."),
        "unobserved_edges_note": _described(_TEXT, "What the absence of a path means here."),
    }


def _shared() -> Json:
    return {
        "Provenance": _object(
            "What is needed to repeat the result.",
            version=_described(_TEXT, "Version of blastradius."),
            graph=_object("The graph.", name=_TEXT, sha256=_TEXT),
            options={"description": "Options that decided the numbers.", "type": "object"},
        ),
        "Engine": _object(
            "Which engine ran, and why.",
            method={"enum": ["exact", "monte-carlo"]},
            reason=_TEXT,
            n_worlds=_described(_COUNT_OR_NULL, "Sampled worlds; null when exact."),
            rng_seed=_COUNT_OR_NULL,
            uncertain_arcs=_described(_COUNT, "Arcs with 0 < probability < 1."),
            precision=_described(
                _AMOUNT_OR_NULL,
                "Largest 95 % half-width of a listed score: of a ranking relative to it, of a "
                "perimeter relative to the largest one [1]; null when exact.",
            ),
        ),
        "Figure": _object(
            "A number and how far it may be off.",
            value=_NUMBER,
            low=_described(
                _AMOUNT_OR_NULL, "With all ranges at their low ends; null where not computed."
            ),
            high=_described(
                _AMOUNT_OR_NULL, "With all ranges at their high ends; null where not computed."
            ),
            half_width=_described(_AMOUNT_OR_NULL, "95 % half-width; null where exact."),
        ),
        "Listing": _object(
            "Which parties are listed; a filter changes no number.",
            shown=_COUNT,
            total=_COUNT,
            roles=_TEXTS,
            top=_COUNT_OR_NULL,
        ),
        "Assumption": _object(
            "A prior that the result rests on.",
            key=_TEXT,
            meaning=_TEXT,
            value=_AMOUNT,
            low=_AMOUNT,
            high=_AMOUNT,
            basis={"enum": list(get_args(Basis))},
            source=_TEXT,
            arcs=_described(_COUNT, "Arcs that use it."),
        ),
    }


def _ranking_definitions() -> Json:
    return {
        "Concentration": _object(
            "How much of the summed risk few parties account for.",
            total_score=_described(_ref("Figure"), "Total scores of all breaches [points]."),
            expected_harmed_parties=_described(
                _ref("Figure"), "Expected harmed parties of all breaches [parties]."
            ),
            heads={
                "description": "Share of the summed total score behind the first k parties.",
                "type": "array",
                "items": _object("One k.", k=_COUNT, share=_FRACTION),
            },
            half=_described(_COUNT_OR_NULL, "Fewest parties behind half of it; null if unknown."),
        ),
        "RankedParty": _object(
            "What a breach of one party would do to the others.",
            id=_TEXT,
            name=_TEXT,
            role={"enum": list(ROLES)},
            total_score=_described(_ref("Figure"), "Sum of the scores of all others [points]."),
            expected_harmed_parties=_described(
                _ref("Figure"), "Sum of the probabilities of harm of all others [parties]."
            ),
            reachable_parties=_described(_COUNT, "Others that harm can reach at all."),
            share=_described(_FRACTION, "Share of the summed total score that is of this breach."),
            through={
                "description": "Share of it that runs through the party, whoever is breached [1]; "
                "null where not computed.",
                "anyOf": [_ref("Figure"), {"type": "null"}],
            },
            single_point_for=_list("Dependent", "For whom it is a single point of failure."),
        ),
        "Dependent": _object(
            "A party to which most harm comes through one other.",
            id=_TEXT,
            name=_TEXT,
            share=_described(_FRACTION, "Share of its expected harm that runs through the other."),
            exposure=_described(_AMOUNT, "Its scores summed over all breaches of others [points]."),
            n_origins=_described(_COUNT, "Parties whose breach can harm it."),
        ),
    }


def _perimeter_definitions() -> Json:
    variety = {"type": "object", "additionalProperties": _ref("Figure")}
    return {
        "Threat": _object(
            "What a breach of one party would do to the party that asks.",
            id=_TEXT,
            name=_TEXT,
            role={"enum": list(ROLES)},
            score=_described(_ref("Figure"), "Score of the asking party [points]."),
            band={"enum": list(get_args(Band))},
            share=_described(_FRACTION, "Share of the asking party's summed scores [1]."),
            probability=_object(
                "What happens to the asking party [1].", **{e: _ref("Figure") for e in EVENTS}
            ),
            varieties={
                **variety,
                "description": "P(some data of the VERIS variety is disclosed) [1].",
                "propertyNames": {"enum": list(DATA_VARIETIES)},
            },
            holds=_list("Holding", "What it has of the asking party directly."),
            hops=_described(_COUNT, "Least number of steps from party to party."),
            way=_object(
                "The most probable way of the harm.",
                probability=_described(_FRACTION, "P(all its arcs are open)."),
                certainty={"enum": list(CERTAINTIES)},
                steps=_list("Step", "Arcs, from the breached party on."),
            ),
        ),
        "Holding": _object(
            "Data, access or a dependency, as an arc of harm.",
            kind={"enum": ["data", "access", "dependency"]},
            edge=_described(_TEXT, "Id of the relation."),
            dataset=_TEXT_OR_NULL,
            varieties={"type": "array", "items": {"enum": list(DATA_VARIETIES)}},
            probability=_FRACTION,
            certainty={"enum": list(CERTAINTIES)},
        ),
        "Step": _object(
            "One arc, in the direction in which harm travels.",
            edge=_TEXT,
            kind={"enum": list(ARC_KINDS)},
            **{"from": _TEXT, "to": _TEXT},
            dataset=_TEXT_OR_NULL,
            probability=_FRACTION,
            certainty={"enum": list(CERTAINTIES)},
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


def _list(name: str, description: str) -> Json:
    return {"description": description, "type": "array", "items": _ref(name)}


def _described(schema: Json, description: str) -> Json:
    return {"description": description, **schema}
