"""Dates as sources give them: a day, a month or a year, and windows of two such dates."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class Period(NamedTuple):
    """A closed period of days; ``None`` is an open end."""

    first: dt.date | None
    last: dt.date | None

    def overlaps(self, other: Period) -> bool:
        """Tell whether two closed periods share a day.

        >>> Period(None, dt.date(2020, 6, 30)).overlaps(Period(dt.date(2020, 6, 30), None))
        True
        """
        starts_in_time = self.first is None or other.last is None or self.first <= other.last
        ends_in_time = self.last is None or other.first is None or self.last >= other.first
        return starts_in_time and ends_in_time


def parse_partial(text: str) -> Period:
    """Return the days that a partial ISO date stands for.

    Raises
    ------
    ValueError
        If the text is not a day, month or year of the calendar.

    >>> parse_partial("2020-02")
    Period(first=datetime.date(2020, 2, 1), last=datetime.date(2020, 2, 29))
    """
    match = _PARTIAL.fullmatch(text)
    if match is None:
        msg = f"not a date: {text!r} (write YYYY, YYYY-MM or YYYY-MM-DD)"
        raise ValueError(msg)
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        assert year is not None
        if month is None:
            return Period(dt.date(year, 1, 1), dt.date(year, 12, 31))
        if day is None:
            next_month = dt.date(year + month // 12, month % 12 + 1, 1)
            return Period(dt.date(year, month, 1), next_month - dt.timedelta(days=1))
        return Period(dt.date(year, month, day), dt.date(year, month, day))
    except (ValueError, OverflowError):
        msg = f"not a date: {text!r} (no such day in the calendar)"
        raise ValueError(msg) from None


def parse_window(text: str) -> Period:
    """Return the days from first access to containment.

    One partial date is the window from its first to its last day; ``start/end`` may leave
    either side empty or as ``..`` for an open end.

    >>> parse_window("2022-07/2022-08-05")
    Period(first=datetime.date(2022, 7, 1), last=datetime.date(2022, 8, 5))
    >>> parse_window("2022-07/..").last is None
    True
    """
    start, slash, end = text.partition("/")
    if not slash:
        return parse_partial(start)
    first = None if start in ("", "..") else parse_partial(start).first
    last = None if end in ("", "..") else parse_partial(end).last
    if first is None and last is None and not (start or end):
        msg = f"not a window: {text!r} (write first-access/contained)"
        raise ValueError(msg)
    if first is not None and last is not None and first > last:
        msg = f"window {text!r} ends before it starts"
        raise ValueError(msg)
    return Period(first, last)


def live_period(since: str | None, until: str | None, retention_days: int | None = None) -> Period:
    """Return when an edge counts: [since, until + retention], missing dates open.

    >>> live_period("2015-01", "2020-06", 31).last
    datetime.date(2020, 7, 31)
    """
    first = parse_partial(since).first if since is not None else None
    last = parse_partial(until).last if until is not None else None
    if last is not None and retention_days:
        room = (dt.date.max - last).days
        last += dt.timedelta(days=min(retention_days, room))
    return Period(first, last)
