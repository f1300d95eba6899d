"""From graph and incident to a harm network: the only place that turns arrows around.

Users write edges as data flows, discloser to recipient. Harm runs back: when the *recipient*
is compromised, the *owner* of the data is exposed. The same holds for access (grantee to
grantor) and for dependencies (supplier to customer). See design notes in
`docs/explanation/model.md`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeVar

from blastradius.analysis.priors import SUPPOSED, SURE, Coin, PriorTable, stated
from blastradius.analysis.results import ArcKind
from blastradius.model.dates import Period
from blastradius.model.graph import (
    AccessGrant,
    Dataset,
    Dependency,
    Edge,
    Evidence,
    Graph,
    Incident,
    Party,
    Share,
)
from blastradius.model.vocabulary import CERTAINTIES, PIVOT_VARIETIES, Certainty, weakest

_EdgeT = TypeVar("_EdgeT", Share, AccessGrant, Dependency)


class Event(NamedTuple):
    """What a node of the harm network stands for."""

    kind: Literal["root", "compromised", "disclosed", "disrupted", "exposed", "harmed", "severity"]
    subject: str = ""
    """Party id; dataset id for ``disclosed``."""
    detail: str | float = ""
    """VERIS variety for ``exposed``, severity level for ``severity``."""


ROOT_EVENT = Event("root")


@dataclass(frozen=True, slots=True)
class HarmArc:
    """One coin of the harm network and what it stands for."""

    tail: int
    head: int
    kind: ArcKind
    coin: Coin
    edge: str
    """Id of the edge, dataset or incident behind it."""
    origin: str
    target: str
    dataset: str | None = None
    certainty: Certainty = "assumed"
    evidence: tuple[Evidence, ...] = ()
    note: str | None = None
    sure: bool = False
    """Open in every world whatever the coin says: a confirmed or hypothetical origin."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The breach to compile: who, when, how, and what is said to have been taken."""

    origins: tuple[str, ...]
    incident: Incident | None
    actions: tuple[str, ...]
    period: Period

    @property
    def taken(self) -> tuple[str, ...]:
        """Varieties stated as taken; empty when nothing is stated."""
        return self.incident.varieties if self.incident is not None else ()


@dataclass(frozen=True, slots=True)
class CompiledHarm:
    """A harm network with the meaning of its nodes and arcs."""

    events: tuple[Event, ...]
    node: Mapping[Event, int]
    arcs: tuple[HarmArc, ...]
    readouts: tuple[tuple[int, int], ...]
    """Sure arcs (tail, head) into nodes that put a question, not a cause."""
    datasets: Mapping[str, tuple[Dataset, ...]]
    """Party id -> its datasets within reach."""
    levels: Mapping[str, tuple[float, ...]]
    """Party or group id -> severity levels that can occur, ascending."""

    @property
    def n_nodes(self) -> int:
        """Number of nodes; node 0 is the root."""
        return len(self.events)

    def all_arcs(self) -> list[tuple[int, int]]:
        """Coins first, then the sure readouts."""
        return [(arc.tail, arc.head) for arc in self.arcs] + list(self.readouts)

    def probabilities(self, pick: Callable[[Coin], float]) -> list[float]:
        """Probability of every arc, in the order of `all_arcs`."""
        return [pick(arc.coin) for arc in self.arcs] + [1.0] * len(self.readouts)

    def fixed(self) -> list[bool]:
        """Tell which arcs are open in every world, in the order of `all_arcs`."""
        return [arc.sure for arc in self.arcs] + [True] * len(self.readouts)


def compile_harm(
    graph: Graph,
    scope: Scope,
    priors: PriorTable,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> CompiledHarm:
    """Compile the part of a graph that a breach can reach.

    Parameters
    ----------
    groups : mapping, optional
        Group id -> member party ids; adds readouts "any member ...".
    """
    compiler = _Compiler(_Index.of(graph, scope.period), scope, priors)
    compiler.spread()
    for party, events in compiler.events_by_party().items():
        compiler.read_out(party, events)
    for group, members in (groups or {}).items():
        compiler.read_out_group(group, members)
    return compiler.result()


@dataclass(frozen=True, slots=True)
class _Index:
    """Live edges of the graph by the party from which harm would come."""

    parties: Mapping[str, Party]
    datasets: Mapping[str, Dataset]
    owned: Mapping[str, list[Dataset]]
    held: Mapping[str, list[Share]]
    enters: Mapping[str, list[AccessGrant]]
    supplies: Mapping[str, list[Dependency]]
    period: Period

    @classmethod
    def of(cls, graph: Graph, period: Period) -> _Index:
        datasets = sorted(graph.datasets, key=lambda d: d.id)
        return cls(
            parties={p.id: p for p in graph.parties},
            datasets={d.id: d for d in datasets},
            owned=_grouped(datasets, lambda d: d.owner),
            held=_grouped(graph.shares, lambda e: e.recipient),
            enters=_grouped(graph.access, lambda e: e.grantee),
            supplies=_grouped(graph.dependencies, lambda e: e.supplier),
            period=period,
        )

    def live(self, edges: Mapping[str, list[_EdgeT]], party: str) -> list[_EdgeT]:
        """Return the live edges of a party, one for each description, in a stable order.

        Looked up only for parties that harm reaches, because comparing descriptions is slow.
        """
        unique: dict[str, _EdgeT] = {}
        for edge in sorted(edges.get(party, ()), key=_best_supported_first):
            if edge.live.overlaps(self.period):
                unique.setdefault(_description(edge), edge)
        return sorted(unique.values(), key=lambda e: e.id or "")


_Item = TypeVar("_Item")


def _grouped(items: Iterable[_Item], key: Callable[[_Item], str]) -> dict[str, list[_Item]]:
    groups: dict[str, list[_Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def _best_supported_first(edge: Edge) -> tuple[int, int, str]:
    """Order copies of one edge so that its certainty does not hang on how they are named."""
    n_sources = len(edge.evidence.sources) if edge.evidence is not None else 0
    return (CERTAINTIES.index(_certainty(edge)), -n_sources, edge.id or "")


def _description(edge: Edge) -> str:
    """Return what makes two edges the same: everything but id, evidence and remarks."""
    content = edge.model_copy(update={"id": None, "evidence": None, "note": None})
    if isinstance(content, Share):
        content = content.model_copy(update={"datasets": tuple(sorted(set(content.datasets)))})
    return repr(content)


@dataclass(slots=True)
class _Compiler:
    index: _Index
    scope: Scope
    priors: PriorTable
    node: dict[Event, int] = field(default_factory=lambda: {ROOT_EVENT: 0})
    arcs: list[HarmArc] = field(default_factory=list)
    readouts: list[tuple[int, int]] = field(default_factory=list)
    queue: deque[Event] = field(default_factory=deque)
    levels: dict[str, tuple[float, ...]] = field(default_factory=dict)
    datasets: dict[str, tuple[Dataset, ...]] = field(default_factory=dict)

    def at(self, event: Event) -> int:
        """Return the node of an event, noting new ones for spreading on."""
        if event not in self.node:
            self.node[event] = len(self.node)
            self.queue.append(event)
        return self.node[event]

    def spread(self) -> None:
        """Follow harm from the origins until nothing new is reached."""
        for origin in sorted(set(self.scope.origins)):
            self.origin(origin)
        while self.queue:
            event = self.queue.popleft()
            if event.kind == "compromised":
                self.from_compromised(event.subject)
            elif event.kind == "disclosed":
                self.from_disclosed(self.index.datasets[event.subject])
            elif event.kind == "disrupted":
                self.from_disrupted(event.subject)

    def origin(self, party: str) -> None:
        incident = self.scope.incident
        alleged = incident is not None and incident.status == "alleged"
        certain = SURE if incident is not None else SUPPOSED
        coin = self.priors.coin("alleged") if alleged else certain
        evidence = _evidence(incident)
        self.arcs.append(
            HarmArc(
                0,
                self.at(Event("compromised", party)),
                "origin",
                coin,
                incident.id if incident is not None else f"breach:{party}",
                party,
                party,
                certainty=weakest(tuple(e.certainty for e in evidence)),
                evidence=evidence,
                sure=not alleged,
            )
        )

    def from_compromised(self, party: str) -> None:
        tail = self.node[Event("compromised", party)]
        for dataset in self.index.owned.get(party, ()):
            if dataset.kept_by_owner:
                self.own(tail, dataset)
        for share in self.index.live(self.index.held, party):
            for dataset_id in sorted(set(share.datasets)):
                self.custody(tail, share, self.index.datasets[dataset_id])
        for grant in self.index.live(self.index.enters, party):
            self.access(tail, grant)
        self.outage(tail, party)

    def own(self, tail: int, dataset: Dataset) -> None:
        coin = (
            stated(dataset.own_probability)
            if dataset.own_probability is not None
            else self._held_data(dataset, own=True)
        )
        self._arc(tail, "own", coin, dataset.id, dataset.owner, dataset, (dataset,))

    def custody(self, tail: int, share: Share, dataset: Dataset) -> None:
        coin = (
            stated(share.probability)
            if share.probability is not None
            else self._held_data(dataset, own=False)
        )
        self._arc(tail, "custody", coin, share.id or "", share.recipient, dataset, (share, dataset))

    def _held_data(self, dataset: Dataset, *, own: bool) -> Coin:
        return self.priors.held_data(
            dataset.varieties, taken=self.scope.taken, actions=self.scope.actions, own=own
        )

    def _arc(
        self,
        tail: int,
        kind: Literal["own", "custody"],
        coin: Coin,
        edge: str,
        holder: str,
        dataset: Dataset,
        backed_by: tuple[Share | Dataset, ...],
    ) -> None:
        evidence = tuple(e for item in backed_by for e in _evidence(item))
        self.arcs.append(
            HarmArc(
                tail,
                self.at(Event("disclosed", dataset.id)),
                kind,
                coin,
                edge,
                holder,
                dataset.owner,
                dataset.id,
                weakest(tuple(e.certainty for e in evidence)),
                evidence,
                backed_by[0].note or dataset.name,
            )
        )

    def access(self, tail: int, grant: AccessGrant) -> None:
        coin = (
            stated(grant.probability)
            if grant.probability is not None
            else self.priors.coin(f"access/{grant.via}")
        )
        head = self.at(Event("compromised", grant.grantor))
        self.arcs.append(
            HarmArc(
                tail,
                head,
                "access",
                coin,
                grant.id or "",
                grant.grantee,
                grant.grantor,
                certainty=_certainty(grant),
                evidence=_evidence(grant),
                note=grant.note or f"access via {grant.via}",
            )
        )

    def outage(self, tail: int, party: str) -> None:
        incident = self.scope.incident
        stops = incident.stops_operations if incident is not None else None
        if stops is False:
            return
        documented = stops is True and party in self.scope.origins
        coin = SURE if documented else self.priors.outage(self.scope.actions)
        if coin is None:
            return
        evidence = _evidence(incident) if documented else ()
        self.arcs.append(
            HarmArc(
                tail,
                self.at(Event("disrupted", party)),
                "outage",
                coin,
                f"outage:{party}",
                party,
                party,
                certainty=evidence[0].certainty if evidence else "inferred",
                evidence=evidence,
                note="operations stop",
            )
        )

    def from_disclosed(self, dataset: Dataset) -> None:
        keys = sorted(PIVOT_VARIETIES & set(dataset.varieties))
        # Credentials of people open accounts, not the systems of an organisation.
        if not keys or self.index.parties[dataset.owner].role == "data-subjects":
            return
        self.arcs.append(
            HarmArc(
                self.node[Event("disclosed", dataset.id)],
                self.at(Event("compromised", dataset.owner)),
                "pivot",
                self.priors.coin("pivot"),
                f"pivot:{dataset.id}",
                dataset.owner,
                dataset.owner,
                dataset.id,
                _certainty(dataset),
                _evidence(dataset),
                f"{' and '.join(keys)} open the owner's systems",
            )
        )

    def from_disrupted(self, party: str) -> None:
        tail = self.node[Event("disrupted", party)]
        for need in self.index.live(self.index.supplies, party):
            coin = (
                stated(need.probability)
                if need.probability is not None
                else self.priors.coin("dependency")
            )
            self.arcs.append(
                HarmArc(
                    tail,
                    self.at(Event("disrupted", need.customer)),
                    "dependency",
                    coin,
                    need.id or "",
                    need.supplier,
                    need.customer,
                    certainty=_certainty(need),
                    evidence=_evidence(need),
                    note=need.what,
                )
            )

    # -- readouts ------------------------------------------------------------------------

    def events_by_party(self) -> dict[str, list[Event]]:
        """Group what can happen by the party to which it happens."""
        by_party: dict[str, list[Event]] = {}
        for event in self.node:
            if event.kind == "disclosed":
                by_party.setdefault(self.index.datasets[event.subject].owner, []).append(event)
            elif event.kind in ("compromised", "disrupted"):
                by_party.setdefault(event.subject, []).append(event)
        return by_party

    def read_out(self, party: str, events: list[Event]) -> None:
        """Put the questions about one party as nodes that its events surely reach."""
        disclosed = [e for e in events if e.kind == "disclosed"]
        self.datasets[party] = tuple(self.index.datasets[e.subject] for e in disclosed)
        for event, dataset in zip(disclosed, self.datasets[party], strict=True):
            self._ask(event, Event("exposed", party))
            for variety in sorted(set(dataset.varieties)):
                self._ask(event, Event("exposed", party, variety))
        self._read_out_harm(party, [(e, self.severity(e)) for e in events])

    def read_out_group(self, group: str, members: Sequence[str]) -> None:
        """Put the questions "any member ..." for a group; its id is marked by a slash."""
        subject = f"group/{group}"
        harms = []
        for member in members:
            for kind in ("compromised", "disrupted"):
                event = Event(kind, member)
                if event in self.node:
                    self._ask(event, Event(kind, subject))
                    harms.append((event, self.severity(event)))
            for dataset in self.datasets.get(member, ()):
                event = Event("disclosed", dataset.id)
                self._ask(event, Event("exposed", subject))
                harms.append((event, self.severity(event)))
        self._read_out_harm(subject, harms)

    def _read_out_harm(self, subject: str, harms: list[tuple[Event, float]]) -> None:
        levels = tuple(sorted({severity for _, severity in harms} - {0.0}))
        self.levels[subject] = levels
        for event, severity in harms:
            self._ask(event, Event("harmed", subject))
            for level in levels:
                if severity >= level:
                    self._ask(event, Event("severity", subject, level))

    def severity(self, event: Event) -> float:
        """Return the severity of an event [1]."""
        if event.kind == "disclosed":
            varieties = self.index.datasets[event.subject].varieties
            return max(self.priors.severity(v) for v in varieties)
        return self.priors.severity(event.kind)

    def _ask(self, event: Event, question: Event) -> None:
        if question not in self.node:
            self.node[question] = len(self.node)
        self.readouts.append((self.node[event], self.node[question]))

    def result(self) -> CompiledHarm:
        """Freeze what was compiled."""
        return CompiledHarm(
            events=tuple(self.node),
            node=self.node,
            arcs=tuple(self.arcs),
            readouts=tuple(self.readouts),
            datasets=self.datasets,
            levels=self.levels,
        )


def _evidence(item: Edge | Dataset | Incident | None) -> tuple[Evidence, ...]:
    return (item.evidence,) if item is not None and item.evidence is not None else ()


def _certainty(item: Edge | Dataset) -> Certainty:
    return item.evidence.certainty if item.evidence is not None else "assumed"
