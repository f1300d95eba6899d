"""An answer as plain data, in the form that the JSON contract promises.

Keys come in a fixed order and floats keep 12 significant digits, so that the same input gives
the same bytes. ``docs/reference/result.schema.json`` is the published form of the contract;
:data:`RESULT_SCHEMA` changes when an existing key changes its meaning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from blastradius.report.listing import Listing, select
from blastradius.report.numbers import canonical
from blastradius.report.tlp import label_of

if TYPE_CHECKING:
    from blastradius.analysis.results import (
        Analysis,
        Assumption,
        BlastRadius,
        DatasetResult,
        EngineNote,
        Estimate,
        Expected,
        Explanation,
        GroupResult,
        HarmPath,
        IncidentNote,
        NextStep,
        ObservationNote,
        PartyResult,
        Provenance,
        ScenarioNote,
        Score,
        SourceNote,
        Step,
    )

RESULT_SCHEMA = "blastradius/result/1"
EXPLANATION_SCHEMA = "blastradius/explanation/1"

Plain = dict[str, Any]


def json_text(data: object) -> str:
    """Return data as JSON that ends with a newline; NaN and infinity are refused."""
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def analysis_dict(analysis: Analysis, listing: Listing | None = None) -> Plain:
    """Return an analysis as plain data.

    Parameters
    ----------
    analysis : Analysis
        The answer.
    listing : Listing, optional
        Which parties stand under ``parties``; all of the ranking by default. ``listing`` says
        how many were left out, and all other figures are those of the whole.
    """
    shown = listing if listing is not None else select(analysis)
    listed = {entry.id for entry in shown.entries}
    groups = {group.id for group in analysis.groups}
    return {
        "schema": RESULT_SCHEMA,
        "provenance": provenance_dict(analysis.provenance),
        "target": analysis.target,
        "incident": _incident(analysis.incident),
        "scenario": _scenario(analysis.scenario),
        "origins": [party_dict(party) for party in analysis.origins],
        "engine": engine_dict(analysis.engine),
        "blast_radius": _blast_radius(analysis.blast_radius),
        "listing": {"shown": len(shown.entries), "total": shown.total, **_filter(shown)},
        "parties": [
            party_dict(party)
            for party in analysis.ranking
            if party.id in listed and not (shown.filter.is_grouped and party.id in groups)
        ],
        "groups": [
            _group(group)
            for group in analysis.groups
            if not shown.filter.is_grouped or group.id in listed
        ],
        "assumptions": [assumption_dict(item) for item in analysis.assumptions],
        "next_steps": [_next_step(step) for step in analysis.next_steps],
        "unobserved_edges_note": analysis.unobserved_edges_note,
        "cautions": list(analysis.cautions),
        "tlp": label_of(analysis.provenance),
    }


def explanation_dict(explanation: Explanation) -> Plain:
    """Return an explanation as plain data."""
    return {
        "schema": EXPLANATION_SCHEMA,
        "provenance": provenance_dict(explanation.provenance),
        "tlp": label_of(explanation.provenance),
        "target": explanation.target,
        "incident": _incident(explanation.incident),
        "scenario": _scenario(explanation.scenario),
        "party": party_dict(explanation.party),
        "paths": [_path(path) for path in explanation.paths],
        "counterfactuals": [
            {
                "edge": _step(item.step),
                "score": canonical(item.score),
                "score_without": canonical(item.score_without),
            }
            for item in explanation.counterfactuals
        ],
        "what_ifs": [
            {"text": item.text, "score": canonical(item.score)} for item in explanation.what_ifs
        ],
        "cautions": list(explanation.cautions),
        "engine": engine_dict(explanation.engine),
        "importance": {
            edge: canonical(value) for edge, value in sorted(explanation.importance.items())
        },
    }


def party_dict(party: PartyResult) -> Plain:
    """Return one party's result as plain data."""
    return {
        "id": party.id,
        "name": party.name,
        "role": party.role,
        "is_origin": party.is_origin,
        "score": _score(party.score),
        "band": party.band,
        "verdict": party.verdict,
        "probability": _estimates(party.probability),
        "varieties": _estimates(dict(sorted(party.varieties.items()))),
        "expected": _expected(party.expected),
        "hops": party.hops,
        "certainty": party.certainty,
        "paths": [_path(path) for path in party.paths],
        "datasets": [_dataset(item) for item in party.datasets],
        "observations": [_observation(item) for item in party.observations],
    }


def _filter(listing: Listing) -> Plain:
    wanted = listing.filter
    return {
        "roles": sorted(wanted.roles),
        "min_score": canonical(wanted.min_score),
        "top": wanted.top,
        "grouped": wanted.is_grouped,
    }


def provenance_dict(item: Provenance) -> Plain:
    """Return what is needed to repeat a result as plain data."""
    return {
        "version": item.version,
        "graph": {"name": item.graph_name, "sha256": item.graph_sha256},
        "options": plain_value(item.options),
    }


def plain_value(value: object) -> Any:  # noqa: ANN401 - whatever JSON can say
    """Return a value of any make as JSON says it, keys sorted."""
    if isinstance(value, Mapping):
        return {str(key): plain_value(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    if isinstance(value, float):
        return canonical(value)
    return value if isinstance(value, str | int | None) else str(value)


def _incident(item: IncidentNote) -> Plain:
    return {
        "id": item.id,
        "name": item.name,
        "hypothetical": item.hypothetical,
        "status": item.status,
        "actor": item.actor,
        "actions": list(item.actions),
        "window": item.window,
        "window_note": item.window_note,
        "disclosed": item.disclosed,
        "summary": item.summary,
        "varieties": list(item.varieties),
        "data_description": item.data_description,
        "volume": None if item.volume is None else _fields(item.volume, _VOLUME_KEYS),
        "demand": None if item.demand is None else _fields(item.demand, _DEMAND_KEYS),
        "disagreements": list(item.disagreements),
        "note": item.note,
        "certainty": item.certainty,
        "sources": [_source(source) for source in item.sources],
        "other_incidents": list(item.other_incidents),
    }


def _scenario(item: ScenarioNote | None) -> Plain | None:
    if item is None:
        return None
    return {
        "name": item.name,
        "changes": [
            {
                "kind": change.kind,
                "subject": change.subject,
                "value": _number(change.value),
                "text": change.text,
                "has_effect": change.coins > 0,
            }
            for change in item.changes
        ],
        "notes": list(item.notes),
    }


_VOLUME_KEYS = ("records", "documents", "bytes", "basis", "note")
_DEMAND_KEYS = ("amount", "currency", "note")


def _fields(item: object, keys: tuple[str, ...]) -> Plain:
    return {key: plain_value(getattr(item, key)) for key in keys}


def engine_dict(item: EngineNote) -> Plain:
    """Return which engine ran, and why."""
    return {
        "method": item.method,
        "reason": item.reason,
        "n_worlds": item.n_worlds,
        "rng_seed": item.rng_seed,
        "uncertain_arcs": item.uncertain_arcs,
        "half_width": _number(item.half_width),
    }


def _blast_radius(item: BlastRadius) -> Plain:
    return {
        "reachable_parties": item.reachable_parties,
        "expected_harmed_parties": _estimate(item.expected_harmed_parties),
        "total_score": _estimate(item.total_score),
    }


def _group(item: GroupResult) -> Plain:
    return {
        "id": item.id,
        "name": item.name,
        "members": list(item.members),
        "score": _score(item.score),
        "band": item.band,
        "verdict": item.verdict,
        "probability": _estimates(item.probability),
    }


def assumption_dict(item: Assumption) -> Plain:
    """Return a prior that a result rests on as plain data."""
    return {
        "key": item.key,
        "meaning": item.meaning,
        "value": canonical(item.value),
        "low": canonical(item.low),
        "high": canonical(item.high),
        "basis": item.basis,
        "source": item.source,
        "arcs": item.arcs,
    }


def _next_step(item: NextStep) -> Plain:
    return {
        "kind": item.kind,
        "text": item.text,
        "party": item.party,
        "edge": item.edge,
        "effects": [
            {"answer": effect.answer, "change": canonical(effect.change)} for effect in item.effects
        ],
        "swing": canonical(item.swing),
    }


def _path(item: HarmPath) -> Plain:
    return {
        "probability": canonical(item.probability),
        "event": item.event,
        "certainty": item.certainty,
        "edges": [_step(step) for step in item.steps],
    }


def _step(item: Step) -> Plain:
    return {
        "id": item.edge,
        "kind": item.kind,
        "from": item.origin,
        "to": item.target,
        "dataset": item.dataset,
        "probability": canonical(item.probability),
        "low": canonical(item.low),
        "high": canonical(item.high),
        "basis": item.basis,
        "basis_note": item.basis_note,
        "certainty": item.certainty,
        "note": item.note,
        "sources": [_source(source) for source in item.sources],
    }


def _dataset(item: DatasetResult) -> Plain:
    return {
        "id": item.id,
        "name": item.name,
        "varieties": list(item.varieties),
        "probability": _estimate(item.probability),
        "holders": list(item.holders),
        "records": item.records,
        "documents": item.documents,
        "bytes": item.bytes,
        "certainty": item.certainty,
    }


def _observation(item: ObservationNote) -> Plain:
    return {
        "subject": item.subject,
        "event": item.event,
        "state": item.state,
        "likelihood_ratio": canonical(item.likelihood_ratio),
        "note": item.note,
        "certainty": item.certainty,
        "sources": [_source(source) for source in item.sources],
    }


def _source(item: SourceNote) -> Plain:
    return {"title": item.title, "url": item.url, "tier": item.tier, "supports": item.supports}


def _score(item: Score) -> Plain:
    return {
        "prior": canonical(item.prior),
        "posterior": canonical(item.posterior),
        "low": canonical(item.low),
        "high": canonical(item.high),
    }


def _estimate(item: Estimate) -> Plain:
    return {"prior": canonical(item.prior), "posterior": canonical(item.posterior)}


def _estimates(items: Mapping[str, Estimate]) -> Plain:
    return {name: _estimate(item) for name, item in items.items()}


def _expected(item: Expected) -> Plain:
    return {
        "records": _number(item.records),
        "documents": _number(item.documents),
        "bytes": _number(item.bytes),
    }


def _number(value: float | None) -> float | None:
    return None if value is None else canonical(value)
