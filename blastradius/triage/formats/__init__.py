"""The formats that listings come in: one parser each, and how they are told apart."""

from __future__ import annotations

import re
from typing import Final

from blastradius.triage.formats.delimited import DelimitedParser, find_table
from blastradius.triage.formats.parser import Parser
from blastradius.triage.formats.plain import PlainParser
from blastradius.triage.formats.powershell import PowerShellParser
from blastradius.triage.formats.prefixed import (
    ChecksumParser,
    NumberedParser,
    S3Parser,
    has_numbers,
)
from blastradius.triage.formats.robocopy import RobocopyParser
from blastradius.triage.formats.sevenzip import SevenZipParser
from blastradius.triage.formats.tar import TarParser
from blastradius.triage.formats.tree import TreeParser
from blastradius.triage.formats.unix_find import FindParser
from blastradius.triage.formats.unix_ls import LsNamesParser, LsParser
from blastradius.triage.formats.unrar import UnrarParser
from blastradius.triage.formats.unzip import UnzipParser, ZipinfoParser
from blastradius.triage.formats.windows_dir import DirParser

PLAIN: Final = "plain"
"""The format of anything that is no other."""

FORMATS: Final[dict[str, type[Parser]]] = {
    "dir": DirParser,
    "powershell": PowerShellParser,
    "find": FindParser,
    "tar": TarParser,
    "ls": LsParser,
    "robocopy": RobocopyParser,
    "unzip": UnzipParser,
    "zipinfo": ZipinfoParser,
    "7z": SevenZipParser,
    "rar": UnrarParser,
    "checksums": ChecksumParser,
    "s3": S3Parser,
    "tree": TreeParser,
    "csv": DelimitedParser,
    "ls-names": LsNamesParser,
    "numbered": NumberedParser,
    PLAIN: PlainParser,
}
"""Parsers by the name of their format; of two that understand a listing the first one is taken."""

SAMPLE_BYTES: Final = 2**16
"""First bytes of a listing that are looked at to find its format."""

_HEADINGS: Final = re.compile(rb"\n\n([^\n]+)(?=:\n)")

_LENIENT: Final = ("csv", "ls-names", "numbered", PLAIN)
"""Formats that would understand anything in some way, and are asked last."""

_LEAST: Final = 0.5
"""Share of the lines with files, and of those that might be, that a format must understand."""


def detect(sample: bytes) -> str:
    r"""Return the name of the format that understands the first lines best.

    Parameters
    ----------
    sample : bytes
        Whole lines, each ended by ``\n``.

    >>> detect(b"D:\\Kunden\\BMW.pdf\nD:\\Liste.txt\n")
    'plain'
    >>> detect(b" Verzeichnis von D:\\Kunden\n\n01.02.2023  10:15            12.345 BMW.pdf\n")
    'dir'
    >>> detect(b"path,size\na/b.pdf,12\n")
    'csv'
    """
    shares = {
        name: _share(parser(), sample) for name, parser in FORMATS.items() if name not in _LENIENT
    }
    best = max(shares, key=shares.__getitem__)
    if shares[best] > _LEAST:
        return best
    if find_table(sample) is not None:
        return "csv"
    if _has_folder_headings(sample) and _share(LsNamesParser(), sample) > _LEAST:
        return "ls-names"
    return "numbered" if has_numbers(sample) else PLAIN


def _has_folder_headings(sample: bytes) -> bool:
    """Tell whether a listing begins with a folder and a colon, and others in it follow."""
    first, *others = _HEADINGS.findall(b"\n\n" + sample.lstrip(b"\n")) or [b""]
    if not sample.lstrip(b"\n").startswith(first + b":\n"):
        return False
    inside = first.rstrip(b"/\"'") + b"/"
    return first == b"." or b"/" in first or any(other.startswith(inside) for other in others)


def _share(parser: Parser, sample: bytes) -> float:
    """Return the share of lines that name a file or a folder, among those and the ones unread."""
    for _ in parser.parse(sample):
        pass
    for _ in parser.finish():
        pass
    counts = parser.counts
    known = counts.paths + counts.folders
    return known / (known + counts.unread) if known else 0.0
