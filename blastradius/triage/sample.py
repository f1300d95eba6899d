"""Samples of listings: which pieces are looked at, and what they tell of the whole.

A file that can be read anywhere, one path a line, is read only where its pieces are; where in it
they are follows from its size. Anything else is read through, and pieces are chosen by a hash of
their content. Either way the same listing gives the same sample.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from blastradius.triage.block import Block
from blastradius.triage.results import Interval

PIECE_BYTES: Final = 65_536
"""Bytes of a listing that a sample takes or leaves together."""

LEAST_PIECES: Final = 60
"""Pieces that a sample of a file looks at: a small file, in full."""

_LEAST_SAMPLE: Final = 30
"""Pieces of a sample from which an interval is given."""

_Z95: Final = 1.959963984540054


def chosen_pieces(n_bytes: int, part: float) -> Iterator[int]:
    """Yield the numbers of the pieces of a file that a sample looks at; the first one always.

    >>> list(chosen_pieces(100_000, 0.02)), next(chosen_pieces(10**15, 0.02))
    ([0, 1], 0)
    """
    likely = min(max(part, LEAST_PIECES * PIECE_BYTES / max(n_bytes, 1)), 1.0)
    # Gaps between independent draws are geometric; a file may claim to be of any size.
    rng, piece = np.random.Generator(np.random.Philox(key=n_bytes)), 0
    while piece * PIECE_BYTES < n_bytes:
        yield piece
        piece += int(rng.geometric(likely))


class BlockSample:
    """Takes a part of the blocks of listings, and says how sure what it tells of the whole is."""

    def __init__(self, part: float | None) -> None:
        self.part = part
        self._met = self._taken = 0
        self._lines: list[int] = []
        self._files: list[Any] = []

    def of(self, blocks: Iterator[Block]) -> Iterator[Block]:
        """Yield the blocks to look at: all, or small pieces of some."""
        for block in blocks:
            if self.part is None:
                yield block
            elif block.is_sample:
                self._met += block.n_bytes + block.n_passed
                self._taken += block.n_bytes
                if block.paths:
                    yield block
            else:
                yield from self._some_of(block)

    def _some_of(self, block: Block) -> Iterator[Block]:
        for piece in _pieces(block):
            self._met += len(piece.paths)
            if self._takes(piece):
                self._taken += len(piece.paths)
                yield piece

    def _takes(self, block: Block) -> bool:
        """Tell whether a piece belongs to the sample; the first one always does."""
        if not self._taken:
            return True
        code = hashlib.blake2b(block.paths, digest_size=8).digest()
        return int.from_bytes(code, "big") < (self.part or 1) * 2**64

    def add(self, n_lines: int, files: Any) -> None:  # noqa: ANN401
        """Take in the counts of a block."""
        self._lines.append(n_lines)
        self._files.append(files)

    @property
    def looked_at(self) -> float | None:
        """Part of the listing that was looked at [1]; None for all of it."""
        if self.part is None:
            return None
        return self._taken / self._met if self._met else 1.0

    def interval(self, row: int) -> Interval | None:
        """Return the 95 % interval of the files of a party in the whole listing.

        A ratio estimate over blocks as clusters: files of a folder stand together, so blocks
        differ more than lines drawn one by one would.
        """
        n, looked_at = len(self._lines), self.looked_at
        if looked_at is None or n < _LEAST_SAMPLE or looked_at >= 1:
            return None
        lines, files = np.array(self._lines, float), np.array([f[row] for f in self._files], float)
        rate = files.sum() / lines.sum()
        spread = float(((files - rate * lines) ** 2).sum()) / (n - 1)
        error = float(np.sqrt((1 - looked_at) * spread / n)) / float(lines.mean())
        whole = float(lines.sum()) / looked_at
        least = float(files.sum())  # the whole holds what was seen
        return Interval(max((rate - _Z95 * error) * whole, least), (rate + _Z95 * error) * whole)


def _pieces(block: Block) -> Iterator[Block]:
    """Cut a block into pieces of about `PIECE_BYTES` bytes, between lines."""
    begin = line = 0
    while begin < len(block.paths):
        end = block.paths.find(b"\n", begin + PIECE_BYTES) + 1 or len(block.paths)
        paths = block.paths[begin:end]
        after = line + paths.count(b"\n")
        yield Block(
            paths,
            None if block.sizes is None else block.sizes[line:after],
            None if block.days is None else block.days[line:after],
            0,
            block.listing,
        )
        begin, line = end, after
