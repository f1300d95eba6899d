"""From bytes, in whatever pieces they come, to blocks of whole lines in UTF-8.

Where one block ends and the next begins is decided by the content alone: a block is the whole lines
among the next `BLOCK_BYTES` bytes, or a single line that is longer than that.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from blastradius.triage.block import BLOCK_BYTES, MAX_LINE
from blastradius.triage.decode import normalise_lines

LOOK_BYTES: Final = 64 * 2**10
"""First bytes of a listing, by which its layout is recognised."""

_KEPT: Final = 4 * MAX_LINE
"""Bytes that are kept of a line longer than a block: enough for `MAX_LINE` in any encoding."""

_BOM: Final = b"\xef\xbb\xbf"
_WIDE_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
# Begun only where a run begins, so that a run of megabytes is looked at once.
_CARRIAGE_RETURNS: Final = re.compile(rb"(?<!\r)\r+\n")
_RUN: Final = 16
"""Pairs of bytes in a row that must look like 8-bit text to be taken for it."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Some whole lines of a listing."""

    text: bytes
    r"""In UTF-8, each ended by ``\n`` and at most `MAX_LINE` bytes long."""
    n_bytes: int
    """Bytes of the listing that they were read from."""
    n_cut: int
    """Lines that were longer."""


class Layout(Enum):
    """What a line ends with, and how its characters are stored."""

    NARROW = "8-bit"
    WIDE_LITTLE = "utf-16-le"
    WIDE_BIG = "utf-16-be"
    ZEROS = "ended by zeros"
    """As ``find -print0`` writes."""


def line_blocks(chunks: Iterable[bytes], block_bytes: int = BLOCK_BYTES) -> Iterator[Lines]:
    r"""Cut a stream of bytes into blocks of lines, the same ones however it comes in pieces.

    Parameters
    ----------
    chunks : iterable of bytes
        The listing, in pieces of any length.
    block_bytes : int, optional
        Longest block, an even number [bytes].

    >>> [block.text for block in line_blocks([b"a/b\r", b"\nc"])]
    [b'a/b\nc\n']
    """
    window = _Window(_joined(chunks))
    layout = None
    while n_ahead := window.fill(block_bytes):
        if layout is None:
            layout = find_layout(window.peek(min(LOOK_BYTES, n_ahead)))
        if layout in _UNITS and _has_narrow_text(window.peek(n_ahead)):
            layout = Layout.NARROW  # from here on lines in UTF-16 are found one by one
        if n_ahead < block_bytes:
            end = n_ahead
        elif layout in _UNITS:
            end = _ends(window.peek(n_ahead), layout)[1]
        else:
            end = window.last_end(n_ahead, layout)
        if end:
            yield _lines(window.take(end), layout, end)
        else:
            start = window.peek(min(_KEPT, n_ahead))
            yield _lines(start, layout, _skip_line(window, layout, block_bytes))


def _joined(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Join small pieces: a stream may come byte by byte, as from millions of tiny gzip members."""
    small: list[bytes] = []
    n_bytes = 0
    for chunk in chunks:
        small.append(chunk)
        n_bytes += len(chunk)
        if n_bytes >= LOOK_BYTES:
            yield b"".join(small)
            small, n_bytes = [], 0
    if small:
        yield b"".join(small)


def lines_of(raw: bytes) -> Lines:
    r"""Return whole lines of 8-bit text that were read from anywhere.

    >>> lines_of(b"M\xfcnchen\r\nx").text.decode()
    'München\nx\n'
    """
    return _lines(raw, Layout.NARROW, len(raw))


class _Window:
    """The next bytes of a stream, in the pieces in which they came: they are copied once."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._pieces: deque[bytes] = deque()
        self._start = 0
        """Bytes of the first piece that were used."""
        self._ahead = 0

    def fill(self, n_bytes: int) -> int:
        """Read until so many bytes are ahead; return how many of them are, fewer only at the end."""
        while self._ahead < n_bytes:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._pieces.append(chunk)
            self._ahead += len(chunk)
        return min(self._ahead, n_bytes)

    def peek(self, n_bytes: int) -> bytes:
        """Return the next bytes without using them; they were filled."""
        parts, start, left = [], self._start, n_bytes
        for piece in self._pieces:
            parts.append(memoryview(piece)[start : start + left])
            start, left = 0, left - len(parts[-1])
            if not left:
                break
        return b"".join(parts)

    def last_end(self, n_bytes: int, layout: Layout) -> int:
        """Return the end of the last whole line among the next bytes, 0 if there is none."""
        behind = self._ahead
        for piece in reversed(self._pieces):
            before = behind - len(piece)  # where the piece begins, less than 0 for the first one
            place = piece.rfind(_LINE_ENDS[layout], max(-before, 0), max(n_bytes - before, 0))
            if place >= 0:
                return before + place + 1
            behind = before
        return 0

    def skip(self, n_bytes: int) -> None:
        """Use bytes that were seen."""
        self._ahead -= n_bytes
        self._start += n_bytes
        while self._pieces and self._start >= len(self._pieces[0]):
            self._start -= len(self._pieces.popleft())

    def take(self, n_bytes: int) -> bytes:
        """Return and use bytes that were seen."""
        taken = self.peek(n_bytes)
        self.skip(n_bytes)
        return taken


def find_layout(start: bytes) -> Layout:
    r"""Recognise UTF-16 by its byte order mark or by its zeros.

    >>> find_layout("Pfad\r\n".encode("utf-16-le")), find_layout(b"a/b\0cd\0"), find_layout(b"Pfad")
    (<Layout.WIDE_LITTLE: 'utf-16-le'>, <Layout.ZEROS: 'ended by zeros'>, <Layout.NARROW: '8-bit'>)
    """
    if start.startswith(b"\xff\xfe"):
        return Layout.WIDE_LITTLE
    if start.startswith(b"\xfe\xff"):
        return Layout.WIDE_BIG
    zeros = start.count(0)
    if not zeros or b"\0" not in start[: start.find(b"\n")]:
        return Layout.NARROW
    first, second = start[0::2].count(0), start[1::2].count(0)
    # Paths have a zero in every other byte but for the characters of other scripts; some of those,
    # such as the lines of trees, have their zero in the other half.
    many = len(start) // 10
    if second > many and second > 4 * first and (b"\n\0" in start or 4 * second > len(start)):
        return Layout.WIDE_LITTLE
    if first > many and first > 4 * second and (b"\0\n" in start or 4 * first > len(start)):
        return Layout.WIDE_BIG
    return Layout.NARROW if b"\n" in start or 2 * zeros > len(start) else Layout.ZEROS


_LINE_ENDS: Final = {Layout.NARROW: b"\n", Layout.ZEROS: b"\0"}
_UNITS: Final = {Layout.WIDE_LITTLE: np.dtype("<u2"), Layout.WIDE_BIG: np.dtype(">u2")}


def _has_narrow_text(window: bytes) -> bool:
    """Tell whether 8-bit text stands in UTF-16: pairs of bytes that are both of ASCII."""
    values = np.frombuffer(window, dtype=np.uint8)
    plain = (values >= 0x20) & (values < 0x7F) | (values == 0x0A) | (values == 0x0D)
    width = 2 * _RUN
    rows = plain[: len(plain) // width * width].reshape(-1, width)
    return bool(rows.all(axis=1).any())


def _ends(window: bytes, layout: Layout) -> tuple[int, int]:
    """Return the ends of the first and of the last whole line, both 0 if there is none."""
    if layout in _UNITS:
        units = np.frombuffer(window[: len(window) // 2 * 2], dtype=_UNITS[layout])
        places = np.flatnonzero(units == 0x0A)
        return (int(places[0]) * 2 + 2, int(places[-1]) * 2 + 2) if len(places) else (0, 0)
    end = _LINE_ENDS[layout]
    return window.find(end) + 1, window.rfind(end) + 1


def _skip_line(window: _Window, layout: Layout, block_bytes: int) -> int:
    """Use a line that may be longer than memory; return its length [bytes]."""
    n_bytes = 0
    while window.fill(block_bytes):
        ahead = window.peek(block_bytes)
        end = _ends(ahead, layout)[0]
        window.skip(end or len(ahead))
        n_bytes += end or len(ahead)
        if end:
            break
    return n_bytes


def _lines(raw: bytes, layout: Layout, n_bytes: int) -> Lines:
    text = _narrow(raw, layout)
    if text and not text.endswith(b"\n"):
        text += b"\n"
    if b"\r" in text:  # much faster to find than two bytes
        text = text.replace(b"\r\n", b"\n")
        if b"\r\n" in text:
            text = _CARRIAGE_RETURNS.sub(b"\n", text)
    text, n_cut = cut_long_lines(text)
    # A line that was cut off before it got here counts as well.
    return Lines(text, n_bytes, n_cut or int(n_bytes > len(raw)))


def _narrow(raw: bytes, layout: Layout) -> bytes:
    """Return the lines in UTF-8."""
    if layout in _UNITS:
        text = raw.decode(layout.value, "replace")
        return text.replace("\ufeff", "").encode("utf-8", "replace")
    if layout is Layout.ZEROS:
        # A line feed within a name would make two of one.
        raw = raw.replace(b"\n", b"?").replace(b"\0", b"\n")
    elif b"\0" in raw:
        raw = _repaired(raw)
    if raw.isascii():
        return raw
    if b"\xef" in raw and _BOM in raw:  # one byte is found much faster than three
        raw = raw.removeprefix(_BOM).replace(b"\n" + _BOM, b"\n")
    return normalise_lines(raw)


def _repaired(raw: bytes) -> bytes:
    r"""Turn lines in UTF-16, appended to others by another program, into UTF-8.

    >>> _repaired(b"a\n" + "bä\r\nc\r\n".encode("utf-16-le")).decode()
    'a\nbä\nc\n'
    """
    lines = raw.split(b"\n")
    for number, line in enumerate(lines):
        if b"\0" in line:
            lines[number] = _repaired_line(line)
    return b"\n".join(lines)


def _repaired_line(line: bytes) -> bytes:
    # Cut at the byte of the line feed, its other half stands at the start of the next line.
    wide = line.removeprefix(b"\0") if len(line) % 2 else line
    if wide.startswith(_WIDE_BOMS):
        wide = wide[2:]
        wide = wide.removeprefix(b"\0") if len(wide) % 2 else wide
    zeros = wide[1::2].count(0)
    if not zeros or 3 * zeros < len(wide) // 2:
        return line.strip(b"\0")
    text = wide[: len(wide) // 2 * 2].decode("utf-16-le", "replace")
    return text.rstrip("\r").encode("utf-8", "replace")


def cut_long_lines(lines: bytes) -> tuple[bytes, int]:
    r"""Cut lines of UTF-8 to `MAX_LINE` bytes, and count those that were longer.

    >>> cut_long_lines(b"a\n" + b"b" * 40_000 + b"\n")[0] == b"a\n" + b"b" * MAX_LINE + b"\n"
    True
    """
    parts: list[bytes] = []
    start = done = n_cut = 0
    while start < len(lines):
        # The last end among these covers many lines at once, all of them short enough.
        end = lines.rfind(b"\n", start, start + MAX_LINE + 1)
        if end >= 0:
            start = end + 1
            continue
        last = start + MAX_LINE
        for _ in range(3):  # not within a character
            last -= lines[last] & 0xC0 == 0x80
        parts += (lines[done:last], b"\n")
        end = lines.find(b"\n", start)
        start = done = end + 1 if end >= 0 else len(lines)
        n_cut += 1
    if not n_cut:
        return lines, 0
    return b"".join([*parts, lines[done:]]), n_cut
