"""The small language in which words of file names are written, and what they compile to.

A pattern is one literal to search for and conditions on its edges, so that one multi-pattern search
finds the candidates of all patterns, and only those are looked at closely.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

from blastradius.errors import PatternError
from blastradius.triage.fold import fold_text

LEAST_LETTERS: Final = 2
"""Shortest literal: anything shorter is in every line."""

LONGEST: Final = 200


class Edge(IntEnum):
    """What may stand beside a literal."""

    ANY = 0
    """Anything."""
    WORD = 1
    """A separator, the end of the line, a change between letter and digit, or a camelCase hump."""
    EXACT = 2
    """Neither a letter nor a digit."""
    FOLDER = 3
    """A slash; or, before the literal, the beginning of the line."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One literal in its folded form, and its edges."""

    literal: bytes
    left: Edge
    right: Edge
    capitals: bool
    """Whether the original must be in capitals."""


@lru_cache(maxsize=65_536)
def parse_pattern(text: str) -> tuple[Pattern, ...]:
    """Compile one written pattern; several words also match without the blanks between them.

    Raises
    ------
    PatternError
        If it is empty, too long or has a sign where it means nothing.

    Examples
    --------
    >>> parse_pattern("Lastenheft*")
    (Pattern(literal=b'lastenheft', left=<Edge.WORD: 1>, right=<Edge.ANY: 0>, capitals=False),)
    >>> [p.literal for p in parse_pattern("robert bosch")]
    [b'robert bosch', b'robertbosch']
    >>> parse_pattern(".a2l")[0].right, parse_pattern("/hr/")[0].left, parse_pattern("GM!")[0].capitals
    (<Edge.EXACT: 2>, <Edge.FOLDER: 3>, True)
    """
    core, left, right, capitals = _edges(text)
    literal = b" ".join(fold_text(core).split()).strip(b"/ ")
    if not any(chr(byte).isalnum() or byte > 127 for byte in literal):
        raise PatternError(text, "has no letter or digit")
    if len(literal) < LEAST_LETTERS:
        raise PatternError(text, f"is too short: at least {LEAST_LETTERS} characters")
    if len(literal) > LONGEST:
        raise PatternError(text[:40] + "...", f"is longer than {LONGEST} characters")
    joined = literal.replace(b" ", b"")
    return tuple(Pattern(each, left, right, capitals) for each in dict.fromkeys((literal, joined)))


def _edges(text: str) -> tuple[str, Edge, Edge, bool]:
    """Take the signs off a pattern."""
    core = text.strip()
    capitals = core.endswith("!")
    core = core.removesuffix("!")
    left = right = Edge.WORD
    if core.startswith("="):
        core, left, right = core[1:], Edge.EXACT, Edge.EXACT
    elif len(core) > 2 and core.startswith("/") and core.endswith("/"):
        core, left, right = core[1:-1], Edge.FOLDER, Edge.FOLDER
    elif core.startswith("."):
        left, right = Edge.ANY, Edge.EXACT
    else:
        if core.startswith("*"):
            core, left = core[1:], Edge.ANY
        if core.endswith("*"):
            core, right = core[:-1], Edge.ANY
    if "*" in core:
        raise PatternError(text, "has a '*' inside: it stands at the beginning or the end")
    return core, left, right, capitals
