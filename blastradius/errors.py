"""Every error that blastradius raises on purpose.

All of them derive from :class:`BlastRadiusError`, so ``except BlastRadiusError`` catches
whatever the input or the question can cause. Constructor arguments stay in ``args``, which
keeps the errors picklable.
"""

from __future__ import annotations

from dataclasses import dataclass


class BlastRadiusError(Exception):
    """Base of every error raised on purpose. The command line prints it and exits with 1."""


@dataclass(frozen=True, order=True)
class Problem:
    """One fault of an input file.

    ``line`` and ``column`` count from 1; 0 means that the fault has no single place.
    """

    line: int
    column: int
    where: str
    message: str

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}" if self.line else ""
        return ": ".join(
            part for part in (", ".join(p for p in (place, self.where) if p), self.message) if part
        )


class GraphFileError(BlastRadiusError):
    """A graph file cannot be read, or does not describe a valid graph."""

    def __init__(self, path: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(path, problems)
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        noun = "problem" if len(self.problems) == 1 else "problems"
        lines = [f"{self.path}: {len(self.problems)} {noun}", *map(str, self.problems)]
        return "\n  ".join(lines)


class GraphError(BlastRadiusError):
    """A graph built in Python refers to something that it does not hold."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        noun = "problem" if len(self.problems) == 1 else "problems"
        return "\n  ".join([f"graph: {len(self.problems)} {noun}", *self.problems])


class ScenarioError(BlastRadiusError):
    """A scenario built in Python is not valid, or does not fit the graph."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        noun = "problem" if len(self.problems) == 1 else "problems"
        return "\n  ".join([f"scenario: {len(self.problems)} {noun}", *self.problems])


class CostsError(BlastRadiusError):
    """Costs given in Python are not valid, or do not fit the graph."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        noun = "problem" if len(self.problems) == 1 else "problems"
        return "\n  ".join([f"costs: {len(self.problems)} {noun}", *self.problems])


class ResultError(BlastRadiusError):
    """Plain data that should be a result of an analysis is none."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        noun = "problem" if len(self.problems) == 1 else "problems"
        return "\n  ".join([f"result: {len(self.problems)} {noun}", *self.problems])


class UnknownNameError(BlastRadiusError):
    """A party, incident, dataset or shipped graph was named that does not exist."""

    def __init__(self, kind: str, name: str, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(kind, name, suggestions)
        self.kind = kind
        self.name = name
        self.suggestions = suggestions

    def __str__(self) -> str:
        hint = ""
        if self.suggestions:
            hint = f" (did you mean {' or '.join(repr(s) for s in self.suggestions)}?)"
        return f"unknown {self.kind} {self.name!r}{hint}"


class AmbiguousNameError(BlastRadiusError):
    """A name or alias belongs to more than one party or incident."""

    def __init__(self, name: str, candidates: tuple[str, ...]) -> None:
        super().__init__(name, candidates)
        self.name = name
        self.candidates = candidates

    def __str__(self) -> str:
        listed = ", ".join(repr(c) for c in self.candidates)
        return f"{self.name!r} is ambiguous: it could be {listed}; use the id"


class QuestionError(BlastRadiusError):
    """The graph is sound, but the question put to it is not."""


class PatternError(BlastRadiusError):
    """A pattern for file names means nothing."""

    def __init__(self, pattern: str, reason: str) -> None:
        super().__init__(pattern, reason)
        self.pattern = pattern
        self.reason = reason

    def __str__(self) -> str:
        return f"pattern {self.pattern!r} {self.reason}"


class EngineInputError(BlastRadiusError):
    """Arrays or settings handed to the engine do not fit together."""


class ExactBudgetError(BlastRadiusError):
    """The exact engine would need more states than its budget allows."""

    def __init__(self, budget: int, uncertain_arcs: int, progress: float = 0.0) -> None:
        super().__init__(budget, uncertain_arcs, progress)
        self.budget = budget
        self.uncertain_arcs = uncertain_arcs
        self.progress = progress
        """Share of the arcs that was worked through before the budget ran out [1]."""

    def __str__(self) -> str:
        return (
            f"exact computation needs more than the budget of {self.budget:,} states "
            f"({self.uncertain_arcs:,} uncertain arcs); sample worlds instead"
        )


class OutputError(BlastRadiusError):
    """A result could not be written. Nothing was left half-written."""


class ListingError(BlastRadiusError):
    """A listing cannot be read at all, or asks for more than reading it may cost."""

    def __init__(self, name: str, message: str, place: str = "") -> None:
        super().__init__(name, message, place)
        self.name = name
        """Name of the file, escaped; after an exclamation mark the member of an archive."""
        self.message = message
        self.place = place
        """How far reading got, empty if that does not matter."""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.name, self.place, self.message) if part)
