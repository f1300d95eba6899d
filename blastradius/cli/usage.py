"""The error of a command line that does not make sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blastradius.model.text import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable


_FEW = 25
"""Words that an error message may list."""


class UsageError(Exception):
    """Options that are unknown, malformed or contradict each other. Exit code 2."""

    def __init__(self, message: str, command: str | None = None) -> None:
        super().__init__(message, command)
        self.message = message
        self.command = command
        """Command whose help may tell more, empty for the whole; None for the one that ran."""

    def __str__(self) -> str:
        return self.message


def check_words(option: str, words: Iterable[str], known: Collection[str]) -> None:
    """Refuse a word that an option does not know.

    Raises
    ------
    UsageError
        With the nearest known word, and with all of them unless they are many.
    """
    for word in words:
        if word not in known:
            hint = did_you_mean(word, known)
            if not hint or len(known) <= _FEW:
                hint += f" (choose from {', '.join(known)})"
            msg = f"{option}: unknown value {quoted(word)}{hint}"
            raise UsageError(msg)


def whole_number(option: str) -> Callable[[str], int]:
    """Return what reads the value of an option that takes whole numbers.

    >>> whole_number("--top")("3")
    3
    """

    def read(text: str) -> int:
        try:
            return int(text)
        except ValueError:
            msg = f"{option}: must be a whole number such as 10, got {quoted(text)}"
            raise UsageError(msg) from None

    return read


def any_number(option: str) -> Callable[[str], float]:
    """Return what reads the value of an option that takes numbers.

    >>> any_number("--budget")("2.5")
    2.5
    """

    def read(text: str) -> float:
        try:
            return float(text)
        except ValueError:
            msg = f"{option}: must be a number such as 2.5, got {quoted(text)}"
            raise UsageError(msg) from None

    return read
