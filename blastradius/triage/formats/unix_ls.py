"""``ls -lR`` with most of its switches, and ``ls -R``, which tells names only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from blastradius.triage.block import Block
from blastradius.triage.formats.parser import Found, Parser
from blastradius.triage.formats.unix_rows import REST, RIGHTS, UnixRows, special_file, unquote

_COLOURS: Final = re.compile(rb"\x1b\[[\d;]*[mK]")
_START: Final = rb" *(?:\d+ +){0,2}"
"""Number of the file and of its blocks, with ``-i`` and ``-s``."""


class LsParser(UnixRows):
    """Reads ``ls -lR``, also with ``-a``, ``-h``, ``-i``, ``-s``, ``-n``, ``-Q`` and any style of dates."""

    special = special_file(_START)
    row = re.compile(
        rb"(?:" + _START + rb"(?:-" + REST + rb"(\S.*)|(d)" + RIGHTS + rb" +\d+ .*)"
        rb"|(.+):|[^\s\d:]+(?: \S+)? [\d.,]+[KMGTPE]?"
        rb"|(.*))\n"
    )

    def _parse(self, lines: bytes) -> Iterator[Block]:
        return super()._parse(_COLOURS.sub(b"", lines) if b"\x1b[" in lines else lines)

    def _folder_of(self, heading: bytes) -> bytes:
        return unquote(heading)

    def _tidy(self, names: list[bytes]) -> list[bytes]:
        joined = b"\n" + b"\n".join(names) + b"\n"
        if b'\n"' in joined or b"'\n" in joined:
            return [unquote(name) for name in names]
        return names


class LsNamesParser(Parser):
    """Reads ``ls -R`` and ``ls -1R``; a folder within a folder looks like a file there.

    With ``-F`` or ``-p`` folders end with a slash, and are told apart.
    """

    has_sizes = False
    has_dates = False

    def __init__(self) -> None:
        super().__init__()
        self._before = b""
        self._after_empty = True

    def _parse(self, lines: bytes) -> Iterator[Block]:
        counts = self.counts
        found = Found(folders=[(0, self._before)])
        names = found.names
        for line in lines.split(b"\n")[:-1]:
            if not line:
                counts.other += 1
            elif self._after_empty and line.endswith(b":"):
                counts.other += 1
                self._before = self._prefix(unquote(line[:-1]), b"/")
                found.folders.append((len(names), self._before))
            elif line.endswith(b"/"):
                counts.folders += 1
            elif b"/" in line:
                counts.add_unread(line)  # no name has a slash
            else:
                names.append(line)
            self._after_empty = not line
        counts.paths += len(names)
        if b'"\n' in lines:
            found.names = [unquote(name) for name in names]
        yield from self._blocks(found, len(lines))
