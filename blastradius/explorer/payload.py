"""From an analysis to page data: plain, deterministic, and complete enough to work offline.

Texts are as the graph has them, control characters and reordering marks spelled out; making them
safe in HTML is the business of :mod:`blastradius.explorer.page`. Arrows follow harm, as in
:mod:`blastradius.analysis.harm`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from blastradius.analysis.blast import severity_weights
from blastradius.analysis.importance import edge_arcs
from blastradius.explorer.network_data import network_data, ratio_data
from blastradius.model.text import printable
from blastradius.model.vocabulary import CERTAINTIES

if TYPE_CHECKING:
    from blastradius.analysis.breach import BreachAnalysis
    from blastradius.analysis.harm import CompiledHarm, HarmArc
    from blastradius.analysis.results import (
        HarmPath,
        PartyResult,
        SourceNote,
        Step,
    )

PAGE_SCHEMA: Final = "blastradius/page/1"

Plain = dict[str, Any]

CHANNELS: Final[Mapping[str, str]] = {
    "origin": "origin",
    "custody": "custody",
    "own": "custody",
    "access": "access",
    "pivot": "access",
    "outage": "dependency",
    "dependency": "dependency",
}
"""Arc kind -> channel through which harm travels."""

_COUNTERFACTUAL_EDGES: Final = 200
"""Edges above which the page leaves counterfactuals to its own sampler."""

_NEGLIGIBLE: Final = 0.05
"""Smaller changes of a score than this are not worth a line [points]."""

_StepKey = tuple[str, str, str, str, str | None]


def page_data(breach: BreachAnalysis, headline: str) -> Plain:
    """Return all that the page shows and needs, except where things stand.

    Parameters
    ----------
    breach : BreachAnalysis
        The answer and the harm network behind it.
    headline : str
        The answer in one sentence.
    """
    analysis = breach.analysis
    sources = _Sources()
    parties = {party.id: party for party in (*analysis.origins, *analysis.ranking)}
    arc_index = _arc_index(breach.reader.harm)
    notes: dict[str, int] = {}
    edges = _edges(breach, parties, sources, notes)
    return {
        "schema": PAGE_SCHEMA,
        "headline": printable(headline),
        "target": printable(analysis.target),
        "provenance": plain(analysis.provenance),
        "graph": {
            "name": printable(analysis.provenance.graph_name),
            "sha256": analysis.provenance.graph_sha256,
        },
        "incident": plain(analysis.incident) | {"sources": sources.add(analysis.incident.sources)},
        "engine": plain(analysis.engine),
        "blast_radius": plain(analysis.blast_radius),
        "assumptions": plain(analysis.assumptions),
        "next_steps": plain(analysis.next_steps),
        "limits": printable(analysis.unobserved_edges_note),
        "cautions": plain(analysis.cautions),
        "tlp": analysis.provenance.tlp,
        "groups": plain(analysis.groups),
        "parties": [
            _party(party, arc_index, sources, is_ranked=rank)
            for rank, party in enumerate(parties.values(), start=1 - len(analysis.origins))
        ],
        "edges": edges,
        "notes": list(notes),
        "without": _counterfactuals(breach, parties),
        "network": plain(network_data(breach)),
        "ratios": plain(ratio_data(breach.priors)),
        "sources": sources.rows,
    }


def number(value: float) -> float:
    """Round to the 12 significant digits that a contract keeps, with one kind of zero."""
    return float(f"{value:.12g}") + 0.0


def plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can say
    r"""Return a result of any make as JSON says it, with all text printable.

    >>> plain({"name": "a\u202eb", "parts": (0.1 + 0.2, None)})
    {'name': 'a\\u202eb', 'parts': [0.3, None]}
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return number(value)
    if isinstance(value, str):
        return "\n".join(map(printable, value.split("\n")))
    return _plain_parts(value)


def _plain_parts(value: object) -> Plain | list[Any]:
    if isinstance(value, Mapping):
        return {printable(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, BaseModel):
        return _plain_parts(value.model_dump())
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    assert isinstance(value, Iterable), value
    return [plain(item) for item in value]


class _Sources:
    """Publications, each written once; the rest of the page refers to them by index."""

    def __init__(self) -> None:
        self.rows: list[Plain] = []
        self._index: dict[SourceNote, int] = {}

    def add(self, notes: Iterable[SourceNote]) -> list[int]:
        return [self._at(note) for note in notes]

    def _at(self, note: SourceNote) -> int:
        if note not in self._index:
            self._index[note] = len(self.rows)
            self.rows.append(plain(note) | {"url": web_address(note.url)})
        return self._index[note]


def web_address(url: str | None) -> str | None:
    """Return an address that may become a link, or None for anything but http and https.

    >>> web_address("https://example.org/a"), web_address("javascript:alert(1)")
    ('https://example.org/a', None)
    """
    if url is None or not url.lower().startswith(("http://", "https://")) or not url.isprintable():
        return None
    return url


# -- parties -----------------------------------------------------------------------------


def _party(
    party: PartyResult, arc_index: Mapping[_StepKey, int], sources: _Sources, *, is_ranked: int
) -> Plain:
    kinds = {CHANNELS[step.kind] for path in party.paths for step in path.steps} - {"origin"}
    return {
        "id": party.id,
        "rank": is_ranked if not party.is_origin else None,
        "name": printable(party.name),
        "role": party.role,
        "is_origin": party.is_origin,
        "score": plain(party.score),
        "band": party.band,
        "verdict": party.verdict,
        "probability": plain(party.probability),
        "varieties": plain(party.varieties),
        "expected": plain(party.expected),
        "hops": party.hops,
        "certainty": party.certainty,
        "channels": sorted(kinds, key=tuple(CHANNELS.values()).index),
        "through": _ids_along(party.paths[0])[:-1] if party.paths else [],
        "observations": [
            plain(item) | {"sources": sources.add(item.sources)} for item in party.observations
        ],
        "datasets": plain(party.datasets),
        "paths": [_path(path, arc_index) for path in party.paths],
    }


def _path(path: HarmPath, arc_index: Mapping[_StepKey, int]) -> Plain:
    return {
        "probability": number(path.probability),
        "event": path.event,
        "certainty": path.certainty,
        "arcs": [arc_index[_key(step)] for step in path.steps],
    }


def _ids_along(path: HarmPath) -> list[str]:
    ids: list[str] = []
    for step in path.steps:
        ids.extend(id_ for id_ in (step.origin, step.target) if not ids or ids[-1] != id_)
    return ids


def _key(item: Step | HarmArc) -> _StepKey:
    return item.kind, item.edge, item.origin, item.target, item.dataset


def _arc_index(harm: CompiledHarm) -> dict[_StepKey, int]:
    return {_key(arc): index for index, arc in enumerate(harm.arcs)}


# -- edges -------------------------------------------------------------------------------


def _edges(
    breach: BreachAnalysis,
    parties: Mapping[str, PartyResult],
    sources: _Sources,
    notes: dict[str, int],
) -> list[Plain]:
    """Return what is drawn: one edge for each relation and pair of parties.

    ``basis_note`` is an index into ``notes``, which many edges share.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, arc in enumerate(breach.reader.harm.arcs):
        if arc.origin in parties and arc.target in parties:
            groups.setdefault((arc.kind, arc.edge, arc.origin, arc.target), []).append(index)
    seen: set[str] = set()
    return [_edge(breach, indexes, sources, notes, seen) for indexes in groups.values()]


def _edge(
    breach: BreachAnalysis,
    indexes: list[int],
    sources: _Sources,
    notes: dict[str, int],
    seen: set[str],
) -> Plain:
    arcs = [breach.reader.harm.arcs[i] for i in indexes]
    best = max(arcs, key=lambda arc: arc.coin.value)
    id_ = best.edge if best.edge not in seen else f"{best.edge}#{indexes[0]}"
    seen.add(id_)
    evidence = [item for arc in arcs for item in arc.evidence]
    return {
        "id": id_,
        "edge": best.edge,
        "from": best.origin,
        "to": best.target,
        "kind": best.kind,
        "channel": CHANNELS[best.kind],
        "probability": 1.0 if best.sure else number(best.coin.value),
        "low": number(best.coin.low),
        "high": number(best.coin.high),
        "certainty": best.certainty,
        "arcs": indexes,
        "basis": best.coin.basis,
        "basis_note": notes.setdefault(printable(best.coin.note), len(notes)),
        "note": plain(best.note),
        "sources": sources.add(breach.reader.book.notes(evidence)),
    }


def _counterfactuals(breach: BreachAnalysis, parties: Mapping[str, PartyResult]) -> Plain:
    """Return edge -> party -> posterior score without the edge, where exact and quick to know."""
    harm = breach.reader.harm
    edges = edge_arcs(harm)
    if breach.analysis.engine.method != "exact" or len(edges) > _COUNTERFACTUAL_EDGES:
        return {}
    weights = {id_: severity_weights(harm, id_) for id_ in parties}
    found: Plain = {}
    for edge, arcs in edges.items():
        reach = breach.solver.posterior_with(dict.fromkeys(arcs, 0.0), breach.likelihood)
        scores = {id_: sum(w * reach[node] for node, w in weights[id_].items()) for id_ in parties}
        changed = {
            id_: number(score)
            for id_, score in scores.items()
            if abs(score - parties[id_].score.posterior) >= _NEGLIGIBLE
        }
        if changed:
            found[edge] = changed
    return found


def weak(certainty: str | None) -> bool:
    """Tell whether a statement is only inferred or assumed.

    >>> weak("reported"), weak("assumed")
    (False, True)
    """
    return certainty is not None and CERTAINTIES.index(certainty) >= CERTAINTIES.index("inferred")
