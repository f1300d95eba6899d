"""One block of paths: prepared, searched and decided on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blastradius.triage.block import Block
from blastradius.triage.decode import decode_line
from blastradius.triage.fold import fold_bytes, plain, spell_umlauts
from blastradius.triage.matching import Matcher
from blastradius.triage.vocabulary import Vocabulary

_NEWLINE = 0x0A
_ASCII = 0x80


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
    """Code of the first folders of the path."""
    folder_end: NDArray[np.int32]
    """Length of those folders in the prepared line [bytes]."""


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
    prepared: Prepared
    hits: Hits
    fires: Fires

    @property
    def n_lines(self) -> int:
        """Number of lines."""
        return len(self.line_start) - 1

    def path(self, line: int) -> bytes:
        """Return a path as the listing has it."""
        return self.block.paths[self.line_start[line] : self.line_start[line + 1] - 1]

    def folders(self, line: int, end: int) -> bytes:
        """Return the first folders of a path, umlauts spelled out."""
        start = int(self.prepared.line_start[line])
        return self.prepared.text[start : start + end]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Lines in the form in which they are searched."""

    text: bytes
    """Umlauts spelled out and accents dropped."""
    folded: bytes
    line_start: NDArray[np.int64]


def prepare(paths: bytes) -> Prepared:
    r"""Bring lines of any encoding into one form.

    >>> prepare("Škoda_Größe\n".encode()).folded
    b'skoda groesse\n'
    >>> prepare("Škoda_Größe\n".encode("cp1252")).folded
    b'skoda groesse\n'
    """
    text = spell_umlauts(paths)
    starts = line_starts(text)
    foreign = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) >= _ASCII)
    if len(foreign):
        # Lines with umlauts of other encodings, other accents or other scripts: few, one by one.
        lines = np.unique(np.searchsorted(starts, foreign, side="right") - 1)
        text = _rewritten(paths, line_starts(paths), lines, text, starts)
        starts = line_starts(text)
    return Prepared(text, fold_bytes(text), starts)


def _rewritten(
    paths: bytes,
    path_starts: NDArray[np.int64],
    lines: NDArray[np.int64],
    text: bytes,
    starts: NDArray[np.int64],
) -> bytes:
    pieces, done = [], 0
    for line in lines.tolist():
        raw = paths[path_starts[line] : path_starts[line + 1] - 1]
        begin, end = int(starts[line]), int(starts[line + 1]) - 1
        pieces += [text[done:begin], plain(decode_line(raw)).replace(b"\n", b" ")]
        done = end
    return b"".join([*pieces, text[done:]])


def line_starts(text: bytes) -> NDArray[np.int64]:
    r"""Return where each line begins, and the end of the text, shape (n_lines + 1,).

    >>> line_starts(b"a\nbc\n").tolist()
    [0, 2, 5]
    """
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _NEWLINE)
    return np.concatenate([[0], ends + 1]).astype(np.int64)


def classify(block: Block, vocabulary: Vocabulary, matcher: Matcher) -> Classified:
    """Find what the lines of a block name."""
    # Imported here, so that reading a lexicon needs no compiler.
    from blastradius.triage import kernels  # noqa: PLC0415

    prepared = prepare(block.paths)
    own_starts = line_starts(block.paths)
    matches = matcher.find(prepared.folded)
    room = 2 * len(own_starts) + 64
    while True:
        hits, fires = _rows(Hits, room), _rows(Fires, room)
        n_hits, n_fires = kernels.classify(
            np.frombuffer(prepared.text, dtype=np.uint8),
            np.frombuffer(prepared.folded, dtype=np.uint8),
            prepared.line_start,
            matches,
            vocabulary.lengths,
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
        own_starts,
        prepared,
        Hits(*(column[:n_hits] for column in hits)),
        Fires(*(column[:n_fires] for column in fires)),
    )


_TYPES = {
    "level": np.int8,
    "varieties": np.uint32,
    "folder": np.uint64,
}


def _rows(kind: type[NamedTuple], room: int) -> list[NDArray[np.generic]]:
    return [np.empty(room, dtype=_TYPES.get(name, np.int32)) for name in kind._fields]
