"""What the parsers of all formats share."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import ClassVar, Final

from blastradius.triage.block import BLOCK_BYTES, Block, ReadingCounts
from blastradius.triage.formats.fields import Calendar, sizes_of
from blastradius.triage.lines import cut_long_lines
from blastradius.triage.scan import line_feeds

PIECE_BYTES: Final = 2**16
"""Bytes that one regular expression goes through at a time: what it finds then stays in the cache."""

HINT_BYTES: Final = 2**16
"""First bytes of a listing that are searched for AM and PM."""

MAX_FOLDER: Final = 4_096
"""Longest path of a folder that is put before the names in it [bytes]."""

MAX_OUTPUT: Final = 4 * BLOCK_BYTES
"""Paths that one block holds, about: a long folder before many short names is many blocks [bytes]."""


_LINE_FEED: Final = 0x0A


@dataclass(slots=True)
class Found:
    """The files in some lines."""

    names: list[bytes] = field(default_factory=list)
    folders: list[tuple[int, bytes]] = field(default_factory=list)
    """First file of each run of files in one folder, and what goes before their names."""
    sizes: list[bytes] = field(default_factory=list)
    """As written, or none at all if the format tells none."""
    dates: list[bytes] = field(default_factory=list)


class Parser(ABC):
    """Reads consecutive lines of one listing; keeps what carries over from one block to the next."""

    has_sizes = True
    has_dates = True
    grouped: ClassVar[bool] = False
    """Whether dots and commas in sizes always stand between thousands."""

    def __init__(self) -> None:
        self.counts = ReadingCounts()
        """Lines by what they are; every line is exactly one of paths, folders, other and unread."""
        self.calendar = Calendar()
        self._following = b""
        self._n_lines: int | None = None
        """Lines that were parsed just now, where that is known already."""

    def parse(self, lines: bytes, following: bytes = b"") -> Iterator[Block]:
        r"""Read some whole lines, each ended by ``\n``.

        Usually yields one block, which may be empty, and several where the paths are much longer
        than the lines.

        Parameters
        ----------
        lines : bytes
            What is read now.
        following : bytes
            The lines after these, or some of them; they may say what the last line is.
        """
        self._following = following
        # Counted before the block is handed on: what was read may be asked for after any block.
        is_counted = False
        for block in self._parse(lines):
            if not is_counted:
                self._count(lines)
                is_counted = True
            yield block
        if not is_counted:
            self._count(lines)

    def _count(self, lines: bytes) -> None:
        self.counts.lines += len(line_feeds(lines)) if self._n_lines is None else self._n_lines

    def finish(self) -> Iterator[Block]:
        """Yield what was kept until the end of the listing."""
        yield from self._finish()

    @property
    def ends_early(self) -> bool:
        """Whether something was to follow the last line: the listing may be cut off there."""
        return False

    @abstractmethod
    def _parse(self, lines: bytes) -> Iterator[Block]:
        """Do what `parse` says, and count all lines but for their total."""

    def _finish(self) -> Iterator[Block]:
        yield from ()

    def _blocks(self, found: Found, n_bytes: int) -> Iterator[Block]:
        """Yield the paths of files; the first block counts the bytes that all were read from."""
        sizes = sizes_of(found.sizes, grouped=self.grouped) if self.has_sizes else None
        days = self.calendar.days(found.dates) if self.has_dates else None
        start = 0
        for end, text in _joined(found):
            paths, n_cut = cut_long_lines(text)
            self.counts.cut += n_cut
            yield Block(
                paths,
                None if sizes is None else sizes[start:end],
                None if days is None else days[start:end],
                n_bytes,
            )
            start, n_bytes = end, 0

    def _prefix(self, folder: bytes, separator: bytes) -> bytes:
        r"""Return what goes before the names of files in a folder.

        A folder that is longer than `MAX_FOLDER` is cut and counted.
        """
        if len(folder) > MAX_FOLDER:
            folder = folder[:MAX_FOLDER].decode("utf-8", "ignore").encode()
            self.counts.cut += 1
        if not folder or folder.endswith((b"/", b"\\")):
            return folder
        return folder + separator


def last_lines(lines: bytes, before: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    r"""Return the last two lines that are not blank, of some lines and those ``before``.

    >>> last_lines(b"a\n  b\n\nc\n\n", (b"", b"")), last_lines(b"c\n", (b"a", b"b"))
    ((b'  b', b'c'), (b'b', b'c'))
    """
    text = lines.rstrip()
    last = text[text.rfind(b"\n") + 1 :]
    rest = text[: len(text) - len(last)].rstrip()
    second = rest[rest.rfind(b"\n") + 1 :]
    if not last:
        return before
    return (second or before[1], last)


def _joined(found: Found) -> Iterator[tuple[int, bytes]]:
    """Yield paths of files joined, and the number of files up to there."""
    names, parts, n_bytes = found.names, list[bytes](), 0
    starts = [*found.folders, (len(names), b"")]
    for (first, before), (last, _) in pairwise(starts):
        step = MAX_OUTPUT // (len(before) + 1)
        for start in range(first, last, step):
            end = min(start + step, last)
            parts.append(before + (b"\n" + before).join(names[start:end]) + b"\n")
            n_bytes += len(parts[-1])
            if n_bytes >= MAX_OUTPUT:
                yield end, b"".join(parts)
                parts, n_bytes = [], 0
    yield len(names), b"".join(parts)


def pieces(lines: bytes, n_bytes: int = PIECE_BYTES) -> Iterator[bytes]:
    r"""Cut whole lines into pieces of whole lines.

    >>> list(pieces(b"a\nbc\nd\n", 5))
    [b'a\nbc\n', b'd\n']
    """
    start = 0
    while start < len(lines):
        end = lines.rfind(b"\n", start, start + n_bytes) + 1
        end = end or lines.find(b"\n", start) + 1 or len(lines)
        yield lines[start:end]
        start = end


class RowParser(Parser):
    """A format that tells of each file in one line, perhaps under a heading with its folder.

    A format is one regular expression that takes any line. Where the common lines do not fit, the
    last group catches the line whole, and `special` looks at it.
    """

    row: ClassVar[re.Pattern[bytes]]
    """Six groups: two fields, name, line of a folder, folder of a heading, any other line."""
    size_first: ClassVar[bool] = True
    """Whether the first of the two fields is the size and the second the date."""
    separator: ClassVar[bytes] = b"/"

    def __init__(self) -> None:
        super().__init__()
        self._before = b""
        """What goes before the names of files in the folder that the listing is in."""

    def _parse(self, lines: bytes) -> Iterator[Block]:
        found = Found(folders=[(0, self._before)])
        counts = self.counts
        known = counts.folders + counts.unread
        n_lines = sum(self._read(piece, found) for piece in pieces(lines))
        counts.paths += len(found.names)
        counts.other += n_lines - len(found.names) - (counts.folders + counts.unread - known)
        found.names = self._tidy(found.names)
        yield from self._blocks(found, len(lines))

    def _read(self, lines: bytes, found: Found) -> int:
        rows = self.row.findall(lines)
        names, first, second = found.names, found.sizes, found.dates
        if not self.size_first:
            first, second = second, first
        n_folders = 0
        for one, two, name, folder, heading, other in rows:
            if name:
                first.append(one)
                second.append(two)
                names.append(name)
            elif folder:
                n_folders += 1
            elif heading:
                self._enter(heading, found)
            elif other:
                self._special(other, found)
        self.counts.folders += n_folders
        return len(rows)

    def _enter(self, heading: bytes, found: Found) -> None:
        """Go on in another folder."""
        self._before = self._prefix(self._folder_of(heading), self.separator)
        found.folders.append((len(found.names), self._before))

    def _folder_of(self, heading: bytes) -> bytes:
        """Return the path of the folder that a heading names."""
        return heading

    def _special(self, line: bytes, found: Found) -> None:  # noqa: ARG002 - others need it
        """Read a line that is none of the common ones, or count it as unread."""
        self.counts.add_unread(line)

    def _tidy(self, names: list[bytes]) -> list[bytes]:
        """Return the names without what is not part of them."""
        return names
