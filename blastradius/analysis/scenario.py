"""What-if: the same breach with relations cut, probabilities set, controls added, things said.

Changes work on the compiled harm network: on its coins, never on the graph. A cut edge is taken
out, with all that only it led to, so that an answer is that of a graph without it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from blastradius.analysis.harm import CompiledHarm, Event, HarmArc
from blastradius.analysis.priors import Coin
from blastradius.analysis.resolve import fold, resolve_target
from blastradius.analysis.results import ChangeNote, ScenarioNote
from blastradius.errors import BlastRadiusError
from blastradius.model.graph import AccessGrant, Dataset, Dependency, Graph, Observation, Share
from blastradius.model.scenario import Change, Scenario

Subject = tuple[str, str | None]
"""An edge, and one dataset of it or None for all."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A harm network under a scenario."""

    scenario: Scenario
    harm: CompiledHarm
    coins: tuple[int, ...]
    """For each change: how many coins it speaks of within reach of the breach, or whether its
    event is there."""
    observations: tuple[Observation, ...]
    """What the scenario says beyond the incident."""
    excused: frozenset[str]
    """Parties that harm reaches without its changes: if it hardly does now, no edge is missing."""


def guard(arc: HarmArc) -> str:
    """Return the party whose controls stand in the way of an arc; empty for where it starts.

    What a party holds, it guards; what would enter it or stop it, it guards as well.
    """
    if arc.kind == "origin":
        return ""
    return arc.origin if arc.kind in ("custody", "own") else arc.target


def apply_scenario(harm: CompiledHarm, scenario: Scenario) -> Applied:
    """Apply the changes of a scenario, which reading has checked, to a harm network.

    A cut wins over a probability, and controls multiply after both. Where the breach starts is
    never changed.
    """
    changes = CoinChanges.of(scenario)
    coins = [(arc, changes.coin(arc)) for arc in harm.arcs]
    kept = [replace(arc, coin=coin) for arc, coin in coins if coin is not None]
    is_changed = [_numbers(arc.coin) for arc in harm.arcs] != [_numbers(arc.coin) for arc in kept]
    return Applied(
        scenario,
        _within_reach(harm, kept) if is_changed else harm,
        tuple(_effects(harm, scenario.changes)),
        tuple(
            observation_of(c, event_of(c, harm.node.__contains__))
            for c in scenario.changes
            if c.observe is not None
        ),
        frozenset(harm.levels if is_changed else ()),
    )


def _numbers(coin: Coin) -> tuple[object, ...]:
    return coin.low, coin.value, coin.high, coin.keys


@dataclass(frozen=True, slots=True)
class CoinChanges:
    """The changes of coins, by what they change."""

    cuts: frozenset[Subject]
    probabilities: Mapping[Subject, float]
    left: Mapping[str, list[float]]
    """Party -> what each of its controls leaves of a probability [1]."""

    @classmethod
    def of(cls, scenario: Scenario) -> CoinChanges:
        """Sort the changes of a scenario."""
        left: dict[str, list[float]] = {}
        for change in scenario.changes:
            if change.control is not None and change.effect is not None:
                left.setdefault(change.control, []).append(1 - change.effect)
        return cls(
            frozenset((c.cut, c.dataset) for c in scenario.changes if c.cut is not None),
            {
                (c.edge, c.dataset): c.probability
                for c in scenario.changes
                if c.edge is not None and c.probability is not None
            },
            left,
        )

    def factor(self, party: str) -> float:
        """Return what the controls of a party leave of the probabilities that it guards [1]."""
        # In one order whatever that of the changes, so that rounding is the same too.
        return math.prod(sorted(self.left[party]))

    def coin(self, arc: HarmArc) -> Coin | None:
        """Return the coin of an arc, None if the arc is cut."""
        coin = arc.coin
        if arc.kind == "origin":
            return coin
        all_of_it: Subject = (arc.edge, None)
        part: Subject = (arc.edge, arc.dataset)
        if all_of_it in self.cuts or part in self.cuts:
            return None
        # What is said of one dataset goes before what is said of the whole share.
        p = self.probabilities.get(part, self.probabilities.get(all_of_it))
        if p is not None:
            coin = Coin(p, p, p, "scenario", f"set to {p:.3g} instead of {coin.value:.3g}")
        guards = guard(arc)
        if guards not in self.left:
            return coin
        factor = self.factor(guards)
        if factor == 0:
            return None
        note = f"{coin.note}; × {factor:.3g} by controls at {guards}"
        low, value, high = (factor * end for end in (coin.low, coin.value, coin.high))
        return Coin(value, low, high, "scenario", note, coin.keys)


def _within_reach(harm: CompiledHarm, arcs: Sequence[HarmArc]) -> CompiledHarm:
    """Return the part of a harm network that these arcs lead to."""
    out: dict[int, list[int]] = {}
    for tail, head in (*((arc.tail, arc.head) for arc in arcs), *harm.readouts):
        out.setdefault(tail, []).append(head)
    reached, stack = {0}, [0]
    while stack:
        for head in out.get(stack.pop(), ()):
            if head not in reached:
                reached.add(head)
                stack.append(head)
    place = {old: new for new, old in enumerate(sorted(reached))}
    node = {event: place[old] for event, old in harm.node.items() if old in place}
    return CompiledHarm(
        events=tuple(node),
        node=node,
        arcs=tuple(
            replace(arc, tail=place[arc.tail], head=place[arc.head])
            for arc in arcs
            if arc.tail in place
        ),
        readouts=tuple((place[tail], place[head]) for tail, head in harm.readouts if tail in place),
        datasets={
            party: tuple(d for d in datasets if Event("disclosed", d.id) in node)
            for party, datasets in harm.datasets.items()
            if Event("harmed", party) in node
        },
        levels={
            subject: tuple(x for x in levels if Event("severity", subject, x) in node)
            for subject, levels in harm.levels.items()
            if Event("harmed", subject) in node
        },
    )


def _effects(harm: CompiledHarm, changes: Iterable[Change]) -> Iterator[int]:
    """Yield, for each change, how many coins or events within reach it speaks of."""
    arcs = [arc for arc in harm.arcs if arc.kind != "origin"]
    by_edge, by_guard = Counter(arc.edge for arc in arcs), Counter(map(guard, arcs))
    by_part = Counter((arc.edge, arc.dataset) for arc in arcs)
    for change in changes:
        if change.observe is not None:
            yield int(event_of(change, harm.node.__contains__) in harm.node)
        elif change.control is not None:
            yield by_guard[change.control]
        else:
            edge = change.cut or change.edge or ""
            yield by_edge[edge] if change.dataset is None else by_part[edge, change.dataset]


def event_of(change: Change, happens: Callable[[Event], bool]) -> Event:
    """Return the event that a statement speaks of, by what can happen without the scenario."""
    party = change.observe or ""
    exposed = Event("exposed", party)
    if change.event is None:
        return exposed if happens(exposed) else Event("harmed", party)
    return Event(change.event, party)


def observation_of(change: Change, event: Event) -> Observation:
    """Return what a change of a scenario says of an event."""
    return Observation.model_validate(
        {"party": event.subject, "state": change.state, "event": event.kind}
    )


# -- in words ----------------------------------------------------------------------------


def scenario_note(applied: Applied, graph: Graph, target: str, graph_sha256: str) -> ScenarioNote:
    """Describe a scenario for a result: its changes, and what does not fit."""
    words = _Words(graph)
    changes = zip(applied.scenario.changes, applied.coins, strict=True)
    return ScenarioNote(
        name=applied.scenario.name,
        changes=tuple(words.of(change, coins) for change, coins in changes),
        notes=tuple(_misfits(applied.scenario, graph, target, graph_sha256)),
    )


def _misfits(scenario: Scenario, graph: Graph, target: str, sha256: str) -> Sequence[str]:
    found = []
    made_on = scenario.graph
    if made_on is not None and made_on.sha256 is not None and made_on.sha256 != sha256:
        which = f"graph {made_on.name or 'of another name'} (sha256 {made_on.sha256[:12]}…)"
        found.append(f"made on another {which}; applied to {graph.name} (sha256 {sha256[:12]}…)")
    elif made_on is not None and made_on.sha256 is None and made_on.name not in (None, graph.name):
        found.append(f"made on graph {made_on.name}; applied to {graph.name}")
    if scenario.target is not None and not _same_target(graph, scenario.target, target):
        found.append(f"made for {scenario.target}; applied to {target}")
    return found


def _same_target(graph: Graph, one: str, other: str) -> bool:
    if fold(one) == fold(other):
        return True
    try:
        origins = [_origins(graph, text) for text in (one, other)]
    except BlastRadiusError:
        return False
    return origins[0] == origins[1]


def _origins(graph: Graph, text: str) -> set[str]:
    found = resolve_target(graph, text)
    return set(getattr(found, "origins", (found.id,)))


class _Words:
    """Says what a change means, with names."""

    def __init__(self, graph: Graph) -> None:
        self._names: Mapping[str, str] = {party.id: party.name for party in graph.parties}
        self._relations = {edge.id or "": edge for edge in graph.edges}
        self._datasets = {dataset.id: dataset for dataset in graph.datasets}

    def of(self, change: Change, coins: int) -> ChangeNote:
        """Describe a change; ``coins`` is how many coins or events within reach it speaks of."""
        if change.cut is not None:
            text = f"no longer: {self._part(change.cut, change.dataset)}"
            return ChangeNote("cut", change.cut, None, text, coins)
        if change.edge is not None:
            p = change.probability
            text = f"probability {p:g} for: {self._part(change.edge, change.dataset)}"
            return ChangeNote("probability", change.edge, p, text, coins)
        if change.control is not None:
            effect = change.effect or 0.0
            text = f"{self._names[change.control]} takes {100 * effect:.3g}% off what it guards"
            if change.note is not None:
                text += f": {change.note}"
            return ChangeNote("control", change.control, effect, text, coins)
        party = change.observe or ""
        event = f" {change.event}" if change.event is not None else ""
        text = f"{self._names[party]}{event}: {(change.state or '').replace('-', ' ')}"
        return ChangeNote("observation", party, None, text, coins)

    def _part(self, edge: str, dataset: str | None) -> str:
        part = f" (only {dataset})" if dataset is not None else ""
        return f"{self._edge(edge)}{part}"

    def _edge(self, name: str) -> str:
        relation = self._relations.get(name)
        if isinstance(relation, Share):
            holder, owner = self._names[relation.recipient], self._names[relation.discloser]
            return f"{holder} holds what {owner} shared"
        if isinstance(relation, AccessGrant):
            guest, host = self._names[relation.grantee], self._names[relation.grantor]
            return f"{guest} has access to the systems of {host} ({relation.via})"
        if isinstance(relation, Dependency):
            customer, supplier = self._names[relation.customer], self._names[relation.supplier]
            return f"{customer} depends on {supplier}"
        return self._own(name)

    def _own(self, name: str) -> str:
        kind, _, subject = name.partition(":")
        if name not in self._datasets and kind == "outage":
            return f"operations of {self._names[subject]} stop"
        dataset: Dataset = self._datasets.get(name) or self._datasets[subject]
        owner, data = self._names[dataset.owner], dataset.name or dataset.id
        if dataset.id == name:
            return f"{owner} itself holds “{data}”"
        return f"“{data}” opens the systems of {owner}"
