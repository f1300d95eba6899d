"""Folders and what they hold, for each party."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_FOLDERS: Final = 200_000
"""Folders counted at a time; beyond, those with least files are dropped and the rest are lower
bounds."""

LONGEST_FOLDER: Final = 500
"""Bytes kept of the path of a folder."""


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
    is_named: bool
    """Whether the folder bears the name, and not only files in it."""


class Folders:
    """Counts by folder and party, in arrays: there may be hundreds of thousands."""

    def __init__(self) -> None:
        self._row: dict[int, int] = {}
        """Code of a party and folder -> its row."""
        self._counts = np.zeros((0, 2), np.int64)
        """Files, and files that name the party surely, by row; more rows than are used."""
        self._sizes: list[int] = []
        self._texts: list[bytes] = []
        self._parties: list[int] = []
        self._is_named: list[bool] = []
        self.dropped = 0
        """Most files that may be missing of a folder; 0 if none was dropped."""

    def __len__(self) -> int:
        """Return how many folders are counted."""
        return len(self._row)

    def counts(self) -> Iterator[tuple[int, FolderCount]]:
        """Yield the code and the counts of each folder."""
        for code, row in self._row.items():
            files, high = self._counts[row].tolist()
            yield (
                code,
                FolderCount(
                    files,
                    self._sizes[row],
                    high,
                    self._parties[row],
                    self._texts[row],
                    self._is_named[row],
                ),
            )

    def rows(self, codes: Sequence[int]) -> list[int]:
        """Return the row of each folder, -1 for those that are not counted yet."""
        return [self._row.get(code, -1) for code in codes]

    def begin(self, code: int, party: int, text: bytes, *, is_named: bool) -> int:
        """Begin to count a folder; return its row."""
        row = self._row[code] = len(self._texts)
        self._sizes.append(0)
        self._texts.append(text[:LONGEST_FOLDER])
        self._parties.append(party)
        self._is_named.append(is_named)
        return row

    def add(self, rows: Sequence[int], counts: NDArray[np.int64]) -> None:
        """Add files, bytes and files that name surely, shape (n, 3), to folders, each there once."""
        if len(self._texts) > len(self._counts):
            more = np.zeros((len(self._texts), 2), np.int64)
            self._counts = np.concatenate([self._counts, more])
        self._counts[rows] += counts[:, ::2]
        if counts[:, 1].any():
            for row, size in zip(rows, counts[:, 1].tolist(), strict=True):
                self._sizes[row] += size
        if len(self._row) > MAX_FOLDERS:
            self._drop()

    def _drop(self) -> None:
        """Keep the half of the folders that hold most."""
        ranked = sorted(self._row, key=lambda code: (-int(self._counts[self._row[code], 0]), code))
        first_dropped = ranked[MAX_FOLDERS // 2]
        # A folder that was dropped may come back and be dropped again: the most of each time add up.
        self.dropped += int(self._counts[self._row[first_dropped], 0])
        rows = [self._row[code] for code in ranked[: MAX_FOLDERS // 2]]
        self._row = {code: row for row, code in enumerate(ranked[: MAX_FOLDERS // 2])}
        self._counts = self._counts[rows]
        self._sizes = [self._sizes[row] for row in rows]
        self._texts = [self._texts[row] for row in rows]
        self._parties = [self._parties[row] for row in rows]
        self._is_named = [self._is_named[row] for row in rows]
