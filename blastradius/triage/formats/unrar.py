"""``unrar l`` and ``unrar v``, since version 5."""

from __future__ import annotations

import re
from typing import Final

from blastradius.triage.formats.parser import Found, RowParser

_RULER: Final = re.compile(rb"-{5,} -{3,} .*")


class UnrarParser(RowParser):
    """Reads the tables of RAR; names are as they are in the archive."""

    # Attributes are those of Windows (ICADSHR) or rights. The columns between size and date, and the
    # check sum behind them, are those of v.
    row = re.compile(
        rb"(?:[ *]+(?:(?:[I.][C.][A.]\.[S.][H.][R.]|[-lbcps][-rwxsStT]{9}) +(\d+) +"
        rb"(?:\d+ +\S{2,4} +)?(\d{4}-\d\d-\d\d) \d\d:\d\d  (?:[\dA-F?]{8}  )?(\S.*)"
        rb"|([IC.]{2}[A.]D[S.][H.][R.]|d[-rwxsStT]{9}) +\d.*|\d+ +(?:\d+ +\d+% +)?\d+)()"
        rb"|(.*))\n"
    )

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
