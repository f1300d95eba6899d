"""``tree`` of Unix and of Windows, in all the ways they draw.

::

    .                       D:.
    |-- Kunden              |   Liste.txt
    |   `-- BMW.pdf         |
    `-- leer                +---Kunden
                            |       BMW.pdf

What has nothing below it counts as a file: neither draws empty folders otherwise. Only where Windows
draws files too (``/f``), which it does without branches, are branches with nothing below them folders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from blastradius.triage.block import Block
from blastradius.triage.formats.parser import Found, Parser, pieces
from blastradius.triage.formats.unix_rows import DATE, SIZE, unescape_octal

# Signs of Unicode and of ASCII, and those of a DOS code page that were taken for Windows-1252.
_BAR: Final = r"(?:│|\||³)"
_WIDE: Final = "\u00a0\u00a0 "
_UNIT: Final = rf"(?:{_BAR}(?:   |{_WIDE})|    )"
_BRANCH: Final = r"(?:(?:├|└)──(?:─| )|[|`]-- |[+\\]---|(?:Ã|À)ÄÄÄ)"
_ROW: Final = re.compile(rf"({_UNIT}*)({_BRANCH}|)(?:\[([^\]\n]*)\]  )?{_BAR}?([^\n]*)\n".encode())
_UNITS: Final = re.compile(_UNIT.encode())
_FACTS: Final = re.compile(
    rb"(?: *+(?:.{0,100}? )??(?:(" + SIZE + rb")(?: ++(" + DATE + rb"))?|(" + DATE + rb")) *+|.*)\n"
)
"""Rights and owners, if any, size and date."""
_OTHER: Final = re.compile(
    rb" *(?:\d[\d.,KMGTP]* (?:bytes )?used in )?\d+ (?:[Dd]ir|Verz|r\xc3\xa9pert).*"
    rb"|(?:Auflistung|Folder PATH|Volume|Structure du|Le num|Listado|El n|Elenco|Numero).*"
)
_SLASH: Final = 0x2F
_MOST_INDENTS: Final = 10_000
_LONGEST_INDENT: Final = 400
"""Ways to indent that are remembered, and the longest of them [bytes]."""
_UNTIDY: Final = re.compile(rb'["\\]| -> ')
_COLOURS: Final = re.compile(rb"\x1b\[[\d;]*[mK]")


class _Depths(dict[bytes, int]):
    """Depth of each way to indent."""

    def __missing__(self, indent: bytes) -> int:
        depth = len(_UNITS.findall(indent))
        if len(self) > _MOST_INDENTS:
            self.clear()
        if len(indent) <= _LONGEST_INDENT:
            self[indent] = depth
        return depth


_Line = tuple[int, bytes, bytes, bytes]
"""A line with a name: depth, name, facts in brackets, branch."""


class TreeParser(Parser):
    """Reads ``tree``, also with ``-f``, ``-F``, ``-s``, ``-h``, ``-D`` and ``-p``, ``/f`` and ``/a``.

    Only the next line tells whether one is a folder, so that the last one waits for `finish`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.has_sizes = self.has_dates = False
        self._depths = _Depths()
        self._above: list[tuple[int, bytes]] = []
        """Depth of each folder that the last line is in, and what goes before names in it."""
        self._last: _Line | None = None
        self._depth_of_run: int | None = None
        """Depth of the files that go into the run that was begun last."""
        self._separator = b"/"
        self._draws_files = False
        self._names_are_paths = False

    def _parse(self, lines: bytes) -> Iterator[Block]:
        found = Found()
        self._depth_of_run = None
        for piece in pieces(_COLOURS.sub(b"", lines) if b"\x1b[" in lines else lines):
            self._read(piece, found)
        yield from self._found(found, len(lines))

    def _finish(self) -> Iterator[Block]:
        found = Found()
        self._depth_of_run = None
        self._settle(self._last, 0, found)
        self._last = None
        yield from self._found(found, 0)

    def _found(self, found: Found, n_bytes: int) -> Iterator[Block]:
        self.counts.paths += len(found.names)
        if self._separator == b"/":
            found.names = _tidy(found.names)
        if any(found.sizes):
            self.has_sizes = self.has_dates = True
        if self.has_sizes:
            facts = _FACTS.findall(b"\n".join([*found.sizes, b""]))
            found.sizes = [size for size, _, _ in facts]
            found.dates = [date or alone for _, date, alone in facts]
        yield from self._blocks(found, n_bytes)

    def _read(self, lines: bytes, found: Found) -> None:
        depths, names, facts_of = self._depths, found.names, found.sizes
        last, n_other = self._last, 0
        for indent, branch, facts, name in _ROW.findall(lines):
            if not name or name.isspace():
                n_other += 1
                continue
            depth = depths[indent]
            if branch:
                depth += 1
            elif indent:
                self._separator, self._draws_files = b"\\", True
            if (
                last is not None
                and depth == last[0] == self._depth_of_run
                and last[1][-1] != _SLASH
                and last[2][:1] != b"d"
            ):
                # By far the most lines: one more file among its like.
                names.append(last[1])
                facts_of.append(last[2])
            else:
                if branch and branch[-1:] != b" ":
                    self._separator = b"\\"
                self._settle(last, depth, found)
            last = depth, name, facts, branch
        self._last = last
        self.counts.other += n_other

    def _settle(self, last: _Line | None, next_depth: int, found: Found) -> None:
        """Decide what the last line is, now that the depth of the next one is known."""
        if last is None:
            return
        depth, name, facts, branch = last
        is_root = next_depth == 1 and not depth
        if not is_root and not depth:
            self._apart(name)
            return
        above = self._above
        while above and above[-1][0] >= depth:
            above.pop()
        before = above[-1][1] if above else b""
        self._depth_of_run = None
        if is_root or (next_depth > depth and branch):
            self.counts.folders += 1
            above.append((depth, self._inside(name, before)))
        elif not _may_be_file(last) or (self._draws_files and branch):
            self.counts.folders += 1
        else:
            # Branches are files in some listings and folders in others, so they begin each run anew
            # where both are drawn.
            self._depth_of_run = None if self._draws_files and branch else depth
            if self._separator == b"/" and b"/" in name.partition(b" -> ")[0]:
                self._names_are_paths = True
            found.folders.append((len(found.names), b"" if self._names_are_paths else before))
            found.names.append(name)
            found.sizes.append(facts)

    def _apart(self, line: bytes) -> None:
        """Count a line that is not of the drawing."""
        if _OTHER.fullmatch(line):
            self.counts.other += 1
        else:
            self.counts.add_unread(line)

    def _inside(self, name: bytes, before: bytes) -> bytes:
        """Return what goes before the names in a folder."""
        if self._separator == b"/":
            if _UNTIDY.search(name):
                name = _tidy([name])[0]
            if b"/" in name.removesuffix(b"/"):
                before = b""  # with -f each name is the whole path
        return self._prefix(before + name, self._separator)


def _may_be_file(line: _Line) -> bool:
    """Tell whether neither a slash behind its name nor its rights say that a line is a folder."""
    return line[1][-1] != _SLASH and not line[2].startswith(b"d")


def _tidy(names: list[bytes]) -> list[bytes]:
    """Return names without the targets of links, quotes and escapes."""
    joined = b"\n".join(names)
    if b" -> " in joined:
        names = [name.partition(b" -> ")[0] for name in names]
    if b'"' in joined:
        names = [name[1:-1] if name[:1] == name[-1:] == b'"' else name for name in names]
    return unescape_octal(names)
