r"""Logs of robocopy, in any of its languages; columns are apart by tabs.

::

    <tab>  New Dir          2<tab>D:\Kunden\BMW\
    <tab>    New File  <tab><tab>   12345<tab>Lastenheft.pdf
"""

from __future__ import annotations

import re

from blastradius.triage.formats.parser import Found, RowParser


class RobocopyParser(RowParser):
    """Reads logs with any of ``/L /V /TS /FP /BYTES /NS /NC /NDL /MT``."""

    # How far copying has got, a kind of change, perhaps a size and a time, and then a file, or a
    # folder with its backslash. Behind a carriage return stands again how far copying has got. What
    # repeats gives nothing back: lines may be made to take long.
    row = re.compile(
        rb"(?: *+[\d.]++%)?(?:\t[^\d\t\n\r]*+(?:[\t ]*+(\d[\d.]*+(?: [kmgt])?+(?=[\t ]))?+"
        rb"(?: *+(?<= )(\d{4}/\d\d/\d\d) [\d:]{8})?+\t|(?: *+\t)++)"
        rb"(?:([^\t\n\r]*[^\t\n\r\\])(?:\r.*)?()|([^\t\n\r]*\\)(?:\r.*)?)"
        rb"|[^\t\n]{0,30}:(?: .*)?| {8,}\S.*|[-\r\d.% ]*|\t[\t ]*|\t {4,}\S[^\t\n]*| *ROBOCOPY .*"
        rb"|(.*))\n"
    )
    separator = b"\\"

    def _read(self, lines: bytes, found: Found) -> int:
        rows = self.row.findall(lines)
        names = found.names
        for size, date, name, _, heading, other in rows:
            if name:
                if name[1:3] == b":\\" or name[:2] == b"\\\\":
                    found.folders += [(len(names), b""), (len(names) + 1, self._before)]
                found.sizes.append(size)
                found.dates.append(date)
                names.append(name)
            elif heading:
                self.counts.folders += 1
                self._enter(heading, found)
            elif other:
                self._special(other, found)
        return len(rows)
