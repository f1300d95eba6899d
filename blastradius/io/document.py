"""What reading a text gives, whatever its notation: plain data, faults of form, and places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from blastradius.errors import Problem
from blastradius.model.check import Location, spell

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_DEPTH = 50
"""Levels of nesting; a graph needs nine."""


MAX_DIGITS = 400
"""Digits of a whole number; converting a great many takes quadratic time."""


class Place(NamedTuple):
    """Where a value stands in its text, and its key if it has one; counted from 1."""

    line: int
    column: int
    key_line: int
    key_column: int


@dataclass
class Document:
    """Plain data of one text.

    ``places`` holds the values that the caller asked for. Positions of everything would cost more
    than the reading, and a sound file needs none.
    """

    data: Any = None
    problems: list[Problem] = field(default_factory=list)
    places: dict[Location, Place] = field(default_factory=dict)

    def add_problem(self, line: int, column: int, location: Location, message: str) -> None:
        """Note a fault of form that does not stop the reading."""
        self.problems.append(Problem(line, column, spell(location), message))

    def find(self, location: Location) -> Place | None:
        """Return the place of a value, or else of the nearest value that contains it."""
        for end in range(len(location), -1, -1):
            place = self.places.get(location[:end])
            if place is not None:
                return place
        return None


class UnreadableTextError(Exception):
    """The text ends in the middle of nowhere: nothing after this problem can be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


def with_containers(locations: Collection[Location]) -> frozenset[Location]:
    """Add to some locations all that contain them, up to the top."""
    return frozenset(location[:end] for location in locations for end in range(len(location) + 1))
