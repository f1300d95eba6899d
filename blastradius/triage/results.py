"""What a triage found: frozen, with units, and without anything that was not counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from blastradius.model.graph import Observation
from blastradius.model.vocabulary import DataVariety

Sureness = Literal["high", "medium", "near miss"]
"""``high``: the name means the party and nothing else. ``medium``: it is also an ordinary word or
code, and something on the line makes it believable. ``near miss``: nothing does; never counted."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval of a number that was estimated from a sample."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class InputRead:
    """One listing, and what was not read of it."""

    name: str
    sha256: str
    """Of the bytes as they are stored."""
    stored_bytes: int
    text_bytes: int
    """After decompression [bytes]."""
    modified: str | None
    """Day of the file, YYYY-MM-DD, where it is one."""
    format: str
    compression: str | None
    lines: int
    paths: int
    """Lines that name a file."""
    folders: int
    """Lines that name a folder; not counted as files."""
    other: int
    """Headings, sums and empty lines."""
    unread: int
    """Lines that the format does not have."""
    cut: int
    """Lines cut at the longest length."""
    unread_examples: tuple[str, ...]
    problems: tuple[str, ...]
    """Why the listing may be incomplete, such as a truncated archive."""


@dataclass(frozen=True, slots=True)
class SamplePath:
    """One path of the listing, as it is written there."""

    path: str
    """Foreign text: every renderer escapes it."""
    line: int
    """Number of the path in the listings, from 1."""
    sureness: Sureness | None
    """None for a file of nobody's."""
    term: str | None
    """The term by which the party was found."""


@dataclass(frozen=True, slots=True)
class VarietyFound:
    """Files of one kind."""

    variety: DataVariety | None
    """None for files whose name does not tell."""
    files: int
    bytes: int
    """Of those whose size is listed [bytes]."""
    samples: tuple[SamplePath, ...]


@dataclass(frozen=True, slots=True)
class FolderFound:
    """Where a party's files are."""

    folder: str
    """First folders of the path; foreign text."""
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class TermFound:
    """A term that decided."""

    term: str
    lines: int
    """Lines on which it was the surest, near misses included."""
    dataset: str | None
    """Dataset that the term stands for."""
    because: str | None
    """What else the word means, if it counts only in context."""


@dataclass(frozen=True, slots=True)
class RuleFired:
    """A rule of the lexicon, and on how many files."""

    rule: str
    variety: DataVariety
    subject: str
    files: int


@dataclass(frozen=True, slots=True)
class PartyFound:
    """What a listing holds of one party; of nobody in particular where ``id`` is None."""

    id: str | None
    """Party id; for an organisation that the graph lacks, its name."""
    name: str
    in_graph: bool
    files: int
    """Files whose path names the party, near misses left out."""
    share: float
    """Of all files [1]."""
    interval: Interval | None
    """Of the files, where only a sample was read."""
    bytes: int
    """Of those whose size is listed [bytes]."""
    high: int
    medium: int
    near_misses: int
    first_day: str | None
    """Earliest date listed, YYYY-MM-DD."""
    last_day: str | None
    varieties: tuple[VarietyFound, ...]
    """Most files first. A file may be of several."""
    folders: tuple[FolderFound, ...]
    n_folders: int
    terms: tuple[TermFound, ...]
    rules: tuple[RuleFired, ...]
    missed: tuple[SamplePath, ...]
    """Near misses worth a look."""
    pieces: float
    """Pieces of evidence [folders]; see :mod:`blastradius.triage.evidence`."""
    likelihood_ratio: float
    """P(names seen | disclosed) / P(names seen | not disclosed) [1]."""


@dataclass(frozen=True, slots=True)
class LexiconUsed:
    """A file of the lexicon that was searched by."""

    name: str
    """Path as it was given; of a shipped one, its last part."""
    sha256: str
    is_shipped: bool


@dataclass(frozen=True, slots=True)
class TriageProvenance:
    """What is needed to repeat a result."""

    version: str
    graph: str
    graph_sha256: str
    lexicon: str
    """Names that the lexicons bear."""
    options: dict[str, Any]
    lexicon_files: tuple[LexiconUsed, ...] = ()
    """In the order in which they were joined."""


@dataclass(frozen=True, slots=True)
class Triage:
    """What some listings name."""

    provenance: TriageProvenance
    target: str | None
    """Whose listing it is, as asked."""
    inputs: tuple[InputRead, ...]
    is_partial: bool
    """Whether reading was interrupted."""
    sampled: float | None
    """Part of the listing that was read, where only a sample was [1]."""
    files: int
    """Files listed; of a sample, the files read."""
    bytes: int
    """Of those whose size is listed [bytes]."""
    sized: int
    """Files whose size is listed."""
    named: int
    """Files that name a party, in the graph or not."""
    told: int
    """Files whose name tells a variety."""
    parties: tuple[PartyFound, ...]
    """Parties of the graph with files, most files first."""
    proposed: tuple[PartyFound, ...]
    """Organisations that the graph lacks; they are not added."""
    nearly: tuple[PartyFound, ...]
    """Parties with near misses only."""
    nobody: PartyFound
    """Files that name no party but tell a variety."""
    rules: tuple[RuleFired, ...]
    observations: tuple[Observation, ...]
    """For review, and for ``analyze --observations``."""
    folders_dropped: int
    """Where too many folders were met to count all: most files that one left out may hold."""
    target_id: str | None = None
    """Id of the party or incident that the target means."""
    breached: tuple[str, ...] = ()
    """Names of the parties that the target means, whose own names are not searched for."""
    skipped: tuple[str, ...] = ()
    """Passed over: links, pipes and devices in folders, files named twice; names, escaped."""

    @property
    def is_incomplete(self) -> bool:
        """Whether a listing could not be read to its end, or not in full."""
        return any(read.problems for read in self.inputs)

    @property
    def caveat(self) -> str | None:
        """What is missing, in words; None where all was looked at."""
        return caveat_of(self.inputs, is_partial=self.is_partial, sampled=self.sampled)


def caveat_of(
    inputs: Iterable[InputRead], *, is_partial: bool, sampled: float | None
) -> str | None:
    """Return what is missing where not all of some listings was looked at."""
    marks = {
        "PARTIAL: reading was interrupted": is_partial,
        "SAMPLE: only a part was looked at": sampled is not None and sampled < 1,
        "INCOMPLETE: a listing could not be read in full": any(read.problems for read in inputs),
    }
    return "; ".join(mark for mark, is_so in marks.items() if is_so) or None
