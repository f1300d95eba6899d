"""Columns of dates as columns of days.

A day is its number in the calendar, as ``datetime.date.toordinal`` gives it; an open end is a day
before or after all others, so that comparing numbers compares dates.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import polars as pl

from blastradius.model import dates

if TYPE_CHECKING:
    from numpy.typing import NDArray

OPEN_START: Final = -(2**31)
"""First day of what always was."""
OPEN_END: Final = 2**31 - 1
"""Last day of what never ends."""
_LAST_DAY = dt.date.max.toordinal()


def first_days(texts: pl.Series) -> NDArray[np.int32]:
    """Return the first day of each partial date, `OPEN_START` where there is none."""
    return _days(texts, "first", OPEN_START)


def last_days(texts: pl.Series) -> NDArray[np.int32]:
    """Return the last day of each partial date, `OPEN_END` where there is none."""
    return _days(texts, "last", OPEN_END)


def _days(texts: pl.Series, end: Literal["first", "last"], missing: int) -> NDArray[np.int32]:
    """Look each distinct date up once: the same few stand in most rows."""
    known = [text for text in texts.unique().to_list() if text is not None]
    if not known:
        return np.full(len(texts), missing, dtype=np.int32)
    days = []
    for text in known:
        day = getattr(dates.parse_partial(text), end)
        days.append(missing if day is None else day.toordinal())
    looked_up = texts.replace_strict(known, days, default=missing, return_dtype=pl.Int32)
    return looked_up.fill_null(missing).to_numpy()


def with_retention(last: NDArray[np.int32], retention: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the last day on which data is held; -1 days of retention are none.

    >>> with_retention(np.array([10, OPEN_END], dtype=np.int32), np.array([5, 5])).tolist()
    [15, 2147483647]
    """
    kept = np.minimum(last.astype(np.int64) + np.maximum(retention, 0), _LAST_DAY)
    return np.where(last == OPEN_END, last, kept).astype(np.int32)
