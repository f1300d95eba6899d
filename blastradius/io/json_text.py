"""JSON text to plain data, with the same guarantees as YAML: no key twice, places on request."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blastradius.errors import Problem
from blastradius.io.document import MAX_DIGITS, Document, Place, UnreadableTextError
from blastradius.model.text import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from blastradius.model.check import Location

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}:,]|[^][{}:,"\s]+')


def read_json(text: str, wanted: AbstractSet[Location] = frozenset()) -> Document:
    """Read one JSON document.

    Parameters
    ----------
    text : str
        Without byte order mark.
    wanted : set of locations
        Values whose places in the text are asked for.

    Raises
    ------
    UnreadableTextError
        If the text is not JSON.

    Examples
    --------
    >>> document = read_json('{"a": [1, 2]}', {("a", 1)})
    >>> document.data
    {'a': [1, 2]}
    >>> document.places[("a", 1)][:2]
    (1, 11)
    """
    import json  # noqa: PLC0415 - the shipped graphs are read without it

    reader = _Reader()
    try:
        try:
            data = json.loads(text, object_pairs_hook=reader.mapping)
        except json.JSONDecodeError:
            raise
        except ValueError:  # an integer of more digits than Python converts
            data = json.loads(text, object_pairs_hook=reader.mapping, parse_int=reader.whole)
    except json.JSONDecodeError as error:
        reason = printable(error.msg[:1].lower() + error.msg[1:], 200)
        problem = Problem(error.lineno, error.colno, "", f"not valid JSON: {reason}")
        raise UnreadableTextError(problem) from None
    except RecursionError:
        raise UnreadableTextError(Problem(0, 0, "", "nested too deeply")) from None
    document = Document(data)
    if wanted or not reader.sound:
        _Scanner(text, wanted, document).scan()
    return document


class _Reader:
    """Hooks of the JSON parser that notice what it would let pass."""

    def __init__(self) -> None:
        self.sound = True

    def mapping(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Build a mapping; of two equal keys the first wins, as in YAML."""
        record = dict(pairs)
        if len(record) < len(pairs):
            self.sound = False
            record = dict(reversed(pairs))
        return record

    def whole(self, digits: str) -> int:
        """Convert an integer of bearable length."""
        if len(digits) > MAX_DIGITS:
            self.sound = False
            return 0
        return int(digits)


@dataclass
class _Open:
    """A list or mapping that is still open; ``step`` leads to the value that comes next."""

    location: Location
    keys: dict[str, int] | None
    step: str | int | None
    key_offset: int | None = None


class _Scanner:
    """A second, slower look at text that is known to be JSON: where everything stands."""

    def __init__(self, text: str, wanted: AbstractSet[Location], document: Document) -> None:
        self._text = text
        self._wanted = wanted
        self._document = document
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._stack: list[_Open] = []

    def scan(self) -> None:
        """Note the wanted places, the repeated keys and the endless numbers."""
        for match in _TOKEN.finditer(self._text):
            piece, offset = match.group(), match.start()
            inner = self._stack[-1] if self._stack else None
            if piece in "]}":
                self._stack.pop()
            elif inner is not None and piece == ",":
                inner.step = inner.step + 1 if isinstance(inner.step, int) else None
            elif inner is not None and inner.keys is not None and inner.step is None:
                self._take_key(inner, inner.keys, piece, offset)
            elif piece != ":":
                self._take_value(inner, piece, offset)

    def _take_key(self, inner: _Open, keys: dict[str, int], piece: str, offset: int) -> None:
        import json  # noqa: PLC0415

        key = json.loads(piece)
        line, column = self._line_and_column(offset)
        if key in keys:
            message = f"duplicate key {quoted(key)}, first used in line {keys[key]}"
            self._document.add_problem(line, column, inner.location, message)
        keys.setdefault(key, line)
        inner.step, inner.key_offset = key, offset

    def _take_value(self, inner: _Open | None, piece: str, offset: int) -> None:
        location = (*inner.location, inner.step) if inner and inner.step is not None else ()
        line, column = self._line_and_column(offset)
        if location in self._wanted:
            key_offset = inner.key_offset if inner else None
            key = (line, column) if key_offset is None else self._line_and_column(key_offset)
            self._document.places.setdefault(location, Place(line, column, *key))
        if piece == "{":
            self._stack.append(_Open(location, {}, None))
        elif piece == "[":
            self._stack.append(_Open(location, None, 0))
        elif len(piece) > MAX_DIGITS and piece.lstrip("-").isdecimal():
            message = f"a number of {len(piece):,} digits is too long"
            self._document.add_problem(line, column, location, message)

    def _line_and_column(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1
