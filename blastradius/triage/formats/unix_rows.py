"""What ``ls``, ``find`` and ``tar`` have in common: rights, size, date, name."""

from __future__ import annotations

import re
from typing import Final

from blastradius.triage.decode import normalise_lines
from blastradius.triage.formats.parser import Found, RowParser

RIGHTS: Final = rb"[-rwxsStTlL]{9}[.+@]?"
"""What may be done with a file, and the sign for more rules."""

# Repetitions are bounded or give nothing back, here and in all formats: lines may be made to take long.
SIZE: Final = rb"\d[\d.,]{0,24}+[KMGTPE]?+"

DEVICE: Final = rb"\d{1,10}+, *+\d{1,10}+"
"""The two numbers of a device, in place of a size."""

DATE: Final = (
    rb"(?:\d{4}-\d\d-\d\d|[^\s\d]{3,6}\.? ++\d\d?\.? ++(?:\d\d:\d\d(?::\d\d ++\d{4})?|\d{4})"
    rb"|\d\d?\.? ++[^\s\d]{3,6}\.? ++(?:\d\d:\d\d|\d{4})"
    rb"|\d\d-\d\d \d\d:\d\d)"
)
"""Dates of ``ls`` in its styles; without a year those of the last six months."""

CLOCK: Final = rb"(?: \d\d:\d\d(?::\d\d(?:\.\d++)?)?(?: [+-]\d{4})?)?"
"""What may follow a date of digits."""

OWNER: Final = rb"(?:(?:\S++ ++){2,4}?|.{0,100}?)"
"""Anything between the number of links and the size; names of groups may hold blanks."""

REST: Final = (
    RIGHTS
    + rb" ++\d++ "
    + OWNER
    + (rb"(" + SIZE + rb"|" + DEVICE + rb") ++(" + DATE + rb")" + CLOCK + rb"  ?")
)
"""A row from the rights up to the name; tells size and date."""


def special_file(start: bytes) -> re.Pattern[bytes]:
    """Return the pattern of a row of a link, device, pipe or socket that begins in some way."""
    return re.compile(start + rb"[lbcpsD]" + REST + rb"(.+?)(?: -> .*)?")


class UnixRows(RowParser):
    """What ``ls -l`` and ``find -ls`` do with rows that are no plain files."""

    special: re.Pattern[bytes]

    def _special(self, line: bytes, found: Found) -> None:
        match = self.special.fullmatch(line)
        if match is None:
            self.counts.add_unread(line)
            return
        # A device has two numbers in place of a size.
        found.sizes.append(b"" if b"," in match[1] else match[1])
        found.dates.append(match[2])
        found.names.append(match[3])


_ESCAPES: Final = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_SIGNS: Final = {
    b"n": b"?",
    b"t": b"\t",
    b"r": b"?",
    b"f": b"?",
    b"v": b"?",
    b"a": b"?",
    b"b": b"?",
}


_OCTAL: Final = re.compile(rb"\\([0-7]{3})")


def unescape_octal(names: list[bytes]) -> list[bytes]:
    r"""Undo the escapes of ``tree``, which has no others.

    >>> unescape_octal([rb"gro\303\237\b.bin"])
    [b'gro\xc3\x9f\\b.bin']
    """
    joined = b"\n".join(names)
    if b"\\" not in joined:
        return names
    return normalise_lines(_OCTAL.sub(_unescaped, joined)).split(b"\n")


def unescape(names: list[bytes]) -> list[bytes]:
    r"""Undo the escapes of ``find -ls``, ``tar`` and ``ls -b``; no line feeds come of them.

    >>> unescape([rb"a\ b\\c", rb"gro\303\237.bin", rb"new\nline"])
    [b'a b\\c', b'gro\xc3\x9f.bin', b'new?line']
    """
    joined = b"\n".join(names)
    if b"\\" not in joined:
        return names
    if b"\\\\" not in joined:
        joined = joined.replace(b"\\ ", b" ")  # by far the most, and no other can be in their way
    if b"\\" in joined:
        joined = normalise_lines(_ESCAPES.sub(_unescaped, joined))
    return joined.split(b"\n")


def _unescaped(match: re.Match[bytes]) -> bytes:
    sign = match[1]
    if len(sign) == 3:
        code = int(sign, 8) & 0xFF
        return b"?" if code in (0x0A, 0x0D) else bytes([code])
    return _SIGNS.get(sign, sign)


def unquote(name: bytes) -> bytes:
    r"""Take the quotes off a name, and within double ones the escapes.

    >>> unquote(b"'a b'"), unquote(rb'"a \"b\""'), unquote(b"it's")
    (b'a b', b'a "b"', b"it's")
    """
    if len(name) < 2 or name[0] != name[-1] or name[:1] not in (b"'", b'"'):
        return name
    if name[:1] == b"'":
        return name[1:-1].replace(b"'\\''", b"'")
    return unescape([name[1:-1]])[0]
