r"""``Get-ChildItem -Recurse`` of PowerShell, which is what ``dir`` and ``ls`` mean there.

::

        Verzeichnis: D:\Kunden

    Mode                LastWriteTime         Length Name
    ----                -------------         ------ ----
    d-----       01.02.2023     10:15                BMW
    -a----       01.02.2023     10:15          12345 Lastenheft.pdf
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from blastradius.triage.block import Block
from blastradius.triage.formats.parser import HINT_BYTES, RowParser


class PowerShellParser(RowParser):
    """Reads the table that PowerShell makes of files when nothing else is asked for."""

    row = re.compile(
        rb"(?:[-a][-a-z]{4,5} +(\d[\d./-]+) +\d\d?[:.]\d\d(?: [AaPp]\.?[Mm]\.?)? +(\d+) (\S.*)"
        rb"|(d)[-a-z]{4,5} +\d[\d./-]+ .*"
        rb"| {4}[^\s:]+ ?: ((?:[A-Za-z]:|\\\\|/|Microsoft\.).*)"
        rb"|Mode +\S.*|----+ +-.*"
        rb"|(.*))\n"
    )
    size_first = False
    separator = b"\\"

    def _parse(self, lines: bytes) -> Iterator[Block]:
        if not self.counts.lines and re.search(rb"\d [AP]M ", lines[:HINT_BYTES]):
            self.calendar.prefer_month_first()
        return super()._parse(lines)

    def _folder_of(self, heading: bytes) -> bytes:
        return heading.rpartition(b"::")[2].rstrip(b" ")
