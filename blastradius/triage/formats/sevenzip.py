"""``7z l``: columns as wide as the dashes above them."""

from __future__ import annotations

import re
from typing import Final

from blastradius.triage.formats.parser import Found, RowParser

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

    @property
    def ends_early(self) -> bool:
        """Whether the table has no line of dashes at its end."""
        return self._in_table

    def _special(self, line: bytes, found: Found) -> None:  # noqa: ARG002 - others need it
        if _RULER.fullmatch(line):
            self._in_table = not self._in_table
        elif self._in_table:
            self.counts.add_unread(line)
