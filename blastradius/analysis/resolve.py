"""From what people type to the party or incident they mean."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import TypeVar

from blastradius.errors import AmbiguousNameError, UnknownNameError
from blastradius.model import dates
from blastradius.model.graph import Graph, Incident, Party

_T = TypeVar("_T")


def fold(text: str) -> str:
    """Return a name in the form in which names are compared.

    >>> fold("  Škoda   AUTO ") == fold("škoda auto")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def party_names(party: Party) -> tuple[str, ...]:
    """Return everything by which a party can be named: id, name, aliases, identifiers."""
    return (party.id, party.name, *party.aliases, *party.identifiers.values())


def incident_names(incident: Incident) -> tuple[str, ...]:
    """Return everything by which an incident can be named."""
    return (incident.id,) if incident.name is None else (incident.id, incident.name)


def resolve_party(graph: Graph, text: str) -> Party:
    """Return the party with this id, name, alias or identifier.

    Raises
    ------
    UnknownNameError
        If there is none; similar names are suggested.
    AmbiguousNameError
        If several parties bear the name and none has it as its id.
    """
    found = _pick(text, [(p.id, party_names(p), p) for p in graph.parties])
    if found is None:
        raise UnknownNameError("party", text, similar_parties(graph, text))
    return found


def similar_parties(graph: Graph, text: str) -> tuple[str, ...]:
    """Return ids of parties with a name like the text."""
    return _similar(text, map(party_names, graph.parties))


def resolve_incident(graph: Graph, text: str) -> Incident:
    """Return the incident with this id or name."""
    found = _pick(text, [(i.id, incident_names(i), i) for i in graph.incidents])
    if found is None:
        names = map(incident_names, graph.incidents)
        raise UnknownNameError("incident", text, _similar(text, names))
    return found


def resolve_target(graph: Graph, text: str) -> Party | Incident:
    """Return the party or incident meant by ``text``; see `resolve_party` for errors."""
    entries: list[tuple[str, tuple[str, ...], Party | Incident]] = [
        (p.id, party_names(p), p) for p in graph.parties
    ]
    entries += [(i.id, incident_names(i), i) for i in graph.incidents]
    found = _pick(text, entries)
    if found is None:
        names = [entry[1] for entry in entries]
        raise UnknownNameError("party or incident", text, _similar(text, names))
    return found


def incidents_of(graph: Graph, party_id: str) -> tuple[Incident, ...]:
    """Return the incidents that started at a party, newest first."""
    mine = [incident for incident in graph.incidents if party_id in incident.origins]
    return tuple(sorted(mine, key=_age, reverse=True))


def _age(incident: Incident) -> tuple[str, str]:
    """Order by the last day that is known of an incident: disclosure, else containment."""
    days = [incident.period.last, incident.period.first]
    if incident.disclosed is not None:
        days.insert(0, dates.parse_partial(incident.disclosed).last)
    return (next((str(day) for day in days if day is not None), ""), incident.id)


def _pick(text: str, entries: list[tuple[str, tuple[str, ...], _T]]) -> _T | None:
    for own_id, _, item in entries:
        if own_id == text:
            return item
    wanted = fold(text)
    hits = [(own_id, item) for own_id, names, item in entries if wanted in map(fold, names)]
    if len(hits) > 1:
        raise AmbiguousNameError(text, tuple(sorted(own_id for own_id, _ in hits)))
    return hits[0][1] if hits else None


def _similar(text: str, names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    import difflib  # noqa: PLC0415 - only needed when something went wrong

    wanted = fold(text)
    ids: dict[str, str] = {}
    for group in names:
        for name in group:
            ids.setdefault(fold(name), group[0])
    close = difflib.get_close_matches(wanted, ids, n=3, cutoff=0.6)
    within = sorted(name for name in ids if len(wanted) >= 3 and wanted in name)
    begun = [name for name in within if name.startswith(wanted)]
    return tuple(dict.fromkeys(ids[name] for name in (*begun, *close, *within)))[:3]
