"""One block of paths: prepared, searched and decided on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blastradius.triage.block import Block
from blastradius.triage.decode import decode_line
from blastradius.triage.fold import plain, spelled
from blastradius.triage.matching import Matcher
from blastradius.triage.room import Room
from blastradius.triage.vocabulary import Vocabulary


class Hits(NamedTuple):
    """What was found: one row for each line and party that it names, or nobody."""

    line: NDArray[np.int32]
    party: NDArray[np.int32]
    """Row of the party, `NOBODY` for a line that names none."""
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


@dataclass(frozen=True, slots=True)
class Prepared:
    """Lines in the form in which they are searched."""

    text: NDArray[np.uint8]
    """Umlauts spelled out and accents dropped."""
    line_start: NDArray[np.int64]
    shared: NDArray[np.int32]
    """Bytes of the folders that each line begins with like the one before it."""
    folders: NDArray[np.int32]
    """Bytes of all its folders, up to the last slash: no more is shared with the next line."""
    path_start: NDArray[np.int64]
    """Where each line begins in the listing's own bytes."""


def prepare(paths: bytes, room: Room | None = None) -> Prepared:
    r"""Bring lines of any encoding into one form; in ``room`` until the next ones, if it is given.

    >>> prepare("Škoda_Größe\n".encode()).text.tobytes()
    b'Skoda_Groesse\n'
    >>> prepare("Škoda_Größe\n".encode("cp1252")).text.tobytes()
    b'Skoda_Groesse\n'
    """
    # Imported here, so that reading a lexicon needs no compiler.
    from blastradius.triage.kernels.normalise import normalise  # noqa: PLC0415

    room = Room() if room is None else room
    if paths and not paths.endswith(b"\n"):
        paths += b"\n"  # the kernels stop at line feeds, and look at no other bounds
    raw = np.frombuffer(paths, dtype=np.uint8)
    (text,) = room.take("text", (np.uint8,), len(raw))
    starts, own, shared, folders = room.filled(
        "lines",
        (np.int64, np.int64, np.int32, np.int32),
        len(raw) // 64,
        lambda rows: normalise(raw, spelled(), *rows, text),
    )
    broken = np.flatnonzero(starts & 1)
    starts >>= 1
    prepared = Prepared(text[: int(starts[-1])], starts, shared[:-1], folders[:-1], own.copy())
    return _mended(prepared, broken) if len(broken) else prepared


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


def classify(block: Block, vocabulary: Vocabulary, matcher: Matcher, room: Room) -> Classified:
    """Find what the lines of a block name; ``room`` is for what is needed on the way."""
    # Imported here, so that reading a lexicon needs no compiler.
    from blastradius.triage.kernels import decide as kernels  # noqa: PLC0415

    prepared = prepare(block.paths, room)
    text, line_start = prepared.text, prepared.line_start
    found = matcher.find(text, line_start, prepared.shared, room)
    n_lines = len(line_start) - 1
    rules, entries = vocabulary.rules, vocabulary.entries
    told, around, name_first = room.take("told", (np.uint32, np.uint8, np.int32), n_lines + 1)
    shape = n_lines, len(rules.has_second)
    (fired,) = room.take("fired", (np.uint64,), shape[0] * shape[1])
    fired = fired[: shape[0] * shape[1]].reshape(shape)
    names = room.filled(
        "names",
        (np.int32, np.int32),
        2 * n_lines,
        lambda rows: kernels.gather(
            line_start,
            prepared.shared,
            prepared.folders,
            found,
            entries,
            rules,
            fired,
            around,
            name_first,
            rows,
        ),
    )
    fires = room.filled(
        "fires",
        (np.int32, np.int32),
        4 * n_lines,
        lambda rows: kernels.fire(fired, rules.variety, told, rows),
    )
    *columns, places = room.filled(
        "hits",
        (*_HIT_TYPES, np.int64),
        2 * n_lines,
        lambda rows: kernels.name(
            text, line_start, names, entries, (told, around, name_first), rows[:-1], rows[-1]
        ),
    )
    hits = Hits(*(column.copy() for column in columns))
    n_parties = len(vocabulary.parties)
    kernels.place(text, line_start, prepared.shared, n_parties, tuple(hits), places)
    kept = Fires(*(column.copy() for column in fires))
    return Classified(block, prepared.path_start, hits, kept)


_HIT_TYPES = (np.int32, np.int32, np.int8, np.uint32, np.int32, np.uint64, np.int16)
"""Of the columns of `Hits`."""
