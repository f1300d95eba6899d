"""One path a line, as ``dir /s /b``, ``find``, ``tar -t`` and ``zipinfo -1`` write."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from blastradius.triage.block import Block
from blastradius.triage.formats.parser import Parser

_LINE_FEED, _SLASH, _BACKSLASH = b"\n/\\"


class PlainParser(Parser):
    """Passes lines through; only empty ones and those of folders are taken out."""

    has_sizes = False
    has_dates = False

    def __init__(self) -> None:
        super().__init__()
        self._names_folders_only = False

    def _parse(self, lines: bytes) -> Iterator[Block]:
        values = np.frombuffer(lines, dtype=np.uint8)
        ends = np.flatnonzero(values == _LINE_FEED)
        before = values[ends - 1]  # of an empty first line this is the last byte, a line feed too
        n_empty = int(np.count_nonzero(before == _LINE_FEED))
        n_folders = int(np.count_nonzero((before == _SLASH) | (before == _BACKSLASH)))
        if n_folders and not self.counts.paths and n_folders + n_empty == len(ends):
            # A list of nothing but folders: they are all that it names.
            self._names_folders_only = True
        if self._names_folders_only:
            n_folders = 0
        counts = self.counts
        counts.other += n_empty
        counts.folders += n_folders
        counts.paths += len(ends) - n_empty - n_folders
        paths = self._files(lines) if n_empty or n_folders else lines
        yield Block(paths, None, None, len(lines))

    def _files(self, lines: bytes) -> bytes:
        """Take out empty lines and those of folders, which end with a slash."""
        left_out = () if self._names_folders_only else (b"/", b"\\")
        kept = [line for line in lines.split(b"\n") if line and not line.endswith(left_out)]
        return b"\n".join([*kept, b""])
