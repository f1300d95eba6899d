"""Lists in which something stands before each path: a check sum, a date and a size, or a number.

::

    d41d8cd98f00b204e9800998ecf8427e  Kunden/BMW/Liste.txt
    2023-02-01 10:15:00      12345 Kunden/BMW/Liste.txt
    12345 Kunden/BMW/Liste.txt
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from blastradius.triage.block import Block
from blastradius.triage.formats.parser import RowParser

_FILE: Final = rb"(\S.*[^/\\\n]|[^\s/\\])"
_FOLDER: Final = rb"(\S.*[/\\])"

_LEAST_ROWS: Final = 8
_SHARE: Final = 0.95
"""Share of the lines of a sample that must have a number and a path."""


class ChecksumParser(RowParser):
    """Reads what ``md5sum``, ``sha256sum`` and their like write."""

    has_sizes = has_dates = False
    row = re.compile(
        rb"(?:\\?(?:[\da-fA-F]{32}|[\da-fA-F]{40}|[\da-fA-F]{56}|[\da-fA-F]{64}|[\da-fA-F]{96}"
        rb"|[\da-fA-F]{128})()() [ *]" + _FILE + rb"()()|(.*))\n"
    )


class S3Parser(RowParser):
    """Reads ``aws s3 ls --recursive``."""

    size_first = False
    row = re.compile(
        rb"(?:(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d +(\d+) (?:"
        + _FILE
        + rb"|"
        + _FOLDER
        + rb")()| *|(?:Total Objects| +Total Size): .*|(.*))\n"
    )


class NumberedParser(RowParser):
    """Reads paths behind their size, as ``find -printf '%s %p'`` and ``du -b`` write, or a number."""

    row = re.compile(
        rb"(?: *(\d+)(?:[.):;]? +|:|\t)"
        rb"(?:(\d{4}-\d\d-\d\d)[ T][\d:.]{5,20}(?: ?[+-]\d\d:?\d\d|Z)? +)?(?:"
        + _FILE
        + rb"|"
        + _FOLDER
        + rb")()| *|(.*))\n"
    )

    def __init__(self) -> None:
        super().__init__()
        self._is_first = True

    def _parse(self, lines: bytes) -> Iterator[Block]:
        if self._is_first:
            self._is_first = False
            # Numbers that count the lines are no sizes.
            self.has_sizes = not _counts_lines(_numbers(lines))
        yield from super()._parse(lines)


def has_numbers(sample: bytes) -> bool:
    r"""Tell whether a number stands before each path; folders may begin with one, but then with few.

    >>> has_numbers(b"".join(b"%d a/b\n" % (7 * k) for k in range(20)))
    True
    >>> has_numbers(b"01 Sales/a\n01 Sales/b\n02 Legal/c\n" * 9)
    False
    """
    rows = NumberedParser.row.findall(sample)
    with_path = [row for row in rows if row[0] and (b"/" in row[2] + row[3] or b"\\" in row[2])]
    n_lines = sum(1 for line in sample.split(b"\n") if line.strip())
    if len(with_path) < max(_LEAST_ROWS, _SHARE * n_lines):
        return False
    return len({row[0] for row in with_path}) > len(with_path) / 2


def _numbers(lines: bytes) -> list[int]:
    rows = NumberedParser.row.findall(lines[: 2**16])
    return [int(row[0][:18]) for row in rows if row[0]]


def _counts_lines(numbers: list[int]) -> bool:
    steps = [after - before for before, after in pairwise(numbers)]
    return steps.count(1) > len(steps) / 2
