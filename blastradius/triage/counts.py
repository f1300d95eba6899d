"""Counts over a listing: of each block, and added up in the order of the blocks.

A block's counts are sums and small samples, so adding them takes little time and memory does not
grow with the listing. Whatever is chosen (sample paths) is chosen by a hash of the number of the
line, so neither chunks nor threads matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blastradius.model.vocabulary import DATA_VARIETIES
from blastradius.triage.block import NO_DAY, NO_SIZE
from blastradius.triage.classify import Classified
from blastradius.triage.vocabulary import HIGH, MEDIUM, Vocabulary

N_VARIETIES: Final = len(DATA_VARIETIES)
UNTOLD: Final = N_VARIETIES
"""Column of files whose name does not tell what they hold."""
MISSED: Final = N_VARIETIES + 1
"""Column of near misses."""
N_COLUMNS: Final = N_VARIETIES + 2

SAMPLES: Final = 5
"""Paths kept for each party and variety."""

MAX_FOLDERS: Final = 200_000
"""Folders counted at a time; beyond, those with least files are dropped and the rest are lower
bounds."""

LONGEST_PATH: Final = 500
"""Bytes kept of a sample path."""


class Cell(NamedTuple):
    """Files of one party and one variety."""

    files: NDArray[np.int64]
    """Shape (n_parties + 1, N_COLUMNS); the last row is nobody's."""
    bytes: NDArray[np.int64]
    """Of those whose size is told [bytes]."""


class FolderCount(NamedTuple):
    """Files that a folder holds, for one party."""

    files: int
    size: int
    """Of those whose size is told [bytes]."""
    high: int
    """Files that name the party surely."""
    party: int
    """Row of the party."""
    text: bytes
    """The folder."""


class Sampled(NamedTuple):
    """A sample path; those with the least hashes of their line numbers are kept."""

    hash: int
    line: int
    """Number of the path in the listing, from 1."""
    path: bytes
    level: int
    term: int


@dataclass(slots=True)
class Tally:
    """Everything that is counted."""

    n_parties: int
    n_terms: int
    n_rules: int
    lines: int = 0
    size: int = 0
    """Sum of the sizes told [bytes]."""
    sized: int = 0
    """Lines with a size."""
    named: int = 0
    """Lines that name a party."""
    told: int = 0
    """Lines that tell a variety."""
    cells: Cell = field(init=False)
    levels: NDArray[np.int64] = field(init=False)
    """Files by party and level, shape (n_parties + 1, 3)."""
    party_files: NDArray[np.int64] = field(init=False)
    """Files of each party, near misses left out, shape (n_parties + 1,)."""
    party_bytes: NDArray[np.int64] = field(init=False)
    terms: NDArray[np.int64] = field(init=False)
    """Lines that each term decided, near misses included, shape (n_terms,)."""
    rules: NDArray[np.int64] = field(init=False)
    """Lines on which each rule fired, shape (n_rules,)."""
    first_day: NDArray[np.int64] = field(init=False)
    """Of the dates told, days since 1970-01-01, shape (n_parties + 1,)."""
    last_day: NDArray[np.int64] = field(init=False)
    party_rules: dict[int, int] = field(default_factory=dict)
    """party row * n_rules + rule -> lines."""
    folders: dict[int, list[Any]] = field(default_factory=dict)
    """Code of a party and a folder -> files, bytes, files that name it surely, party row, folder."""
    dropped: int = 0
    """Most files that a folder that was dropped may have held; 0 if none was."""
    samples: dict[tuple[int, int], list[Sampled]] = field(default_factory=dict)
    """(party row, column) -> a few paths."""
    limits: NDArray[np.uint64] = field(init=False)
    """Hashes from which a path is no sample any more, by party row and column."""

    def __post_init__(self) -> None:
        rows = self.n_parties + 1
        self.cells = Cell(*(np.zeros((rows, N_COLUMNS), np.int64) for _ in range(2)))
        self.levels = np.zeros((rows, 3), np.int64)
        self.party_files, self.party_bytes = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
        self.terms, self.rules = np.zeros(self.n_terms, np.int64), np.zeros(self.n_rules, np.int64)
        self.limits = np.full((rows, N_COLUMNS), np.iinfo(np.uint64).max)
        self.first_day = np.full(rows, np.iinfo(np.int64).max)
        self.last_day = np.full(rows, np.iinfo(np.int64).min)

    @classmethod
    def empty(cls, vocabulary: Vocabulary) -> Tally:
        """Return a tally of nothing."""
        return cls(len(vocabulary.parties), len(vocabulary.terms), len(vocabulary.rule_list))

    def add(self, found: Classified) -> None:
        """Add a block; blocks come in the order of the listing."""
        hits = found.hits
        # nobody's row is the last one
        party = np.where(hits.party < 0, self.n_parties, hits.party).astype(np.int64)
        counted = hits.level >= MEDIUM
        sizes = _sizes(found)
        self._add_totals(found, sizes, party, counted)
        self._add_cells(hits.varieties, party, counted, sizes[hits.line])
        self._add_days(found, party, counted)
        self._add_rules(found, party, counted)
        self._add_folders(found, party, counted, sizes)
        self._add_samples(found, party)
        self.lines += found.n_lines

    # -- parts ---------------------------------------------------------------------------

    def _add_totals(
        self,
        found: Classified,
        sizes: NDArray[np.int64],
        party: NDArray[np.int64],
        counted: NDArray[np.bool_],
    ) -> None:
        hits = found.hits
        self.size += int(sizes.sum())
        if found.block.sizes is not None:
            self.sized += int(np.count_nonzero(found.block.sizes != NO_SIZE))
        self.named += len(np.unique(hits.line[counted & (hits.party >= 0)]))
        self.told += len(np.unique(hits.line[hits.varieties != 0]))
        np.add.at(self.levels, (party, hits.level), 1)
        rows = self.n_parties + 1
        self.party_files += np.bincount(party[counted], minlength=rows)
        self.party_bytes += _sums(party[counted], sizes[hits.line][counted], rows)
        decided = hits.term[hits.term >= 0]
        self.terms += np.bincount(decided, minlength=self.n_terms)
        self.rules += np.bincount(found.fires.rule, minlength=self.n_rules)

    def _add_cells(
        self,
        varieties: NDArray[np.uint32],
        party: NDArray[np.int64],
        counted: NDArray[np.bool_],
        sizes: NDArray[np.int64],
    ) -> None:
        rows = self.n_parties + 1
        for column in range(N_COLUMNS):
            chosen = _of_column(varieties, counted, column)
            if chosen.any():
                self.cells.files[:, column] += np.bincount(party[chosen], minlength=rows)
                self.cells.bytes[:, column] += _sums(party[chosen], sizes[chosen], rows)

    def _add_days(
        self, found: Classified, party: NDArray[np.int64], counted: NDArray[np.bool_]
    ) -> None:
        if found.block.days is None:
            return
        days = found.block.days[found.hits.line]
        known = counted & (days != NO_DAY)
        np.minimum.at(self.first_day, party[known], days[known])
        np.maximum.at(self.last_day, party[known], days[known])

    def _add_rules(
        self, found: Classified, party: NDArray[np.int64], counted: NDArray[np.bool_]
    ) -> None:
        """Count rules by party: join hits and fires, both in the order of their lines."""
        fires, hits = found.fires, found.hits
        low = np.searchsorted(fires.line, hits.line[counted], side="left")
        high = np.searchsorted(fires.line, hits.line[counted], side="right")
        many = high - low
        offset = np.repeat(low - np.cumsum(many) + many, many)
        rule = fires.rule[offset + np.arange(many.sum())]
        keys = np.repeat(party[counted], many) * self.n_rules + rule
        for key, files in zip(*map(np.ndarray.tolist, _counted(keys)), strict=True):
            self.party_rules[key] = self.party_rules.get(key, 0) + files

    def _add_folders(
        self,
        found: Classified,
        party: NDArray[np.int64],
        counted: NDArray[np.bool_],
        sizes: NDArray[np.int64],
    ) -> None:
        hits = found.hits
        rows = np.flatnonzero(counted & (hits.party >= 0))
        keys = hits.folder[rows] ^ _scrambled(party[rows].astype(np.uint64))
        folders, first, place, files = np.unique(
            keys, return_index=True, return_inverse=True, return_counts=True
        )
        size = _sums(place, sizes[hits.line[rows]], len(folders))
        high = np.bincount(place[hits.level[rows] == HIGH], minlength=len(folders))
        first = rows[first]
        for key, row, *more in zip(
            *map(np.ndarray.tolist, (folders, first, files, size, high)), strict=True
        ):
            folder = self.folders.get(key)
            if folder is None:
                text = found.folders(int(hits.line[row]))
                self.folders[key] = [*more, int(party[row]), text[:LONGEST_PATH]]
            else:
                for part, n in enumerate(more):
                    folder[part] += n
        if len(self.folders) > MAX_FOLDERS:
            self._drop_folders()

    def _drop_folders(self) -> None:
        """Keep the half of the folders that hold most."""
        ranked = sorted(self.folders.items(), key=lambda item: (-item[1][0], item[0]))
        kept = ranked[: MAX_FOLDERS // 2]
        self.dropped = max(self.dropped, ranked[MAX_FOLDERS // 2][1][0])
        self.folders = dict(kept)

    def _add_samples(self, found: Classified, party: NDArray[np.int64]) -> None:
        hits = found.hits
        codes = _scrambled(hits.line.astype(np.uint64) + np.uint64(self.lines))
        for column in range(N_COLUMNS):
            chosen = np.flatnonzero(_of_column(hits.varieties, hits.level >= MEDIUM, column))
            chosen = chosen[codes[chosen] < self.limits[party[chosen], column]]
            order = chosen[np.lexsort((codes[chosen], party[chosen]))]
            who = party[order]
            # place of each among those of its party
            rank = np.arange(len(order)) - np.searchsorted(who, who, side="left")
            for row in order[rank < SAMPLES].tolist():
                self._offer(found, row, int(party[row]), column, int(codes[row]))

    def _offer(self, found: Classified, row: int, party: int, column: int, code: int) -> None:
        kept = self.samples.setdefault((party, column), [])
        line = int(found.hits.line[row])
        kept.append(
            Sampled(
                code,
                self.lines + line + 1,
                found.path(line)[:LONGEST_PATH],
                int(found.hits.level[row]),
                int(found.hits.term[row]),
            )
        )
        kept.sort()
        del kept[SAMPLES:]
        if len(kept) == SAMPLES:
            self.limits[party, column] = kept[-1].hash


def _of_column(
    varieties: NDArray[np.uint32], counted: NDArray[np.bool_], column: int
) -> NDArray[np.bool_]:
    """Tell which hits stand in a column."""
    if column == MISSED:
        return np.asarray(~counted)
    if column == UNTOLD:
        return np.asarray(counted & (varieties == 0))
    bit = (varieties >> np.uint32(column)) & np.uint32(1)
    return np.asarray(counted & (bit != 0))


def _sizes(found: Classified) -> NDArray[np.int64]:
    """Return the size of each line, 0 where none is told [bytes]."""
    sizes = found.block.sizes
    if sizes is None:
        return np.zeros(found.n_lines, np.int64)
    return np.maximum(sizes, 0)


def _sums(rows: NDArray[np.int64], values: NDArray[np.int64], n_rows: int) -> NDArray[np.int64]:
    """Add up whole numbers by row; floats would round sums of many large files."""
    sums = np.zeros(n_rows, np.int64)
    if values.any():
        np.add.at(sums, rows, values)
    return sums


def _counted(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    values, counts = np.unique(keys, return_counts=True)
    return values, counts


def _scrambled(number: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Hash line numbers (the finalizer of SplitMix64), so that a sample is not the beginning."""
    z = number * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
