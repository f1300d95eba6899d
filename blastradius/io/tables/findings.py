"""Problems of tables, gathered until all are known; each names its file, row and column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from blastradius.errors import GraphFileError, Problem
from blastradius.io.files import MAX_PROBLEMS
from blastradius.io.tables.layout import TABLES
from blastradius.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray


_COLUMNS = {
    (order, column.name): place
    for order, table in enumerate(TABLES.values())
    for place, column in enumerate(table.columns)
}
"""Place of each column in its table, by the place of the table."""


@dataclass(frozen=True)
class Place:
    """Where the rows of one table stand."""

    file: str
    """Name of the file in the folder."""
    order: int
    """Place of the table among all tables."""
    lines: NDArray[np.int64] | None = None
    """Line on which each row of a CSV file starts; None for Parquet, which has row numbers."""

    def of_row(self, row: int) -> str:
        """Name a row as a reader finds it, counted from 1; the header of a CSV file counts too.

        >>> Place("parties.parquet", 0).of_row(0)
        'parties.parquet, row 1'
        """
        if self.lines is None:
            return f"{self.file}, row {row + 1:,}"
        return f"{self.file}, line {self.lines[row]:,}"


class _Finding(NamedTuple):
    order: int
    row: int
    column: int
    number: int
    problem: Problem
    has_cell: bool


@dataclass
class Findings:
    """What is wrong with a folder of tables."""

    found: list[_Finding] = field(default_factory=list)
    more: int = 0
    """Problems that were counted but not written out."""

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, place: Place, message: str, *, row: int = -1, column: str = "") -> None:
        """Note one problem of a file, of one of its rows or of a column."""
        where = place.of_row(row) if row >= 0 else place.file
        if column:
            where += f", {printable(column, 80)}"
        problem, has_cell = Problem(0, 0, where, message), row >= 0 and bool(column)
        at = _COLUMNS.get((place.order, column), -1)
        self.found.append(_Finding(place.order, row, at, len(self.found), problem, has_cell))

    def add_rows(
        self, place: Place, column: str, rows: Sequence[int], say: Callable[[int], str]
    ) -> None:
        """Note the same kind of problem for some rows; ``say`` tells of the k-th of them."""
        for k, row in enumerate(rows[:MAX_PROBLEMS]):
            self.add(place, say(k), row=int(row), column=column)
        self.more += max(0, len(rows) - MAX_PROBLEMS)

    def add_values(
        self,
        place: Place,
        column: str,
        rows: Sequence[int],
        values: Sequence[Any],
        say: Callable[[Any], str],
    ) -> None:
        """Note the same kind of problem for some values; ``values`` may stop at the cap."""
        self.add_rows(place, column, rows, lambda k: say(values[k]))

    def add_general(self, message: str) -> None:
        """Note a problem without a place."""
        problem = Problem(0, 0, "", message)
        self.found.append(_Finding(-1, -1, -1, len(self.found), problem, has_cell=False))

    def failure(self, folder: str) -> GraphFileError:
        """Return the error that tells all, in the order of tables and rows."""
        problems = _once_each(sorted(self.found))
        more = self.more + max(0, len(problems) - MAX_PROBLEMS)
        shown = problems[:MAX_PROBLEMS]
        if more:
            shown.append(Problem(0, 0, "", f"and {more:,} more"))
        return GraphFileError(printable(folder, 200), tuple(shown))


def _once_each(found: Iterable[_Finding]) -> list[Problem]:
    """Keep the first word on each cell: it is the most basic one, and later ones follow from it."""
    kept: dict[tuple[str, str], Problem] = {}
    for finding in found:
        problem = finding.problem
        kept.setdefault((problem.where, "" if finding.has_cell else problem.message), problem)
    return list(kept.values())
