"""The table of default numbers that ships with the package."""

from __future__ import annotations

import csv
from pathlib import Path

_TABLE = Path(__file__).parent / "data" / "priors.csv"


def read_prior_rows() -> list[dict[str, str]]:
    """Return the rows of the shipped table, in file order, comment lines left out.

    >>> read_prior_rows()[0]["key"]
    'disclosed/hacking'
    """
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))
