"""What actions cost, as plain data: checked against the graph, every fault at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from blastradius.model.check import Fault, Location
from blastradius.model.text import did_you_mean, printable, quoted

if TYPE_CHECKING:
    from blastradius.model.graph import Graph

SCHEMA: Final = "blastradius/costs/1"
"""Version of the file format."""

KINDS: Final = ("share", "dataset", "access", "dependency", "own", "pivot", "outage")
"""Kinds of actions: on a share or one dataset of it, on access, on a dependency; and what is no
relation: data that its owner keeps, keys that open systems, operations that stop."""

SECTIONS: Final = ("kinds", "parties", "edges")
"""Lists of a costs file; each maps names to costs."""

WORDS: Final = {"free": 0.0, "impossible": math.inf}
"""Costs that are no number."""

_KEYS: Final = ("schema", "default", *SECTIONS)


def cost_of(value: object) -> float | None:
    """Return a cost, None if it is none.

    >>> cost_of("free"), cost_of(2), cost_of(-1)
    (0.0, 2.0, None)
    """
    if isinstance(value, str):
        return WORDS.get(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < math.inf else None


def find_cost_faults(graph: Graph, data: object) -> list[Fault]:
    """Find what is wrong with costs: unknown names, and costs that are none.

    >>> from blastradius.model.graph import Graph
    >>> graph = Graph(name="g", parties=[{"id": "a", "name": "A"}])
    >>> [fault.message for fault in find_cost_faults(graph, {"kinds": {"shares": 1}})]
    ["unknown kind 'shares' (did you mean 'share'?)"]
    """
    if not isinstance(data, Mapping):
        return [Fault((), f"must be a mapping with keys such as {', '.join(_KEYS[1:])}")]
    known: dict[str, tuple[str, set[str]]] = {
        "kinds": ("kind", set(KINDS)),
        "parties": ("party", {party.id for party in graph.parties}),
        "edges": ("edge", _edge_names(graph)),
    }
    faults = [*_key_faults(data)]
    if "default" in data and cost_of(data["default"]) is None:
        faults.append(Fault(("default",), _no_cost(data["default"])))
    for section, (noun, names) in known.items():
        costs = data.get(section)
        if isinstance(costs, Mapping):
            faults.extend(_section_faults(section, costs, noun, names))
        elif costs is not None:
            faults.append(Fault((section,), "must be a mapping of names to costs"))
    return faults


def _key_faults(data: Mapping[Any, Any]) -> Iterator[Fault]:
    for key in data:
        if key not in _KEYS:
            hint = did_you_mean(str(key), _KEYS) or f" (known: {', '.join(_KEYS)})"
            yield Fault((str(key),), f"unknown key {quoted(str(key))}{hint}", of_key=True)
    if data.get("schema", SCHEMA) != SCHEMA:
        yield Fault(("schema",), f"must be {quoted(SCHEMA)}")


def _section_faults(
    section: str, costs: Mapping[Any, Any], noun: str, names: set[str]
) -> Iterator[Fault]:
    for name, value in costs.items():
        location: Location = (section, name)
        if str(name) not in names:
            hint = did_you_mean(str(name), names)
            yield Fault(location, f"unknown {noun} {quoted(str(name))}{hint}", of_key=True)
        elif cost_of(value) is None:
            yield Fault(location, _no_cost(value))


def _no_cost(value: object) -> str:
    shown = quoted(value) if isinstance(value, str) else printable(repr(value), 40)
    return f"must be a number of at least 0, free or impossible, got {shown}"


def _edge_names(graph: Graph) -> set[str]:
    """Return what names an action: edges, datasets of shares, and what parties control."""
    names = {edge.id for edge in graph.edges if edge.id is not None}
    names |= {f"{share.id}#{dataset}" for share in graph.shares for dataset in share.datasets}
    names |= {name for d in graph.datasets for name in (d.id, f"pivot:{d.id}")}
    return names | {f"outage:{party.id}" for party in graph.parties}
