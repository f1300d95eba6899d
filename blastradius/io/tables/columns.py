"""Columns made by a program, before they are tables; without the columnar library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True)
class Coded:
    """A column of text with few distinct values, or with the ids of another table."""

    codes: NDArray[Any]
    """Place of each cell's text in ``words``; -1 for an empty cell."""
    words: Sequence[str]


Cells = Coded | Sequence[str] | NDArray[Any]
"""Cells of one column. In numbers, NaN and -1 are empty cells."""

Columns = Mapping[str, Mapping[str, Cells]]
"""Cells by table and column, as :mod:`blastradius.io.tables.layout` names them."""
