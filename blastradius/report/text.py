"""A page as text for a terminal of any width, from 60 columns up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blastradius.report.cells import (
    Line,
    cell,
    cell_width,
    inline_width,
    line_width,
    paint,
    tinted,
    wrap,
)
from blastradius.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Facts,
    Inline,
    Paragraph,
    Section,
    Span,
    Table,
    joined,
    plain,
    words,
)
from blastradius.report.escape import web_address

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_WIDTH = 80
MIN_WIDTH = 60
_PROSE_WIDTH = 104
"""Longer lines of running text are hard to read, however wide the terminal."""
_INDENT = 2
_GAP = 2
_LABEL_WIDTH = 24


def render_text(document: Document, *, width: int = DEFAULT_WIDTH, colour: bool = False) -> str:
    """Return a page as text that ends with a newline.

    Parameters
    ----------
    document : Document
        The page.
    width : int
        Columns of the terminal; at least 60 are used. Only addresses run over.
    colour : bool
        Whether to add escape codes. Everything they say, words say too.
    """
    room = max(width, MIN_WIDTH)
    lines = list(_title(document.title, room))
    for section in document.sections:
        lines.append([])
        lines.extend(_section(section, room))
    return "".join(paint(line, colour=colour).rstrip() + "\n" for line in lines)


def _title(title: str, width: int) -> Iterator[Line]:
    lines = wrap(cell(title, "strong"), width)
    yield from lines
    yield [("━" * min(width, max(map(line_width, lines))), "quiet")]


def _section(section: Section, width: int) -> Iterator[Line]:
    heading = words(Span(section.title.upper(), "strong"))
    if section.note:
        heading = words(heading, Span(f"  {section.note}", "quiet"))
    yield from wrap(heading, width)
    for block in section.blocks:
        for line in _block(block, width - _INDENT):
            yield [(" " * _INDENT, None), *line] if line else line


def _block(block: Block, width: int) -> Iterator[Line]:
    prose = min(width, _PROSE_WIDTH)
    if isinstance(block, Facts):
        yield from _facts(block, prose)
    elif isinstance(block, Bullets):
        yield from _bullets(block, prose)
    elif isinstance(block, Table):
        yield from _table(block, width)
    else:
        yield from _paragraph(block, prose)


def _with_addresses(content: Inline, width: int) -> Iterator[Line]:
    """Yield content and, on lines of their own, the addresses of its links.

    A terminal shows no links, and an address alone on its line can be copied or clicked.
    """
    yield from wrap(content, width)
    for span in content:
        address = web_address(span.url)
        if address and address != span.text:
            yield [(address, "address")]


def _paragraph(block: Paragraph, width: int) -> Iterator[Line]:
    yield from _with_addresses(block.content, width)


def _facts(block: Facts, width: int) -> Iterator[Line]:
    widest = max((cell_width(label) for label, _ in block.rows), default=0)
    label_width = min(widest, _LABEL_WIDTH) + _GAP
    for label, contents in block.rows:
        shown = label
        for content in contents:
            for line in _with_addresses(content, width - label_width):
                yield [(_pad(shown, label_width), "quiet"), *line]
                shown = ""


def _pad(text: str, width: int) -> str:
    return text + " " * (width - cell_width(text))


def _bullets(block: Bullets, width: int) -> Iterator[Line]:
    margin = len(str(len(block.items))) + 2 if block.is_numbered else 2
    for number, contents in enumerate(block.items, start=1):
        mark = f"{number}." if block.is_numbered else "•"
        for content in contents:
            for line in _with_addresses(content, width - margin):
                yield [(_pad(mark, margin), "quiet"), *line]
                mark = ""


def _table(table: Table, width: int) -> Iterator[Line]:
    if not table.rows:
        return
    natural = [_natural_width(table, index) for index in range(len(table.columns))]
    kept = _columns_that_fit(table.columns, natural, width)
    if not kept:
        return
    if table.caption:
        yield []
        yield from wrap(cell(table.caption, "strong"), width)
    widths = _share_out(table.columns, natural, kept, width)
    yield _header(table.columns, kept, widths)
    yield [("─" * (sum(widths.values()) + _GAP * (len(kept) - 1)), "quiet")]
    folded = [
        index
        for index, column in enumerate(table.columns)
        if index not in widths and not column.is_ornament
    ]
    for row in table.rows:
        yield from _row(table.columns, row, kept, widths)
        yield from _folded(table.columns, row, folded, kept, widths, width)


def _natural_width(table: Table, index: int) -> int:
    """Return the width that shows all of a column on one line; 0 if it says nothing."""
    widest = max(inline_width(row[index]) for row in table.rows)
    return max(widest, cell_width(table.columns[index].title)) if widest else 0


def _narrowest(column: Column, natural: int) -> int:
    if column.min_width is None:
        return natural
    return min(natural, max(column.min_width, cell_width(column.title)))


def _columns_that_fit(columns: tuple[Column, ...], natural: list[int], width: int) -> list[int]:
    """Leave empty columns out, then fold columns in their order until the rest fits."""
    kept = [index for index in range(len(columns)) if natural[index]]
    foldable = sorted(
        (index for index in kept if columns[index].fold), key=lambda index: columns[index].fold
    )
    while foldable:
        needed = sum(_narrowest(columns[i], natural[i]) for i in kept) + _GAP * (len(kept) - 1)
        if needed <= width:
            break
        kept.remove(foldable.pop(0))
    return kept


def _share_out(
    columns: tuple[Column, ...], natural: list[int], kept: list[int], width: int
) -> dict[int, int]:
    """Give every kept column its narrowest width, then the rest to those that still wrap."""
    widths = {index: _narrowest(columns[index], natural[index]) for index in kept}
    spare = width - sum(widths.values()) - _GAP * (len(kept) - 1)
    while spare > 0:
        hungry = [index for index in kept if widths[index] < natural[index]]
        if not hungry:
            break
        for index in hungry[:spare]:
            widths[index] += 1
        spare -= min(spare, len(hungry))
    return widths


def _header(columns: tuple[Column, ...], kept: list[int], widths: dict[int, int]) -> Line:
    titles = {index: [(columns[index].title, "quiet")] for index in kept}
    return _side_by_side(columns, titles, kept, widths)  # type: ignore[arg-type]


def _row(
    columns: tuple[Column, ...], row: tuple[Inline, ...], kept: list[int], widths: dict[int, int]
) -> Iterator[Line]:
    wrapped = {index: wrap(row[index], widths[index], split_long=True) for index in kept}
    for depth in range(max(map(len, wrapped.values()))):
        cells = {
            index: lines[depth] if depth < len(lines) else [] for index, lines in wrapped.items()
        }
        yield _side_by_side(columns, cells, kept, widths)


def _side_by_side(
    columns: tuple[Column, ...], cells: dict[int, Line], kept: list[int], widths: dict[int, int]
) -> Line:
    line: Line = []
    for index in kept:
        blank = " " * (widths[index] - line_width(cells[index]))
        if line:
            line.append((" " * _GAP, None))
        if columns[index].is_right:
            line.extend([(blank, None), *cells[index]])
        else:
            line.extend([*cells[index], (blank, None)])
    return line


def _folded(
    columns: tuple[Column, ...],
    row: tuple[Inline, ...],
    folded: list[int],
    kept: list[int],
    widths: dict[int, int],
    width: int,
) -> Iterator[Line]:
    """Yield what did not fit as a second line, set in under the first wide column."""
    parts = [
        words(Span(f"{columns[index].title.lower()}: ", "quiet"), tinted(row[index], "quiet"))
        for index in folded
        if plain(row[index])
    ]
    if not parts:
        return
    margin = widths[kept[0]] + _GAP if columns[kept[0]].is_right else _GAP
    for line in wrap(joined(parts, " · "), width - margin):
        yield [(" " * margin, None), *line]
