"""The page of one triage: what a leak listing names, how sure that is, and what to do next."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from blastradius.model.vocabulary import Tlp
from blastradius.report import numbers, wording
from blastradius.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Facts,
    Inline,
    Paragraph,
    Section,
    Span,
    Table,
    words,
)
from blastradius.report.tlp import DEFAULT_TLP, TLP_MEANINGS, tlp_label
from blastradius.report.triage_parties import (
    day_words,
    folder_words,
    interval_words,
    kind_words,
    party_section,
    path_span,
    ratio_words,
)
from blastradius.triage.evidence import BY_FILE, HALF, MOST, REPORTED_FROM, UNSURE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blastradius.model.graph import Observation
    from blastradius.triage.results import InputRead, LexiconUsed, PartyFound, SamplePath, Triage

ON_SCREEN = 5
"""Parties that a printed page tells of one by one."""

IN_REPORT = 100
"""Parties that a report tells of one by one."""

_LISTED = 200
"""Rows of the table of parties; the JSON and the CSV have all."""
_INPUTS = 10
"""Listings that are described one by one."""
_SKIPPED_SHOWN = 3
_MISSES = 10
"""Parties with near misses only that are shown."""
_MISSES_EACH = 2
"""Words shown of each of them, with one path."""

_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./-]*")

_PARTY_COLUMNS = (
    Column("#", is_right=True),
    Column("Party", min_width=16),
    Column("Files", is_right=True),
    Column("In all (95%)", is_right=True, fold=7),
    Column("Share", is_right=True),
    Column("Sure", is_right=True, fold=5),
    Column("In context", is_right=True, fold=4),
    Column("Size", is_right=True, fold=3),
    Column("Dates", fold=2),
    Column("Kinds of files", min_width=20, fold=1),
    Column("Ratio", is_right=True, fold=8),
    Column("State", min_width=10, fold=6),
)

_PARTY_NOTE = (
    "Share: of all files. Sure: the name means the party and nothing else. In context: it is also "
    "an ordinary word or code, and something on the line makes it believable. Kinds are told by "
    "file names; a file may be of several. Ratio and state: see Observations."
)


class TriageLook(NamedTuple):
    """How much a page tells, and for whom."""

    tlp: Tlp = DEFAULT_TLP
    """How far the page may be passed on."""
    details: int = IN_REPORT
    """Parties that are told of one by one."""
    graph: str | None = None
    """What finds the graph again, for commands to copy; None for the default graph."""
    observations: str | None = None
    """File that the observations were written to, if they were."""
    lexicons: tuple[str, ...] = ()
    """Files that extend the shipped lexicon, for commands to copy."""


def triage_document(triage: Triage, look: TriageLook | None = None) -> Document:
    """Return the page of a triage.

    Parameters
    ----------
    triage : Triage
        What was found.
    look : TriageLook, optional
        How much is told, and for whom. Figures stay those of the whole.
    """
    look = look or TriageLook()
    states = {item.party: item.state for item in triage.observations if item.party is not None}
    sections = (
        Section("What was read", tuple(_read_blocks(triage)), tlp_label(look.tlp)),
        _named_section(triage, states, look.details),
        *(
            party_section(party, triage, states.get(party.id or ""))
            for party in triage.parties[: look.details]
        ),
        *_proposed_sections(triage),
        *_nobody_sections(triage),
        *_missed_sections(triage),
        _observed_section(triage),
        Section("Limits", (Bullets(tuple((words(line),) for line in _limits(triage))),)),
        Section("What to do next", (Bullets(tuple(_next(triage, look)), is_numbered=True),)),
        Section("Handling", (_handling(triage, look),), tlp_label(look.tlp)),
    )
    return Document(_headline(triage), sections)


# -- what was read -----------------------------------------------------------------------


def _headline(triage: Triage) -> str:
    marks = {
        "PARTIAL": triage.is_partial,
        "SAMPLE": _is_part(triage),
        "INCOMPLETE": triage.is_incomplete,
    }
    said = ", ".join(mark for mark, is_so in marks.items() if is_so)
    subject = f"{_subject(triage)}, {numbers.counted(triage.files, 'file')}"
    subject = f"{said}: {subject}" if said else subject
    if not triage.parties:
        return f"{subject}: no party of the graph is named"
    parties = numbers.counted(len(triage.parties), "party", "parties")
    verb = "is" if len(triage.parties) == 1 else "are"
    return f"{subject}: {parties} of the graph {verb} named"


def _subject(triage: Triage) -> str:
    if triage.target is not None:
        return f"Leak listing of {' and '.join(triage.breached) or triage.target}"
    if len(triage.inputs) == 1:
        return f"Leak listing {triage.inputs[0].name}"
    return f"{len(triage.inputs):,} leak listings"


def _read_blocks(triage: Triage) -> Iterator[Block]:
    yield _read_facts(triage)
    columns = (Column("Listing", min_width=12), Column("Line", min_width=40))
    rows = tuple(
        (words(read.name), (path_span(example),))
        for read in triage.inputs[:_INPUTS]
        for example in read.unread_examples
    )
    if rows:
        yield Table(columns, rows, "Lines that were not read, for example")


def _read_facts(triage: Triage) -> Facts:
    rows: list[tuple[str, tuple[Inline, ...]]] = [
        ("Warning", (words(Span(text, "warn")),)) for text in _warnings(triage)
    ]
    shown = triage.inputs[:_INPUTS]
    for number, read in enumerate(shown, start=1):
        label = "Listing" if len(triage.inputs) == 1 else f"Listing {number}"
        rows.append((label, tuple(_input_lines(read))))
    more = len(triage.inputs) - len(shown)
    if more:
        rows.append(("More", (words(f"{more:,} more listings; all stand in the JSON"),)))
    if triage.skipped:
        names = numbers.counted(len(triage.skipped), "entry", "entries")
        rows.append(("Passed over", (words(Span(names, "warn"), ": links, devices, repeats"),)))
        rows += [("", (words(path_span(name)),)) for name in triage.skipped[:_SKIPPED_SHOWN]]
    rows += [
        ("Files", (words(Span(f"{triage.files:,}", "strong"), _size_words(triage)),)),
        ("Naming", (words(_part_words(triage.named, triage.files, "name a party")),)),
        ("Telling", (words(_part_words(triage.told, triage.files, "tell what they hold")),)),
    ]
    return Facts(tuple(rows))


def _twins(triage: Triage) -> Iterator[str]:
    """Yield listings that are the same, byte for byte: what they name counts as often."""
    first: dict[str, str] = {}
    files = dict.fromkeys((read.name.partition("!")[0], read.sha256) for read in triage.inputs)
    for name, sha256 in files:
        if sha256 and first.setdefault(sha256, name) != name:
            yield f"{name} is the same as {first[sha256]}, byte for byte: its files count twice."


def _warnings(triage: Triage) -> Iterator[str]:
    if triage.is_partial:
        yield "PARTIAL: reading was interrupted. Everything here is of the part read before that."
    if triage.sampled is not None:
        yield f"SAMPLE: {sample_words(triage.sampled, is_partial=triage.is_partial)}"
    intervals = [party.interval for party in triage.parties]
    if _is_part(triage) and intervals and not any(intervals):
        yield "SAMPLE: too little was looked at for intervals."
    incomplete = sum(1 for read in triage.inputs if read.problems)
    if incomplete:
        noun = numbers.counted(incomplete, "listing")
        yield f"INCOMPLETE: {noun} could not be read to the end or not in full; see below."
    yield from islice(_twins(triage), _INPUTS)


def sample_words(sampled: float, *, is_partial: bool = False) -> str:
    """Return how much of a listing a sample looked at, and what that means for counts."""
    if is_partial:
        part = numbers.percent_of_whole(sampled)
        return (
            f"{part} was looked at of what was read before the interrupt; counts are of that part."
        )
    if sampled >= 1:
        return (
            "the listing is so small that all of it was looked at. Counts are of the whole, and no "
            "intervals are needed."
        )
    part = numbers.percent_of_whole(sampled)
    return (
        f"{part} of the listing was looked at, and counts are of that part. A party that is missing "
        "here may be named in the rest."
    )


def _is_part(triage: Triage) -> bool:
    """Tell whether a sample left something out."""
    return triage.sampled is not None and triage.sampled < 1


def _input_lines(read: InputRead) -> Iterator[Inline]:
    form = ", ".join(filter(None, (read.format or "nothing read", read.compression)))
    stored = numbers.byte_amount(read.stored_bytes)
    if read.compression:
        stored += f", {numbers.byte_amount(read.text_bytes)} of text"
    day = f", last written {read.modified}" if read.modified else ""
    yield words(Span(read.name, "strong"), f": {stored} ({form}){day}")
    if read.sha256:
        yield words("sha256 ", Span(read.sha256, is_code=True))
    else:
        yield words("sha256 ", Span("not known", "warn"), ": the file was not read to its end")
    yield words(_line_words(read))
    if read.unread:
        lines = numbers.counted(read.unread, "line")
        yield words(Span("not read", "warn"), f": {lines} not of the format")
    if read.cut:
        lines = numbers.counted(read.cut, "line")
        yield words(Span("cut", "warn"), f": {lines} of excessive length")
    for problem in read.problems:
        yield words(Span("problem", "warn"), f": {problem}")


def _line_words(read: InputRead) -> str:
    parts = [numbers.counted(read.paths, "file")]
    if read.folders:
        parts.append(numbers.counted(read.folders, "folder"))
    if read.other:
        parts.append(
            f"{numbers.counted(read.other, 'heading, sum or empty line', 'headings, sums or empty lines')}"
        )
    return f"{numbers.counted(read.lines, 'line')}: {', '.join(parts)}"


def _size_words(triage: Triage) -> str:
    if not triage.sized:
        return "; no sizes are listed"
    if triage.sized == triage.files:
        return f" of {numbers.byte_amount(triage.bytes)}"
    return f"; {numbers.byte_amount(triage.bytes)} in the {triage.sized:,} whose size is listed"


def _part_words(part: int, whole: int, what: str) -> str:
    share = f" ({numbers.percent_of_whole(part / whole)})" if whole else ""
    return f"{part:,}{share} {what}"


# -- who is named ------------------------------------------------------------------------


def _named_section(triage: Triage, states: Mapping[str, str], details: int) -> Section:
    title = "Who is named"
    if not triage.parties:
        none = "No file name names a party of the graph. That says nothing on what the files hold."
        return Section(title, (Paragraph(words(none)),))
    shown = triage.parties[:_LISTED]
    rows = tuple(
        _named_row(triage, party, states.get(party.id or ""), rank)
        for rank, party in enumerate(shown, start=1)
    )
    total = len(triage.parties)
    note = f"showing {len(shown):,} of {total:,}" if len(shown) < total else None
    legend = _PARTY_NOTE
    if details < total:
        legend += (
            f" Below are the first {details:,} of {total:,} parties; a page written with --report "
            f"tells of up to {IN_REPORT:,}."
        )
    blocks = (Table(_PARTY_COLUMNS, rows), Paragraph(words(Span(legend, "quiet"))))
    return Section(title, blocks, note)


def _named_row(
    triage: Triage, party: PartyFound, state: str | None, rank: int
) -> tuple[Inline, ...]:
    return (
        words(str(rank)),
        words(Span(party.name, "strong")),
        words(f"{party.files:,}"),
        words(interval_words(party)),
        words(numbers.percent_of_whole(party.share)),
        words(f"{party.high:,}"),
        words(f"{party.medium:,}"),
        words(numbers.byte_amount(party.bytes) if triage.sized else ""),
        words(day_words(party)),
        words(kind_words(party, 3)),
        words(ratio_words(party.likelihood_ratio)),
        words(wording.STATE_WORDS[state] if state else ""),
    )


def _proposed_sections(triage: Triage) -> Iterator[Section]:
    """Yield organisations that the graph lacks; nobody adds them but the reader."""
    if not triage.proposed:
        return
    columns = (
        Column("Organisation", min_width=14),
        Column("Files", is_right=True),
        Column("Share", is_right=True),
        Column("Kinds of files", min_width=18, fold=1),
        Column("Most in", min_width=24),
    )
    shown = triage.proposed[:_LISTED]
    rows = tuple(
        (
            words(Span(party.name, "strong")),
            words(f"{party.files:,}"),
            words(numbers.percent_of_whole(party.share)),
            words(kind_words(party, 3)),
            folder_words(party),
        )
        for party in shown
    )
    note = (
        "The listing names them and the graph has no such party. They are proposed, not added: "
        "an observation needs a party, and a party needs a relation that somebody can vouch for."
    )
    yield Section(
        "Named, but not in the graph",
        (Table(columns, rows), Paragraph(words(Span(note, "quiet")))),
        f"{len(triage.proposed):,} proposed",
    )


def _nobody_sections(triage: Triage) -> Iterator[Section]:
    """Yield what tells a kind but names nobody."""
    nobody = triage.nobody
    if not nobody.files:
        return
    columns = (
        Column("Kind", min_width=12),
        Column("Files", is_right=True),
        Column("Size", is_right=True, fold=1),
        Column("For example", min_width=30),
    )
    rows = tuple(
        (
            words(kind.variety or "not told"),
            words(f"{kind.files:,}"),
            words(numbers.byte_amount(kind.bytes) if triage.sized else ""),
            (path_span(kind.samples[0].path),) if kind.samples else (),
        )
        for kind in nobody.varieties
    )
    note = (
        "These file names tell what is in the files, and name no party. Whose they are, somebody "
        "who knows the folders can tell."
    )
    yield Section(
        "Files of nobody in particular",
        (Table(columns, rows), Paragraph(words(Span(note, "quiet")))),
        _part_words(nobody.files, triage.files, "of all files") if triage.files else None,
    )


def _missed_sections(triage: Triage) -> Iterator[Section]:
    """Yield parties that only near misses name."""
    if not triage.nearly:
        return
    columns = (
        Column("Party", min_width=12),
        Column("Lines", is_right=True),
        Column("Word", min_width=10),
        Column("What else it means", min_width=16, fold=1),
        Column("For example", min_width=26),
    )
    shown = triage.nearly[:_MISSES]
    rows = tuple(row for party in shown for row in _missed_rows(party))
    note = (
        "Nothing on these lines makes the word a name of the party, so they count for nothing. "
        "They may still be: have a look."
    )
    total = len(triage.nearly)
    yield Section(
        "Near misses worth a look",
        (Table(columns, rows), Paragraph(words(Span(note, "quiet")))),
        f"showing {len(shown):,} of {total:,} parties" if len(shown) < total else None,
    )


def _missed_rows(party: PartyFound) -> Iterator[tuple[Inline, ...]]:
    because = {term.term: term.because for term in party.terms}
    if not party.missed:
        yield (words(Span(party.name, "strong")), words(f"{party.near_misses:,}"), (), (), ())
    by_word: dict[str | None, SamplePath] = {}
    for missed in party.missed:
        by_word.setdefault(missed.term, missed)
    for number, missed in enumerate(tuple(by_word.values())[:_MISSES_EACH]):
        yield (
            words(Span(party.name, "strong")) if number == 0 else (),
            words(f"{party.near_misses:,}") if number == 0 else (),
            words(missed.term or ""),
            words(because.get(missed.term or "") or ""),
            (path_span(missed.path),),
        )


# -- what follows ------------------------------------------------------------------------


def _observed_section(triage: Triage) -> Section:
    title = "Observations"
    if not triage.observations:
        return Section(title, (Paragraph(words("None: no party of the graph is named.")),))
    found = {party.id: party for party in triage.parties}
    columns = (
        Column("Party", min_width=16),
        Column("State", min_width=10),
        Column("Ratio", is_right=True),
        Column("Pieces of evidence", is_right=True, fold=1),
        Column("Folders", is_right=True, fold=2),
    )
    shown = triage.observations[:_LISTED]
    rows = tuple(_observed_row(item, found.get(item.party or "")) for item in shown)
    total = len(triage.observations)
    return Section(
        title,
        (
            Table(columns, rows),
            Paragraph(words(Span(ratio_note(), "quiet"))),
        ),
        f"showing {len(shown):,} of {total:,}" if len(shown) < total else "for review",
    )


def ratio_note() -> str:
    """Return how a ratio comes about, in sentences."""
    return (
        "Ratio: how many times likelier these names are if data of the party was disclosed than if "
        f"it was not. For n pieces of evidence it is {MOST:g}^(n / (n + {HALF:g})). A piece is a "
        "folder that bears the party's name, however many files it holds and wherever copies of it "
        f"lie; one in which only files bear the name counts {BY_FILE:g}, and one in which the name "
        f"may always be an ordinary word {UNSURE:g} of that. The ratio saturates below {MOST:g}, so no "
        f"number of names confirms anything. From {REPORTED_FROM:g} on the state is reported, below "
        "it could be affected. All these numbers are assumed, not measured."
    )


def _observed_row(item: Observation, party: PartyFound | None) -> tuple[Inline, ...]:
    ratio = item.likelihood_ratio
    return (
        words(Span(party.name if party else item.party or "", "strong")),
        words(wording.STATE_WORDS[item.state]),
        words("" if ratio is None else ratio_words(ratio)),
        words(f"{party.pieces:,.4g}" if party else ""),
        words(f"{party.n_folders:,}" if party else ""),
    )


def _limits(triage: Triage) -> Iterator[str]:
    yield (
        "Names are evidence of presence, not proof: a folder may bear a customer's name and hold "
        "nothing of it, and rules that read names err. The criminals who made the listing may have "
        "edited it."
    )
    yield (
        "A party that is not named is not safe: its files may bear codes that the graph and the "
        "lexicon do not know, or stand in what was not read."
    )
    yield (
        "What the graph records of the incident may rest on this very listing: two statements of one "
        "witness count twice, so keep one of them."
    )
    yield "Only names, sizes and dates were read. No file of the leak was opened or asked for."
    unread = sum(read.unread for read in triage.inputs)
    if unread:
        verb = "was" if unread == 1 else "were"
        yield f"{numbers.counted(unread, 'line')} {verb} not read, not being of the format."
    if triage.folders_dropped:
        yield (
            "There were too many folders to count all: pieces of evidence are lower bounds, and a "
            f"folder that was left out holds at most {triage.folders_dropped:,} files of a party."
        )


def _next(triage: Triage, look: TriageLook) -> Iterator[tuple[Inline, ...]]:
    listing = _listing_word(triage)
    how = _how_options(triage, look)
    options = (*(("--target", triage.target) if triage.target is not None else ()), *how)
    if triage.is_partial or _is_part(triage):
        yield words("Read the whole listing:"), (wording.command("triage", listing, *options),)
    if triage.parties:
        best = triage.parties[0].id or ""
        drill = ("--party", best, "--paths", "paths.csv")
        yield (
            words("See every line that names a party:"),
            (wording.command("triage", listing, *drill, *how),),
        )
    if triage.observations:
        yield from _observing(triage, look, listing, options)
    yield (words("Have somebody who knows the folders look at near misses and files of nobody's."),)


def _observing(
    triage: Triage, look: TriageLook, listing: str, options: tuple[str, ...]
) -> Iterator[tuple[Inline, ...]]:
    file = look.observations or "observations.yaml"
    if look.observations is None:
        write = wording.command("triage", listing, *options, "--output", file)
        yield words("Write the observations to a file:"), (write,)
    again = wording.command(
        "analyze", triage.target or "TARGET", "--observations", file,
        *wording.graph_option(look.graph),
    )  # fmt: skip
    yield (
        words(
            "Review the observations in ",
            Span(file, is_code=True),
            " by hand: delete or change what you do not believe. Then:",
        ),
        (again,),
    )


def _how_options(triage: Triage, look: TriageLook) -> tuple[str, ...]:
    """Return the options by which a listing is read and searched as it was."""
    form = triage.provenance.options.get("listing_format")
    return (
        *wording.graph_option(look.graph),
        *(word for path in look.lexicons for word in ("--lexicon", path)),
        *(("--format", str(form)) if form is not None else ()),
        *(("--tlp", look.tlp) if look.tlp != DEFAULT_TLP else ()),
    )


def _listing_word(triage: Triage) -> str:
    """Return the listing for a command to copy, or a stand-in for a name not plain or not whole."""
    names = [read.name for read in triage.inputs]
    # A name that was cut to be shown ends in dots, and is no file.
    if len(names) == 1 and _PLAIN_PATH.fullmatch(names[0]) and not names[0].endswith("..."):
        return names[0]
    return "LISTING"


def _handling(triage: Triage, look: TriageLook) -> Block:
    provenance = triage.provenance
    made = (
        f"blastradius {provenance.version}, graph {provenance.graph} (sha256 "
        f"{provenance.graph_sha256[:12]}…), lexicon {provenance.lexicon}"
    )
    label = Span(tlp_label(look.tlp), "strong")
    lexicons = tuple(map(_lexicon_words, provenance.lexicon_files))
    return Facts(
        (
            ("Sharing", (words(label, f": {TLP_MEANINGS[look.tlp]}"),)),
            ("Made by", (words(Span(made, "quiet")),)),
            *((("Lexicons", lexicons),) if lexicons else ()),
        )
    )


def _lexicon_words(file: LexiconUsed) -> Inline:
    shipped = ", shipped" if file.is_shipped else ""
    return words(Span(f"{file.name}{shipped}: sha256 ", "quiet"), Span(file.sha256, is_code=True))
