"""Reading listings: from the names of files to blocks of paths, and what can be said of the reading."""

from __future__ import annotations

import dataclasses
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from blastradius.errors import UnknownNameError
from blastradius.model.text import nearest
from blastradius.triage.block import MAX_LINE, Block, ReadingCounts
from blastradius.triage.formats import FORMATS, PLAIN, SAMPLE_BYTES, detect
from blastradius.triage.formats.parser import Parser
from blastradius.triage.interrupts import Interrupt
from blastradius.triage.lines import (
    LOOK_BYTES,
    Layout,
    Lines,
    find_layout,
    line_blocks,
    lines_of,
)
from blastradius.triage.sample import PIECE_BYTES, chosen_pieces
from blastradius.triage.streams import Listing, find_places, open_listings
from blastradius.triage.unpack import RawFile

Progress = Callable[[int, int | None], None]
"""Takes the bytes of the files used so far, and of all of them, None if that is not known."""

_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
NO_TEXT: Final = "does not look like text, so it was not read; --format plain reads it nevertheless"

CUT_OFF: Final = "ends before the end that its format has: it may be cut off"

NO_LISTING: Final = (
    "reads like a letter, not like a list of files, so it was not read; --format plain reads it "
    "nevertheless"
)

_PATH: Final = re.compile(rb"[/\\]|\.[\w~\x80-\xff-]{1,8}(?:[\s'\"*,;|)]+(?:\([^)]*\))?)?$")
"""What paths have and sentences have not: a slash or an ending."""

_LEAST_LINES: Final = 3
_WORDY: Final = 3
"""Blanks of a line from which on it may be a sentence."""

_MOST_CONTROLS: Final = 0.05
"""Share of control characters from which on a file is not taken for text."""


@dataclass(slots=True)
class InputReading:
    """What was read of one listing."""

    name: str
    """File, escaped; after an exclamation mark the member of an archive."""
    compression: str
    """``gzip``, ``xz``, ``bzip2``, ``zstd``, ``zip``, or empty."""
    raw: RawFile
    """The file as it is on disk; the members of an archive share it."""
    format: str = ""
    """One of `FORMATS`, empty for an empty listing."""
    n_bytes: int = 0
    """Bytes after decompression."""
    counts: ReadingCounts = field(default_factory=ReadingCounts)
    """Lines by what they are."""
    problems: list[str] = field(default_factory=list)
    """Why the listing is not complete, or not to be trusted."""

    @property
    def sha256(self) -> str | None:
        """SHA-256 of the file on disk, hexadecimal; None until all of it was read."""
        return self.raw.sha256

    @property
    def n_raw_bytes(self) -> int:
        """Bytes of the file on disk that were read, or passed over."""
        return max(self.raw.n_read, self.raw.consumed)


@dataclass(slots=True)
class Reading:
    """What was read of some listings, and what was not; complete when all blocks were taken."""

    inputs: list[InputReading] = field(default_factory=list)
    """One for each listing, in the order in which they were read."""
    skipped: list[str] = field(default_factory=list)
    """Links and devices in folders, never followed, and files named twice; names, escaped."""


def read_blocks(
    sources: Sequence[str],
    format: str | None = None,  # noqa: A002 - the name that the command line has
    *,
    part: float | None = None,
    reading: Reading | None = None,
    progress: Progress | None = None,
    stdin: BinaryIO | None = None,
    interrupt: Interrupt | None = None,
) -> Iterator[Block]:
    """Yield the paths of listings, block by block.

    Parameters
    ----------
    sources : sequence of str
        Files, folders with files, or ``-`` for standard input.
    format : str, optional
        One of `FORMATS`; without it the format of each listing is detected.
    part : float, optional
        Part of the listings that is wanted [1]. Files that can be read here and there are; all
        others are read through.
    reading : Reading, optional
        Filled while blocks are taken.
    progress : callable, optional
        Called after each block.
    stdin : binary file, optional
        Standard input, if not the one of the process.
    interrupt : Interrupt, optional
        What may end the reading.

    Raises
    ------
    UnknownNameError
        If there is no such format.
    ListingError
        If a source is missing, or the only one cannot be read at all.
    """
    if format is not None and format not in FORMATS:
        meant = nearest(format, list(FORMATS))
        raise UnknownNameError("format", format, () if meant is None else (meant,))
    reading = Reading() if reading is None else reading
    places = find_places(sources)
    reading.skipped += places.skipped
    n_before, file = 0, None
    for listing in open_listings(places, stdin, interrupt):
        if file is not None and file is not listing.raw:
            n_before += file.n_read
        file = listing.raw
        place = len(reading.inputs)
        for block in _read_one(listing, reading, format, part):
            yield dataclasses.replace(block, listing=place) if place else block
            if progress is not None:
                progress(n_before + file.consumed, places.n_bytes)


def _read_one(
    listing: Listing, reading: Reading, name: str | None, part: float | None
) -> Iterator[Block]:
    """Yield the blocks of one listing, or of a part of it; tell of it in what was read."""
    of_input = InputReading(
        listing.name, listing.compression, listing.raw, problems=listing.problems
    )
    reading.inputs.append(of_input)
    if part is not None and _can_skip(listing, name):
        of_input.format = PLAIN
        return _read_pieces(listing.raw, of_input, part)
    return _read(listing, of_input, name)


def _read(listing: Listing, of_input: InputReading, name: str | None) -> Iterator[Block]:
    """Yield the blocks of one listing."""
    parser, chunks = None, listing.chunks()
    for lines, following in _with_following(line_blocks(chunks)):
        if parser is None:
            of_input.format = detect(_sample(lines)) if name is None else name
            parser = FORMATS[of_input.format]()
            of_input.counts = parser.counts
            doubt = _doubt(lines) if name is None and of_input.format == PLAIN else ""
            if doubt and not listing.raw.is_stopped:
                of_input.problems.append(doubt)
                deque(chunks, maxlen=0)  # the rest, for its hash and its size
                of_input.n_bytes = listing.n_bytes
                break
        parser.counts.cut += lines.n_cut
        of_input.n_bytes = listing.n_bytes
        text = lines.text
        if listing.ends_within_line and not following:
            text = text[: text.rfind(b"\n", 0, -1) + 1]  # what was cut off is another path
        for number, block in enumerate(parser.parse(text, following)):
            yield dataclasses.replace(block, n_bytes=0 if number else lines.n_bytes)
    if parser is not None:
        yield from parser.finish()
        if not listing.raw.is_stopped:
            of_input.problems += _faults(parser, of_input)
    elif not of_input.problems and not listing.raw.is_stopped:
        of_input.problems.append("is empty")


def _faults(parser: Parser, of_input: InputReading) -> Iterator[str]:
    """Say what is wrong with a listing that was read to its end."""
    counts, name = parser.counts, of_input.format
    known = counts.paths + counts.folders
    if parser.ends_early:
        yield CUT_OFF
    if not known and not of_input.problems:
        yield f"has no line of the format {name}: nothing was read"
    elif counts.unread > known:
        yield f"has more lines that are not of the format {name} than others: is it another one?"


def _can_skip(listing: Listing, name: str | None) -> bool:
    """Tell whether a listing can be read here and there: each line speaks for itself."""
    if listing.compression or not listing.raw.can_skip:
        return False
    head = listing.raw.peek(LOOK_BYTES)
    if find_layout(head) is not Layout.NARROW:
        return False
    lines = lines_of(head[: head.rfind(b"\n") + 1])
    found = detect(_sample(lines)) if name is None else name
    return bool(lines.text) and found == PLAIN and not (name is None and _doubt(lines))


def _read_pieces(raw: RawFile, of_input: InputReading, part: float) -> Iterator[Block]:
    """Yield the lines that begin in some pieces of a file."""
    parser, n_bytes, end = FORMATS[PLAIN](), raw.size or 0, 0
    of_input.counts, of_input.n_bytes = parser.counts, n_bytes
    for piece in chosen_pieces(n_bytes, part):
        begin = piece * PIECE_BYTES
        n_passed, last = begin - end, min(begin + PIECE_BYTES, n_bytes)
        lines, following = _piece(raw, begin, last)
        if raw.fault or raw.is_stopped:
            break
        end = last
        parser.counts.cut += lines.n_cut
        for block in parser.parse(lines.text, following):
            yield dataclasses.replace(block, n_bytes=end - begin, is_sample=True, n_passed=n_passed)
    if raw.fault:
        of_input.problems.append(raw.fault)
    if raw.is_stopped:
        return
    raw.pass_over()
    yield Block(b"", None, None, 0, is_sample=True, n_passed=n_bytes - end)


def _piece(raw: RawFile, begin: int, end: int) -> tuple[Lines, bytes]:
    """Return the lines that begin in a piece of a file, and what follows them."""
    # The byte before tells whether a line begins here; what comes after, where the last one ends.
    before = min(begin, 1)
    ahead = raw.read_at(begin - before, before + end - begin + 2 * MAX_LINE)
    first = ahead.find(b"\n", 0, before + end - begin - 1) + 1 if before else 0
    if before and not first:
        return lines_of(b""), b""
    last = ahead.find(b"\n", before + end - begin - 1) + 1 or len(ahead)
    return lines_of(ahead[first:last]), lines_of(ahead[last:]).text


def _with_following(blocks: Iterator[Lines]) -> Iterator[tuple[Lines, bytes]]:
    """Yield each block with the text of the next one, empty after the last."""
    waiting: Lines | None = None
    try:
        for lines in blocks:
            if waiting is not None:
                yield waiting, lines.text
            waiting = lines
    except Exception:
        # What was read before a fault is not lost.
        if waiting is not None:
            yield waiting, b""
        raise
    if waiting is not None:
        yield waiting, b""


def _sample(lines: Lines) -> bytes:
    text = lines.text
    return text[: text.rfind(b"\n", 0, SAMPLE_BYTES) + 1 or len(text)]


def _doubt(lines: Lines) -> str:
    """Say why what has no other format is no list of paths either, if so.

    Random bytes would name somebody, sooner or later, and so does a letter to the carmakers.
    """
    sample = _sample(lines)
    if len(_CONTROLS.findall(sample)) > _MOST_CONTROLS * len(sample):
        return NO_TEXT
    texts = [line for line in sample.split(b"\n") if line.strip()]
    n_paths = sum(1 for line in texts if _PATH.search(line))
    n_wordy = sum(1 for line in texts if line.strip().count(b" ") >= _WORDY)
    is_all = len(sample) == len(lines.text)  # a letter is short; a long list may begin with one
    is_letter = n_paths < len(texts) / 5 and n_wordy > len(texts) / 3
    if is_all and is_letter and len(texts) >= _LEAST_LINES:
        return NO_LISTING
    return ""
