"""The whole harm network of a register: the rules of `harm`, applied to columns.

The arrows of a register are those of a graph file, as data flows; like `harm`, and checked against
it on the same graphs, this module turns them around to the way harm runs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, get_args, overload

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.harm import Scope
from blastradius.analysis.priors import SURE, Coin, PriorTable
from blastradius.analysis.whole import ARC_KINDS, WholeHarm
from blastradius.io.tables.register import UNKNOWN, VARIETY_BITS, Edges, Range, Register, Texts
from blastradius.model.dates import Period
from blastradius.model.vocabulary import CERTAINTIES, PIVOT_VARIETIES, ROLES, Via

_VIA: Final = get_args(Via)
_ASSUMED: Final = CERTAINTIES.index("assumed")
_INFERRED: Final = CERTAINTIES.index("inferred")

_Kind = TypeVar("_Kind", bound=np.generic)
Rows = NDArray[np.int32]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Where the nodes of each kind begin: P parties and D datasets, each a row of its register."""

    n_parties: int
    n_datasets: int

    @property
    def disrupted(self) -> int:
        """Node of the first party's disruption; its compromise is node 0."""
        return self.n_parties

    @property
    def disclosed(self) -> int:
        """Node of the first dataset's disclosure."""
        return 2 * self.n_parties

    @property
    def exposed(self) -> int:
        """Node of the first party's exposure."""
        return self.disclosed + self.n_datasets

    @property
    def harmed(self) -> int:
        """Node of the first party's harm."""
        return self.exposed + self.n_parties

    @property
    def levels(self) -> int:
        """First node that stands for a level of severity."""
        return self.harmed + self.n_parties


@dataclass(frozen=True, slots=True)
class RegisterHarm:
    """The network of a register, and where its nodes are."""

    whole: WholeHarm
    nodes: Nodes
    varieties: Varieties

    def variety_nodes(self, party: int) -> Iterator[tuple[int, int]]:
        """Yield (place in `DATA_VARIETIES`, node) of what may be disclosed of a party."""
        span = np.array([party, party + 1], dtype=np.int32)  # another type copies the column
        first, last = np.searchsorted(self.varieties.party, span)
        for place in range(int(first), int(last)):
            yield int(self.varieties.variety[place]), self.varieties.start + place


@dataclass(frozen=True, slots=True)
class Varieties:
    """Nodes for "some data of this variety of the party is disclosed", sorted by party."""

    start: int
    """Node of the first."""
    party: Rows
    variety: Rows
    tail: Rows
    head: Rows

    @classmethod
    def of(cls, register: Register, nodes: Nodes, start: int) -> Varieties:
        """Return the nodes, and the arcs into them."""
        data, n = register.datasets, len(VARIETY_BITS)
        bits = np.array(list(VARIETY_BITS.values()), dtype=np.uint32)
        dataset, variety = np.nonzero(data.varieties[:, None] & bits)
        code = data.owner[dataset].astype(np.int64) * n + variety
        known, place = np.unique(code, return_inverse=True)
        return cls(
            start,
            (known // n).astype(np.int32),
            (known % n).astype(np.int32),
            (dataset + nodes.disclosed).astype(np.int32),
            (place + start).astype(np.int32),
        )


def register_harm(register: Register, priors: PriorTable, scope: Scope) -> RegisterHarm:
    """Compile the harm network of all parties of a register.

    Parameters
    ----------
    scope : Scope
        The breach: its period and actions, and what is said to have been taken. Its origins only
        matter for the outage that an incident documents.
    """
    compiler = _Compiler(register, priors, scope)
    compiler.held_data()
    compiler.access()
    compiler.pivots()
    compiler.outages()
    compiler.dependencies()
    return compiler.result()


@dataclass(slots=True)
class _Column:
    """Arcs of one kind, as arrays or as numbers that hold for all of them."""

    tail: Rows
    head: Rows
    kind: int
    edge: Rows
    origin: Rows
    target: Rows
    dataset: Rows | int
    value: Numbers
    low: Numbers
    high: Numbers
    certainty: NDArray[np.int8] | int
    prior: Rows
    """Row among the keys of priors, 0 where the register states the number."""


@dataclass(slots=True)
class _Compiler:
    register: Register
    priors: PriorTable
    scope: Scope
    columns: list[_Column] = field(default_factory=list)
    prior_keys: dict[tuple[str, ...], int] = field(default_factory=lambda: {(): 0})

    @property
    def nodes(self) -> Nodes:
        return Nodes(len(self.register.parties), len(self.register.datasets))

    # -- coins ---------------------------------------------------------------------------

    def held_data(self) -> None:
        """Custody by recipients, and what owners keep themselves."""
        data, shares, nodes = self.register.datasets, self.register.shares, self.nodes
        counted = self._counting(shares)[shares.pair_share]
        share, dataset = shares.pair_share[counted], shares.pair_dataset[counted]
        self._add(
            "custody",
            tail=shares.recipient[share],
            head=dataset + nodes.disclosed,
            edge=share,
            origin=shares.recipient[share],
            target=data.owner[dataset],
            dataset=dataset,
            stated=_taken(shares.probability, share),
            prior=self._held(data.varieties[dataset], own=False),
            certainty=_weaker(shares.certainty[share], data.certainty[dataset]),
        )
        kept = np.flatnonzero(data.kept_by_owner).astype(np.int32)
        self._add(
            "own",
            tail=data.owner[kept],
            head=kept + nodes.disclosed,
            edge=kept,
            origin=data.owner[kept],
            target=data.owner[kept],
            dataset=kept,
            stated=_taken(data.own_probability, kept),
            prior=self._held(data.varieties[kept], own=True),
            certainty=_or_assumed(data.certainty[kept]),
        )

    def access(self) -> None:
        """Grantees that enter the systems of grantors."""
        grants = self.register.access
        rows = np.flatnonzero(self._counting(grants)).astype(np.int32)
        self._add(
            "access",
            tail=grants.grantee[rows],
            head=grants.grantor[rows],
            edge=rows,
            origin=grants.grantee[rows],
            target=grants.grantor[rows],
            dataset=UNKNOWN,
            stated=_taken(grants.probability, rows),
            prior=_by_code(grants.via[rows], lambda v: self.priors.coin(f"access/{_VIA[v]}")),
            certainty=_or_assumed(grants.certainty[rows]),
        )

    def pivots(self) -> None:
        """Keys in disclosed data that open the systems of its owner."""
        data = self.register.datasets
        keys = np.uint32(sum(VARIETY_BITS[v] for v in PIVOT_VARIETIES))
        people = self.register.parties.roles[data.owner] == ROLES.index("data-subjects")
        rows = np.flatnonzero((data.varieties & keys != 0) & ~people).astype(np.int32)
        self._add(
            "pivot",
            tail=rows + self.nodes.disclosed,
            head=data.owner[rows],
            edge=rows,
            origin=data.owner[rows],
            target=data.owner[rows],
            dataset=rows,
            stated=None,
            prior=_one(len(rows), self.priors.coin("pivot")),
            certainty=_or_assumed(data.certainty[rows]),
        )

    def outages(self) -> None:
        """Operations that stop where systems are compromised."""
        incident = self.scope.incident
        stops = incident.stops_operations if incident is not None else None
        if stops is False:
            return
        documented: list[int] = []
        if incident is not None and stops is True:
            found = map(self.register.parties.ids.row_of, self.scope.origins)
            documented = [row for row in found if row is not None]
        coin = self.priors.outage(self.scope.actions)
        some = range(self.nodes.n_parties) if coin is not None else documented
        rows = np.fromiter(some, dtype=np.int32)
        coins = [(coin, np.ones(len(rows), dtype=np.bool_))] if coin is not None else []
        certainty = np.full(len(rows), _INFERRED, dtype=np.int8)
        if documented:
            sure = np.isin(rows, documented)
            coins = [(c, ~sure) for c, _ in coins] + [(SURE, sure)]
            if incident is not None and incident.evidence is not None:
                certainty[sure] = CERTAINTIES.index(incident.evidence.certainty)
        self._add(
            "outage",
            tail=rows,
            head=rows + self.nodes.disrupted,
            edge=rows,
            origin=rows,
            target=rows,
            dataset=UNKNOWN,
            stated=None,
            prior=coins,
            certainty=certainty,
        )

    def dependencies(self) -> None:
        """Needs: customers that stop where a supplier does."""
        needs, nodes = self.register.dependencies, self.nodes
        rows = np.flatnonzero(self._counting(needs)).astype(np.int32)
        self._add(
            "dependency",
            tail=needs.supplier[rows] + nodes.disrupted,
            head=needs.customer[rows] + nodes.disrupted,
            edge=rows,
            origin=needs.supplier[rows],
            target=needs.customer[rows],
            dataset=UNKNOWN,
            stated=_taken(needs.probability, rows),
            prior=_one(len(rows), self.priors.coin("dependency")),
            certainty=_or_assumed(needs.certainty[rows]),
        )

    def _counting(self, edges: Edges) -> NDArray[np.bool_]:
        first, last = days(self.scope.period)
        return edges.counting(first, last)

    def _held(self, varieties: NDArray[np.uint32], *, own: bool) -> list[_Chosen]:
        def coin(bits: int) -> Coin:
            names = [name for name, bit in VARIETY_BITS.items() if bits & bit]
            return self.priors.held_data(
                names, taken=self.scope.taken, actions=self.scope.actions, own=own
            )

        return _by_code(varieties, coin)

    def _add(
        self,
        kind: str,
        *,
        tail: Rows,
        head: Rows,
        edge: Rows,
        origin: Rows,
        target: Rows,
        dataset: Rows | int,
        stated: tuple[Numbers, Numbers, Numbers] | None,
        prior: list[_Chosen],
        certainty: NDArray[np.int8],
    ) -> None:
        low, value, high = stated or tuple(np.full(len(tail), np.nan) for _ in range(3))
        keys = np.zeros(len(tail), dtype=np.int32)
        for coin, rows in prior:
            missing = rows & np.isnan(value)
            value[missing], low[missing], high[missing] = coin.value, coin.low, coin.high
            keys[missing] = self.prior_keys.setdefault(coin.keys, len(self.prior_keys))
        place = [str(known) for known in ARC_KINDS].index(kind)
        self.columns.append(
            _Column(
                tail, head, place, edge, origin, target, dataset, value, low, high, certainty, keys
            )
        )

    # -- readouts ------------------------------------------------------------------------

    def result(self) -> RegisterHarm:
        """Freeze what was compiled, with the questions put as nodes."""
        nodes, register = self.nodes, self.register
        levels = _Levels.of(register, self.priors, nodes)
        varieties = Varieties.of(register, nodes, nodes.levels + len(levels.party))
        parties = np.arange(nodes.n_parties, dtype=np.int32)
        data = np.arange(nodes.n_datasets, dtype=np.int32)
        sure_tail = np.concatenate(
            [
                data + nodes.disclosed,
                data + nodes.disclosed,
                parties,
                parties + nodes.disrupted,
                levels.tail,
                varieties.tail,
            ]
        )
        owner = register.datasets.owner
        sure_head = np.concatenate(
            [
                owner + nodes.exposed,
                owner + nodes.harmed,
                parties + nodes.harmed,
                parties + nodes.harmed,
                levels.head,
                varieties.head,
            ]
        )
        sure = np.ones(len(sure_tail))
        offsets, edge_ids = _edge_ids(register)
        whole = WholeHarm(
            n_nodes=varieties.start + len(varieties.party),
            tail=self._joined("tail", np.int32, sure_tail),
            head=self._joined("head", np.int32, sure_head),
            value=self._joined("value", np.float64, sure),
            low=self._joined("low", np.float64, sure),
            high=self._joined("high", np.float64, sure),
            n_coins=sum(len(column.tail) for column in self.columns),
            kind=self._joined("kind", np.int8),
            edge=np.concatenate([c.edge + offsets[c.kind] for c in self.columns]),
            origin=self._joined("origin", np.int32),
            target=self._joined("target", np.int32),
            dataset=self._joined("dataset", np.int32),
            certainty=self._joined("certainty", np.int8),
            compromised=parties,
            harmed=parties + np.int32(nodes.harmed),
            level_node=np.arange(len(levels.party), dtype=np.int32) + np.int32(nodes.levels),
            level_party=levels.party,
            level_points=levels.points,
            party_ids=register.parties.ids,
            party_names=register.parties.names,
            party_roles=_Words(register.parties.roles),
            dataset_ids=register.datasets.ids,
            edge_ids=edge_ids,
            dataset_varieties=_VarietySets(register.datasets.varieties),
            prior=self._joined("prior", np.int32),
            prior_keys=list(self.prior_keys),
        )
        return RegisterHarm(whole, nodes, varieties)

    def _joined(self, name: str, dtype: type[_Kind], *more: NDArray[Any]) -> NDArray[_Kind]:
        """Return one column of all arcs, with the sure arcs at the end where there are any."""
        parts = [
            np.broadcast_to(np.asarray(getattr(column, name)), len(column.tail))
            for column in self.columns
        ]
        return np.concatenate([*parts, *more]).astype(dtype, copy=False)


_Chosen = tuple[Coin, NDArray[np.bool_]]
"""A coin, and for which arcs it is meant."""


def _taken(probability: Range, rows: Rows) -> tuple[Numbers, Numbers, Numbers]:
    return probability.low[rows], probability.mode[rows], probability.high[rows]


def _by_code(codes: NDArray[np.integer[Any]], coin: Callable[[int], Coin]) -> list[_Chosen]:
    return [(coin(int(code)), codes == code) for code in np.unique(codes)]


def _one(length: int, coin: Coin) -> list[_Chosen]:
    return [(coin, np.ones(length, dtype=np.bool_))]


def _or_assumed(certainty: NDArray[np.int8]) -> NDArray[np.int8]:
    return np.where(certainty == UNKNOWN, _ASSUMED, certainty).astype(np.int8)


def _weaker(one: NDArray[np.int8], other: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return the weaker of two certainties; where only one is stated, that one."""
    return _or_assumed(np.maximum(one, other))


def days(period: Period) -> tuple[int, int]:
    """Return the first and the last day of a period as numbers; open ends are far away.

    >>> days(Period(None, None))
    (-2147483648, 2147483647)
    """
    first = -(2**31) if period.first is None else period.first.toordinal()
    last = 2**31 - 1 if period.last is None else period.last.toordinal()
    return first, last


@dataclass(frozen=True, slots=True)
class _Levels:
    """Nodes for "this severity or worse", ascending within a party, and the sure arcs into them."""

    party: Rows
    points: Numbers
    tail: Rows
    head: Rows

    @classmethod
    def of(cls, register: Register, priors: PriorTable, nodes: Nodes) -> _Levels:
        n, data = nodes.n_parties, register.datasets
        by_set = {
            int(bits): max(priors.severity(v) for v, bit in VARIETY_BITS.items() if int(bits) & bit)
            for bits in np.unique(data.varieties)
        }
        severity = np.concatenate(
            [
                np.full(n, priors.severity("compromised")),
                np.full(n, priors.severity("disrupted")),
                np.array([by_set[int(bits)] for bits in data.varieties]),
            ]
        )
        party = np.concatenate([np.arange(n), np.arange(n), data.owner])
        grades = np.unique(severity)
        code = party * len(grades) + np.searchsorted(grades, severity)
        harmful = severity > 0
        known, place = np.unique(code[harmful], return_inverse=True)
        level_party, grade = known // len(grades), known % len(grades)
        starts = np.concatenate([[True], level_party[1:] != level_party[:-1]])[: len(known)]
        below = np.where(starts, 0.0, grades[np.concatenate([[0], grade[:-1]])[: len(known)]])
        begin = np.maximum.accumulate(np.where(starts, np.arange(len(known)), 0))
        # An event reaches its own level of the party, and all below it.
        reached = place - begin[place] + 1
        event = np.repeat(np.flatnonzero(harmful), reached)
        steps = np.arange(len(event)) - np.repeat(np.cumsum(reached) - reached, reached)
        return cls(
            level_party.astype(np.int32),
            100.0 * (grades[grade] - below),
            event.astype(np.int32),
            (np.repeat(begin[place], reached) + steps + nodes.levels).astype(np.int32),
        )


class _Words(Sequence[str]):
    """Roles by their codes."""

    def __init__(self, codes: NDArray[np.int8]) -> None:
        self._codes = codes

    def __len__(self) -> int:
        return len(self._codes)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [ROLES[code] for code in self._codes[place]]
        role: str = ROLES[self._codes[place]]
        return role


class _VarietySets(Sequence[Sequence[str]]):
    """Varieties of datasets by their bits."""

    def __init__(self, bits: NDArray[np.uint32]) -> None:
        self._bits = bits

    def __len__(self) -> int:
        return len(self._bits)

    @overload
    def __getitem__(self, place: int) -> Sequence[str]: ...
    @overload
    def __getitem__(self, place: slice) -> list[Sequence[str]]: ...
    def __getitem__(self, place: int | slice) -> Sequence[str] | list[Sequence[str]]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        bits = int(self._bits[place])
        return tuple(name for name, bit in VARIETY_BITS.items() if bits & bit)


class _Chained(Sequence[str]):
    """Several sequences of names one after the other, some with a mark before each name."""

    def __init__(self, parts: Sequence[tuple[str, Texts]]) -> None:
        self.parts = parts
        self._starts = np.cumsum([0] + [len(names) for _, names in parts])

    def __len__(self) -> int:
        return int(self._starts[-1])

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        part = int(np.searchsorted(self._starts, place, side="right")) - 1
        mark, names = self.parts[part]
        return f"{mark}{names[int(place) - int(self._starts[part])]}"

    def __iter__(self) -> Iterator[str]:
        for mark, names in self.parts:
            for name in names:
                yield mark + name


def edge_rows(register: Register, names: Collection[str]) -> dict[str, int]:
    """Return the rows of some edges, of those that there are, in `WholeHarm.edge_ids`.

    Ids of shares, grants, dependencies and datasets, ``pivot:DATASET`` and ``outage:PARTY``.
    """
    starts, ids = _edge_ids(register)
    rows: dict[str, int] = {}
    for start, (mark, texts) in zip(starts, ids.parts, strict=True):
        wanted = [name.removeprefix(mark) for name in names if name.startswith(mark)]
        for row in texts.rows_of(wanted).tolist():
            rows.setdefault(mark + texts[row], start + row)
    return rows


def _edge_ids(register: Register) -> tuple[list[int], _Chained]:
    """Return where the edges of each kind of arc begin, and the ids of all."""
    by_kind: dict[str, tuple[str, Texts]] = {
        "custody": ("", register.shares.ids),
        "own": ("", register.datasets.ids),
        "access": ("", register.access.ids),
        "pivot": ("pivot:", register.datasets.ids),
        "outage": ("outage:", register.parties.ids),
        "dependency": ("", register.dependencies.ids),
    }
    parts = [by_kind[kind] for kind in ARC_KINDS]
    starts = np.cumsum([0] + [len(names) for _, names in parts])
    return [int(start) for start in starts[:-1]], _Chained(parts)
