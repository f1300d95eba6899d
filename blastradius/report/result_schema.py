"""The published form of the JSON contract: what a result file holds, key by key.

``docs/reference/result.schema.json`` is this schema as a file. Readers may meet new keys in a
later release of the same version; they never meet a missing key or a new meaning.
"""

from __future__ import annotations

from typing import Any, get_args

from blastradius.analysis.results import EVENTS, ArcKind, Band, Basis, Verdict
from blastradius.model.vocabulary import ACTIONS, CERTAINTIES, DATA_VARIETIES, ROLES, TLP_LABELS
from blastradius.report.as_dict import RESULT_SCHEMA
from blastradius.report.tlp import tlp_label

Json = dict[str, Any]

_LATER = ("cautions", "tlp")
"""Keys that files of earlier versions lack."""

_TEXT: Json = {"type": "string"}
_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
_COUNT: Json = {"type": "integer", "minimum": 0}
_COUNT_OR_NULL: Json = {"type": ["integer", "null"], "minimum": 0}
_AMOUNT_OR_NULL: Json = {"type": ["number", "null"], "minimum": 0}
_FRACTION: Json = {"type": "number", "minimum": 0, "maximum": 1}
_POINTS: Json = {"type": "number", "minimum": 0, "maximum": 100}
_TEXTS: Json = {"type": "array", "items": _TEXT}


def _object(description: str, **properties: Json) -> Json:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in _LATER],
    }


def _list_of(name: str, description: str = "") -> Json:
    schema: Json = {"type": "array", "items": _ref(name)}
    return {"description": description, **schema} if description else schema


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _one_of(values: tuple[str, ...], description: str = "") -> Json:
    return {**({"description": description} if description else {}), "enum": list(values)}


def _described(schema: Json, description: str) -> Json:
    return {"description": description, **schema}


def result_json_schema() -> Json:
    """Return the JSON Schema of ``result.to_json()``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A blastradius result",
        **_object(
            "Who downstream is exposed by a breach, how sure that is and what it rests on.",
            schema={"const": RESULT_SCHEMA},
            provenance=_ref("Provenance"),
            target=_described(_TEXT, "The name that was asked for."),
            incident=_ref("Incident"),
            scenario={
                "description": "What is tried out; null where the breach is taken as it is.",
                "anyOf": [_ref("Scenario"), {"type": "null"}],
            },
            origins=_list_of("Party", "The breached parties."),
            engine=_ref("Engine"),
            blast_radius=_ref("BlastRadius"),
            listing=_ref("Listing"),
            parties=_list_of("Party", "Listed downstream parties, highest posterior score first."),
            groups=_list_of("Group", "Roll-ups by ownership, which carries no harm by itself."),
            assumptions=_list_of("Assumption", "Priors used where the graph gives no number."),
            next_steps=_list_of("NextStep", "What to find out or to do first."),
            unobserved_edges_note=_described(_TEXT, "What the absence of a path means here."),
            cautions=_described(_TEXTS, "Doubts about what was said, counted as it stands."),
            tlp={
                "description": "How far the result may be passed on, as the strictest file of "
                "observations says; null where none does.",
                "enum": [*map(tlp_label, TLP_LABELS), None],
            },
        ),
        "$defs": {**_frame_definitions(), **_party_definitions(), **_path_definitions()},
    }


def _frame_definitions() -> Json:
    return {
        "Provenance": _object(
            "What is needed to repeat the result.",
            version=_described(_TEXT, "Version of blastradius."),
            graph=_object("The graph.", name=_TEXT, sha256={"type": "string", "minLength": 1}),
            options={"description": "Options that decided the numbers.", "type": "object"},
        ),
        "Incident": _incident(),
        "Scenario": _scenario(),
        "Engine": _object(
            "Which engine ran, and why.",
            method=_one_of(("exact", "monte-carlo")),
            reason=_TEXT,
            n_worlds=_described(_COUNT_OR_NULL, "Sampled worlds; null when exact."),
            rng_seed=_COUNT_OR_NULL,
            uncertain_arcs=_described(_COUNT, "Arcs with 0 < probability < 1 that can matter."),
            half_width=_described(
                _AMOUNT_OR_NULL, "Largest 95 % half-width over all probabilities; null when exact."
            ),
        ),
        "BlastRadius": _object(
            "Three figures, never one for another; origins are not counted.",
            reachable_parties=_described(_COUNT, "Parties harmed with probability > 0."),
            expected_harmed_parties=_described(_ref("Amount"), "Sum of P(harmed) [parties]."),
            total_score=_described(_ref("Amount"), "Sum of scores [points]."),
        ),
        "Listing": _object(
            "Which parties are listed; a filter changes no number.",
            shown=_COUNT,
            total=_COUNT,
            roles=_TEXTS,
            min_score=_POINTS,
            top=_COUNT_OR_NULL,
            grouped={"type": "boolean"},
        ),
        "Assumption": _object(
            "A prior that the result rests on.",
            key=_TEXT,
            meaning=_TEXT,
            value=_FRACTION,
            low=_FRACTION,
            high=_FRACTION,
            basis=_one_of(get_args(Basis)),
            source=_TEXT,
            arcs=_described(_COUNT, "Arcs of this analysis that use it."),
        ),
        "NextStep": _object(
            "Something to find out or to do first.",
            kind=_one_of(("alert", "check", "ask", "contain", "protect")),
            text=_TEXT,
            party=_TEXT_OR_NULL,
            edge=_TEXT_OR_NULL,
            effects=_list_of("Effect", "What each answer, or doing it, would change."),
            swing={
                "description": "How far the total score is expected to move [points].",
                "type": "number",
                "minimum": 0,
            },
        ),
        "Effect": _object(
            "Change of the total score by one answer to a question, or by an action.",
            answer=_one_of(("yes", "no", "done")),
            change={"description": "[points]", "type": "number"},
        ),
        "Amount": _object(
            "A number before and after the observations.",
            prior={"type": "number", "minimum": 0},
            posterior={"type": "number", "minimum": 0},
        ),
    }


def _incident() -> Json:
    volume = _object(
        "Size of the haul.",
        records=_COUNT_OR_NULL,
        documents=_COUNT_OR_NULL,
        bytes=_COUNT_OR_NULL,
        basis=_TEXT_OR_NULL,
        note=_TEXT_OR_NULL,
    )
    demand = _object(
        "Ransom or price asked.", amount={"type": "number"}, currency=_TEXT, note=_TEXT_OR_NULL
    )
    return _object(
        "What is known of the incident.",
        id=_described(_TEXT_OR_NULL, "null for a hypothetical breach."),
        name=_TEXT,
        hypothetical={"type": "boolean"},
        status=_one_of(("confirmed", "alleged", "hypothetical")),
        actor=_TEXT_OR_NULL,
        actions={"type": "array", "items": _one_of(ACTIONS)},
        window=_described(_TEXT_OR_NULL, "first-access/contained; null when every edge counts."),
        window_note=_TEXT_OR_NULL,
        disclosed=_TEXT_OR_NULL,
        summary=_TEXT_OR_NULL,
        varieties={"type": "array", "items": _one_of(DATA_VARIETIES)},
        data_description=_TEXT_OR_NULL,
        volume={"anyOf": [volume, {"type": "null"}]},
        demand={"anyOf": [demand, {"type": "null"}]},
        disagreements=_TEXTS,
        note=_TEXT_OR_NULL,
        certainty=_ref("Certainty"),
        sources=_list_of("Source"),
        other_incidents=_described(_TEXTS, "Other incidents of the party, not used."),
    )


def _scenario() -> Json:
    change = _object(
        "One change.",
        kind=_one_of(("cut", "probability", "control", "observation")),
        subject=_described(_TEXT, "Edge id for a cut or a probability, else party id."),
        value={
            "description": "The probability set, or the effect of a control [1].",
            "type": ["number", "null"],
            "minimum": 0,
            "maximum": 1,
        },
        text=_TEXT,
        has_effect=_described({"type": "boolean"}, "false: nothing of it is within reach here."),
    )
    return _object(
        "Changes under which the breach is answered; the file itself is in the options.",
        name=_described(_TEXT, "Free text, may be empty."),
        changes={"type": "array", "items": change},
        notes=_described(_TEXTS, "Where it was made for another graph or target."),
    )


def _party_definitions() -> Json:
    estimates = _object("P(event) [1].", **{event: _ref("Estimate") for event in EVENTS})
    verdict = _one_of(get_args(Verdict), "Never an all-clear: no recorded path is not safety.")
    return {
        "Party": _object(
            "All that the analysis says of one party.",
            id=_TEXT,
            name=_TEXT,
            role=_one_of(ROLES),
            is_origin={"type": "boolean"},
            score=_ref("Score"),
            band=_one_of(get_args(Band)),
            verdict=verdict,
            probability=estimates,
            varieties={
                "description": "P(some data of this VERIS variety is disclosed) [1].",
                "type": "object",
                "propertyNames": _one_of(DATA_VARIETIES),
                "additionalProperties": _ref("Estimate"),
            },
            expected=_object(
                "Expected amounts disclosed, posterior; null where no amount is recorded.",
                records=_AMOUNT_OR_NULL,
                documents=_AMOUNT_OR_NULL,
                bytes=_AMOUNT_OR_NULL,
            ),
            hops=_described(_COUNT_OR_NULL, "Least party-to-party steps from an origin."),
            certainty={"anyOf": [_ref("Certainty"), {"type": "null"}]},
            paths=_list_of("Path", "Most probable paths, best first."),
            datasets=_list_of("Dataset"),
            observations=_list_of("Observation"),
        ),
        "Group": _object(
            "Any member of a group harmed.",
            id=_TEXT,
            name=_TEXT,
            members=_TEXTS,
            score=_ref("Score"),
            band=_one_of(get_args(Band)),
            verdict=verdict,
            probability=estimates,
        ),
        "Score": _object(
            "100 x expected severity of the worst that happens to the party [points].",
            prior=_POINTS,
            posterior=_POINTS,
            low=_described(_POINTS, "Posterior with every prior at its low end."),
            high=_described(_POINTS, "Posterior with every prior at its high end."),
        ),
        "Estimate": _object(
            "A probability before and after the observations [1].",
            prior=_FRACTION,
            posterior=_FRACTION,
        ),
        "Dataset": _object(
            "A dataset of the party that may be disclosed.",
            id=_TEXT,
            name=_TEXT_OR_NULL,
            varieties={"type": "array", "items": _one_of(DATA_VARIETIES)},
            probability=_ref("Estimate"),
            holders=_TEXTS,
            records=_COUNT_OR_NULL,
            documents=_COUNT_OR_NULL,
            bytes=_COUNT_OR_NULL,
            certainty=_ref("Certainty"),
        ),
        "Observation": _object(
            "What was said of the party or one of its datasets.",
            subject=_TEXT,
            event=_TEXT,
            state=_TEXT,
            likelihood_ratio={
                "description": "P(seen | event) / P(seen | no event) [1].",
                "type": "number",
                "exclusiveMinimum": 0,
            },
            note=_TEXT_OR_NULL,
            certainty=_ref("Certainty"),
            sources=_list_of("Source"),
        ),
    }


def _path_definitions() -> Json:
    return {
        "Path": _object(
            "A chain of arcs from an origin to the party, in the direction of harm.",
            probability=_described(_FRACTION, "Product of its arcs, before observations."),
            event=_one_of(EVENTS[:3]),
            certainty=_described(_ref("Certainty"), "The weakest along the path."),
            edges=_list_of("Edge"),
        ),
        "Edge": _object(
            "One arc of a path.",
            id=_described(_TEXT, "Id of the edge, dataset or incident that it comes from."),
            kind=_one_of(get_args(ArcKind)),
            **{"from": _TEXT},
            to=_TEXT,
            dataset=_TEXT_OR_NULL,
            probability=_FRACTION,
            low=_FRACTION,
            high=_FRACTION,
            basis=_one_of(get_args(Basis), "Where the probability comes from."),
            basis_note=_TEXT,
            certainty=_ref("Certainty"),
            note=_TEXT_OR_NULL,
            sources=_list_of("Source"),
        ),
        "Certainty": _one_of(CERTAINTIES, "How well a statement is supported, strongest first."),
        "Source": _object(
            "A publication behind a statement.",
            title=_TEXT,
            url=_TEXT_OR_NULL,
            tier=_TEXT,
            supports=_TEXT_OR_NULL,
        ),
    }
