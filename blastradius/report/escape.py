"""Foreign text made harmless for each place it is printed in.

Names, notes and addresses come from files that strangers wrote. The terminal form is
:func:`blastradius.model.text.printable`; here are those of Markdown, HTML and of spreadsheets.
"""

from __future__ import annotations

import re

from blastradius.model.text import printable

_FORMULA = re.compile(r"((?:^|[;,\t|])[\s\"]*)([=+\-@\uff1d\uff0b\uff0d\uff20])")
"""What a spreadsheet takes for the start of a formula, the last four being the full-width forms: at
the start of a text, or where some spreadsheets split it, spaces and quotes passed over."""

_MARKDOWN_PUNCTUATION = {ord(mark): f"\\{mark}" for mark in "\\`*_[]|~$#"}
_MARKDOWN_ESCAPES = _MARKDOWN_PUNCTUATION | {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
}
_HTML_ESCAPES = {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
    ord("'"): "&#x27;",
}
_ADDRESS_ESCAPES = {ord(mark): f"%{ord(mark):02X}" for mark in " \"'()<>[]\\`|{}^"}


def html_text(text: str) -> str:
    """Return text that HTML shows as written, between tags and inside quoted attributes.

    >>> html_text("<b title='x'>")
    '&lt;b title=&#x27;x&#x27;&gt;'
    """
    return printable(text).translate(_HTML_ESCAPES)


def csv_cell(text: str) -> str:
    r"""Return text that no spreadsheet takes for a formula, nor any part of it.

    Some spreadsheets split at semicolons, tabs or bars, whatever the file is. So a sign that would
    start a formula behind one of those gets an apostrophe too.

    >>> csv_cell("=cmd|' /C calc'!A0"), csv_cell("Acme\n"), csv_cell("Acme")
    ("'=cmd|' /C calc'!A0", 'Acme\\n', 'Acme')
    >>> csv_cell("x;=1+1;BMW.pdf")
    "x;'=1+1;BMW.pdf"
    """
    shown = _FORMULA.sub(r"\1'\2", printable(text))
    return f"'{shown}" if text.startswith(("\t", "\r", "\n")) else shown


def markdown_text(text: str) -> str:
    r"""Return text that Markdown shows as written: no markup, links, tables or HTML.

    >>> markdown_text("a|b <img> [x](javascript:1)")
    'a\\|b &lt;img&gt; \\[x\\](javascript:1)'
    >>> markdown_text("1. not a list")
    '1\\. not a list'
    """
    shown = printable(text).translate(_MARKDOWN_ESCAPES)
    return _without_block_start(shown)


def _without_block_start(text: str) -> str:
    """Escape what would open a list or a heading at the start of a line."""
    if text.startswith(("-", "+", "=")):
        return f"\\{text}"
    digits = len(text) - len(text.lstrip("0123456789"))
    if digits and text[digits : digits + 1] in (".", ")"):
        return f"{text[:digits]}\\{text[digits:]}"
    return text


def markdown_code(text: str) -> str:
    r"""Return text in backticks, for ids and commands.

    >>> markdown_code("a`b|c")
    '`` a`b\\|c ``'
    """
    shown = printable(text).replace("|", "\\|")
    if "`" not in shown:
        return f"`{shown}`"
    # A run of backticks longer than any inside closes the span nowhere but at its end.
    fence = "`" * (1 + max(map(len, _runs_of_backticks(shown))))
    return f"{fence} {shown} {fence}"


def _runs_of_backticks(text: str) -> list[str]:
    return "".join(mark if mark == "`" else " " for mark in text).split()


def web_address(url: str | None) -> str | None:
    """Return an address that may become a link, or None for anything but http and https.

    >>> web_address("javascript:alert(1)") is None
    True
    >>> web_address("https://example.org/a b)")
    'https://example.org/a%20b%29'
    """
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    return printable(url).translate(_ADDRESS_ESCAPES)


def markdown_link(text: str, url: str | None) -> str:
    """Return a link, or the text alone where the address is no web address.

    >>> markdown_link("Q&A", "https://example.org")
    '[Q&amp;A](https://example.org)'
    """
    address = web_address(url)
    return f"[{markdown_text(text)}]({address})" if address else markdown_text(text)
