"""The use case: read listings, count what they name, and turn that into observations."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

import numpy as np

from blastradius.errors import QuestionError
from blastradius.model.graph import Graph
from blastradius.model.vocabulary import DATA_VARIETIES
from blastradius.triage.block import Block
from blastradius.triage.classify import Classified, classify
from blastradius.triage.counts import Tally
from blastradius.triage.decode import decode_line
from blastradius.triage.interrupts import Interrupt
from blastradius.triage.lexicon import Lexicon
from blastradius.triage.matching import Matcher
from blastradius.triage.reading import InputReading, Reading, read_blocks
from blastradius.triage.results import InputRead, PartyFound, Triage, TriageProvenance, caveat_of
from blastradius.triage.room import Room
from blastradius.triage.sample import BlockSample
from blastradius.triage.summary import SURENESS, Summary, observation
from blastradius.triage.vocabulary import MEDIUM, compile_vocabulary

Progress = Callable[[int, int | None, int], None]
"""Told (bytes of the inputs read, bytes in all or None, paths so far)."""

OnPath = Callable[[str, int, str, str, str, str, tuple[str, ...]], None]
"""Told (listing, number of the path in it, path, party id, sureness, term, varieties) of each
matching line; the listing by its name in the result."""

_AHEAD: Final = 2
"""Blocks that wait for each thread: enough to keep it busy, little enough to keep memory small."""


@dataclass(frozen=True, slots=True)
class TriageQuestion:
    """Options of one triage; the defaults are those of the command line."""

    target: str | None = None
    """Whose listing it is, as asked."""
    target_id: str | None = None
    """Id of the party or incident that this means."""
    origins: tuple[str, ...] = ()
    """Ids of the parties that this means: their own names are not searched for."""
    listing_format: str | None = None
    """Format of the listings; None to detect it."""
    sample: float | None = None
    """Part of the blocks to look at [1]; None for all of them."""
    party: str | None = None
    """Id of the party whose matching lines are handed out."""
    n_threads: int | None = None
    """Threads; all cores by default. Never changes the result."""

    def options(self) -> dict[str, Any]:
        """Return what may change the result, for its provenance."""
        return {
            "target": self.target,
            "listing_format": self.listing_format,
            "sample": self.sample,
        }

    def __post_init__(self) -> None:
        """Refuse numbers out of range.

        Raises
        ------
        QuestionError
            With the value.
        """
        if self.sample is not None and not 0 < self.sample <= 1:
            msg = f"sample must be more than 0 and at most 1, got {self.sample:g}"
            raise QuestionError(msg)
        if self.n_threads is not None and self.n_threads < 1:
            msg = f"n_threads must be at least 1, got {self.n_threads}"
            raise QuestionError(msg)


def triage_listings(
    graph: Graph,
    listings: Sequence[str],
    question: TriageQuestion,
    *,
    lexicon: Lexicon,
    provenance: TriageProvenance,
    on_path: OnPath | None = None,
    progress: Progress | None = None,
    stdin: BinaryIO | None = None,
) -> Triage:
    """Count what some listings name.

    Parameters
    ----------
    listings : sequence of str
        Files, folders, or ``-`` for standard input.
    on_path : callable, optional
        Called for each line that names ``question.party``, in the order of the listing.

    Raises
    ------
    ListingError
        If a listing cannot be read at all, or unpacks to more than it may.
    PatternError
        If a term of the graph means nothing.
    """
    reading = Reading()
    run, interrupt = _Run(graph, lexicon, question, reading, on_path), Interrupt()

    def moved(done: int, total: int | None) -> None:
        if progress is not None:
            progress(done, total, run.tally.lines)

    blocks = read_blocks(
        listings,
        question.listing_format,
        part=question.sample,
        reading=reading,
        progress=moved,
        stdin=stdin,
        interrupt=interrupt,
    )
    is_partial = run.through(blocks, interrupt)
    return run.result(provenance, is_partial=is_partial)


class _Run:
    """One triage on its way."""

    def __init__(
        self,
        graph: Graph,
        lexicon: Lexicon,
        question: TriageQuestion,
        reading: Reading,
        on_path: OnPath | None,
    ) -> None:
        self.question, self.reading, self.on_path = question, reading, on_path
        self.vocabulary = compile_vocabulary(graph, lexicon, without=question.origins)
        names = {party.id: party.name for party in graph.parties}
        self._breached = tuple(names.get(origin, origin) for origin in question.origins)
        self.tally = Tally.empty(self.vocabulary)
        self._matcher, self._room = Matcher(self.vocabulary), Room()
        self._sample = BlockSample(question.sample)
        self._rows = {searched.id: row for row, searched in enumerate(self.vocabulary.parties)}
        self._row = self._rows.get(question.party, -1) if question.party is not None else -1
        self._is_adding = False
        self._listing, self._in_listing = 0, 0
        """Listing of the block that comes next, and paths of it before that."""

    def through(self, blocks: Iterator[Block], interrupt: Interrupt) -> bool:
        """Count all blocks; return whether that was interrupted."""
        # Imported here, so that reading a lexicon needs no compiler.
        from blastradius.engine.threads import n_cores  # noqa: PLC0415

        threads = self.question.n_threads or n_cores()
        waiting: deque[Future[Classified]] = deque()
        with ThreadPoolExecutor(threads) as pool, interrupt.heeded():
            try:
                for block in self._sample.of(blocks):
                    waiting.append(self._submit(pool, block))
                    if len(waiting) > _AHEAD * threads:
                        self._add(waiting.popleft().result())
                while waiting:
                    self._add(waiting.popleft().result())
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                if self._is_adding:
                    raise  # a block is counted in part: nothing can be told of it
                return True
            return interrupt.is_pressed

    def _submit(self, pool: ThreadPoolExecutor, block: Block) -> Future[Classified]:
        return pool.submit(classify, block, self.vocabulary, self._matcher, self._room)

    def _add(self, found: Classified) -> None:
        self._is_adding = True
        before = self.tally.party_files.copy() if self._sample.part is not None else None
        if found.block.listing != self._listing:
            self._listing, self._in_listing = found.block.listing, 0
        if self._row >= 0 and self.on_path is not None:
            self._hand_out(found, self.on_path)
        self.tally.add(found)
        self._in_listing += found.n_lines
        if before is not None:
            self._sample.add(found.n_lines, self.tally.party_files - before)
        self._is_adding = False

    def _hand_out(self, found: Classified, on_path: OnPath) -> None:
        hits = found.hits
        for hit in np.flatnonzero((hits.party == self._row) & (hits.level >= MEDIUM)).tolist():
            line, bits = int(hits.line[hit]), int(hits.varieties[hit])
            on_path(
                self.reading.inputs[self._listing].name,
                self._in_listing + line + 1,
                decode_line(found.path(line)),
                self.vocabulary.parties[self._row].id,
                SURENESS[int(hits.level[hit])],
                self.vocabulary.terms[int(hits.term[hit])].text,
                tuple(v for k, v in enumerate(DATA_VARIETIES) if bits >> k & 1),
            )

    def result(self, provenance: TriageProvenance, *, is_partial: bool) -> Triage:
        """Return everything that was counted."""
        tally, reading = self.tally, self.reading
        summary = Summary(tally, self.vocabulary)
        found = [self._estimated(party) for party in summary.parties()]
        inputs = tuple(_input(each) for each in reading.inputs)
        sampled = self._sample.looked_at
        caveat = caveat_of(inputs, is_partial=is_partial, sampled=sampled)
        named = [party for party in found if party.files]
        known = tuple(party for party in named if party.in_graph)
        return Triage(
            provenance=provenance,
            target=self.question.target,
            target_id=self.question.target_id,
            breached=self._breached,
            inputs=inputs,
            is_partial=is_partial,
            sampled=sampled,
            files=tally.lines,
            bytes=tally.size,
            sized=tally.sized,
            named=tally.named,
            told=tally.told,
            parties=known,
            proposed=tuple(party for party in named if not party.in_graph),
            nearly=tuple(party for party in found if not party.files and party.in_graph),
            nobody=summary.nobody(),
            rules=summary.rules(),
            observations=tuple(observation(party, inputs, caveat) for party in known),
            folders_dropped=tally.folders.dropped,
            skipped=tuple(reading.skipped),
        )

    def _estimated(self, party: PartyFound) -> PartyFound:
        if self.question.sample is None:
            return party
        return replace(party, interval=self._sample.interval(self._rows[party.id or ""]))


def _input(read: InputReading) -> InputRead:
    counts = read.counts
    return InputRead(
        name=read.name,
        sha256=read.sha256 or "",
        stored_bytes=read.n_raw_bytes,
        text_bytes=read.n_bytes,
        modified=_modified(read.raw.modified),
        format=read.format,
        compression=read.compression or None,
        lines=counts.lines,
        paths=counts.paths,
        folders=counts.folders,
        other=counts.other,
        unread=counts.unread,
        cut=counts.cut,
        unread_examples=tuple(decode_line(line) for line in counts.unread_examples),
        problems=tuple(read.problems),
    )


def _modified(seconds: float | None) -> str | None:
    """Return the day on which a file was last written, in UTC; None for a stream."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (OSError, ValueError, OverflowError):
        return None
