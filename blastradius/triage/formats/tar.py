"""``tar -tv`` of GNU and of BSD."""

from __future__ import annotations

import re
from typing import Final

from blastradius.triage.formats.parser import Found, RowParser
from blastradius.triage.formats.unix_rows import CLOCK, DATE, DEVICE, RIGHTS, SIZE, unescape

# GNU writes owner and group with a slash between, BSD like ls, with 0 for the number of links.
# The first two are the common cases of the last two, and fast.
_OWNER: Final = (
    rb" ++(?:[^\s/]{1,64}+/\S{1,64}+|0 ++\S++ ++\S++|[^/\n]{0,64}+/(?:.{0,63}?[^ \n])??"
    rb"|0 ++\S++ ++\S(?:.{0,63}?[^ \n])??) ++"
)
_FACTS: Final = (
    RIGHTS + _OWNER + rb"(" + SIZE + rb"|" + DEVICE + rb") ++(" + DATE + rb")" + CLOCK + rb"  ?"
)
_NO_PLAIN_FILE: Final = re.compile(rb"[hlbcpsDCSV]" + _FACTS + rb"(.+?)(?: (?:->|link to) .*)?")


class TarParser(RowParser):
    """Reads ``tar -tv``; escapes are undone."""

    row = re.compile(
        rb"(?:-" + _FACTS + rb"(\S.*[^/\n]|[^/\n])|([d-])" + RIGHTS + rb" .*/()|(.*))\n"
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
