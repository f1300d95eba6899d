r"""``dir /s`` of the Windows command line, in any of its languages.

::

     Verzeichnis von D:\Kunden

    01.02.2023  10:15    <DIR>          .
    01.02.2023  10:15            12.345 Lastenheft.pdf
                   1 Datei(en),         12.345 Bytes
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from blastradius.triage.block import Block
from blastradius.triage.formats.parser import HINT_BYTES, Found, RowParser

_BLANK: Final = rb"(?: |\xc2\xa0|\xe2\x80\xaf)"
_WIDE: Final = rb"(?:\xc2\xa0|\xe2\x80[\xaf\x99])"
_DATE: Final = rb"\d{1,4}[./-]\d\d?[./-]\d{2,4}"
_TIME: Final = rb"\d\d?[:.]\d\d(?:" + _BLANK + rb"?[AaPp]\.?" + _BLANK + rb"?[Mm]\.?)?"

# In some languages the heading ends with the word for folder.
_ENDINGS: Final = re.compile(
    "(?: ?のディレクトリ| ?的目录| ?的目錄| ?디렉터리| dizini| tartalma)$".encode()
)
_AFTERNOON: Final = re.compile(rb"\d [AaPp]\.?" + _BLANK + rb"?[Mm]")
# A row whose columns are not where they usually are: blanks were lost, or the size is very long.
_ODD_ROW: Final = re.compile(
    rb"(" + _DATE + rb") +(?:[^\s\d]+ ?)?" + _TIME + rb" +(?:<(?!SYMLINK>)([A-Z]\S+)>.*"
    rb"|(<SYMLINK>|\(?\d(?:[\d.,']|\xc2\xa0|\xe2\x80\xaf|\xe2\x80\x99)*\)?) +(.+))"
)
# Up to the first blanks, 22 characters on or more, with something behind them.
_OWNER: Final = re.compile(rb"^(?=[^\\]*+\\).{22}[^ ]*+ ++(?:(?!\S)[^ ]++ ++)*+(?=\S)")
_SHORT_NAME: Final = re.compile(rb"^(?=.{12} \S)[^ a-z~]{1,6}~\d+(?:\.[^ a-z]{0,3})? +")
_SUM: Final = re.compile(rb" *(?!" + _DATE + rb" )\d[\d.,']*" + _BLANK + rb"+\S.*\d.*")
_SUM_LINE: Final = re.compile(rb"^ {2,}\d[\d.,']*" + _BLANK + rb"+\S.*\d", re.MULTILINE)
_TAIL_BYTES, _TAIL_LINES = 2_000, 5
"""Of the end of a listing, which is looked at for its sums: a prompt or a note may follow."""
# A heading that lost its blank on the way through a page or a message.
_BARE_HEADING: Final = re.compile(rb"[^\s\d<\\:][^\\]{5,40}?([A-Za-z]:\\.*)")


class DirParser(RowParser):
    """Reads ``dir``, also with the switches ``/q`` (owners) and ``/x`` (short names)."""

    # The size ends 18 characters after the time; some languages put blanks between its thousands.
    row = re.compile(
        rb"(?:(\d[\d./-]+)  (?:[^\s\d]+ ?)?"
        + _TIME
        + rb"(?:([ \d.,']{17}\d| +\d{1,3}(?:"
        + _WIDE
        + rb"\d{3})+) (\S.*)| {4}<([A-RT-Z])\S.*)"
        rb"| (?=\S)[^\n\\]*?([A-Za-z]:\\.*|\\\\.*)"
        rb"| [^\s\d].*| {2,}\d[\d.,' \xc2\xa0\xe2\x80\xaf\x99]*\S{4}.*| {4,}\S.*:"
        rb"|(.*))\n"
    )
    size_first = False
    grouped = True
    separator = b"\\"

    def __init__(self) -> None:
        super().__init__()
        self._tail = b""
        self._has_sums = self._has_both = False

    @property
    def ends_early(self) -> bool:
        """Whether the sums of files and of folders do not stand at its end.

        They are always there, unless lines were left out: then there are no sums at all.
        """
        return self._has_sums and not self._has_both

    def _parse(self, lines: bytes) -> Iterator[Block]:
        self._look_for_sums(lines)
        if not self.counts.lines and _AFTERNOON.search(lines[:HINT_BYTES]):
            self.calendar.prefer_month_first()
        return super()._parse(lines)

    def _look_for_sums(self, lines: bytes) -> None:
        """See whether both sums stand at the end, or what was added behind them."""
        self._has_sums = self._has_sums or _SUM_LINE.search(lines) is not None
        tail = self._tail + b"\n" + lines[-_TAIL_BYTES:]
        ends = [line for line in tail.split(b"\n") if line.strip()][-_TAIL_LINES:]
        are_sums = [_SUM.fullmatch(line) is not None for line in ends]
        self._has_both = any(one and other for one, other in pairwise(are_sums))
        self._tail = b"\n".join(ends)

    def _folder_of(self, heading: bytes) -> bytes:
        return _ENDINGS.sub(b"", heading)

    def _special(self, line: bytes, found: Found) -> None:
        match = _ODD_ROW.fullmatch(line)
        if match is None:
            self._heading_or_unread(line, found)
        elif match[2]:
            self.counts.folders += 1
        else:
            found.dates.append(match[1])
            found.sizes.append(match[3])
            name = match[4]
            found.names.append(_without_target(name) if match[3] == b"<SYMLINK>" else name)

    def _heading_or_unread(self, line: bytes, found: Found) -> None:
        match = _BARE_HEADING.fullmatch(line)
        if match is None:
            self.counts.add_unread(line)
        else:
            self._enter(match[1], found)

    def _tidy(self, names: list[bytes]) -> list[bytes]:
        joined = b"\n".join(names)
        if b"\\" in joined:
            # No name has a backslash: these are the owners that /q puts before the names.
            names = [_OWNER.sub(b"", name, count=1) for name in names]
        if b"~" in joined:
            names = [_SHORT_NAME.sub(b"", name, count=1) for name in names]
        return names


def _without_target(name: bytes) -> bytes:
    r"""Return the name of a link without the brackets at its end.

    >>> _without_target(b"a [1] [D:\\x [2]"), _without_target(b"a [1] b")
    (b'a [1]', b'a [1] b')
    """
    if not name.endswith(b"]"):
        return name
    start = name.find(b" [", name.rfind(b"]", 0, -1) + 1)
    return name if start < 0 else name[:start]
