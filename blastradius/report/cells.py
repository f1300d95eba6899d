"""Terminal cells: how wide text is, where it wraps, and how it is coloured.

Written here because importing a terminal library costs more than the analysis it would print.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from blastradius.model.text import printable
from blastradius.report.document import Inline, Span, Tone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Line = list[tuple[str, Tone | None]]
"""Pieces of one line with their tones; already safe to print."""

_COLOURS: dict[Tone, str] = {
    "critical": "1;97;41",
    "high": "1;31",
    "medium": "1;33",
    "low": "36",
    "none": "2",
    "strong": "1",
    "quiet": "2",
    "good": "32",
    "warn": "33",
    "address": "4",
}


def cell_width(text: str) -> int:
    """Return the columns that text takes on a terminal.

    >>> cell_width("NIO"), cell_width("蔚来"), cell_width("e\u0301")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def line_width(line: Line) -> int:
    """Return the columns that a line takes."""
    return sum(cell_width(text) for text, _ in line)


def inline_width(content: Inline) -> int:
    """Return the columns that content takes on one line."""
    return sum(cell_width(printable(span.text)) for span in content)


def wrap(content: Inline, width: int, *, split_long: bool = False) -> list[Line]:
    """Break content into lines of at most ``width`` cells, at spaces.

    A word longer than that keeps its line to itself, so that an address can still be copied;
    with ``split_long`` it is cut, which a column of a table needs.
    """
    lines: list[Line] = []
    line: Line = []
    room = width
    for word in _unbreakable(content, width if split_long else None):
        size = line_width(word)
        if line and size + 1 <= room:
            line.append((" ", None))
            room -= 1
        elif line:
            lines.append(line)
            line, room = [], width
        line.extend(word)
        room -= size
    if line or not lines:
        lines.append(line)
    return lines


def _unbreakable(content: Inline, limit: int | None) -> Iterator[Line]:
    """Yield the words of content; a word may change its tone half way."""
    word: Line = []
    for span in content:
        shown = printable(span.text)
        # A command that breaks across lines cannot be copied.
        for index, piece in enumerate([shown] if span.is_code else shown.split(" ")):
            if index and word:
                yield from _cut(word, limit)
                word = []
            if piece:
                word.append((piece, span.tone))
    if word:
        yield from _cut(word, limit)


def _cut(word: Line, limit: int | None) -> Iterator[Line]:
    """Yield a word in pieces of at most ``limit`` cells."""
    if limit is None or line_width(word) <= limit:
        yield word
        return
    piece: Line = []
    for character in ((sign, tone) for text, tone in word for sign in text):
        if piece and line_width([*piece, character]) > limit:
            end = _hyphen_end(piece)
            yield piece[:end]
            piece = piece[end:]
        piece.append(character)
    yield piece


def _hyphen_end(piece: Line) -> int:
    """Return where to cut: after the last hyphen, unless that leaves less than a third."""
    ends = [index + 1 for index, (sign, _) in enumerate(piece) if sign == "-"]
    return ends[-1] if ends and ends[-1] * 3 >= len(piece) else len(piece)


def paint(line: Iterable[tuple[str, Tone | None]], *, colour: bool) -> str:
    r"""Return a line as a string, with escape codes only where ``colour`` asks for them.

    >>> paint([("72", "high"), (" of 100", None)], colour=True)
    '\x1b[1;31m72\x1b[0m of 100'
    """
    if not colour:
        return "".join(text for text, _ in line)
    return "".join(
        text if tone is None else f"\x1b[{_COLOURS[tone]}m{text}\x1b[0m"
        for text, tone in _merged(line)
    )


def _merged(line: Iterable[tuple[str, Tone | None]]) -> Iterator[tuple[str, Tone | None]]:
    """Join neighbours of one tone, so that no escape code is written twice in a row."""
    texts: list[str] = []
    last: Tone | None = None
    for text, tone in line:
        if tone != last and texts:
            yield "".join(texts), last
            texts = []
        texts.append(text)
        last = tone
    if texts:
        yield "".join(texts), last


def tinted(content: Inline, tone: Tone) -> Inline:
    """Give a tone to spans that have none."""
    return tuple(span if span.tone else span._replace(tone=tone) for span in content)


def cell(text: str, tone: Tone | None = None) -> Inline:
    """Return content of one span."""
    return (Span(text, tone),)
