"""``find -ls``."""

from __future__ import annotations

import re
from typing import Final

from blastradius.triage.formats.parser import Found, RowParser
from blastradius.triage.formats.unix_rows import CLOCK, DATE, DEVICE, OWNER, RIGHTS, SIZE, unescape

_START: Final = rb" *\d+ +\d+(?:\.\d)? +"
_REST: Final = (
    RIGHTS
    + rb" ++\d++ "
    + OWNER
    + (rb"(" + SIZE + rb"|" + DEVICE + rb") ++(" + DATE + rb")" + CLOCK + rb"  ?")
)
_NO_PLAIN_FILE: Final = re.compile(_START + rb"[lbcpsD]" + _REST + rb"(.+?)(?: -> .*)?")


class FindParser(RowParser):
    """Reads ``find -ls``; GNU's escapes are undone."""

    row = re.compile(
        rb"(?:" + _START + rb"(?:-" + _REST + rb"(\S.*)|(d)" + RIGHTS + rb" +\d+ .*)()|(.*))\n"
    )

    def _special(self, line: bytes, found: Found) -> None:
        match = _NO_PLAIN_FILE.fullmatch(line)
        if match is None:
            self.counts.add_unread(line)
            return
        found.sizes.append(b"" if b"," in match[1] else match[1])
        found.dates.append(match[2])
        found.names.append(match[3])

    def _tidy(self, names: list[bytes]) -> list[bytes]:
        return unescape(names)
