"""Files of a folder of tables: found, opened with care, and fingerprinted."""

from __future__ import annotations

import hashlib
import os
import stat
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blastradius.errors import GraphFileError, Problem
from blastradius.io.tables.findings import Findings, Place
from blastradius.io.tables.layout import MAX_TABLE_BYTES, SUFFIXES, TABLES
from blastradius.model.text import did_you_mean, printable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ORDER = {name: place for place, name in enumerate(TABLES)}
_PIECE = 2**24


@dataclass(frozen=True)
class TableFile:
    """One table as bytes."""

    table: str
    place: Place
    suffix: str
    content: bytes
    """Uncompressed, if it is CSV."""


def is_folder(path: str | Path) -> bool:
    """Tell whether a path leads to a folder, whatever the path is made of."""
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises on paths that are too long


def table_files(folder: Path, findings: Findings) -> dict[str, str]:
    """Return the file name of each table that a folder holds.

    Other files may lie beside them, but one with the suffix of a table and an unknown name is
    refused: it is a table misspelt.

    Raises
    ------
    GraphFileError
        If the folder cannot be listed.
    """
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names only
    except OSError as error:
        reason = printable((error.strerror or str(error)).lower(), 200)
        raise failed(folder, f"cannot be read: {reason}") from None
    files: dict[str, str] = {}
    for name in names:
        if name.startswith(".") or not name.lower().endswith(SUFFIXES):
            continue
        table, _ = split_name(name)
        place = Place(printable(name, 80), _ORDER.get(table, -1))
        if table not in TABLES:
            hint = did_you_mean(table, TABLES) or f" (known: {', '.join(TABLES)})"
            findings.add(place, f"unknown table {quoted(table)}{hint}")
        elif table in files:
            findings.add(place, f"the table stands in {quoted(files[table])} too: keep one")
        else:
            files[table] = name
    return files


def split_name(name: str) -> tuple[str, str]:
    """Split a file name into the name of its table and its notation."""
    suffix = next(s for s in sorted(SUFFIXES, key=len, reverse=True) if name.lower().endswith(s))
    return name[: -len(suffix)], suffix


def read_table_files(
    folder: Path, files: dict[str, str], findings: Findings, digest: Digest
) -> Iterator[TableFile]:
    """Yield the tables of a folder in their order, one at a time so that memory stays low."""
    for table in TABLES:
        name = files.get(table)
        if name is None:
            continue
        place = Place(printable(name, 80), _ORDER[table])
        _, suffix = split_name(name)
        try:
            content = _read_plain_file(folder / name)
            digest.add(name, content)
            if suffix == ".csv.gz":
                content = _unpacked(content)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            findings.add(place, f"cannot be read: {printable(reason.lower(), 200)}")
            continue
        yield TableFile(table, place, suffix, content)


class Digest:
    """SHA-256 of the names and bytes of some files, in the order of their names."""

    def __init__(self) -> None:
        self._parts: dict[str, bytes] = {}

    def add(self, name: str, content: bytes) -> None:
        """Take in one file."""
        self._parts[name] = hashlib.sha256(content).digest()

    def hexdigest(self) -> str:
        """Return the sum over all files."""
        whole = hashlib.sha256()
        for name in sorted(self._parts):
            whole.update(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest())
            whole.update(self._parts[name])
        return whole.hexdigest()


def failed(folder: Path, message: str) -> GraphFileError:
    """Return the error that a folder as a whole is at fault."""
    return GraphFileError(printable(str(folder), 200), (Problem(0, 0, "", message),))


def _read_plain_file(path: Path) -> bytes:
    """Read a regular file; a link may lead out of the folder, a pipe or device may never end."""
    descriptor = os.open(path, os.O_RDONLY | _flag("O_NONBLOCK") | _flag("O_BINARY"))
    with os.fdopen(descriptor, "rb") as stream:
        if path.is_symlink():
            raise ValueError("is a link; put the file itself into the folder")
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("is not a regular file")
        if status.st_size > MAX_TABLE_BYTES:
            raise ValueError(_too_large(f"{status.st_size:,}"))
        return stream.read(MAX_TABLE_BYTES)


def _flag(name: str) -> int:
    """Return a flag of ``open`` that not every system has."""
    return int(getattr(os, name, 0))


def _too_large(found: str) -> str:
    return f"too large: {found} bytes, at most {MAX_TABLE_BYTES:,} are read"


def _unpacked(content: bytes) -> bytes:
    """Unpack gzip of one or several parts, up to the size of a table."""
    pieces: list[bytes] = []
    size = 0
    while content:
        stream = zlib.decompressobj(wbits=31)
        while not stream.eof:
            try:
                piece = stream.decompress(content, _PIECE)
            except zlib.error:
                raise ValueError("not valid gzip") from None
            content = stream.unconsumed_tail
            size += len(piece)
            if size > MAX_TABLE_BYTES:
                raise ValueError(_too_large("more"))
            if not piece and not content and not stream.eof:
                raise ValueError("not valid gzip: it ends in the middle")
            pieces.append(piece)
        content = stream.unused_data
    return b"".join(pieces)
