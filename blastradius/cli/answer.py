"""What ``analyze`` does once its options are read; imports no command-line library."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from blastradius.cli.output import STDOUT, check_output, check_suffix, deliver, spare_inputs
from blastradius.cli.question import QuestionOptions, ask, input_files
from blastradius.cli.usage import UsageError, check_words
from blastradius.model.text import quoted
from blastradius.model.vocabulary import ROLES

if TYPE_CHECKING:
    from blastradius.api import Result

MAX_NODES = 400
"""Parties that a page draws at once by default."""

PAGE_SUFFIXES = (".html", ".htm")

ON_SCREEN = 1_000
"""Rows of a table that is printed, unless ``--top`` says how many; files and data hold all."""

FORMATS = ("table", "json", "csv", "markdown")


class ListOptions(NamedTuple):
    """The options that decide what is listed and where it goes."""

    roles: tuple[str, ...] = ()
    min_score: float = 0.0
    top: int | None = None
    format: str | None = None
    output: str | None = None
    html: str | None = None
    max_nodes: int = MAX_NODES


def answer(target: str, question: QuestionOptions, listing: ListOptions) -> None:
    """Analyse a breach and print or write the answer."""
    _check(listing)
    spare_inputs((listing.output, listing.html), input_files(question))
    whole = ask(target, question)

    def listed(top: int | None) -> Result:
        return whole.listing(
            roles=listing.roles, min_score=listing.min_score, top=top, grouped=question.group
        )

    result = listed(listing.top)
    on_screen = listing.top or (ON_SCREEN if listing.output in (None, STDOUT) else None)
    if listing.html is not None:
        write_page(result, listing.html, listing.max_nodes)
    deliver(
        listing.format,
        listing.output,
        {
            "table": lambda look: listed(on_screen).to_text(width=look.width, colour=look.colour),
            "json": lambda _: result.to_json(),
            "csv": lambda _: result.to_csv(),
            "markdown": lambda _: result.to_markdown(),
        },
    )


def write_page(result: Result, path: str, max_nodes: int) -> None:
    """Write the interactive page of a result; the whole result, whatever is listed."""
    from blastradius.io.atomic import write_text

    write_text(path, result.to_html(max_nodes=max_nodes))


def check_max_nodes(max_nodes: int) -> None:
    """Refuse a page without room for a party."""
    if max_nodes < 1:
        msg = f"--max-nodes: must be at least 1, got {max_nodes}"
        raise UsageError(msg)


def _check(listing: ListOptions) -> None:
    """Refuse bad options before anything is computed."""
    check_words("--role", listing.roles, ROLES)
    if listing.format is not None:
        check_words("--format", [listing.format], FORMATS)
    if not 0 <= listing.min_score <= 100:
        msg = f"--min-score: must be between 0 and 100, got {listing.min_score:g}"
        raise UsageError(msg)
    if listing.top is not None and listing.top < 1:
        msg = f"--top: must be at least 1, got {listing.top}"
        raise UsageError(msg)
    check_max_nodes(listing.max_nodes)
    check_suffix("--html", listing.html, PAGE_SUFFIXES)
    if listing.output is not None and listing.output.lower().endswith(PAGE_SUFFIXES):
        msg = f"--output: {quoted(listing.output)} would be a page, which --html writes"
        raise UsageError(msg)
    check_output(listing.format, listing.output, FORMATS)
    if listing.html is not None:
        from blastradius.io.atomic import check_place

        check_place(listing.html)
