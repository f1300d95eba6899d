"""Members of a zip archive, one after the other as they stand in it.

The table of contents at the end is not used. It lets archives of kilobytes name the same data a
thousand times, and needs a file in which one can go back; this way standard input and archives that
are cut off can be read, and each byte is unpacked once.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from blastradius.model.text import printable
from blastradius.triage.decode import decode_line
from blastradius.triage.unpack import (
    READ_BYTES,
    BrokenListingError,
    RawFile,
    TooMuchError,
    unpack_one,
)

MAX_MEMBERS: Final = 10_000
"""Files of one archive that are read."""

_HEADER: Final = struct.Struct("<4s5H3I2H")
_SIZES: Final = struct.Struct("<QQ")
_MEMBER, _DESCRIPTOR = b"PK\3\4", b"PK\7\x08"
_AFTER_MEMBERS: Final = (b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\6\x08")
_ENCRYPTED, _SIZES_FOLLOW, _MASKED = 0x1, 0x8, 0x2000
_STORED = 0
_METHODS: Final = {8: "deflate", 12: "bzip2", 93: "zstd", 95: "xz"}
_UNKNOWN: Final = 0xFFFFFFFF


@dataclass(slots=True)
class Member:
    """A file in an archive, with what its header says of it."""

    name: str
    """Escaped; never used to open anything."""
    method: int
    is_folder: bool
    n_packed: int | None
    """Compressed bytes, None if they are told only after the data."""
    check: int | None
    """CRC-32, None likewise."""
    problems: list[str] = field(default_factory=list)
    """What is wrong with it."""
    is_refused: bool = False
    """Whether it is encrypted or packed in a way that is not read, so that nothing comes of it."""
    is_last: bool = False
    """Whether nobody can tell where the next one begins."""


def zip_members(raw: RawFile) -> Iterator[tuple[Member, Iterator[bytes]]]:
    """Yield each file of an archive with its bytes; those not used are skipped.

    Nothing comes of those that are encrypted or packed in a way that is not read but their problem.

    Raises
    ------
    BrokenListingError
        If the archive is cut off or broken between members, or if there are too many.
    """
    n_members = 0
    while _at_member(raw):
        member = _header(raw)
        chunks = _chunks(raw, member)
        if not member.is_folder:
            n_members += 1
            if n_members > MAX_MEMBERS:
                message = f"holds more than {MAX_MEMBERS:,} files: the others were not read"
                raise BrokenListingError(message)
            yield member, chunks
        for _ in chunks:
            pass
        if member.is_last:
            return


def _at_member(raw: RawFile) -> bool:
    """Tell whether another member follows."""
    ahead = raw.peek(4)
    if ahead == _DESCRIPTOR and not raw.consumed:
        raw.take(4)  # the mark of an archive that was to be split, and was not
        ahead = raw.peek(4)
    if ahead in _AFTER_MEMBERS:
        return False
    if len(ahead) < len(_MEMBER):
        raise BrokenListingError("the zip archive has no table of contents: it is cut off")
    if ahead != _MEMBER:
        place = f"at byte {raw.consumed:,}"
        message = f"the zip archive is broken {place}: nothing behind that was read"
        raise BrokenListingError(message)
    return True


def _header(raw: RawFile) -> Member:
    start = raw.take(_HEADER.size)
    if len(start) < _HEADER.size:
        raise BrokenListingError("the zip archive is cut off")
    _, _, flags, method, _, _, check, n_packed, n_unpacked, n_name, n_extra = _HEADER.unpack(start)
    name, extra = raw.take(n_name), raw.take(n_extra)
    shown = f"{raw.name}!{printable(decode_line(name), 200)}"
    refusal = []
    if flags & (_ENCRYPTED | _MASKED):
        refusal = ["is encrypted: unpack it first"]
    elif method != _STORED and method not in _METHODS:
        refusal = [f"is packed by method {method}, which is not read: unpack it first"]
    if n_packed == _UNKNOWN:
        n_packed = _long_size(extra, n_unpacked)
    later = bool(flags & _SIZES_FOLLOW)
    return Member(
        name=shown,
        method=method,
        is_folder=name.endswith((b"/", b"\\")),
        n_packed=None if later else n_packed,
        check=None if later else check,
        problems=refusal,
        is_refused=bool(refusal),
    )


def _long_size(extra: bytes, n_unpacked: int) -> int:
    """Return the compressed size from the extra field for archives beyond 4 GB."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        before = 8 if n_unpacked == _UNKNOWN else 0
        if kind == 1 and length >= before + 8 and place + 4 + length <= len(extra):
            return int(struct.unpack_from("<Q", extra, place + 4 + before)[0])
        place += 4 + length
    raise BrokenListingError("the zip archive is broken: a member has no size")


def _chunks(raw: RawFile, member: Member) -> Iterator[bytes]:
    """Yield the bytes of a member; what is wrong with them is put down as its problem."""
    if member.is_refused:
        _skip_refused(raw, member)
        return
    check = 0
    try:
        for chunk in _unpacked(raw, member):
            check = zlib.crc32(chunk, check)
            yield chunk
    except BrokenListingError as error:
        if not raw.is_stopped:
            member.problems.append(str(error))
        member.is_last = member.n_packed is None or isinstance(error, TooMuchError)
        return
    if member.check != check and not member.is_folder:
        member.problems.append("its check sum is wrong: some of it may be damaged")


def _skip_refused(raw: RawFile, member: Member) -> None:
    if member.n_packed is None:
        member.is_last = True
        member.problems.append("its size is not told: nothing behind it was read")
    else:
        raw.skip(member.n_packed)


def _unpacked(raw: RawFile, member: Member) -> Iterator[bytes]:
    if member.method != _STORED:
        yield from unpack_one(raw, _METHODS[member.method], member.n_packed)
    elif member.n_packed is not None:
        yield from _stored(raw, member.n_packed)
    elif raw.peek(4) != _DESCRIPTOR:
        raise BrokenListingError("is stored without its size: unpack it first")
    if member.n_packed is None:
        member.check = _skip_descriptor(raw)


def _stored(raw: RawFile, left: int) -> Iterator[bytes]:
    while left:
        chunk = raw.take(min(left, READ_BYTES))
        if not chunk:
            raise BrokenListingError("the zip archive is cut off")
        left -= len(chunk)
        raw.allow(len(chunk))
        yield chunk


def _skip_descriptor(raw: RawFile) -> int:
    """Use what follows a member whose sizes were not known before; return its check sum."""
    start = 4 if raw.peek(4) == _DESCRIPTOR else 0
    ahead = raw.peek(start + 22)
    if len(ahead) < start + 12:
        raise BrokenListingError("the zip archive is cut off")
    # Sizes have four bytes or eight, and nothing tells which but what comes next.
    length = start + (12 if ahead[start + 12 : start + 14] in (b"PK", b"") else 20)
    raw.take(length)
    return int.from_bytes(ahead[start : start + 4], "little")
