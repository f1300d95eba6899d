"""Lists: parties and incidents of a graph, the graphs that ship, the table of priors."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from blastradius.report import numbers
from blastradius.report.document import Column, Document, Paragraph, Section, Span, Table, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blastradius.analysis.priors import Prior
    from blastradius.io.tables import Register
    from blastradius.model.graph import Graph, Incident, Party
    from blastradius.report.rows import Row


class Catalogue(NamedTuple):
    """Rows of one kind, ready for a table, JSON or CSV."""

    kind: str
    """Key of the rows in JSON."""
    title: str
    columns: tuple[str, ...]
    rows: list[Row]
    searched: str | None = None
    """What was searched for, if anything."""


_PARTY_COLUMNS = ("id", "name", "role", "country", "aliases", "relations", "incidents")
_INCIDENT_COLUMNS = ("id", "name", "disclosed", "status", "origins", "actions", "observations")
_PRIOR_COLUMNS = ("key", "value", "low", "high", "basis", "meaning", "source")
GRAPH_COLUMNS = ("name", "parties", "datasets", "relations", "incidents", "description")

_NUMBERS = ("relations", "incidents", "observations", "parties", "datasets", "value", "low", "high")
_MIN_WIDTHS = {
    "key": 24,
    "id": 20,
    "name": 18,
    "aliases": 20,
    "origins": 16,
    "actions": 12,
    "description": 60,
}
_FOLD_ORDER = (
    "source",
    "meaning",
    "description",
    "aliases",
    "actions",
    "origins",
    "country",
    "status",
    "name",
)


def parties_catalogue(graph: Graph, search: str | None) -> Catalogue:
    """List the parties of a graph whose id, name, alias or identifier holds ``search``."""
    relations = _relation_counts(graph)
    incidents = Counter(origin for incident in graph.incidents for origin in incident.origins)
    rows: list[Row] = [
        {
            "id": party.id,
            "name": party.name,
            "role": party.role,
            "country": party.country,
            "aliases": "; ".join(party.aliases),
            "relations": relations[party.id],
            "incidents": incidents[party.id],
        }
        for party in graph.parties
        if _matches(search, _party_texts(party))
    ]
    return Catalogue("parties", f"Parties of {graph.name}", _PARTY_COLUMNS, rows, search)


def incidents_catalogue(graph: Graph, search: str | None) -> Catalogue:
    """List the incidents of a graph that mention ``search``, newest first."""
    names = {party.id: party.name for party in graph.parties}
    newest_first = sorted(graph.incidents, key=lambda item: item.disclosed or "", reverse=True)
    rows: list[Row] = [
        {
            "id": incident.id,
            "name": incident.name,
            "disclosed": incident.disclosed,
            "status": incident.status,
            "origins": "; ".join(names.get(origin, origin) for origin in incident.origins),
            "actions": "; ".join(incident.actions),
            "observations": len(incident.observations),
        }
        for incident in newest_first
        if _matches(search, _incident_texts(incident, names))
    ]
    return Catalogue("incidents", f"Incidents of {graph.name}", _INCIDENT_COLUMNS, rows, search)


def graph_row(name: str, graph: Graph) -> Row:
    """Return the row of a graph in the list of graphs."""
    return {
        "name": name,
        "parties": len(graph.parties),
        "datasets": len(graph.datasets),
        "relations": len(graph.edges),
        "incidents": len(graph.incidents),
        "description": graph.description,
    }


def graphs_catalogue(rows: Iterable[Row], search: str | None) -> Catalogue:
    """List graphs whose name or description holds ``search``."""
    kept = [row for row in rows if _matches(search, (str(row["name"]), str(row["description"])))]
    return Catalogue("graphs", "Graphs that ship", GRAPH_COLUMNS, kept, search)


def priors_catalogue(priors: Iterable[Prior], search: str | None) -> Catalogue:
    """List the rows of the table of priors that mention ``search``."""
    rows: list[Row] = [
        {
            "key": row.key,
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "basis": row.basis,
            "meaning": row.meaning,
            "source": row.source,
        }
        for row in priors
        if _matches(search, (row.key, row.basis, row.meaning, row.source))
    ]
    return Catalogue(
        "priors", "Priors, likelihood ratios and severities", _PRIOR_COLUMNS, rows, search
    )


def catalogue_document(catalogue: Catalogue) -> Document:
    """Return a list as a page."""
    count = f"{len(catalogue.rows):,}"
    if catalogue.searched is not None:
        count += f" with “{catalogue.searched}”"
    if not catalogue.rows:
        return Document(
            catalogue.title, (Section("None", (Paragraph(words("Nothing found.")),), count),)
        )
    columns = tuple(map(_column, catalogue.columns))
    rows = tuple(
        tuple(
            words(Span(_shown(row[name]), "strong" if name == "name" else None))
            for name in catalogue.columns
        )
        for row in catalogue.rows
    )
    return Document(catalogue.title, (Section("Found", (Table(columns, rows),), count),))


def _column(name: str) -> Column:
    is_count = name in _NUMBERS
    fold = _FOLD_ORDER.index(name) + 1 if name in _FOLD_ORDER else 0
    return Column(name.capitalize(), is_right=is_count, min_width=_MIN_WIDTHS.get(name), fold=fold)


def _shown(value: object) -> str:
    if isinstance(value, float):
        return numbers.probability_text(value)
    return f"{value:,}" if isinstance(value, int) else str(value or "")


def _relation_counts(graph: Graph) -> Counter[str]:
    ends: Counter[str] = Counter()
    for share in graph.shares:
        ends.update((share.discloser, share.recipient))
    for grant in graph.access:
        ends.update((grant.grantor, grant.grantee))
    for need in graph.dependencies:
        ends.update((need.customer, need.supplier))
    return ends


def _party_texts(party: Party) -> Sequence[str]:
    identifiers = party.identifiers.values()
    return (party.id, party.name, party.role, party.sector or "", *party.aliases, *identifiers)


def _incident_texts(incident: Incident, names: dict[str, str]) -> Sequence[str]:
    origins = [names.get(origin, origin) for origin in incident.origins]
    optional = (incident.name, incident.actor, incident.summary, incident.disclosed)
    return (incident.id, *filter(None, optional), *incident.origins, *origins, *incident.tags)


def _matches(search: str | None, texts: Iterable[str]) -> bool:
    """Tell whether every word of the search occurs somewhere."""
    haystack = "\n".join(texts).casefold()
    return all(word in haystack for word in (search or "").casefold().split())


class Check(NamedTuple):
    """What ``validate`` says of a sound file."""

    facts: tuple[str, ...]
    warnings: tuple[str, ...]


class _Tally(NamedTuple):
    """What a graph holds, in numbers and in names."""

    parties: int
    datasets: int
    relations: int
    incidents: int
    sourced: int
    """Relations with a source."""
    lonely: Sequence[str]
    """Parties without a relation or a dataset."""
    kept_nowhere: Sequence[str]
    """Datasets that nobody holds."""


def check_of(graph: Graph) -> Check:
    """Count what a graph holds, and find what is allowed but weakens its answers."""
    edges = graph.edges
    linked = _relation_counts(graph)
    owners = {dataset.owner for dataset in graph.datasets}
    shared = {dataset for share in graph.shares for dataset in share.datasets}
    return _check(
        _Tally(
            len(graph.parties),
            len(graph.datasets),
            len(edges),
            len(graph.incidents),
            sum(edge.evidence is not None and bool(edge.evidence.sources) for edge in edges),
            [p.id for p in graph.parties if not linked[p.id] and p.id not in owners],
            [d.id for d in graph.datasets if d.id not in shared and not d.kept_by_owner],
        )
    )


def check_of_register(register: Register) -> Check:
    """Count what a register holds; the same words as for a graph."""
    import numpy as np  # noqa: PLC0415 - lists of small graphs do without

    shares, access, needs = register.shares, register.access, register.dependencies
    linked = np.zeros(len(register.parties), dtype=np.bool_)
    ends = (shares.discloser, shares.recipient, access.grantor, access.grantee)
    for rows in (*ends, needs.customer, needs.supplier, register.datasets.owner):
        linked[rows] = True
    held = register.datasets.kept_by_owner.copy()
    held[shares.pair_dataset] = True
    return _check(
        _Tally(
            len(register.parties),
            len(register.datasets),
            register.n_edges,
            register.n_incidents,
            sum(int((edges.n_sources > 0).sum()) for edges in (shares, access, needs)),
            register.parties.ids.at(np.flatnonzero(~linked)),
            register.datasets.ids.at(np.flatnonzero(~held)),
        )
    )


def _check(tally: _Tally) -> Check:
    share = (
        f"{numbers.percent(tally.sourced / tally.relations)} of relations with sources"
        if tally.relations
        else ""
    )
    facts = (
        numbers.counted(tally.parties, "party", "parties"),
        numbers.counted(tally.datasets, "dataset"),
        numbers.counted(tally.relations, "relation"),
        numbers.counted(tally.incidents, "incident"),
        share,
    )
    return Check(tuple(filter(None, facts)), tuple(_warnings(tally)))


def _warnings(tally: _Tally) -> Iterable[str]:
    lonely, unsourced = tally.lonely, tally.relations - tally.sourced
    if not tally.relations:
        yield "the graph has no relations: no breach can reach anyone"
    elif unsourced:
        yield f"{numbers.counted(unsourced, 'relation')} without a source"
    if lonely and tally.relations:
        shown = ", ".join(lonely[:5]) + (
            f" and {len(lonely) - 5:,} more" if len(lonely) > 5 else ""
        )
        yield f"{numbers.counted(len(lonely), 'party', 'parties')} without relations: {shown}"
    if tally.kept_nowhere:
        yield f"datasets that nobody holds: {', '.join(tally.kept_nowhere[:5])}"
