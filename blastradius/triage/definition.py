"""What a pattern finds in a line, written to be read.

The compiled search finds the same in millions of lines. This one needs no compiler, so it checks the
examples of a lexicon where one is read, and the search is tested against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from blastradius.triage.fold import FOLDING, plain
from blastradius.triage.letters import GUID, LEAST_RANDOM
from blastradius.triage.patterns import Edge, Pattern

_GUID: Final = re.compile(rb"(?=[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})", re.IGNORECASE)
_HEX: Final = re.compile(rb"[\da-f]+", re.IGNORECASE)


class Line(NamedTuple):
    """A line as it is searched; several separators in a row are one."""

    text: bytes
    """Umlauts spelled out and accents dropped."""
    folded: bytes
    """As long as the text."""


def line_of(path: str) -> Line:
    """Bring a line into the form in which it is searched.

    >>> line_of("Prüf - Bericht.PDF")
    Line(text=b'Pruef Bericht.PDF', folded=b'pruef bericht.pdf')
    """
    text, folded = bytearray(), bytearray()
    for byte in plain(path):
        if FOLDING[byte] == ord(" ") and folded.endswith(b" "):
            continue
        text.append(byte)
        folded.append(FOLDING[byte])
    return Line(bytes(text), bytes(folded))


def finds(patterns: Iterable[Pattern], line: Line) -> bool:
    """Tell whether one of several patterns is on a line.

    >>> from blastradius.triage.patterns import parse_pattern
    >>> [finds(parse_pattern("vw"), line_of(path)) for path in ("planVWGolf.pdf", "vwl.pdf")]
    [True, False]
    """
    return any(True for pattern in patterns for _ in occurrences(pattern, line))


def occurrences(pattern: Pattern, line: Line) -> Iterator[int]:
    """Yield where a pattern starts."""
    place = line.folded.find(pattern.literal)
    while place >= 0:
        end = place + len(pattern.literal)
        in_capitals = not any(ord("a") <= byte <= ord("z") for byte in line.text[place:end])
        if (
            _is_edge(pattern.left, line, place, place - 1)
            and _is_edge(pattern.right, line, end, end)
            and (in_capitals or not pattern.capitals)
            and not _in_random(line.text, place, end)
        ):
            yield place
        place = line.folded.find(pattern.literal, place + 1)


def _in_random(text: bytes, place: int, end: int) -> bool:
    """Tell whether a part of a line lies in a GUID or a hash: codes are found in any of these."""
    for match in _HEX.finditer(text):
        if match.start() <= place and end <= match.end():
            first = max(match.start(), place - GUID)  # no further: lines may be made to take long
            own = text[first : min(match.end(), first + 4 * GUID)]
            is_mixed = not own.isalpha() and not own.isdigit()
            if is_mixed and len(own) >= LEAST_RANDOM and end <= first + len(own):
                return True
    starts = (match.start() for match in _GUID.finditer(text))
    return any(start <= place and end <= start + GUID for start in starts)


def _is_edge(mode: Edge, line: Line, place: int, beside: int) -> bool:
    """Tell whether the border before ``place`` is one; ``beside`` is the neighbour outside."""
    text, folded = line
    if mode is Edge.ANY:
        return True
    if mode is Edge.FOLDER:
        return beside < 0 or folded[beside : beside + 1] == b"/"
    if not 0 <= beside < len(folded):
        return True
    outside, here = _kind(folded[beside]), _kind(folded[place])
    if outside == "other":
        return True
    if mode is Edge.EXACT:
        return False
    before = text[place - 1 : place]
    after = text[place + 1 : place + 2]
    is_hump = text[place : place + 1].isupper() and (before.islower() or after.islower())
    return here != _kind(folded[place - 1]) or is_hump


def _kind(byte: int) -> str:
    character = bytes((byte,))
    return "letter" if character.isalpha() else "digit" if character.isdigit() else "other"
