"""Some lines of a listing on their way from reading to classifying."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

MAX_LINE: Final = 32_768
"""Longest line that is looked at [bytes]: the longest path of Windows. More is cut off, and counted."""

BLOCK_BYTES: Final = 2 * 2**20
"""Bytes of a listing that are worked on at a time."""

NO_SIZE: Final = -1
NO_DAY: Final = np.iinfo(np.int32).min

MAX_EXAMPLES: Final = 5
"""Lines kept of each kind that was not read."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some paths of a listing in the order of its lines, one a line."""

    paths: bytes
    r"""Each path ended by ``\n`` and at most `MAX_LINE` bytes long; in any encoding."""
    sizes: NDArray[np.int64] | None
    """Size of each file, `NO_SIZE` where none is told; None where the format tells none [bytes]."""
    days: NDArray[np.int32] | None
    """Day of each file since 1970-01-01, `NO_DAY` where none is told; None as above."""
    n_bytes: int
    """Bytes of the listing that these lines were read from, after decompression."""
    listing: int = 0
    """Place of the listing among `Reading.inputs`."""
    is_sample: bool = False
    """Whether the rest of the listing around it is not read."""
    n_passed: int = 0
    """Bytes before it, or at the end, that are not."""


@dataclass(slots=True)
class ReadingCounts:
    """What was read, and what was not; nothing is dropped silently."""

    lines: int = 0
    """Lines of all kinds."""
    paths: int = 0
    """Lines that name a file."""
    folders: int = 0
    """Lines that name a folder: its files follow, so it is no file itself."""
    other: int = 0
    """Headings, sums and empty lines of the format."""
    unread: int = 0
    """Lines that the format does not have."""
    cut: int = 0
    """Lines longer than `MAX_LINE`, cut there."""
    unread_examples: list[bytes] = field(default_factory=list)
    """The first of them, at most `MAX_EXAMPLES`."""

    def add_unread(self, line: bytes) -> None:
        """Count a line that is not of the format."""
        self.unread += 1
        if len(self.unread_examples) < MAX_EXAMPLES:
            self.unread_examples.append(line[:500])
