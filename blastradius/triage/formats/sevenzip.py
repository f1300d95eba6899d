"""``7z l``: columns as wide as the dashes above them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from blastradius.triage.block import Block
from blastradius.triage.formats.parser import Found, RowParser, last_lines

_TOTAL: Final = re.compile(rb".* \d+ files(?:, \d+ folders)?|(?:Archives|Volumes|Total .*): .*")
_RULER: Final = re.compile(rb"-{10,} -{3,} -{6,} -{6,}  -+")


class SevenZipParser(RowParser):
    """Reads ``7z l``; size and date may be missing. Names are as they are in the archive."""

    row = re.compile(
        rb"(?:(\d{4}-\d\d-\d\d| {10})[ \d:]{9}(?:\.\d+)? (?:[^D\s]\S{4} ([ \d]{12}|\d{13,}) "
        rb"(?:[ \d]{12}|\d{13,})  (.+)|(D)\S{4} .*| {5} .*)()"
        rb"|(.*))\n"
    )
    size_first = False

    def __init__(self) -> None:
        super().__init__()
        self._in_table = False
        self._last = (b"", b"")

    @property
    def ends_early(self) -> bool:
        """Whether the table has no end; of several archives, the sums stand behind a third ruler."""
        return self._in_table and _TOTAL.fullmatch(self._last[1]) is None

    def _parse(self, lines: bytes) -> Iterator[Block]:
        self._last = last_lines(lines, self._last)
        yield from super()._parse(lines)

    def _special(self, line: bytes, found: Found) -> None:  # noqa: ARG002 - others need it
        if _RULER.fullmatch(line):
            self._in_table = not self._in_table
        elif self._in_table:
            self.counts.add_unread(line)
