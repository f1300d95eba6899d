"""How large a Parquet file would be in memory, before any of it is unpacked.

A few kilobytes can unpack to many gigabytes. The sizes are read off the header of every page,
which is what the unpacking goes by, not only off the summary at the end of the file. Both are
written in the compact protocol of Thrift: https://parquet.apache.org/docs/file-format/.
"""

from __future__ import annotations

from typing import Any

from blastradius.io.tables.layout import MAX_ROWS, MAX_TABLE_BYTES

MAX_PAGES = 1_000_000
_MAX_DEPTH = 20
_MAX_ITEMS = 10_000_000
_MAGIC = b"PAR1"

# Numbers of the fields of the Thrift structures that matter.
_ROWS, _ROW_GROUPS = 3, 4
_COLUMNS = 1
_META = 3
_PACKED_SIZE, _DATA_PAGE, _DICTIONARY_PAGE = 7, 9, 11
_UNPACKED_PAGE, _PACKED_PAGE = 2, 3


class ParquetError(Exception):
    """Bytes that are no Parquet file that could be read."""


def check_parquet(content: bytes) -> None:
    """Refuse what is no Parquet file, or one that would take too much memory.

    Raises
    ------
    ParquetError
        With the reason.
    """
    rows, size = parquet_sizes(content)
    if rows > MAX_ROWS:
        msg = f"too large: {rows:,} rows, at most {MAX_ROWS:,} are read"
        raise ParquetError(msg)
    if size > MAX_TABLE_BYTES:
        msg = f"too large: {size:,} bytes unpacked, at most {MAX_TABLE_BYTES:,} are read"
        raise ParquetError(msg)


def parquet_sizes(content: bytes) -> tuple[int, int]:
    """Return the rows of a Parquet file, and the size of its unpacked pages [bytes].

    Raises
    ------
    ParquetError
        If it is not Parquet, encrypted, or ends in the middle.
    """
    if len(content) < 12 or not content.startswith(_MAGIC):
        raise ParquetError("not a Parquet file")
    if not content.endswith(_MAGIC):
        raise ParquetError("not a whole Parquet file: it ends in the middle")
    length = int.from_bytes(content[-8:-4], "little")
    if length > len(content) - 12:
        raise ParquetError("not a whole Parquet file: its summary is missing")
    try:
        reader = _Thrift(content, len(content) - 8 - length)
        footer = reader.structure()
        return int(footer[_ROWS]), _unpacked_size(content, footer)
    except (IndexError, KeyError, TypeError, ValueError, AttributeError):
        raise ParquetError("not valid Parquet: its summary cannot be read") from None


def _unpacked_size(content: bytes, footer: dict[int, Any]) -> int:
    total = pages = 0
    for group in footer.get(_ROW_GROUPS, []):
        for chunk in group[_COLUMNS]:
            meta = chunk[_META]
            start = min(meta[_DATA_PAGE], meta.get(_DICTIONARY_PAGE, meta[_DATA_PAGE]))
            end = start + meta[_PACKED_SIZE]
            if not 0 <= start <= end <= len(content):
                raise ValueError
            reader = _Thrift(content, start)
            while reader.position < end:
                page = reader.structure()
                total += max(0, page[_UNPACKED_PAGE])
                if page[_PACKED_PAGE] < 0:
                    raise ValueError
                reader.position += page[_PACKED_PAGE]
                pages += 1
                if pages > MAX_PAGES:
                    msg = f"too many pages: at most {MAX_PAGES:,} are read"
                    raise ParquetError(msg)
    return total


class _Thrift:
    """Reads structures of the compact protocol into mappings by field number."""

    def __init__(self, content: bytes, position: int) -> None:
        self._content = content
        self.position = position
        self._items = 0

    def structure(self, depth: int = 0) -> dict[int, Any]:
        """Read one structure."""
        if depth > _MAX_DEPTH:
            raise ValueError
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._whole()
            fields[number] = self._value(head & 15, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:  # noqa: ANN401 - plain data
        match kind:
            case 1 | 2:
                value: Any = kind == 1
            case 3:
                value = self._byte()
            case 4 | 5 | 6:
                value = self._whole()
            case 7:
                value = self._skip(8)
            case 8:
                value = self._skip(self._varint())
            case 9 | 10:
                value = self._list(depth)
            case 12:
                value = self.structure(depth + 1)
            case _:
                raise ValueError
        return value

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        length = head >> 4 if head >> 4 < 15 else self._varint()
        self._items += length
        if depth > _MAX_DEPTH or self._items > _MAX_ITEMS:
            raise ValueError
        kind = head & 15
        if kind in (1, 2):  # in a list, a truth value takes a byte
            return [self._byte() == 1 for _ in range(length)]
        return [self._value(kind, depth + 1) for _ in range(length)]

    def _byte(self) -> int:
        byte = self._content[self.position]
        self.position += 1
        return byte

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
            if shift > 63:
                raise ValueError

    def _whole(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _skip(self, length: int) -> int:
        """Pass over what nobody asks for; return its length in its place."""
        if self.position + length > len(self._content):
            raise ValueError
        self.position += length
        return length
