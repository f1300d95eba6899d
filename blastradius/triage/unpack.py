"""Unpacking as a stream: little memory, whatever the archive says about itself.

Archives come from criminals. Nothing of what they state is believed: no size, no name and no table of
contents. Bytes are unpacked in the order of the file, some at a time, and counted.
"""

from __future__ import annotations

import bz2
import hashlib
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, Protocol

from blastradius.model.text import printable
from blastradius.triage.interrupts import Interrupt, StoppedError

READ_BYTES: Final = 2**20
"""Bytes that are read from a file at a time."""

SLICE_BYTES: Final = 2**11
"""Compressed bytes that are unpacked at a time: what is lost at most before a broken place."""

OUTPUT_BYTES: Final = 2**18
"""Bytes that one step of unpacking makes at most."""

LAST_BYTES: Final = 64
"""End of a file that is unpacked byte by byte: a wrong check sum there costs nothing before it."""

_ZEROS_AT_ONCE: Final = 4_096

_AFTER_STOP: Final = 16 * 2**20
"""Bytes that may still come out of what was read, once no more is wanted: a moment's work."""

MAX_RATIO: Final = 1_000
"""Bytes that may come out for each compressed byte, after the first `FREE_BYTES`."""

FREE_BYTES: Final = 64 * 2**20
"""Bytes of output to which `MAX_RATIO` does not apply."""

MAX_BYTES: Final = 2**40
"""Bytes that may come out of one file."""

XZ_MEMORY: Final = 256 * 2**20
"""Memory for the dictionary of xz, which the file asks for [bytes]."""


class BrokenListingError(Exception):
    """What follows cannot be read; what came before is sound."""


class TooMuchError(BrokenListingError):
    """More would come out of the file than may; nothing of it is worth a further look."""


class RawFile:
    """The bytes of a file as they are, counted and hashed while they are read."""

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        size: int | None = None,
        modified: float | None = None,
        interrupt: Interrupt | None = None,
    ) -> None:
        self._file = file
        # From a pipe, what has come is taken: nobody waits for more in order to have it all at once.
        self._read_some: Callable[[int], bytes] = getattr(file, "read1", file.read)
        self._interrupt = interrupt or Interrupt()
        self._hash = hashlib.sha256()
        self._buffer = memoryview(b"")
        self._at_end = False
        self.name = name
        """Name for messages, escaped."""
        self.size = size
        """Size on disk, None if that is not known [bytes]."""
        self.modified = modified
        """When the file was last written [s since 1970-01-01 UTC], None if that is not known."""
        self.n_read = 0
        """Bytes read from the file."""
        self.fault = ""
        """Why reading ended before the end of the file, if it did."""
        self.is_stopped = False
        """Whether its end was not waited for: what is missing is no fault of the file."""
        self.n_out = 0
        """Bytes unpacked from it so far."""
        self._n_after = 0
        """Bytes unpacked of what had come when no more was wanted."""
        self._passed = 0
        """Where reading here and there has got to, 0 for a file that is read through."""

    @property
    def consumed(self) -> int:
        """Bytes of the file that were used so far, or passed over."""
        return self._passed or self.n_read - len(self._buffer)

    @property
    def can_skip(self) -> bool:
        """Whether it can be read here and there."""
        return self.size is not None and self._file.seekable()

    def read_at(self, place: int, n_bytes: int) -> bytes:
        """Return some bytes from anywhere; from then on it has no hash, and nothing is drained."""
        self._passed = min(place + n_bytes, self.size or 0)
        try:
            self._file.seek(place)
            found = self._interrupt.wait_for(lambda: self._file.read(n_bytes))
        except OSError as error:
            self.fault = _fault(error, place)
            return b""
        except StoppedError:
            self.is_stopped = True
            return b""
        if place + len(found) < self._passed:
            self.fault = f"ends at byte {place + len(found):,}: it changed while it was read"
        return found

    def pass_over(self) -> None:
        """Leave what was not read."""
        self._passed = self.size or 0

    @property
    def sha256(self) -> str | None:
        """Hexadecimal SHA-256 of the file as it is; None until it was read through."""
        is_whole = self._at_end and not (self.fault or self.is_stopped or self._passed)
        return self._hash.hexdigest() if is_whole else None

    def peek(self, n_bytes: int) -> bytes:
        """Return the next bytes without using them, fewer only at the end."""
        while len(self._buffer) < n_bytes and not self._at_end:
            self._read()
        return bytes(self._buffer[:n_bytes])

    def take(self, n_bytes: int) -> bytes:
        """Return and use the next bytes, fewer only at the end."""
        taken = self.peek(n_bytes)
        self._buffer = self._buffer[len(taken) :]
        return taken

    def take_slice(self, at_most: int) -> bytes:
        """Return and use some bytes to unpack, none at the end."""
        self.peek(SLICE_BYTES + LAST_BYTES)
        ahead = len(self._buffer) - LAST_BYTES
        return self.take(min(SLICE_BYTES, max(ahead, 1), at_most))

    def skip(self, n_bytes: int) -> None:
        """Use the next bytes, or all that are left."""
        while n_bytes > 0 and self.peek(1):
            n_bytes -= len(self.take(min(n_bytes, len(self._buffer))))

    def skip_zeros(self) -> None:
        """Use zeros that fill a file up."""
        while self.peek(1) == b"\0":
            ahead = bytes(self._buffer[:_ZEROS_AT_ONCE])
            self._buffer = self._buffer[len(ahead) - len(ahead.lstrip(b"\0")) :]

    def put_back(self, unused: bytes) -> None:
        """Give back the last bytes that were taken."""
        if not unused:
            return
        whole = self._buffer.obj
        if isinstance(whole, bytes):
            begin = len(whole) - len(self._buffer) - len(unused)
            if begin >= 0 and whole[begin : begin + len(unused)] == unused:
                # They still stand before the rest: a file may have millions of small members.
                self._buffer = memoryview(whole)[begin:]
                return
        self._buffer = memoryview(unused + bytes(self._buffer))

    def chunks(self) -> Iterator[bytes]:
        """Yield all bytes that are left, without limit: they are as many as the file has."""
        while self.peek(1):
            chunk = self._buffer.obj
            if not isinstance(chunk, bytes) or len(chunk) != len(self._buffer):
                chunk = bytes(self._buffer)
            self._buffer = memoryview(b"")
            self.n_out += len(chunk)
            yield chunk

    def drain(self) -> None:
        """Read what is left, for the hash."""
        while not self._passed and self.peek(1):
            self._buffer = memoryview(b"")

    def allow(self, n_bytes: int) -> None:
        """Count bytes that came out.

        Raises
        ------
        TooMuchError
            If they are too many for one file, or for the bytes that they came out of.
        BrokenListingError
            If no more are wanted.
        """
        self.n_out += n_bytes
        if self._interrupt.is_pressed:
            self.is_stopped = True
            self._n_after += n_bytes
            if self._n_after > _AFTER_STOP:
                raise BrokenListingError
        if self.n_out > MAX_BYTES:
            what = f"unpacks to more than {MAX_BYTES:,} bytes"
        elif self.n_out > FREE_BYTES and self.n_out > MAX_RATIO * self.consumed:
            what = f"unpacks to more than {MAX_RATIO:,} times its size, as compressed bombs do"
        else:
            return
        place = f"after {self.n_out:,} bytes unpacked from {self.consumed:,}"
        message = f"{what}: nothing behind that was read ({place})"
        raise TooMuchError(message)

    def _read(self) -> None:
        try:
            chunk = self._interrupt.wait_for(lambda: self._read_some(READ_BYTES))
        except OSError as error:
            self.fault = _fault(error, self.n_read)
            chunk = b""
        except StoppedError:
            self.is_stopped = True
            chunk = b""
        if not chunk:
            self._at_end = True
            if not (self.fault or self.is_stopped) and self.n_read < (self.size or 0):
                self.fault = f"ends at byte {self.n_read:,}: it changed while it was read"
            return
        self.n_read += len(chunk)
        self._hash.update(chunk)
        rest = bytes(self._buffer)
        self._buffer = memoryview(rest + chunk if rest else chunk)


def _fault(error: OSError, place: int) -> str:
    reason = printable((error.strerror or str(error)).lower(), 200)
    return f"cannot be read further than byte {place:,}: {reason}"


class Decoder(Protocol):
    """A decompressor of the standard library."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was found."""

    @property
    def needs_input(self) -> bool:
        """Whether no more comes out without new bytes."""

    @property
    def unused_data(self) -> bytes:
        """Bytes after the end."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Unpack at most so many bytes."""


class _Deflate:
    """What zlib has, with the face of the other decompressors."""

    def __init__(self, window_bits: int) -> None:
        self._inner = zlib.decompressobj(window_bits)
        self._full = False

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._full and not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self._full = len(out) == max_length
        return out


def _zstd() -> Any:  # noqa: ANN401 - one of two classes, by the version of Python
    """Return a decompressor for zstd: in the standard library from Python 3.14 on."""
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdDecompressor  # noqa: PLC0415
    else:
        from backports.zstd import ZstdDecompressor  # noqa: PLC0415
    return ZstdDecompressor()


def _faults() -> tuple[type[Exception], ...]:
    """Return what the decompressors raise over broken data."""
    known: list[type[Exception]] = [zlib.error, lzma.LZMAError, OSError, EOFError, ValueError]
    zstd = sys.modules.get("backports.zstd") or sys.modules.get("compression.zstd")
    if zstd is not None:
        known.append(zstd.ZstdError)
    return tuple(known)


MAKERS: Final[dict[str, Callable[[], Decoder]]] = {
    "gzip": lambda: _Deflate(31),
    "deflate": lambda: _Deflate(-15),
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, XZ_MEMORY),
    "bzip2": bz2.BZ2Decompressor,
    "zstd": _zstd,
}
"""Makers of decompressors by the name of the method."""


def unpack_one(raw: RawFile, method: str, n_bytes: int | None = None) -> Iterator[bytes]:
    """Unpack one compressed stream; the file then stands after it.

    Parameters
    ----------
    raw : RawFile
        Stands at the start of the stream.
    method : str
        One of `MAKERS`.
    n_bytes : int, optional
        Compressed bytes that the stream may use; all of them are then used, also if it is broken.

    Raises
    ------
    BrokenListingError
        At a broken place, if the bytes end within the stream, or if more comes out than
        `RawFile.allow` allows.
    """
    decoder = MAKERS[method]()
    left = sys.maxsize if n_bytes is None else n_bytes
    try:
        while not decoder.eof:
            data = raw.take_slice(left) if decoder.needs_input else b""
            left -= len(data)
            out = _step(decoder, data, method)
            if out:
                raw.allow(len(out))
                yield out
        raw.put_back(decoder.unused_data)
        left += len(decoder.unused_data)
    finally:
        if n_bytes is not None:
            raw.skip(left)


def _step(decoder: Decoder, data: bytes, method: str) -> bytes:
    if not data and decoder.needs_input:
        message = f"the {method} data end too early: the listing is cut off"
        raise BrokenListingError(message)
    try:
        return decoder.decompress(data, OUTPUT_BYTES)
    except _faults() as error:
        # What zlib says after the number of the error and what it was doing.
        reason = str(error).lower().rpartition("data: ")[2] or type(error).__name__
        message = f"the {method} data are broken ({reason}): nothing behind that was read"
        raise BrokenListingError(message) from None


def unpack_all(raw: RawFile, method: str, is_start: Callable[[bytes], bool]) -> Iterator[bytes]:
    """Unpack all streams of a file that stand behind each other, with zeros between them.

    Raises
    ------
    BrokenListingError
        As `unpack_one`; also if something else follows.
    """
    while True:
        yield from unpack_one(raw, method)
        raw.skip_zeros()
        ahead = raw.peek(16)
        if not ahead:
            return
        if not is_start(ahead):
            place = f"at byte {raw.consumed:,}"
            message = f"something that is not {method} follows {place}: it was not read"
            raise BrokenListingError(message)
