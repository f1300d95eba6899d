"""A page without a look: what a report says, before it becomes text, Markdown or HTML.

Nothing here is escaped. Each renderer escapes every span, foreign or not, so that no page can
forget it. Named tuples, not dataclasses: defining a dataclass costs half a millisecond, and
every run of the command line pays it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Tone = Literal[
    "critical", "high", "medium", "low", "none", "strong", "quiet", "good", "warn", "address"
]
"""Meaning of a colour. Whatever a tone says, the words beside it say too."""


class Span(NamedTuple):
    """A run of words with one meaning."""

    text: str
    tone: Tone | None = None
    url: str | None = None
    """Address behind the words; only http and https ever become links."""
    is_code: bool = False
    """Whether to copy literally, such as an id or a command."""


Inline = tuple[Span, ...]


def words(*parts: str | Span | Inline) -> Inline:
    """Join strings, spans and runs of spans.

    >>> words("score ", Span("72", "high"))
    (Span(text='score ', tone=None, url=None, is_code=False), Span(text='72', tone='high', url=None, is_code=False))
    """
    spans: list[Span] = []
    for part in parts:
        if isinstance(part, str):
            spans.append(Span(part))
        elif isinstance(part, Span):
            spans.append(part)
        else:
            spans.extend(part)
    return tuple(spans)


def joined(parts: Iterable[Inline], separator: str) -> Inline:
    """Put a separator between runs of spans."""
    spans: list[Span] = []
    for part in parts:
        if spans:
            spans.append(Span(separator))
        spans.extend(part)
    return tuple(spans)


def plain(content: Inline) -> str:
    """Return the bare words."""
    return "".join(span.text for span in content)


class Facts(NamedTuple):
    """Labelled statements; each may take several lines."""

    rows: tuple[tuple[str, tuple[Inline, ...]], ...]


class Paragraph(NamedTuple):
    """Running text."""

    content: Inline


class Bullets(NamedTuple):
    """A list; each item has a first line and, optionally, lines below it."""

    items: tuple[tuple[Inline, ...], ...]
    is_numbered: bool = False


class Column(NamedTuple):
    """A column of a table and what may happen to it where space is short."""

    title: str
    is_right: bool = False
    """Whether numbers line up on the right."""
    min_width: int | None = None
    """Narrowest width at which words still wrap well [cells]; None means never wrap."""
    fold: int = 0
    """0 stays; otherwise the order in which columns move to a line below the row."""
    is_ornament: bool = False
    """Whether it repeats another column as a picture: dropped first, absent from Markdown."""


class Table(NamedTuple):
    """Rows under named columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Inline, ...], ...]
    caption: str | None = None
    """What the rows are, where a section has several tables."""


Block = Facts | Paragraph | Bullets | Table


class Section(NamedTuple):
    """A titled part of a page."""

    title: str
    blocks: tuple[Block, ...]
    note: str | None = None
    """Set beside the title, for example ``showing 3 of 12``."""


class Document(NamedTuple):
    """A page."""

    title: str
    sections: tuple[Section, ...]
