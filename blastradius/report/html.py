"""A page as one HTML file for archives, printers and mail: no script, nothing fetched.

Everything in it is either written here or goes through :func:`~blastradius.report.escape.html_text`.
The page's own Content-Security-Policy allows its one style and nothing else, so that not even
markup that slipped through could run or fetch.
"""

from __future__ import annotations

import base64
import hashlib
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
    plain,
)
from blastradius.report.escape import html_text, web_address
from blastradius.report.html_style import page_style
from blastradius.report.tlp import tlp_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blastradius.model.vocabulary import Tlp

_ROOMY = 24
"""Columns that need so much on a terminal [cells] get room on a page too."""


def render_html(document: Document, *, tlp: Tlp | None = None) -> str:
    """Return a page as one static HTML file that ends with a newline.

    Parameters
    ----------
    document : Document
        The page.
    tlp : Tlp, optional
        How far it may be passed on; stands at its head and foot, and on each printed sheet.
    """
    style = page_style(tlp)
    title = html_text(document.title)
    label = _label(tlp)
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="robots" content="noindex, nofollow, noarchive">',
        '<link rel="icon" href="data:,">',
        f"<title>{title}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        '<a class="skip" href="#main">Skip to the content</a>',
        f"<header>{label}</header>",
        '<main id="main">',
        f"<h1>{title}</h1>",
        *_contents(document),
        *(
            line
            for number, section in enumerate(document.sections, start=1)
            for line in _section(section, number)
        ),
        "</main>",
        f"<footer>{label}</footer>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def _label(tlp: Tlp | None) -> str:
    return "" if tlp is None else f'<p class="tlp">{tlp_label(tlp)}</p>'


def _contents(document: Document) -> Iterator[str]:
    if len(document.sections) < 2:
        return
    yield '<nav aria-label="Contents"><ul>'
    for number, section in enumerate(document.sections, start=1):
        yield f'<li><a href="#s{number}">{html_text(section.title)}</a></li>'
    yield "</ul></nav>"


def _section(section: Section, number: int) -> Iterator[str]:
    note = f' <span class="note">{html_text(section.note)}</span>' if section.note else ""
    yield f'<section aria-labelledby="s{number}">'
    yield f'<h2 id="s{number}">{html_text(section.title)}{note}</h2>'
    for block in section.blocks:
        yield from _block(block, section.title)
    yield "</section>"


def _block(block: Block, title: str) -> Iterator[str]:
    if isinstance(block, Facts):
        yield from _facts(block)
    elif isinstance(block, Bullets):
        yield from _bullets(block)
    elif isinstance(block, Table):
        yield from _table(block, title)
    else:
        yield f"<p>{_inline(block.content)}</p>"


def _facts(block: Facts) -> Iterator[str]:
    if not block.rows:
        return
    yield "<dl>"
    for label, contents in block.rows:
        said = "".join(f"<dd>{_inline(content)}</dd>" for content in contents)
        yield f"<div><dt>{html_text(label)}</dt>{said}</div>"
    yield "</dl>"


def _bullets(block: Bullets) -> Iterator[str]:
    tag = "ol" if block.is_numbered else "ul"
    if not block.items:
        return
    yield f"<{tag}>"
    for contents in block.items:
        yield f"<li>{'<br>'.join(map(_inline, contents))}</li>"
    yield f"</{tag}>"


def _table(table: Table, title: str) -> Iterator[str]:
    """Yield a table without columns that say nothing or repeat another one."""
    shown = [
        index
        for index, column in enumerate(table.columns)
        if not column.is_ornament and any(plain(row[index]) for row in table.rows)
    ]
    if not shown:
        return
    name = html_text(table.caption or title)
    hidden = "" if table.caption else ' class="hidden"'
    head = next((index for index in shown if not table.columns[index].is_right), shown[0])
    # What scrolls sideways can be reached by keyboard, and so needs a role and a name.
    yield f'<div class="wide" role="group" tabindex="0" aria-label="{name}">'
    yield f"<table><caption{hidden}>{name}</caption>"
    titles = (
        f'<th scope="col"{_look(table, index)}>{html_text(table.columns[index].title)}</th>'
        for index in shown
    )
    yield f"<thead><tr>{''.join(titles)}</tr></thead><tbody>"
    for row in table.rows:
        yield f"<tr>{''.join(_cell(table, row, index, head) for index in shown)}</tr>"
    yield "</tbody></table></div>"


def _cell(table: Table, row: tuple[Inline, ...], index: int, head: int) -> str:
    content = _inline(row[index])
    if index == head and content:
        return f'<th scope="row"{_look(table, index)}>{content}</th>'
    return f"<td{_look(table, index)}>{content}</td>"


def _look(table: Table, index: int) -> str:
    column = table.columns[index]
    if column.is_right:
        return ' class="right"'
    if column.min_width is None:
        return ' class="firm"'
    return ' class="roomy"' if column.min_width >= _ROOMY else ""


def _inline(content: Inline) -> str:
    return "".join(map(_span, content))


def _span(span: Span) -> str:
    shown = html_text(span.text)
    if span.is_code:
        shown = f"<code>{shown}</code>"
    address = web_address(span.url)
    if address is not None:
        return f'<a href="{html_text(address)}" rel="noopener noreferrer">{shown}</a>'
    return f'<span class="{span.tone}">{shown}</span>' if span.tone else shown
