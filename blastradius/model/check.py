"""Whether a graph holds together: ids are unique, references lead somewhere, edges join two parties.

The checks run on plain data (dicts and lists), the form that a file has before its records are
validated. So they also run on a file whose records are partly malformed, and every fault can be
reported at once; malformed parts are passed over here, because the schema reports them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from blastradius.errors import GraphError
from blastradius.model import dates
from blastradius.model.text import did_you_mean, printable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from blastradius.model.graph import Graph

Location = tuple[str | int, ...]
"""The way from the top of a file to a value, for example ``("shares", 3, "recipient")``."""

_EDGES = {
    "shares": ("discloser", "recipient", "a share needs two parties, but {} shares with itself"),
    "access": ("grantor", "grantee", "a grant needs two parties, but {} admits itself"),
    "dependencies": ("customer", "supplier", "a dependency needs two parties, but {} needs itself"),
}
"""Each list of edges: its two ends, and what to say when both are one party."""

_DEFINED = {
    "party": "parties",
    "dataset": "datasets",
    "incident": "incidents",
    "source": "sources",
}
"""Each kind of thing that has an id, and the list that defines it."""

_ONE_SUBJECT = "must name either a party or a dataset"

_CHANGES = {
    "cut": ((), ("dataset",)),
    "edge": (("probability",), ("dataset",)),
    "control": (("effect",), ("note",)),
    "observe": (("state",), ("event",)),
}
"""Each kind of change of a scenario: the fields that it needs, and those that it may have."""

_SUGGESTIONS = 100
"""Unknown names that get a hint; finding the nearest of many ids is slow."""


class Fault(NamedTuple):
    """One inconsistency of a graph."""

    location: Location
    message: str
    earlier: Location | None = None
    """Where an id that is used twice was used first."""
    of_key: bool = False
    """Whether the key itself is at fault, not the value that it leads to."""


def spell(location: Location) -> str:
    """Write a location the way messages do.

    >>> spell(("shares", 3, "recipient"))
    'shares[3].recipient'
    """
    parts = [f"[{s}]" if isinstance(s, int) else f".{printable(s, 80)}" for s in location]
    return "".join(parts).removeprefix(".")


def check_graph(graph: Graph) -> None:
    """Check a graph that was built in Python.

    Raises
    ------
    GraphError
        With every problem: ids used twice, references to nothing, circles of ownership, edges
        from a party to itself, or no edge at all.
    """
    data = graph.model_dump()
    for field in _EDGES:
        _forget_repeated_ids(data[field])
    problems = []
    for fault in find_faults(data):
        also = f", first used in {spell(fault.earlier)}" if fault.earlier is not None else ""
        where = spell(fault.location)
        problems.append(f"{where}: {fault.message}{also}" if where else fault.message)
    if problems:
        raise GraphError(tuple(problems))


def find_faults(data: Mapping[str, Any], *, validated: bool = True) -> list[Fault]:
    """Find what is inconsistent in the plain data of a graph.

    Parameters
    ----------
    data : mapping
        As read from a file, or dumped from a :class:`Graph`. Malformed parts are passed over.
    validated : bool
        False if the schema found faults. A rule between two fields of a record is not evaluated
        by the schema when a third field is wrong, so such rules are then checked here as well.

    >>> owner = {"id": "a", "owner": "nobody"}
    >>> find_faults({"datasets": [owner], "shares": None, "access": [{}]})[0].message
    "unknown party 'nobody'"
    """
    checker = _Checker(data)
    checker.check_ids(data)
    checker.check_descriptions(data)
    checker.check_edges(data)
    checker.check_incidents(data)
    checker.check_ownership(data)
    if not validated:
        checker.check_record_rules(data)
    return checker.faults


def find_observation_faults(graph: Graph, data: object) -> list[Fault]:
    """Find what observations refer to that the graph does not hold.

    The plain ``data`` is a list of observations, or a mapping with such a list.
    """
    checker = _Checker(graph.model_dump(include={"parties", "datasets", "incidents", "sources"}))
    inside: Location = ("observations",) if isinstance(data, dict) else ()
    wrapped = data if isinstance(data, dict) else {"observations": data}
    for index, observation in _records(wrapped, "observations"):
        checker.check_observation(observation, (*inside, index))
    return checker.faults


def find_scenario_faults(graph: Graph, data: object) -> list[Fault]:
    """Find what a scenario refers to that the graph does not hold, and changes that clash."""
    checker = _ScenarioChecker(graph)
    if isinstance(data, dict):
        checker.check_changes(data)
    return checker.faults


def change_fault(change: Mapping[str, Any]) -> str | None:
    """Say what is wrong with the fields of one change of a scenario, if anything.

    >>> change_fault({"cut": "a", "probability": 0.5})
    "'cut' goes without 'probability'"
    """
    kinds = [kind for kind in _CHANGES if change.get(kind) is not None]
    if len(kinds) != 1:
        return f"must have exactly one of {', '.join(_CHANGES)}"
    needed, allowed = _CHANGES[kinds[0]]
    for field in needed:
        if change.get(field) is None:
            return f"{quoted(kinds[0])} needs {quoted(field)}"
    for field in (field for fields in _CHANGES.values() for part in fields for field in part):
        if field not in (*needed, *allowed) and change.get(field) is not None:
            return f"{quoted(kinds[0])} goes without {quoted(field)}"
    return None


def conflict_of_changes(
    probabilities: Iterable[tuple[str | None, str | None, float | None]],
) -> str | None:
    """Say which edge is set to two probabilities, if any: the order of changes must not decide.

    Each item is an edge, a dataset of it or None for all of the edge, and a probability.
    """
    first: dict[tuple[str, str | None], float | None] = {}
    for edge, dataset, probability in probabilities:
        if edge is None:
            continue
        earlier = first.setdefault((edge, dataset), probability)
        if earlier != probability:
            return f"edge {quoted(edge)} is set to {earlier:g} and to {probability:g}: keep one"
    return None


def _records(data: Mapping[str, Any], field: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the well-formed records of a list, with their places in it."""
    values = data.get(field)
    if isinstance(values, list | tuple):
        for index, value in enumerate(values):
            if isinstance(value, dict):
                yield index, value


def _values(record: Mapping[str, Any], field: str) -> Iterator[tuple[int, Any]]:
    values = record.get(field)
    if isinstance(values, list | tuple):
        yield from enumerate(values)


def _text(value: object) -> str | None:
    """Return an id as the schema will see it, without surrounding spaces."""
    return value.strip() if isinstance(value, str) else None


def _forget_repeated_ids(edges: tuple[dict[str, Any], ...]) -> None:
    """Drop the id of an edge that repeats an earlier edge.

    Edges without an id of their own were named after their content, so two descriptions of the
    same edge share a name. That is no mistake; one name for two different edges is.
    """
    content: dict[str, dict[str, Any]] = {}
    for edge in edges:
        said = {k: v for k, v in edge.items() if k not in ("id", "evidence", "note")}
        if content.setdefault(edge["id"], said) is not said and content[edge["id"]] == said:
            edge["id"] = None


class _Checker:
    """Collects the faults of one graph against the ids that the graph defines."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.faults: list[Fault] = []
        self._data = data
        self._known = {
            kind: set(
                filter(None, (_text(record.get("id")) for _, record in _records(data, field)))
            )
            for kind, field in _DEFINED.items()
        }
        self._hints: dict[tuple[str, str], str] = {}
        self._names: dict[str, str] | None = None

    def check_ids(self, data: Mapping[str, Any]) -> None:
        """See that each id names one thing; edges share one space of ids."""
        kinds = [(kind, (field,)) for kind, field in _DEFINED.items()]
        for kind, fields in (*kinds, ("edge", tuple(_EDGES))):
            first: dict[str, Location] = {}
            for field in fields:
                for index, record in _records(data, field):
                    name = _text(record.get("id"))
                    if name is None:
                        continue
                    location = (field, index, "id")
                    if first.setdefault(name, location) is not location:
                        self._add(location, f"duplicate {kind} id {quoted(name)}", first[name])
                    elif kind == "edge" and name in self._known["dataset"]:
                        # Scenarios and explanations name what a dataset's owner keeps by its id.
                        self._add(location, f"edge id {quoted(name)} is also that of a dataset")

    def check_descriptions(self, data: Mapping[str, Any]) -> None:
        """See that owners of parties and of datasets are known."""
        for index, party in _records(data, "parties"):
            self._evidence(party, ("parties", index))
            for location, parent in _parents(party, ("parties", index, "parent")):
                if isinstance(parent, dict):
                    self._reference("party", parent.get("party"), (*location, "party"))
                    self._evidence(parent, location)
                else:
                    self._reference("party", parent, location)
        for index, dataset in _records(data, "datasets"):
            self._reference("party", dataset.get("owner"), ("datasets", index, "owner"))
            self._evidence(dataset, ("datasets", index))

    def check_edges(self, data: Mapping[str, Any]) -> None:
        """See that edges join two known parties, and that there is one."""
        for field, (tail, head, message) in _EDGES.items():
            for index, edge in _records(data, field):
                ends = _text(edge.get(tail)), _text(edge.get(head))
                self._reference("party", ends[0], (field, index, tail))
                self._reference("party", ends[1], (field, index, head))
                if ends[0] is not None and ends[0] == ends[1]:
                    self._add((field, index, head), message.format(quoted(ends[0])))
                for place, dataset in _values(edge, "datasets"):
                    self._reference("dataset", dataset, (field, index, "datasets", place))
                self._evidence(edge, (field, index))
        if not any(data.get(field) for field in _EDGES):
            self._add((), "no edges: the graph has no shares, access or dependencies")

    def check_incidents(self, data: Mapping[str, Any]) -> None:
        """See that incidents start at, and speak of, what the graph holds."""
        for index, incident in _records(data, "incidents"):
            location = ("incidents", index)
            for place, origin in _values(incident, "origins"):
                self._reference("party", origin, (*location, "origins", place))
            for place, observation in _records(incident, "observations"):
                self.check_observation(observation, (*location, "observations", place))
            self._evidence(incident, location)

    def check_observation(self, observation: dict[str, Any], location: Location) -> None:
        """See that an observation speaks of what the graph holds."""
        self._reference("party", observation.get("party"), (*location, "party"))
        self._reference("dataset", observation.get("dataset"), (*location, "dataset"))
        self._evidence(observation, location)

    def check_ownership(self, data: Mapping[str, Any]) -> None:
        """See that nobody owns itself, over however many steps: a group has a head.

        Minority stakes may go in circles, as they do among allied carmakers: they form no group.
        """
        owners: dict[str, list[tuple[str, Location]]] = {}
        for index, party in _records(data, "parties"):
            for location, parent in _parents(party, ("parties", index, "parent")):
                stake = parent.get("stake") if isinstance(parent, dict) else None
                owner = _text(parent.get("party") if isinstance(parent, dict) else parent)
                name = _text(party.get("id"))
                minority = isinstance(stake, int | float) and stake <= 0.5
                if name is not None and owner is not None and not minority:
                    owners.setdefault(name, []).append((owner, location))
        for location, circle in circles(owners):
            if len(circle) == 1:
                self._add(location, f"{quoted(circle[0])} cannot be its own parent")
            else:
                way = " > ".join(quoted(name) for name in (*circle[:9], circle[0]))
                self._add(location, f"circle of parents: {way}")

    def check_record_rules(self, data: Mapping[str, Any]) -> None:
        """Evaluate the rules between fields that the schema skips in a record with other faults."""
        for field in _EDGES:
            for index, edge in _records(data, field):
                message = _order_fault(edge.get("since"), edge.get("until"))
                if message:
                    self._add((field, index, "since"), message)
        for index, incident in _records(data, "incidents"):
            for place, observation in _records(incident, "observations"):
                if (observation.get("party") is None) == (observation.get("dataset") is None):
                    self._add(("incidents", index, "observations", place), _ONE_SUBJECT)

    def _add(self, location: Location, message: str, earlier: Location | None = None) -> None:
        self.faults.append(Fault(location, message, earlier))

    def _evidence(self, record: dict[str, Any], location: Location) -> None:
        evidence = record.get("evidence")
        if not isinstance(evidence, dict):
            return
        location = (*location, "evidence")
        self._reference("incident", evidence.get("incident"), (*location, "incident"))
        for place, source in _values(evidence, "sources"):
            if isinstance(source, str):
                self._reference("source", source, (*location, "sources", place))

    def _reference(self, kind: str, value: object, location: Location) -> None:
        name = _text(value)
        # If the list itself is malformed, that is the one thing to report.
        listed = isinstance(self._data.get(_DEFINED[kind], ()), list | tuple)
        if name and name not in self._known[kind] and listed:
            self._add(location, f"unknown {kind} {quoted(name)}{self._hint(kind, name)}")

    def _hint(self, kind: str, name: str) -> str:
        if (kind, name) not in self._hints and len(self._hints) < _SUGGESTIONS:
            meant = self._party_named(name) if kind == "party" else None
            choices = self._known[kind] if meant is None else {meant}
            wanted = name if meant is None else meant
            self._hints[kind, name] = did_you_mean(wanted, choices)
        return self._hints.get((kind, name), "")

    def _party_named(self, name: str) -> str | None:
        """Find the id of a party that was referred to by its name or an alias."""
        if self._names is None:
            self._names = {}
            for _, party in _records(self._data, "parties"):
                own = _text(party.get("id"))
                names = [party.get("name"), *(alias for _, alias in _values(party, "aliases"))]
                for text in map(_text, names):
                    if own and text:
                        self._names.setdefault(text.casefold(), own)
        return self._names.get(name.casefold())


class _ScenarioChecker(_Checker):
    """Collects the faults of a scenario against the parties and edges of a sound graph."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph.model_dump(include={"parties", "datasets", "incidents"}))
        self._known["edge"] = {
            *(edge.id for edge in graph.edges if edge.id is not None),
            *(name for d in graph.datasets for name in (d.id, f"pivot:{d.id}")),
            *(f"outage:{party.id}" for party in graph.parties),
        }
        self._held = {share.id or "": frozenset(share.datasets) for share in graph.shares}

    def check_changes(self, data: Mapping[str, Any]) -> None:
        """See that changes speak of what the graph holds, and say one thing each."""
        numbers = []
        for index, change in _records(data, "changes"):
            location: Location = ("changes", index)
            for field in ("cut", "edge"):
                self._edge(change.get(field), (*location, field))
            self._dataset(change, (*location, "dataset"))
            for field in ("control", "observe"):
                self._reference("party", change.get(field), (*location, field))
            fault = change_fault(change)
            if fault is not None:
                self._add(location, fault)
            probability = change.get("probability")
            if isinstance(probability, int | float):
                said = _text(change.get("edge")), _text(change.get("dataset"))
                numbers.append((*said, float(probability)))
        conflict = conflict_of_changes(numbers)
        if conflict is not None:
            self._add(("changes",), conflict)

    def _dataset(self, change: dict[str, Any], location: Location) -> None:
        """See that a dataset is one of the share whose change it narrows."""
        name = _text(change.get("dataset"))
        edge = _text(change.get("cut")) or _text(change.get("edge"))
        if not name or not edge or edge not in self._known["edge"]:
            return
        held = self._held.get(edge)
        if held is None:
            self._add(location, f"{quoted(edge)} is no share: it has no datasets to choose from")
        elif name not in held:
            hint = did_you_mean(name, held)
            self._add(location, f"{quoted(edge)} does not hold {quoted(name)}{hint}")

    def _edge(self, value: object, location: Location) -> None:
        name = _text(value)
        if not name or name in self._known["edge"]:
            return
        if name in self._known["incident"]:
            self._add(location, f"{quoted(name)} is an incident: where it starts stays as it is")
        else:
            self._add(location, f"unknown edge {quoted(name)}{self._hint('edge', name)}")


def _parents(party: dict[str, Any], location: Location) -> Iterator[tuple[Location, Any]]:
    """Yield each owner of a party with its place: one id, one record, or a list of them."""
    parent = party.get("parent")
    if isinstance(parent, list | tuple):
        for index, item in enumerate(parent):
            yield (*location, index), item
    elif parent is not None:
        yield location, parent


def _order_fault(since: object, until: object) -> str | None:
    """Say that an edge ends before it starts, if both dates are dates."""
    if not isinstance(since, str | int) or not isinstance(until, str | int):
        return None
    try:
        first = dates.parse_partial(str(since).strip()).first
        last = dates.parse_partial(str(until).strip()).last
    except ValueError:
        return None
    if first is not None and last is not None and first > last:
        return f"since {str(since).strip()} is after until {str(until).strip()}"
    return None


def circles(
    owners: Mapping[str, list[tuple[str, Location]]],
) -> Iterator[tuple[Location, list[str]]]:
    """Yield the owner that closes each circle, and the circle from it on.

    Depth first without recursion, because a chain of owners may be long.
    """
    finished: set[str] = set()
    for start in owners:
        if start in finished:
            continue
        path = {start: None}
        branches = [iter(owners[start])]
        while branches:
            for owner, location in branches[-1]:
                if owner in path:
                    names = list(path)
                    yield location, names[names.index(owner) :]
                elif owner in owners and owner not in finished:
                    path[owner] = None
                    branches.append(iter(owners[owner]))
                    break
            else:
                branches.pop()
                finished.add(path.popitem()[0])
