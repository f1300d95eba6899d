"""Sizes and dates as the many programs write them, as numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.triage.block import NO_DAY, NO_SIZE

_EPOCH: Final = date(1970, 1, 1).toordinal()
_DAY_SECONDS: Final = 86_400
_MEMORY: Final = 100_000
"""Texts of dates that are remembered."""
_LONGEST_KNOWN: Final = 40
"""Longest text of a date that is remembered [bytes]."""

# Blanks and apostrophes between thousands in UTF-8, besides those of ASCII.
_WIDE_SEPARATORS: Final = re.compile("\u00a0|\u202f|\u2009|\u2019".encode())
_GROUPING: Final = b"., '"
_NUMBER: Final = re.compile(
    rb"\(?\s*(\d[\d., ']*?)\s*(?:([kmgtpe])(?:i?b|\b)|bytes?|b|octets|oktett)?\s*\)?", re.IGNORECASE
)
_UNITS: Final = {unit: 1024**power for power, unit in enumerate(b"kmgtpe", start=1)}
_MOST_DIGITS: Final = 18
_LONGEST: Final = 40
"""Longest text that can be a size [bytes]."""

_NUMERIC: Final = re.compile(rb"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})")
_COMPACT: Final = re.compile(rb"(\d{4})(\d\d)(\d\d)(?:\D|$)")
_YEAR_FIRST: Final = re.compile(rb"(\d\d)-([A-Za-z]{3})-(\d\d)\b")
_NAMED: Final = re.compile(
    rb"(?:(\d{1,2})\.? +)?([A-Za-z\x80-\xff]{3,9})\.?,? +(?:(\d{1,2})[.,]? +)?"
    rb"(?:\d\d:\d\d(?::\d\d)? +)?(\d{4})(?![:\d])"
)
_SECONDS: Final = re.compile(rb"(\d{9,10})(?:\.\d+)?|(\d{12,13})|(\d{17,18})")
_TICKS_DAY: Final = 864_000_000_000
_TICKS_START: Final = date(1601, 1, 1).toordinal() - _EPOCH
_MONTHS: Final = {
    name.encode(): number
    for number, names in enumerate(
        (
            "jan janv ene gen januar january",
            "feb févr fév febr februar february",
            "mar mär mrz mars märz march",
            "apr avr abr april",
            "may mai mag maj mei",
            "jun juin giu juni june",
            "jul juil lug juli july",
            "aug août ago august",
            "sep sept set september",
            "oct okt ott october oktober",
            "nov november",
            "dec dez dic déc december dezember",
        ),
        start=1,
    )
    for name in names.split()
}


def sizes_of(texts: Sequence[bytes], *, grouped: bool = False) -> NDArray[np.int64]:
    """Read sizes, `NO_SIZE` where a text is none [bytes].

    Parameters
    ----------
    texts : sequence of bytes
        Such as ``12345``, ``1.5K`` and, between thousands, any of the usual signs.
    grouped : bool, optional
        Whether dots and commas are always signs between thousands.

    >>> sizes_of([b"12345", b"1.5K", b"1,234,567", b""]).tolist()
    [12345, 1536, 1234567, -1]
    >>> sizes_of([b"     12.345", b"         7"], grouped=True).tolist()
    [12345, 7]
    """
    joined = b"\n".join(texts)
    if grouped and not joined.isascii():
        joined = _WIDE_SEPARATORS.sub(b"", joined)
    digits = joined.translate(None, _GROUPING if grouped else b" ")
    if digits.translate(None, b"\n").isdigit():
        sizes: NDArray[np.int64] = np.fromstring(digits, dtype=np.int64, sep="\n")
        if len(sizes) == len(texts):
            sizes[sizes == np.iinfo(np.int64).max] = NO_SIZE  # too long for a number
            return sizes
    known: dict[bytes, int] = {}
    for text in texts:
        if text not in known:
            simple = text.isdigit() and len(text) <= _MOST_DIGITS
            known[text] = int(text) if simple else _size(text, grouped=grouped)
    return np.fromiter(map(known.__getitem__, texts), dtype=np.int64, count=len(texts))


def _size(text: bytes, *, grouped: bool) -> int:
    if not text.isascii():
        text = _WIDE_SEPARATORS.sub(b" ", text)
    text = text.strip()
    match = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return NO_SIZE
    whole, fraction = _split_number(match[1], grouped=grouped)
    if not whole or len(whole) > _MOST_DIGITS:
        return NO_SIZE
    factor = _UNITS[match[2].lower()[0]] if match[2] else 1
    size: int = int(whole) * factor + int(fraction or b"0") * factor // 10 ** len(fraction)
    return size if size < 2**63 else NO_SIZE


def _split_number(number: bytes, *, grouped: bool) -> tuple[bytes, bytes]:
    """Split at the decimal sign: the last dot or comma, unless three digits follow it.

    >>> _split_number(b"1.234,5", grouped=False), _split_number(b"1,234", grouped=False)
    ((b'1234', b'5'), (b'1234', b''))
    """
    place = max(number.rfind(b"."), number.rfind(b","))
    fraction = number[place + 1 :]
    if grouped or place < 0 or not fraction.isdigit() or len(fraction) == 3:
        return number.translate(None, _GROUPING), b""
    return number[:place].translate(None, _GROUPING), fraction[:_MOST_DIGITS]


class Calendar(dict[bytes, int]):
    """Days of dates; the order of day and month is decided by the dates that allow only one.

    The decision is made for each listing at the first dates that tell. Until then the day comes
    first, or the month if the time of day is written with AM and PM.

    >>> Calendar().days([b"2023-02-01", b"01.02.2023", b"Feb  1  2023", b"Feb  1 10:15"]).tolist()
    [19389, 19389, 19389, -2147483648]
    >>> Calendar().days([b"02/01/2023", b"02/13/2023"]).tolist()
    [19389, 19401]
    """

    def __init__(self, *, month_first: bool = False) -> None:
        super().__init__()
        self._month_first = month_first
        self._decided = False

    def prefer_month_first(self) -> None:
        """Say that the month comes first as long as no date tells."""
        if not self._decided and not self._month_first:
            self._month_first = True
            self.clear()

    def days(self, texts: Sequence[bytes]) -> NDArray[np.int32]:
        """Return the days since 1970-01-01, `NO_DAY` where a text is no date with a year."""
        if not self._decided:
            self._decide(set(texts))
        days = np.fromiter(map(self.__getitem__, texts), dtype=np.int32, count=len(texts))
        if len(self) > _MEMORY:
            self.clear()
        return days

    def _decide(self, texts: set[bytes]) -> None:
        balance = 0
        for match in map(_NUMERIC.match, texts):
            if match is not None and match[2] != b"." and len(match[1]) < 3:
                first, second = int(match[1]), int(match[3])
                balance += (second > 12 >= first) - (first > 12 >= second)
        if balance:
            self._month_first, self._decided = balance > 0, True
            self.clear()

    def __missing__(self, text: bytes) -> int:
        day = self._day(text.strip())
        if len(text) <= _LONGEST_KNOWN:
            self[text] = day
        return day

    def _day(self, text: bytes) -> int:
        match = _NUMERIC.match(text)
        if match is not None:
            return self._numeric(match)
        if match := _YEAR_FIRST.match(text):
            return _day_of(_year(match[1]), _MONTHS.get(match[2].lower(), 0), int(match[3]))
        if match := _NAMED.match(text):
            return _day_of(int(match[4]), _month(match[2]), int(match[1] or match[3] or 0))
        if match := _SECONDS.fullmatch(text):
            return _counted(match)
        if match := _COMPACT.match(text):
            return _day_of(int(match[1]), int(match[2]), int(match[3]))
        return NO_DAY

    def _numeric(self, match: re.Match[bytes]) -> int:
        if len(match[1]) > 2:
            return _day_of(int(match[1]), int(match[3]), int(match[4][:2]))
        first, second, year = int(match[1]), int(match[3]), _year(match[4])
        if self._month_first and match[2] != b".":
            first, second = second, first
        day = _day_of(year, second, first)
        # An impossible date is rather one in the other order than none.
        return day if day != NO_DAY else _day_of(year, first, second)


def _counted(match: re.Match[bytes]) -> int:
    """Return the day of a time that is counted in seconds, milliseconds or ticks of Windows.

    >>> [_counted(_SECONDS.fullmatch(text)) for text in (b"1675209600", b"133196832000000000")]
    [19389, 19389]
    """
    if match[3]:
        return int(match[3]) // _TICKS_DAY + _TICKS_START
    return int(match[1] or match[2]) // (_DAY_SECONDS if match[1] else _DAY_SECONDS * 1000)


def _year(text: bytes) -> int:
    year = int(text)
    return year if len(text) > 2 else year + (2000 if year < 70 else 1900)


def _month(name: bytes) -> int:
    """Return the number of a month, 0 if it is none.

    >>> _month("Mär".encode()), _month(b"Dezember"), _month(b"xyz")
    (3, 12, 0)
    """
    return _MONTHS.get(name.decode("utf-8", "replace").lower().encode(), 0)


def _day_of(year: int, month: int, day: int) -> int:
    try:
        return date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return NO_DAY
