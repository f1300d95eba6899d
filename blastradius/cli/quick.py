"""The short way to ``analyze``: plain options read without a command-line library.

Importing typer and letting it convert one string costs more than reading the graph and computing
the answer. So the common command is read here, and whatever is not plainly well formed, help
and mistakes included, goes the long way. A test holds this table and the options of
:mod:`blastradius.cli.analyze` together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from blastradius.cli.answer import ListOptions
from blastradius.cli.question import QuestionOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class QuickOption(NamedTuple):
    """How an option is read."""

    field: str
    """Field of :class:`QuestionOptions` or :class:`ListOptions`."""
    convert: Callable[[str], Any] | None = str
    """From text to value; None for a flag."""
    is_repeatable: bool = False


OPTIONS = {
    "--graph": QuickOption("graph"),
    "--incident": QuickOption("incident"),
    "--hypothetical": QuickOption("hypothetical", None),
    "--action": QuickOption("actions", is_repeatable=True),
    "--as-of": QuickOption("as_of"),
    "--observe": QuickOption("observe", is_repeatable=True),
    "--observations": QuickOption("observations", is_repeatable=True),
    "--scenario": QuickOption("scenario"),
    "--exact": QuickOption("exact", None),
    "--worlds": QuickOption("worlds", int),
    "--precision": QuickOption("precision", float),
    "--rng-seed": QuickOption("rng_seed", int),
    "--role": QuickOption("roles", is_repeatable=True),
    "--min-score": QuickOption("min_score", float),
    "--top": QuickOption("top", int),
    "--group": QuickOption("group", None),
    "--format": QuickOption("format"),
    "--output": QuickOption("output"),
    "--html": QuickOption("html"),
    "--max-nodes": QuickOption("max_nodes", int),
}


class QuickCommand(NamedTuple):
    """An ``analyze`` command that was plain to read."""

    target: str
    question: QuestionOptions
    listing: ListOptions


def read_quickly(arguments: Sequence[str]) -> QuickCommand | None:
    """Read an ``analyze`` command, or return None to let the long way judge it.

    >>> read_quickly(["analyze", "nio", "--top", "3"]).listing.top
    3
    >>> read_quickly(["analyze", "nio", "--help"]) is None
    True
    """
    if not arguments or arguments[0] != "analyze":
        return None
    words = _Words(arguments[1:])
    try:
        targets, values = words.read()
    except ValueError:
        return None
    if len(targets) != 1:
        return None
    return QuickCommand(
        targets[0],
        QuestionOptions(**{key: values[key] for key in QuestionOptions._fields if key in values}),
        ListOptions(**{key: values[key] for key in ListOptions._fields if key in values}),
    )


class _Words:
    """Arguments that are consumed from the left; anything odd is a ValueError."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._rest = list(reversed(arguments))

    def read(self) -> tuple[list[str], dict[str, Any]]:
        targets: list[str] = []
        values: dict[str, Any] = {}
        while self._rest:
            word = self._rest.pop()
            if word.startswith("-"):
                self._read_option(word, values)
            else:
                targets.append(word)
        return targets, values

    def _read_option(self, word: str, values: dict[str, Any]) -> None:
        name, equals, attached = word.partition("=")
        option = OPTIONS.get(name)
        if option is None or (equals and option.convert is None):
            raise ValueError(word)
        if option.convert is None:
            values[option.field] = True
            return
        value = option.convert(attached if equals else self._value())
        if option.is_repeatable:
            values[option.field] = (*values.get(option.field, ()), value)
        else:
            values[option.field] = value

    def _value(self) -> str:
        if not self._rest or self._rest[-1].startswith("-"):
            raise ValueError
        return self._rest.pop()
