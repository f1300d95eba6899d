"""The page of a party or an incident: everything that the graph records of it, with sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blastradius.model.graph import Incident
from blastradius.report import numbers, wording
from blastradius.report.document import (
    Bullets,
    Document,
    Facts,
    Inline,
    Section,
    Span,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic import BaseModel

    from blastradius.model.graph import (
        AccessGrant,
        Dataset,
        Dependency,
        Evidence,
        Graph,
        Observation,
        Party,
        Probability,
        Share,
        Source,
    )

    Fact = tuple[str, tuple[Inline, ...]]
    Item = tuple[Inline, ...]


class _Names:
    """Looks things up by id while a page is written."""

    def __init__(self, graph: Graph) -> None:
        self._parties = {party.id: party.name for party in graph.parties}
        self._datasets: Mapping[str, Dataset] = {item.id: item for item in graph.datasets}
        self._sources = {source.id: source for source in graph.sources}

    def party(self, id_: str) -> str:
        return self._parties.get(id_, id_)

    def parties(self, ids: Iterable[str]) -> str:
        return ", ".join(map(self.party, ids))

    def dataset(self, id_: str) -> str:
        found = self._datasets.get(id_)
        if found is None:
            return id_
        return f"{found.name or id_} ({', '.join(found.varieties)})"

    def sources(self, evidence: Evidence) -> Iterator[Source]:
        for reference in evidence.sources:
            found = self._sources.get(reference) if isinstance(reference, str) else reference
            if found is not None:
                yield found


def party_document(graph: Graph, party: Party) -> Document:
    """Return the page of a party."""
    names = _Names(graph)
    sections = (
        Section("Party", (Facts(tuple(_party_facts(party, names))),)),
        *_list_section("Own data", _datasets_of(graph, party, names)),
        *_list_section("Hands data to", _shares_from(graph, party, names)),
        *_list_section("Holds data of others", _shares_to(graph, party, names)),
        *_list_section("Can be entered by", _grants_by(graph, party, names)),
        *_list_section("Can enter", _grants_to(graph, party, names)),
        *_list_section("Depends on", _suppliers_of(graph, party, names)),
        *_list_section("Is needed by", _customers_of(graph, party, names)),
        *_list_section("Incidents", _incidents_with(graph, party, names)),
    )
    return Document(f"{party.name} ({party.role})", sections)


def incident_document(graph: Graph, incident: Incident) -> Document:
    """Return the page of an incident."""
    names = _Names(graph)
    sections = (
        Section("Incident", (Facts(tuple(_incident_facts(incident, names))),)),
        *_list_section(
            "What was said", (tuple(_observation(item, names)) for item in incident.observations)
        ),
        *_list_section("Evidence", _evidence_items(incident.evidence, names)),
    )
    return Document(incident.name or incident.id, sections)


def _list_section(title: str, items: Iterable[Item]) -> Iterator[Section]:
    found = tuple(items)
    if found:
        yield Section(title, (Bullets(found),), f"{len(found):,}")


def _party_facts(party: Party, names: _Names) -> Iterator[Fact]:
    yield "Id", (words(Span(party.id, is_code=True)),)
    yield "Role", (words(party.role),)
    optional = (
        ("Sector", party.sector),
        ("Country", party.country),
        ("Also called", ", ".join(party.aliases)),
        ("Note", party.note),
    )
    for label, text in optional:
        if text:
            yield label, (words(text),)
    for name, value in sorted(party.identifiers.model_dump(exclude_none=True).items()):
        yield name.upper() if name != "domain" else "Domain", (words(value),)
    for owner in party.parent:
        stake = "" if owner.stake is None else f", {numbers.percent(owner.stake)}"
        since = "" if owner.since is None else f", since {owner.since}"
        line = words(f"{names.party(owner.party)}{stake}{since}")
        yield "Owned by", (line, *_evidence_lines(owner.evidence, names))
    for contact in party.contacts:
        ways = (contact.name, contact.role, contact.email, contact.phone)
        yield "Contact", (words(", ".join(filter(None, ways))),)
    yield from _evidence_fact(party.evidence, names)


def _evidence_fact(evidence: Evidence | None, names: _Names) -> Iterator[Fact]:
    if evidence is not None:
        yield "Evidence", tuple(_evidence_lines(evidence, names))


def _evidence_lines(evidence: Evidence | None, names: _Names) -> Iterator[Inline]:
    """Yield how well a statement is supported and by what."""
    if evidence is None:
        yield words(Span("no evidence recorded", "warn"))
        return
    parts: list[str] = [evidence.certainty]
    parts += [f"incident {evidence.incident}"] if evidence.incident else []
    parts += [f"checked {evidence.date}"] if evidence.date else []
    yield words(Span(", ".join(parts), "quiet"))
    if evidence.note:
        yield words(evidence.note)
    for source in names.sources(evidence):
        yield _source(source)


def _source(source: Source) -> Inline:
    date = f", {source.date}" if source.date else ""
    supports = f": {source.supports}" if source.supports else ""
    return words(
        "source: ", Span(source.title, url=source.url), f" ({source.tier}{date}){supports}"
    )


def _evidence_items(evidence: Evidence | None, names: _Names) -> Iterator[Item]:
    for line in _evidence_lines(evidence, names):
        yield (line,)


def _item(
    what: str, edge: Share | AccessGrant | Dependency | Dataset, details: str, names: _Names
) -> Item:
    """Return one relation or dataset: what it is, its dates and number, its evidence."""
    first = words(Span(what, "strong"))
    extra = [details] if details else []
    extra += [note] if (note := getattr(edge, "note", None)) else []
    return (
        first,
        *map(words, extra),
        words(Span(edge.id or "", is_code=True)),
        *_evidence_lines(edge.evidence, names),
    )


def _life(edge: Share | AccessGrant | Dependency) -> str:
    parts = []
    if edge.since or edge.until:
        parts.append(f"{edge.since or '..'} to {edge.until or 'now'}")
    if (kept := getattr(edge, "retention_days", None)) is not None:
        parts.append(f"kept {numbers.counted(kept, 'day')} longer")
    parts += _number("probability", edge.probability)
    return ", ".join(parts)


def _number(label: str, value: Probability | None) -> list[str]:
    if value is None:
        return []
    return [f"{label} {numbers.probability_range(value.mode, value.low, value.high)}"]


def _datasets_of(graph: Graph, party: Party, names: _Names) -> Iterator[Item]:
    for item in graph.datasets:
        if item.owner == party.id:
            yield _item(names.dataset(item.id), item, _size(item), names)


def _size(item: Dataset) -> str:
    amounts = (
        (item.bytes, numbers.byte_amount, ""),
        (item.documents, numbers.amount, " documents"),
        (item.records, numbers.amount, " records"),
    )
    parts = [f"{show(count)}{unit}" for count, show, unit in amounts if count is not None]
    parts += [f"about {item.subjects}"] if item.subjects else []
    parts += [f"covers {item.covers}"] if item.covers else []
    parts += _number("own probability", item.own_probability)
    parts += [] if item.kept_by_owner else ["the owner keeps no copy"]
    return ", ".join(parts)


def _shares_from(graph: Graph, party: Party, names: _Names) -> Iterator[Item]:
    for share in graph.shares:
        if share.discloser == party.id:
            yield _item(
                _share(names.party(share.recipient), share, names), share, _life(share), names
            )


def _shares_to(graph: Graph, party: Party, names: _Names) -> Iterator[Item]:
    for share in graph.shares:
        if share.recipient == party.id:
            yield _item(
                _share(names.party(share.discloser), share, names), share, _life(share), names
            )


def _share(other: str, share: Share, names: _Names) -> str:
    return f"{other}: {'; '.join(map(names.dataset, share.datasets))}"


def _grants_by(graph: Graph, party: Party, names: _Names) -> Iterator[Item]:
    for grant in graph.access:
        if grant.grantor == party.id:
            yield _item(f"{names.party(grant.grantee)}, by {grant.via}", grant, _life(grant), names)


def _grants_to(graph: Graph, party: Party, names: _Names) -> Iterator[Item]:
    for grant in graph.access:
        if grant.grantee == party.id:
            yield _item(f"{names.party(grant.grantor)}, by {grant.via}", grant, _life(grant), names)


def _suppliers_of(graph: Graph, party: Party, names: _Names) -> Iterator[Item]:
    for need in graph.dependencies:
        if need.customer == party.id:
            yield _item(_need(names.party(need.supplier), need), need, _life(need), names)


def _customers_of(graph: Graph, party: Party, names: _Names) -> Iterator[Item]:
    for need in graph.dependencies:
        if need.supplier == party.id:
            yield _item(_need(names.party(need.customer), need), need, _life(need), names)


def _need(other: str, need: Dependency) -> str:
    return f"{other}: {need.what}" if need.what else other


def _incidents_with(graph: Graph, party: Party, names: _Names) -> Iterator[Item]:
    owned = {item.id for item in graph.datasets if item.owner == party.id}
    for incident in graph.incidents:
        said = [
            item
            for item in incident.observations
            if item.party == party.id or item.dataset in owned
        ]
        if party.id in incident.origins:
            yield (
                words(Span(incident.name or incident.id, "strong"), ": it started here"),
                _ref(incident),
            )
        elif said:
            title = words(Span(incident.name or incident.id, "strong"))
            lines = (line for item in said for line in _observation(item, names))
            yield (title, _ref(incident), *lines)


def _ref(incident: Incident) -> Inline:
    return words(Span(incident.id, is_code=True))


def _observation(item: Observation, names: _Names) -> Iterator[Inline]:
    subject = names.party(item.party) if item.party else names.dataset(item.dataset or "")
    event = item.event if item.party else "disclosed"
    date = f" ({item.date})" if item.date else ""
    state = wording.STATE_WORDS[item.state]
    yield words(Span(f"{subject} {event}: {state}", "strong"), date)
    if item.note:
        yield words(item.note)
    yield from _evidence_lines(item.evidence, names)


def _incident_facts(incident: Incident, names: _Names) -> Iterator[Fact]:
    yield "Id", (words(Span(incident.id, is_code=True)),)
    yield "Status", (words(incident.status),)
    yield "Started at", (words(names.parties(incident.origins)),)
    volume, demand = incident.volume, incident.demand
    optional = (
        ("Actor", incident.actor),
        ("Actions", ", ".join(incident.actions) or "vector unclear"),
        ("Window", incident.window or "not known"),
        ("About the window", incident.window_note),
        ("Made public", incident.disclosed),
        ("How", incident.summary),
        ("Kinds of data taken", ", ".join(incident.varieties)),
        ("Data taken", incident.data_description),
        ("Size", wording.haul_words(volume) if volume else None),
        ("About the size", volume.note if volume else None),
        ("Demand", wording.demand_words(demand) if demand else None),
        ("About the demand", demand.note if demand else None),
        ("Tags", ", ".join(incident.tags)),
        ("Note", incident.note),
    )
    for label, text in optional:
        if text:
            yield label, (words(text),)
    if incident.disagreements:
        yield "Sources disagree", tuple(map(words, incident.disagreements))


def record_document(graph: Graph, record: Party | Incident) -> Document:
    """Return the page of a party or an incident."""
    if isinstance(record, Incident):
        return incident_document(graph, record)
    return party_document(graph, record)


def record_dict(graph: Graph, record: Party | Incident) -> dict[str, Any]:
    """Return a party with all its relations, or an incident, as plain data."""
    if isinstance(record, Incident):
        return {"schema": "blastradius/record/1", "incident": _dump(record)}
    owned = {item.id for item in graph.datasets if item.owner == record.id}
    related: dict[str, list[Any]] = {
        "datasets": [item for item in graph.datasets if item.id in owned],
        "shares": [item for item in graph.shares if record.id in (item.discloser, item.recipient)],
        "access": [item for item in graph.access if record.id in (item.grantor, item.grantee)],
        "dependencies": [
            item for item in graph.dependencies if record.id in (item.customer, item.supplier)
        ],
        "incidents": [
            item
            for item in graph.incidents
            if record.id in item.origins
            or any(said.party == record.id or said.dataset in owned for said in item.observations)
        ],
    }
    return {
        "schema": "blastradius/record/1",
        "party": _dump(record),
        **{key: [_dump(item) for item in items] for key, items in related.items()},
    }


def _dump(record: BaseModel) -> Any:  # noqa: ANN401 - whatever JSON can say
    return record.model_dump(mode="json", by_alias=True, exclude_none=True)
