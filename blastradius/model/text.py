"""Text for people: foreign text made safe to show, and the nearest of some valid words."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_MANY = 5_000


def printable(text: str, limit: int | None = None) -> str:
    r"""Escape what could move the cursor, hide or reorder text, and cut to ``limit`` characters.

    Control characters, bidirectional overrides and zero-width characters come out as Python
    escapes; spaces of any width stay. The result has at most ``limit`` characters.

    >>> printable("Acme\x1b[31m \u202egro.live")
    'Acme\\x1b[31m \\u202egro.live'
    >>> printable("a long name", 8)
    'a lon...'
    """
    return _cut(text, limit, spaces="Zs")


def quoted(text: str, limit: int = 80) -> str:
    r"""Return foreign text in quotes for a message, where a hidden space is a likely mistake.

    >>> quoted("acme"), quoted("acme\xa0")
    ("'acme'", "'acme\\xa0'")
    """
    return f"'{_cut(text, limit, spaces='')}'"


def _cut(text: str, limit: int | None, spaces: str) -> str:
    # Cut before escaping too, so that a value of a million characters costs nothing.
    shown = text if limit is None else text[: limit + 1]
    if not shown.isprintable():
        shown = "".join(
            character
            if character.isprintable() or unicodedata.category(character) == spaces
            else repr(character)[1:-1]
            for character in shown
        )
    if limit is not None and len(shown) > limit:
        return shown[: max(limit - 3, 0)] + "..."
    return shown


def nearest(word: str, choices: Collection[str]) -> str | None:
    """Return the choice that was probably meant, or None; capitals do not count.

    >>> nearest("acme-payrol", ["acme", "acme-payroll"])
    'acme-payroll'
    >>> nearest("x", ["acme"]) is None
    True
    """
    import difflib  # noqa: PLC0415 - only a mistake pays for it

    word = word[:200].casefold()
    folded = {choice.casefold(): choice for choice in _plausible(word, choices)}
    if word in folded:
        return folded[word]
    matches = difflib.get_close_matches(word, folded, n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None


def _plausible(word: str, choices: Collection[str]) -> Iterable[str]:
    """Narrow a long list to words of like length with the same beginning and end.

    Comparing all in full would take minutes.
    """
    if len(choices) <= _MANY:
        return choices
    import heapq  # noqa: PLC0415 - only a mistake pays for it
    from os.path import commonprefix  # noqa: PLC0415

    backward = word[::-1]

    def alike(choice: str) -> int:
        folded = choice.casefold()
        ends = ((word, folded), (backward, folded[::-1]))
        return sum(len(commonprefix(pair)) for pair in ends)  # noqa: RUF071 - letters are meant

    similar = (
        choice
        for choice in choices
        if abs(len(choice) - len(word)) <= 2 and choice[:1].casefold() == word[:1]
    )
    return heapq.nlargest(_MANY, similar, key=alike)


def did_you_mean(word: str, choices: Collection[str]) -> str:
    """Return the hint that follows an unknown word, empty when nothing is near.

    >>> did_you_mean("oen", ["oem", "tier1"])
    " (did you mean 'oem'?)"
    """
    match = nearest(word, choices)
    return f" (did you mean {quoted(match)}?)" if match is not None else ""
