"""The structure of CSV text, seen as bytes: where rows start and whether each is whole.

The columnar reader fills short rows with nothing and says little about long ones; here every row
is counted before it is read, with its line, at the speed of a scan. Form: RFC 4180, with commas,
semicolons or tabs between cells, LF or CRLF between lines.
"""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from blastradius.model.text import quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SEPARATORS = b",;\t"
_QUOTE, _LF, _CR = b'"'[0], b"\n"[0], b"\r"[0]
_BOM = b"\xef\xbb\xbf"
_PIECE = 2**24
_LONGEST_HEADER = 100_000


class CsvError(Exception):
    """Text that is no table at all; ``line`` is 0 if the fault has no line."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message, line)
        self.message = message
        self.line = line


@dataclass(frozen=True)
class CsvText:
    """CSV bytes whose rows are known to be whole."""

    content: bytes
    """Without byte order mark and blank lines; the header first."""
    separator: str
    header: list[str]
    lines: NDArray[np.int64]
    """Line on which each row after the header starts, shape (rows,)."""
    ragged: list[tuple[int, int]]
    """Line and number of cells of rows that are too short or too long."""


def scan_csv(content: bytes) -> CsvText:
    r"""Find the rows of CSV bytes.

    Raises
    ------
    CsvError
        If it is not UTF-8, has no header, or quotes are out of order.

    Examples
    --------
    >>> text = scan_csv(b'id;name\na;"x\ny"\n\nb;z;?\n')
    >>> text.separator, text.lines.tolist(), text.ragged
    (';', [2, 5], [(5, 3)])
    """
    content = content.removeprefix(_BOM)
    _check_encoding(content)
    separator = _separator_of(content)
    rows = _scan_rows(content, separator)
    header = next(csv.reader([_header_text(content, rows)], delimiter=chr(separator)))
    if rows.blank.any():
        content = _without_blank_rows(content, rows)
    kept = ~rows.blank
    cells, lines = rows.cells[kept][1:], rows.lines[kept][1:]
    wrong = np.flatnonzero(cells != len(header))
    return CsvText(
        content,
        chr(separator),
        [name.strip() for name in header],
        lines,
        list(zip(lines[wrong].tolist(), cells[wrong].tolist(), strict=True)),
    )


def _check_encoding(content: bytes) -> None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise CsvError("not UTF-8 but UTF-16; save the file as UTF-8")
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), _PIECE):
        piece = content[start : start + _PIECE]
        try:
            decoder.decode(piece, final=start + _PIECE >= len(content))
        except UnicodeDecodeError as error:
            # The decoder may have kept the head of a character from the piece before.
            kept = len(error.object) - len(piece)
            offset = start - kept + error.start
            line = content.count(b"\n", 0, offset) + 1
            byte = content[offset]
            message = f"not UTF-8: byte 0x{byte:02x} at offset {offset:,}; save the file as UTF-8"
            raise CsvError(message, line) from None


def _separator_of(content: bytes) -> int:
    """Return the byte between the names of the header: the most frequent candidate."""
    first = content.lstrip(b"\r\n").split(b"\n", 1)[0]
    if not first.strip():
        raise CsvError("the file is empty")
    if b"\n" not in content and b"\r" in content.strip():
        raise CsvError("lines end with CR alone; save the file with LF or CRLF")
    return max(_SEPARATORS, key=lambda separator: (first.count(separator), separator == 44))


class _Rows(NamedTuple):
    """Rows of the text, the header and blank ones among them."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    """Behind the line end of each row."""
    cells: NDArray[np.int64]
    lines: NDArray[np.int64]
    blank: NDArray[np.bool_]


def _scan_rows(content: bytes, separator: int) -> _Rows:
    view = np.frombuffer(content, np.uint8)
    scanner = _Scanner(view, separator)
    for start in range(0, len(view), _PIECE):
        scanner.take(start, min(start + _PIECE, len(view)))
    return scanner.rows()


class _Scanner:
    """Counts cells and lines piece by piece, so that its masks stay small."""

    def __init__(self, view: NDArray[np.uint8], separator: int) -> None:
        self._view = view
        self._separator = separator
        self._open = False
        self._last_quote = 0
        self._row_ends: list[NDArray[np.int64]] = []
        self._cells_before: list[NDArray[np.int64]] = []
        self._lines_before: list[NDArray[np.int64]] = []
        self._n_separators = 0
        self._n_lines = 0

    def take(self, start: int, stop: int) -> None:
        piece = self._view[start:stop]
        is_line_end = piece == _LF
        is_separator = piece == self._separator
        quotes = np.flatnonzero(piece == _QUOTE)
        if len(quotes) or self._open:
            outside = self._outside(len(piece), quotes)
            self._check_quotes(start + quotes, outside[quotes])
            row_end = is_line_end & outside
            is_separator &= outside
        else:
            row_end = is_line_end
        ends = np.flatnonzero(row_end)
        before = np.flatnonzero(is_separator)
        line_ends = ends if row_end is is_line_end else np.flatnonzero(is_line_end)
        self._row_ends.append(ends + start)
        self._cells_before.append(np.searchsorted(before, ends) + self._n_separators)
        self._lines_before.append(np.searchsorted(line_ends, ends) + self._n_lines)
        self._n_separators += len(before)
        self._n_lines += len(line_ends)

    def _outside(self, length: int, quotes: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which bytes stand outside of quotes; an opening quote stands inside."""
        flips = np.zeros(length, np.uint8)
        flips[quotes] = 1
        flips[0] ^= self._open
        inside = np.bitwise_and(np.cumsum(flips, dtype=np.uint8), 1).astype(np.bool_)
        self._open = bool(inside[-1])
        return ~inside

    def _check_quotes(self, quotes: NDArray[np.int64], closing: NDArray[np.bool_]) -> None:
        """See that quotes open and close where cells begin and end, or stand doubled."""
        if not len(quotes):
            return
        view, last = self._view, len(self._view) - 1
        opening = quotes[~closing]
        if len(opening):
            self._last_quote = int(opening[-1])
        before = view[np.maximum(opening - 1, 0)]
        good = (before == self._separator) | (before == _LF) | (before == _QUOTE) | (opening == 0)
        self._complain(opening[~good], "a quote in the middle of a cell; put the cell in quotes")
        ends = quotes[closing]
        after = view[np.minimum(ends + 1, last)]
        good = (after == self._separator) | (after == _LF) | (after == _CR) | (after == _QUOTE)
        self._complain(ends[~(good | (ends == last))], "text behind a closing quote; double quotes")

    def _complain(self, places: NDArray[np.int64], message: str) -> None:
        if len(places):
            raise CsvError(message, self._line_of(int(places[0])))

    def _line_of(self, place: int) -> int:
        return int(np.count_nonzero(self._view[:place] == _LF)) + 1

    def rows(self) -> _Rows:
        if self._open:
            message = "a quote opens here and is never closed"
            raise CsvError(message, self._line_of(self._last_quote))
        ends = np.concatenate(self._row_ends)
        cells_before = np.concatenate(self._cells_before)
        lines_before = np.concatenate(self._lines_before)
        length = len(self._view)
        if length and (not len(ends) or ends[-1] != length - 1):  # the last line has no end
            ends = np.append(ends, length)
            cells_before = np.append(cells_before, self._n_separators)
            lines_before = np.append(lines_before, self._n_lines)
        starts = np.append(0, ends[:-1] + 1)
        lines = np.append(0, lines_before[:-1] + 1) + 1
        lengths = ends - starts
        first = self._view[np.minimum(starts, length - 1)]
        blank = (lengths == 0) | ((lengths == 1) & (first == _CR))
        return _Rows(starts, ends + 1, np.diff(cells_before, prepend=0) + 1, lines, blank)


def _header_text(content: bytes, rows: _Rows) -> str:
    row = int(np.argmin(rows.blank))
    start, end = int(rows.starts[row]), int(rows.ends[row])
    if end - start > _LONGEST_HEADER:
        msg = f"the header has {end - start:,} characters; is this CSV?"
        raise CsvError(msg, 1)
    text = content[start:end].decode().rstrip("\r\n")
    if "\n" in text or "\r" in text:
        msg = f"a line end in the header: {quoted(text)}"
        raise CsvError(msg, 1)
    return text


def _without_blank_rows(content: bytes, rows: _Rows) -> bytes:
    view = np.frombuffer(content, np.uint8)
    keep = np.ones(len(view) + 1, np.bool_)
    for offset in range(2):  # LF alone, or CR and LF
        keep[np.minimum(rows.starts[rows.blank] + offset, rows.ends[rows.blank] - 1)] = False
    return view[keep[: len(view)]].tobytes()
