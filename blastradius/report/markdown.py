"""A page as Markdown, for pasting into a report or a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blastradius.report.document import (
    Block,
    Bullets,
    Document,
    Facts,
    Inline,
    Section,
    Span,
    Table,
)
from blastradius.report.escape import markdown_code, markdown_link, markdown_text

if TYPE_CHECKING:
    from collections.abc import Iterator


def render_markdown(document: Document) -> str:
    """Return a page as GitHub-flavoured Markdown that ends with a newline."""
    blocks = [f"# {markdown_text(document.title)}"]
    for section in document.sections:
        blocks.extend(_section(section))
    return "\n\n".join(blocks) + "\n"


def _section(section: Section) -> Iterator[str]:
    note = f" ({markdown_text(section.note)})" if section.note else ""
    yield f"## {markdown_text(section.title)}{note}"
    for block in section.blocks:
        yield _block(block)


def _block(block: Block) -> str:
    if isinstance(block, Facts):
        return "\n".join(
            f"- **{markdown_text(label)}:** {'; '.join(map(_inline, contents))}"
            for label, contents in block.rows
        )
    if isinstance(block, Bullets):
        return "\n".join(_items(block))
    if isinstance(block, Table):
        return _table(block)
    return _inline(block.content)


def _items(block: Bullets) -> Iterator[str]:
    for number, (first, *rest) in enumerate(block.items, start=1):
        mark = f"{number}. " if block.is_numbered else "- "
        yield mark + _inline(first)
        for content in rest:
            yield " " * len(mark) + "- " + _inline(content)


def _table(table: Table) -> str:
    shown = [index for index, column in enumerate(table.columns) if not column.is_ornament]
    titles = [markdown_text(table.columns[index].title) for index in shown]
    rules = ["---:" if table.columns[index].is_right else "---" for index in shown]
    rows = [[_inline(row[index]) for index in shown] for row in table.rows]
    lines = "\n".join(f"| {' | '.join(cells)} |" for cells in (titles, rules, *rows))
    return f"**{markdown_text(table.caption)}**\n\n{lines}" if table.caption else lines


def _inline(content: Inline) -> str:
    return "".join(map(_span, content))


def _span(span: Span) -> str:
    if span.is_code:
        return markdown_code(span.text)
    # Blanks stay outside the stars, where Markdown wants them.
    core = span.text.strip(" ")
    before, _, after = span.text.partition(core) if core else (span.text, "", "")
    shown = markdown_link(core, span.url)
    if span.tone in ("strong", "critical", "high") and core:
        shown = f"**{shown}**"
    return f"{before}{shown}{after}"
