"""One block of paths: prepared, searched and decided on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blastradius.triage.block import Block
from blastradius.triage.decode import decode_line
from blastradius.triage.fold import FOLDING, plain, spelled
from blastradius.triage.matching import Matcher
from blastradius.triage.vocabulary import Vocabulary

_FOLDER = re.compile(rb"([^/\\])[/\\]")
"""The end of a folder and the slash after it."""


class Hits(NamedTuple):
    """What was found: one row for each line and party that it names, or nobody."""

    line: NDArray[np.int32]
    party: NDArray[np.int32]
    """Row of the party, `kernels.NOBODY` for a line that names none."""
    level: NDArray[np.int8]
    """`NEAR_MISS`, `MEDIUM` or `HIGH`."""
    varieties: NDArray[np.uint32]
    """Bits of the varieties of the line."""
    term: NDArray[np.int32]
    """Number of the term that decided, -1 for nobody."""
    folder: NDArray[np.uint64]
    """Code of the folder that speaks for the name; 0 where no name counts."""
    steps: NDArray[np.int16]
    """Steps of the path down to it; negative where it does not bear the name itself."""


class Fires(NamedTuple):
    """Which rules fire on which lines."""

    line: NDArray[np.int32]
    rule: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Classified:
    """A block and what was found in it."""

    block: Block
    line_start: NDArray[np.int64]
    """Of the block's own lines, shape (n_lines + 1,)."""
    hits: Hits
    fires: Fires

    @property
    def n_lines(self) -> int:
        """Number of lines."""
        return len(self.line_start) - 1

    def path(self, line: int) -> bytes:
        """Return a path as the listing has it."""
        return self.block.paths[self.line_start[line] : self.line_start[line + 1] - 1]

    def folders(self, line: int, steps: int) -> bytes:
        """Return the first steps of a path as the listing has them."""
        path = self.path(line)
        ends = [match.end(1) for match in islice(_FOLDER.finditer(path), abs(steps))]
        return path[: ends[-1] if ends else 0]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Lines in the form in which they are searched."""

    text: NDArray[np.uint8]
    """Umlauts spelled out and accents dropped."""
    folded: NDArray[np.uint8]
    line_start: NDArray[np.int64]
    path_start: NDArray[np.int64]
    """Where each line begins in the listing's own bytes."""


def prepare(paths: bytes) -> Prepared:
    r"""Bring lines of any encoding into one form.

    >>> prepare("Škoda_Größe\n".encode()).folded.tobytes()
    b'skoda groesse\n'
    >>> prepare("Škoda_Größe\n".encode("cp1252")).folded.tobytes()
    b'skoda groesse\n'
    """
    # Imported here, so that reading a lexicon needs no compiler.
    from blastradius.triage import kernels  # noqa: PLC0415

    raw = np.frombuffer(paths, dtype=np.uint8)
    text, folded = np.empty_like(raw), np.empty_like(raw)
    starts, own = (np.empty(paths.count(b"\n") + 1, dtype=np.int64) for _ in range(2))
    folding = np.frombuffer(FOLDING, dtype=np.uint8)
    n_bytes, n_broken = kernels.normalise(raw, spelled(), starts, own, text, folded, folding)
    prepared = Prepared(text[:n_bytes], folded[:n_bytes], starts >> 1, own)
    return _mended(prepared, np.flatnonzero(starts[:-1] & 1)) if n_broken else prepared


def _mended(prepared: Prepared, lines: NDArray[np.int64]) -> Prepared:
    """Decode lines that are no UTF-8, one by one: they are few, or the listing is of one encoding."""
    starts, written = prepared.line_start, prepared.text.tobytes()
    pieces, done = [], 0
    for line in lines.tolist():
        begin, end = int(starts[line]), int(starts[line + 1]) - 1
        spelt = plain(decode_line(written[begin:end])).replace(b"\n", b" ")
        pieces += [written[done:begin], spelt]
        done = end
    text = b"".join([*pieces, written[done:]])
    return replace(prepare(text), path_start=prepared.path_start)


def classify(block: Block, vocabulary: Vocabulary, matcher: Matcher) -> Classified:
    """Find what the lines of a block name."""
    # Imported here, so that reading a lexicon needs no compiler.
    from blastradius.triage import kernels  # noqa: PLC0415

    prepared = prepare(block.paths)
    found = matcher.find(prepared.text, prepared.folded, prepared.line_start)
    room = 2 * len(prepared.line_start) + 64
    while True:
        hits, fires = _rows(Hits, room), _rows(Fires, room)
        n_hits, n_fires = kernels.classify(
            prepared.text,
            prepared.folded,
            prepared.line_start,
            found,
            vocabulary.entries,
            vocabulary.rules,
            vocabulary.n_words,
            tuple(hits),
            tuple(fires),
        )
        if n_hits >= 0:
            break
        room *= 4
    return Classified(
        block,
        prepared.path_start,
        Hits(*(column[:n_hits] for column in hits)),
        Fires(*(column[:n_fires] for column in fires)),
    )


_TYPES = {
    "level": np.int8,
    "varieties": np.uint32,
    "folder": np.uint64,
    "steps": np.int16,
}


def _rows(kind: type[Hits | Fires], room: int) -> list[NDArray[Any]]:
    return [np.empty(room, dtype=_TYPES.get(name, np.int32)) for name in kind._fields]
