"""What ``analyze`` does once its options are read; imports no command-line library."""

from __future__ import annotations

from typing import NamedTuple

from blastradius.cli.output import deliver
from blastradius.cli.question import QuestionOptions, ask
from blastradius.cli.usage import UsageError, check_words
from blastradius.model.vocabulary import ROLES

FORMATS = ("table", "json", "csv", "markdown")


class ListOptions(NamedTuple):
    """The options that decide what is listed and where it goes."""

    roles: tuple[str, ...] = ()
    min_score: float = 0.0
    top: int | None = None
    format: str | None = None
    output: str | None = None


def answer(target: str, question: QuestionOptions, listing: ListOptions) -> None:
    """Analyse a breach and print or write the answer."""
    _check(listing)
    result = ask(target, question).listing(
        roles=listing.roles,
        min_score=listing.min_score,
        top=listing.top,
        grouped=question.group,
    )
    deliver(
        listing.format,
        listing.output,
        {
            "table": lambda look: result.to_text(width=look.width, colour=look.colour),
            "json": lambda _: result.to_json(),
            "csv": lambda _: result.to_csv(),
            "markdown": lambda _: result.to_markdown(),
        },
    )


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
