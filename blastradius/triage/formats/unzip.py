"""``unzip -l``, ``unzip -v`` and ``zipinfo``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from blastradius.triage.block import Block
from blastradius.triage.formats.parser import RowParser, last_lines

_DATE: Final = rb"\d{2,4}-\d\d-\d{2,4}"
_FILE: Final = rb"(\S.*[^/\n]|[^/\n])"
_FOLDER: Final = rb"\S.*/"
_HEADING: Final = re.compile(rb"^ *Length +(?:Method|Date) ", re.MULTILINE)


class UnzipParser(RowParser):
    """Reads ``unzip -l`` and ``unzip -v``; names are as they are in the archive."""

    # The columns between size and date are those of -v; the check sum stands behind the time.
    row = re.compile(
        rb"(?: *(\d+)  +(?:\S+ +\d+ +-?\d+% +)?(" + _DATE + rb") \d\d:\d\d (?:[\da-f]{8} )? ?[ ?^]"
        rb"(?:" + _FILE + rb"|(" + _FOLDER + rb"))"
        rb"|Archive: .*()| +Length +.*| *-[- ]+| *\d+ +(?:\d+ +-?\d+% +)?\d+ files?"
        rb"|(.*))\n"
    )

    def __init__(self) -> None:
        super().__init__()
        self.calendar.prefer_month_first()  # versions before 6 write the month first
        self._last = (b"", b"")
        self._has_heading = False

    @property
    def ends_early(self) -> bool:
        """Whether headings stand above the files and no sum below them; -qq writes neither."""
        match = self.row.fullmatch(self._last[1] + b"\n")
        return self._has_heading and match is not None and bool(match[3] or match[4])

    def _parse(self, lines: bytes) -> Iterator[Block]:
        self._has_heading = self._has_heading or _HEADING.search(lines) is not None
        self._last = last_lines(lines, self._last)
        yield from super()._parse(lines)


class ZipinfoParser(RowParser):
    """Reads ``zipinfo``, also with ``-m``, ``-l`` and ``-T``."""

    row = re.compile(
        rb"(?:[-?dlbcps][-rwxsStThadrl?]{5,10} +\d+\.\d \w{3} +(\d+) \S\S(?: *\d+%?)? \S{4} "
        rb"(\d\d-[A-Z][a-z]{2}-\d\d|\d{8})[ .][\d:]{5,6} (?:" + _FILE + rb"|(" + _FOLDER + rb"))"
        rb"|Archive: .*()|Zip file size: .*|\d+ files?, .*"
        rb"|(.*))\n"
    )
