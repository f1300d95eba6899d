"""Counts over a listing: of each block, and added up in the order of the blocks.

A block's counts are sums and small samples, so adding them takes little time and memory does not
grow with the listing. Whatever is chosen (sample paths) is chosen by a hash of the number of the
line, so neither chunks nor threads matter.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blastradius.model.vocabulary import DATA_VARIETIES
from blastradius.triage.block import NO_SIZE
from blastradius.triage.classify import Classified
from blastradius.triage.folders import Folders
from blastradius.triage.vocabulary import Vocabulary

N_VARIETIES: Final = len(DATA_VARIETIES)
UNTOLD: Final = N_VARIETIES
"""Column of files whose name does not tell what they hold."""
MISSED: Final = N_VARIETIES + 1
"""Column of near misses."""
N_COLUMNS: Final = N_VARIETIES + 2

SAMPLES: Final = 5
"""Paths kept for each party and variety."""

_SECRET: Final = np.uint64(secrets.randbits(64))
"""Of this process; no result depends on it."""

LONGEST_PATH: Final = 500
"""Bytes kept of a sample path."""


class Cell(NamedTuple):
    """Files of one party and one variety."""

    files: NDArray[np.int64]
    """Shape (n_parties + 1, N_COLUMNS); the last row is nobody's."""
    bytes: NDArray[np.object_]
    """Of those whose size is told [bytes]."""


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
    party_bytes: NDArray[np.object_] = field(init=False)
    terms: NDArray[np.int64] = field(init=False)
    """Lines that each term decided, near misses included, shape (n_terms,)."""
    rules: NDArray[np.int64] = field(init=False)
    """Lines on which each rule fired, shape (n_rules,)."""
    first_day: NDArray[np.int64] = field(init=False)
    """Of the dates told, days since 1970-01-01, shape (n_parties + 1,)."""
    last_day: NDArray[np.int64] = field(init=False)
    party_rules: NDArray[np.int64] = field(init=False)
    """Files of each party on which each rule fired, shape (n_parties + 1, n_rules)."""
    folders: Folders = field(default_factory=Folders)
    samples: dict[tuple[int, int], list[Sampled]] = field(default_factory=dict)
    """(party row, column) -> a few paths."""
    limits: NDArray[np.uint64] = field(init=False)
    """Hashes from which a path is no sample any more, by party row and column."""

    def __post_init__(self) -> None:
        rows = self.n_parties + 1
        # Sums of sizes are whole numbers of Python: a listing may say what it likes.
        shape = (rows, N_COLUMNS)
        self.cells = Cell(np.zeros(shape, np.int64), np.zeros(shape, np.object_))
        self.party_bytes = np.zeros(rows, np.object_)
        self.party_rules = np.zeros((rows, self.n_rules), np.int64)
        self.levels = np.zeros((rows, 3), np.int64)
        self.party_files = np.zeros(rows, np.int64)
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
        # Imported here, so that a result can be made without the compiler.
        from blastradius.triage.kernels import count as kernels  # noqa: PLC0415

        sizes, days = _sizes(found), found.block.days
        self.size += int(sizes.sum())
        if found.block.sizes is not None:
            self.sized += int(np.count_nonzero(found.block.sizes != NO_SIZE))
        block_bytes = np.zeros_like(self.cells.files), np.zeros_like(self.party_files)
        named, told = kernels.count(
            tuple(found.hits),
            tuple(found.fires),
            sizes,
            days if days is not None else np.zeros(0, np.int32),
            (
                self.cells.files,
                block_bytes[0],
                self.levels,
                self.party_files,
                block_bytes[1],
                self.terms,
                self.rules,
                self.party_rules,
                self.first_day,
                self.last_day,
            ),
            N_COLUMNS,
        )
        self.named, self.told = self.named + named, self.told + told
        if len(sizes):
            self.cells.bytes[...] += block_bytes[0]
            self.party_bytes += block_bytes[1]
        self._add_folders(found, *kernels.count_folders(tuple(found.hits), sizes, _SECRET))
        chosen = kernels.samples(tuple(found.hits), self.lines, self.limits, SAMPLES)
        for hit, column, code in zip(*(each.tolist() for each in chosen), strict=True):
            self._offer(found, hit, column, code)
        self.lines += found.n_lines

    # -- parts ---------------------------------------------------------------------------

    def _add_folders(
        self,
        found: Classified,
        keys: NDArray[np.uint64],
        hits: NDArray[np.int64],
        counts: NDArray[np.int64],
    ) -> None:
        # Imported here, so that a result can be made without the compiler.
        from blastradius.triage.kernels.count import folder_ends  # noqa: PLC0415

        codes = keys.tolist()
        rows = self.folders.rows(codes)
        new = [place for place, row in enumerate(rows) if row < 0]
        if new:
            lines, steps = found.hits.line[hits[new]], found.hits.steps[hits[new]]
            paths = np.frombuffer(found.block.paths, np.uint8)
            ends = folder_ends(paths, found.line_start, lines, steps)
            for place, begin, end, party, n_steps in zip(
                new,
                found.line_start[lines].tolist(),
                ends.tolist(),
                found.hits.party[hits[new]].tolist(),
                steps.tolist(),
                strict=True,
            ):
                text = found.block.paths[begin:end]
                rows[place] = self.folders.begin(codes[place], party, text, is_named=n_steps > 0)
        self.folders.add(rows, counts)

    def _offer(self, found: Classified, hit: int, column: int, code: int) -> None:
        row = int(found.hits.party[hit])
        party = row if row >= 0 else self.n_parties
        if code >= self.limits[party, column]:
            return
        kept = self.samples.setdefault((party, column), [])
        line = int(found.hits.line[hit])
        kept.append(
            Sampled(
                code,
                self.lines + line + 1,
                found.path(line)[:LONGEST_PATH],
                int(found.hits.level[hit]),
                int(found.hits.term[hit]),
            )
        )
        kept.sort()
        del kept[SAMPLES:]
        if len(kept) == SAMPLES:
            self.limits[party, column] = kept[-1].hash


def _sizes(found: Classified) -> NDArray[np.int64]:
    """Return the size of each line, 0 where none is told; empty where the format tells none [bytes].

    Sizes that no disk has are cut, so that the sum over a block stays within 63 bits.
    """
    sizes = found.block.sizes
    if sizes is None:
        return np.zeros(0, np.int64)
    return np.clip(sizes, 0, 2**62 // max(len(sizes), 1))
