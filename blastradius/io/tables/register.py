"""A register: a graph as columns, for graphs of a million relations.

It means the same as a :class:`~blastradius.model.graph.Graph`, but a party, dataset or relation is
a row number, and what an analysis needs stands in arrays. Rows keep the order of the tables.
Records are made one at a time, where somebody wants to read one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from blastradius.model.vocabulary import DATA_VARIETIES

if TYPE_CHECKING:
    from pathlib import Path

    from blastradius.model.graph import (
        AccessGrant,
        Dataset,
        Dependency,
        Graph,
        Incident,
        Party,
        Share,
    )

UNKNOWN: Final = -1
"""Stands in a column of codes, rows or counts where nothing is stated."""

VARIETY_BITS: Final = {variety: 1 << place for place, variety in enumerate(DATA_VARIETIES)}
"""Bit of each data variety in `Datasets.varieties`."""


class Column(Protocol):
    """What a column of text can do, whatever keeps it."""

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401
        """Return one text, or a column of some."""

    def to_list(self) -> list[Any]:
        """Return all texts."""

    def index_of(self, element: str) -> int | None:
        """Return the first row that holds a text."""

    def is_in(self, other: Any) -> Any:  # noqa: ANN401
        """Tell for each row whether its text is one of some."""

    def gather(self, indices: Any) -> Column:  # noqa: ANN401
        """Return the texts of some rows."""


class Texts(Sequence[str]):
    """A column of text that costs a few bytes a row; a ``str`` is made where one is asked for."""

    def __init__(self, length: int, make: Callable[[], Column]) -> None:
        self._length = length
        self._make = make

    @cached_property
    def _column(self) -> Column:
        return self._make()

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            texts: list[str] = self._column[place].to_list()
            return texts
        text: str = self._column[int(place)]
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(self._column.to_list())

    def at(self, rows: NDArray[np.integer[Any]]) -> list[str]:
        """Return the texts of some rows."""
        texts: list[str] = self._column.gather(rows).to_list()
        return texts

    def row_of(self, text: str) -> int | None:
        """Return the first row that holds a text, None if there is none."""
        return self._column.index_of(text)

    def rows_of(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the rows that hold one of some texts, ascending."""
        rows: NDArray[np.int64] = np.flatnonzero(np.asarray(self._column.is_in(list(texts))))
        return rows


@dataclass(frozen=True)
class Parties:
    """Organisations and groups of people, P rows."""

    ids: Texts
    names: Texts
    roles: NDArray[np.int8]
    """Place of each role in `model.vocabulary.ROLES`, shape (P,)."""

    def __len__(self) -> int:
        return len(self.roles)


@dataclass(frozen=True)
class Ownerships:
    """Owners of parties; a party may have several."""

    party: NDArray[np.int32]
    """Row of the party that is owned."""
    owner: NDArray[np.int32]
    """Row of its owner."""
    controls: NDArray[np.bool_]
    """Whether the stake is over one half or not stated: only then do the two form a group."""


@dataclass(frozen=True)
class Range:
    """Probabilities with their ranges; NaN where nothing is stated and a prior stands in."""

    low: NDArray[np.float64]
    mode: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True)
class Datasets:
    """Bodies of data, D rows."""

    ids: Texts
    owner: NDArray[np.int32]
    """Party row, shape (D,)."""
    varieties: NDArray[np.uint32]
    """Kinds of data as a set of `VARIETY_BITS`, shape (D,)."""
    own_probability: Range
    """P(disclosed | its owner is compromised), shape (D,) [1]."""
    kept_by_owner: NDArray[np.bool_]
    records: NDArray[np.int64]
    """Records held, -1 where not stated, shape (D,) [records]."""
    documents: NDArray[np.int64]
    bytes: NDArray[np.int64]
    certainty: NDArray[np.int8]
    """Place in `model.vocabulary.CERTAINTIES`; -1 without evidence, shape (D,)."""

    def __len__(self) -> int:
        return len(self.owner)


@dataclass(frozen=True)
class Edges:
    """What shares, access grants and dependencies have in common, m rows."""

    ids: Texts
    """Ids; those that nobody wrote are made from the content, as those of a graph file."""
    first: NDArray[np.int32]
    """First day on which the edge counts, as of ``date.toordinal``; `OPEN_START` if open."""
    last: NDArray[np.int32]
    """Last day, retention of data included; `OPEN_END` if open."""
    probability: Range
    certainty: NDArray[np.int8]
    """Place in `model.vocabulary.CERTAINTIES`; -1 without evidence, shape (m,)."""
    n_sources: NDArray[np.int32]
    """Sources behind each edge, shape (m,) [sources]."""
    stands_for: NDArray[np.int32]
    """Of edges that are equal in all but id, evidence and note, the row of the one that counts:
    the best supported, in the order of certainty, number of sources and id. Its own row for every
    edge that counts, shape (m,)."""

    def __len__(self) -> int:
        return len(self.first)

    def counting(self, first: int, last: int) -> NDArray[np.bool_]:
        """Tell which edges count in the closed period of days [first, last]."""
        own: NDArray[np.bool_] = self.stands_for == np.arange(len(self), dtype=np.int32)
        return own & (self.first <= last) & (self.last >= first)


@dataclass(frozen=True)
class Shares(Edges):
    """Flows of data, written as it flows: harm runs from the recipient to the owner."""

    discloser: NDArray[np.int32]
    """Party row, shape (m,)."""
    recipient: NDArray[np.int32]
    """Party row, shape (m,)."""
    pair_share: NDArray[np.int32]
    """Share row of each (share, dataset) pair, ascending; each pair is a coin, shape (k,)."""
    pair_dataset: NDArray[np.int32]
    """Dataset row of each pair, ascending within a share, none twice, shape (k,)."""


@dataclass(frozen=True)
class Access(Edges):
    """Rights to enter: harm runs from the grantee to the grantor."""

    grantor: NDArray[np.int32]
    grantee: NDArray[np.int32]
    via: NDArray[np.int8]
    """Place of each way in among the words of `model.vocabulary.Via`, shape (m,)."""


@dataclass(frozen=True)
class Dependencies(Edges):
    """Needs: harm runs from the supplier to the customer."""

    customer: NDArray[np.int32]
    supplier: NDArray[np.int32]


class Records(Protocol):
    """Makes records of single rows; knows the columns that no array holds."""

    def party(self, row: int) -> Party:
        """Return a party."""

    def dataset(self, row: int) -> Dataset:
        """Return a dataset."""

    def share(self, row: int) -> Share:
        """Return a share."""

    def grant(self, row: int) -> AccessGrant:
        """Return an access grant."""

    def dependency(self, row: int) -> Dependency:
        """Return a dependency."""

    def incidents(self) -> tuple[Incident, ...]:
        """Return all incidents."""

    def party_names(self) -> dict[str, list[int]]:
        """Return party rows by name."""

    def graph(self) -> Graph:
        """Return the whole graph."""

    def names(self) -> Graph:
        """Return a graph of what has names."""

    def part(self, rows: Mapping[str, Sequence[int]]) -> Graph:
        """Return some rows of some tables as a graph."""

    def edge_ids(self, table: str) -> Column:
        """Return the ids of one kind of edges."""

    def frames(self) -> Mapping[str, Any]:
        """Return the checked tables, for writing them."""


@dataclass(frozen=True)
class Register:
    """A graph as columns. All arrays are read-only."""

    name: str
    description: str | None
    path: Path | None
    """Folder it was read from; None if it was made in memory."""
    sha256: str
    """Of the names and bytes of its files."""
    parties: Parties
    ownerships: Ownerships
    datasets: Datasets
    shares: Shares
    access: Access
    dependencies: Dependencies
    n_incidents: int
    n_rows: int
    """Rows of all tables together."""
    _records: Records = field(repr=False)

    @property
    def n_edges(self) -> int:
        """Number of shares, access grants and dependencies."""
        return len(self.shares) + len(self.access) + len(self.dependencies)

    @cached_property
    def incidents(self) -> tuple[Incident, ...]:
        """Incidents with their observations, as records."""
        return self._records.incidents()

    def party(self, row: int) -> Party:
        """Return the record of a party, with its owners and contacts."""
        return self._records.party(row)

    def dataset(self, row: int) -> Dataset:
        """Return the record of a dataset."""
        return self._records.dataset(row)

    def share(self, row: int) -> Share:
        """Return the record of a share."""
        return self._records.share(row)

    def grant(self, row: int) -> AccessGrant:
        """Return the record of an access grant."""
        return self._records.grant(row)

    def dependency(self, row: int) -> Dependency:
        """Return the record of a dependency."""
        return self._records.dependency(row)

    def party_names(self) -> dict[str, list[int]]:
        """Return the rows of the parties by everything that names them.

        That is name, aliases and identifiers, as written; ids are looked up in ``parties.ids``.
        """
        return self._records.party_names()

    def frames(self) -> Mapping[str, Any]:
        """Return the tables behind the register, for :mod:`writing` alone."""
        return self._records.frames()

    def to_graph(self) -> Graph:
        """Return the same graph as records: slow and large beyond some 100,000 rows."""
        return self._records.graph()

    def names(self) -> Graph:
        """Return what has names as records: parties, incidents, and datasets with terms."""
        return self._records.names()

    def part(self, rows: Mapping[str, Sequence[int]]) -> Graph:
        """Return some rows of some tables as records, with all incidents and sources.

        Parameters
        ----------
        rows : mapping
            Table name -> rows; ``parties`` must be among them, and all that the others name.
        """
        return self._records.part(rows)
