"""Where listings come from: files, folders, archives and standard input, as streams of bytes."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from blastradius.errors import ListingError
from blastradius.model.text import printable
from blastradius.triage.interrupts import Interrupt
from blastradius.triage.unpack import BrokenListingError, RawFile, unpack_all
from blastradius.triage.zips import zip_members

STDIN: Final = "-"
"""Source that stands for standard input."""

HEAD_BYTES: Final = 512
"""First bytes of a file, by which its kind is recognised."""

_STARTS: Final = {
    "gzip": (b"\x1f\x8b\x08",),
    "xz": (b"\xfd7zXZ\0",),
    # A list may begin with "BZh": the digit of the block size and a number of fixed digits follow.
    "bzip2": tuple(
        b"BZh%d" % level + block for level in range(1, 10) for block in (b"1AY&SY", b"\x17rE8P\x90")
    ),
    "zstd": (b"\x28\xb5\x2f\xfd", *(bytes([0x50 + n]) + b"\x2a\x4d\x18" for n in range(16))),
    "zip": (b"PK\3\4", b"PK\5\6", b"PK\7\x08PK"),
}
_OTHERS: Final = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\x04\x22\x4d\x18": "an lz4 file",
    b"LZIP": "an lzip file",
    b"\x1f\x9d": "a file of compress",
    b"MSCF": "a cabinet file",
    b"%PDF-": "a PDF file",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "a file of an Office program",
    b"SQLite format 3\0": "an SQLite database",
    b"PAR1": "a Parquet file",
}
_TAR_MARK, _TAR_PLACE = b"ustar", 257


@dataclass(frozen=True, slots=True)
class Place:
    """A file to read."""

    path: Path | None
    """None for standard input."""
    name: str
    """Name for people, escaped."""
    size: int | None
    """Size on disk, None if it has none, such as a pipe [bytes]."""
    modified: float | None = None
    """When it was last written [s since 1970-01-01 UTC], None for what is no regular file."""
    of_folder: bool = False
    """Whether it was not named itself."""
    fault: str = ""
    """Why it cannot be read, if that is known already."""


@dataclass(slots=True)
class Places:
    """All files to read, in order."""

    files: list[Place] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Links and devices in folders and files named again, which are not read; names, escaped."""
    seen: set[str] = field(default_factory=set)
    """Real paths of all files."""

    @property
    def has_one(self) -> bool:
        """Whether a single file was named: if that cannot be read, nothing can."""
        return len(self.files) == 1 and not self.files[0].of_folder

    @property
    def n_bytes(self) -> int | None:
        """Size of all of them on disk, None if any has none [bytes]."""
        total = 0
        for place in self.files:
            if place.size is None:
                return None
            total += place.size
        return total


class Listing:
    """One stream of bytes to read as a listing."""

    def __init__(
        self,
        raw: RawFile,
        name: str,
        compression: str,
        chunks: Iterator[bytes],
        problems: list[str],
    ) -> None:
        self._chunks = chunks
        self.raw = raw
        """The file on disk, shared by the members of an archive."""
        self.name = name
        """Name for people, escaped; after an exclamation mark the member of an archive."""
        self.compression = compression
        """``gzip``, ``xz``, ``bzip2``, ``zstd``, ``zip``, or empty."""
        self.problems = problems
        """Why the listing is not complete; known once it was read."""
        self.n_bytes = 0
        """Bytes that came out so far."""
        self._is_within_line = False

    @property
    def ends_within_line(self) -> bool:
        """Whether its end was not waited for, and stands within a line."""
        return self.raw.is_stopped and self._is_within_line

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes, once. What cannot or may not be unpacked ends it and becomes a problem."""
        try:
            for chunk in self._checked():
                self.n_bytes += len(chunk)
                self._is_within_line = not chunk.endswith((b"\n", b"\r", b"\0"))
                yield chunk
        except BrokenListingError as error:
            if not self.raw.is_stopped:
                self.problems.append(str(error))
        if self.compression != "zip":
            self.raw.drain()
        if self.raw.fault:
            self.problems.append(self.raw.fault)

    def _checked(self) -> Iterator[bytes]:
        """Yield the bytes unless they are an archive again."""
        head, fault = b"", None
        try:
            for chunk in self._chunks:
                head += chunk
                if len(head) >= HEAD_BYTES:
                    break
        except BrokenListingError as error:
            fault = error
        kind = kind_of(head) if self.compression else ""
        if kind:
            what = f"packed twice, as {kind} too" if kind in _STARTS else f"{kind}, not a listing"
            self.problems.append(f"is {what}: unpack it first")
            return
        if head:
            yield head
        if fault is not None:
            raise fault
        yield from self._chunks


def kind_of(head: bytes) -> str:
    r"""Recognise archives by their first bytes; empty for anything else.

    >>> kind_of(b"\x1f\x8b\x08..."), kind_of(b"Rar!\x1a\x07"), kind_of(b"BZhang/list.txt")
    ('gzip', 'a RAR archive', '')
    """
    for kind, starts in _STARTS.items():
        if head.startswith(starts):
            return kind
    for start, kind in _OTHERS.items():
        if head.startswith(start):
            return kind
    return "a tar archive" if head[_TAR_PLACE:].startswith(_TAR_MARK) else ""


def find_places(sources: Sequence[str]) -> Places:
    """Find the files of some sources: files, all files in folders, or ``-`` for standard input.

    Raises
    ------
    ListingError
        If a source is missing, may not be read or is a folder without files.
    """
    places = Places()
    for source in sources:
        if source == STDIN:
            places.files.append(Place(None, "standard input", None))
            continue
        path = Path(source)
        with _told(path):
            if path.is_dir():
                _add_folder(places, path)
            else:
                _add_file(places, path)
    if [place.path for place in places.files].count(None) > 1:
        raise ListingError("standard input", "can be read only once")
    return places


def open_listings(
    sources: Sequence[str] | Places,
    stdin: BinaryIO | None = None,
    interrupt: Interrupt | None = None,
) -> Iterator[Listing]:
    """Open one listing after the other; each must be read before the next is asked for.

    Parameters
    ----------
    sources : sequence of str, or Places
        Files, folders, or ``-`` for standard input.
    stdin : binary file, optional
        Standard input, if not the one of the process.
    interrupt : Interrupt, optional
        What may end the reading.

    Raises
    ------
    ListingError
        As `find_places`, and if a file that was named alone cannot be read at all. Among others, such
        a file is a listing with a problem and without bytes.
    """
    places = sources if isinstance(sources, Places) else find_places(sources)
    for place in places.files:
        if interrupt is not None and interrupt.is_pressed:
            return
        try:
            with _opened(place, stdin) as file:
                raw = RawFile(file, place.name, place.size, place.modified, interrupt)
                yield from _listings(raw, only=places.has_one)
                raw.drain()
        except _CannotOpenError as error:
            if places.has_one:
                raise _failure(place.path, str(error)) from None
            yield _unread(place, str(error))


class _NoListingError(Exception):
    """A file is something else; the text says what."""

    def __init__(self, message: str, members: Sequence[Listing] = ()) -> None:
        super().__init__(message)
        self.members = members
        """Files in an archive, none of which can be read."""


class _CannotOpenError(Exception):
    """A file cannot be opened; the text says why."""


def _unread(place: Place, fault: str) -> Listing:
    raw = RawFile(io.BytesIO(), place.name, place.size, place.modified)
    raw.fault = fault
    return Listing(raw, place.name, "", iter(()), [])


def _listings(raw: RawFile, *, only: bool) -> Iterator[Listing]:
    try:
        yield from _streams(raw)
    except _NoListingError as error:
        if only:
            name = error.members[0].name if error.members else raw.name
            raise ListingError(name, str(error)) from None
        yield from error.members or (Listing(raw, raw.name, "", iter(()), [str(error)]),)


def _streams(raw: RawFile) -> Iterator[Listing]:
    kind = kind_of(raw.peek(HEAD_BYTES))
    if kind == "zip":
        yield from _members(raw)
    elif kind in _STARTS:
        chunks = unpack_all(raw, kind, lambda head: kind_of(head) == kind)
        yield Listing(raw, raw.name, kind, chunks, [])
    elif kind:
        message = f"is {kind}, not a listing: unpack it first"
        raise _NoListingError(message)
    else:
        yield Listing(raw, raw.name, "", raw.chunks(), [])


def _members(raw: RawFile) -> Iterator[Listing]:
    n_read = 0
    refused: list[Listing] = []
    """Those before the first one that can be read."""
    try:
        for member, chunks in zip_members(raw):
            listing = Listing(raw, member.name, "zip", chunks, member.problems)
            if member.is_refused and not n_read:
                refused.append(listing)
                continue
            yield from refused
            refused = []
            if member.name.endswith("![Content_Types].xml"):
                message = "is an Office file, not a listing: save it as CSV first"
                if not n_read:
                    raise _NoListingError(message)
                yield Listing(raw, raw.name, "zip", iter(()), [message])
                return
            n_read += 1
            yield listing
    except BrokenListingError as error:
        yield from refused
        if not raw.is_stopped:
            yield Listing(raw, raw.name, "zip", iter(()), [str(error)])
        return
    if refused:
        raise _NoListingError(refused[0].problems[0], refused)
    if not n_read:
        raise _NoListingError("is a zip archive without files")


def _add_file(places: Places, path: Path) -> None:
    found = path.stat()
    if stat.S_ISREG(found.st_mode):
        path.open("rb").close()  # so that what may not be read is told before hours of reading
        _add(places, path, found.st_size, found.st_mtime)
    else:
        _add(places, path, None)


def _add(
    places: Places,
    path: Path,
    size: int | None,
    modified: float | None = None,
    *,
    of_folder: bool = False,
    fault: str = "",
) -> None:
    """Add a file unless it is among the others already, maybe under another name."""
    name, real = printable(str(path), 200), os.path.realpath(path)
    if real in places.seen:
        places.skipped.append(f"{name} (named twice, read once)")
        return
    places.seen.add(real)
    places.files.append(Place(path, name, size, modified, of_folder, fault))


def _add_folder(places: Places, folder: Path) -> None:
    before = len(places.files) + len(places.skipped)
    n_links = 0
    for path, fault in sorted(_walk(folder)):
        if fault:
            _add(places, path, 0, of_folder=True, fault=fault)
            continue
        try:
            found = path.lstat()
        except OSError as error:
            _add(places, path, 0, of_folder=True, fault=_reason(error))
            continue
        if stat.S_ISREG(found.st_mode):
            _add(places, path, found.st_size, found.st_mtime, of_folder=True)
        else:
            n_links += 1
            places.skipped.append(printable(str(path), 200))
    if len(places.files) + len(places.skipped) == before + n_links:
        raise ListingError(printable(str(folder), 200), "is a folder without files")


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield everything in a folder that is no folder itself; links are not followed.

    With it comes why a folder in it cannot be read, if that is so, and otherwise an empty text.
    """
    folders = [str(folder)]
    while folders:
        inside = folders.pop()
        try:
            with os.scandir(inside) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        yield Path(entry.path), ""
        except OSError as error:
            if inside == str(folder):
                raise
            yield Path(inside), _reason(error)


@contextmanager
def _opened(place: Place, stdin: BinaryIO | None) -> Iterator[BinaryIO]:
    if place.path is None:
        yield sys.stdin.buffer if stdin is None else stdin
        return
    if place.fault:
        raise _CannotOpenError(place.fault)
    try:
        file = place.path.open("rb")
    except (OSError, ValueError) as error:
        raise _CannotOpenError(_reason(error)) from None
    with file:
        yield file


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn errors of the system into one that names the file."""
    try:
        yield
    except (FileNotFoundError, PermissionError) as error:
        # A folder's file may have gone since the folder was read.
        raise _failure(error.filename or path, _reason(error)) from None
    except (OSError, ValueError) as error:
        raise _failure(path, _reason(error)) from None


def _reason(error: OSError | ValueError) -> str:
    """Say why a file cannot be read."""
    if isinstance(error, FileNotFoundError):
        return "no such file or folder"
    if isinstance(error, PermissionError):
        return "may not be read: permission denied"
    reason = getattr(error, "strerror", None) or str(error)
    return f"cannot be read: {printable(reason.lower(), 200)}"


def _failure(path: object, message: str) -> ListingError:
    return ListingError(printable(str(path), 200), message)
