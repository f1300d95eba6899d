"""One path a line, as ``dir /s /b``, ``find``, ``tar -t`` and ``zipinfo -1`` write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blastradius.triage.block import Block
from blastradius.triage.formats.parser import Parser
from blastradius.triage.scan import line_feeds

_SLASH, _BACKSLASH = b"/\\"


class PlainParser(Parser):
    """Passes lines through; only empty ones and those of folders are taken out.

    A line is that of a folder if it ends with a slash, or if the next line is a path below it, as in
    what ``find`` writes.
    """

    has_sizes = False
    has_dates = False

    def __init__(self) -> None:
        super().__init__()
        self._names_folders_only = False
        self._has_bare = False
        """Whether a line was met that does not end with a slash."""

    def _parse(self, lines: bytes) -> Iterator[Block]:
        rows = _Rows.of(lines)
        self._n_lines = len(rows.ends)
        is_bare = ~(rows.is_empty | rows.is_slashed)
        self._look(rows, is_bare)
        is_folder = rows.are_parents(is_bare, self._following)
        if not self._names_folders_only:
            is_folder |= rows.is_slashed
        is_left_out = is_folder | rows.is_empty
        self.counts.other += int(np.count_nonzero(rows.is_empty))
        self.counts.folders += int(np.count_nonzero(is_folder))
        self.counts.paths += int(np.count_nonzero(~is_left_out))
        yield Block(rows.without(is_left_out), None, None, len(lines))

    def _look(self, rows: _Rows, is_bare: NDArray[np.bool_]) -> None:
        """Tell whether this is a list of nothing but folders: they are all that it names then."""
        self._has_bare = self._has_bare or bool(is_bare.any())
        if not self._has_bare and rows.is_slashed.any():
            self._names_folders_only = True


@dataclass(frozen=True, slots=True)
class _Rows:
    """Where the lines of a block begin and end, and what they end with."""

    lines: bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    """Of their line feeds."""
    is_empty: NDArray[np.bool_]
    is_slashed: NDArray[np.bool_]
    """Whether a line ends with a slash."""

    @classmethod
    def of(cls, lines: bytes) -> _Rows:
        """Find the lines."""
        values = np.frombuffer(lines, dtype=np.uint8)
        ends = line_feeds(lines)
        starts = np.concatenate([np.zeros(min(1, len(ends)), np.int64), ends[:-1] + 1])
        last = values[ends - 1]  # of an empty first line that of the block, a line feed too
        return cls(lines, starts, ends, starts == ends, _are_slashes(last))

    def are_parents(self, may_be: NDArray[np.bool_], following: bytes) -> NDArray[np.bool_]:
        """Tell of which lines the next one is a path below them.

        ``may_be`` says which to look at, and ``following`` is what comes after the last one.
        """
        found = np.zeros(len(self.ends), dtype=np.bool_)
        values = np.frombuffer(self.lines, dtype=np.uint8)
        # Where the slash after the folder would stand in the next line. Few lines have one there,
        # and the letter before it of the folder too, so that few are compared in full.
        place = self.starts[1:] + (self.ends - self.starts)[:-1]
        rows = np.flatnonzero(may_be[:-1] & (place < self.ends[1:]))
        rows = rows[_are_slashes(values[place[rows]])]
        rows = rows[values[place[rows] - 1] == values[self.ends[rows] - 1]]
        bounds = (self.starts[rows], self.ends[rows], self.starts[rows + 1], place[rows])
        lines = self.lines
        found[rows] = [
            lines[start:end] == lines[below:slash]
            for start, end, below, slash in zip(*(b.tolist() for b in bounds), strict=True)
        ]
        if len(found) and may_be[-1]:
            last = lines[self.starts[-1] : -1]
            found[-1] = following.startswith((last + b"/", last + b"\\"))
        return found

    def without(self, is_left_out: NDArray[np.bool_]) -> bytes:
        """Return the other lines."""
        gaps = np.flatnonzero(is_left_out)
        if not len(gaps):
            return self.lines
        begins = [0, *(self.ends[gaps] + 1).tolist()]
        ends = [*self.starts[gaps].tolist(), len(self.lines)]
        whole = memoryview(self.lines)
        kept = [whole[begin:end] for begin, end in zip(begins, ends, strict=True)]
        return b"".join(kept)


def _are_slashes(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (values == _SLASH) | (values == _BACKSLASH)
    return found
