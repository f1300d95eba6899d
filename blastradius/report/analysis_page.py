"""The page of one analysis: who downstream is exposed, how sure that is, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    Tone,
    words,
)
from blastradius.report.listing import Listing, is_only_spoken_of, select
from blastradius.report.tlp import TLP_MEANINGS, label_of, tlp_label

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from blastradius.analysis.results import (
        Analysis,
        Assumption,
        EngineNote,
        GroupResult,
        IncidentNote,
        NextStep,
        PartyResult,
        Provenance,
        Score,
    )

_BEST_SOURCES = 3
_SPOKEN_SHOWN = 20
"""Parties without a recorded path that are named."""
_CAUTIONS_SHOWN = 10
_BLURRED = 0.05
"""A 95 % half-width above this is warned of [1]."""
_STRIP_CELLS = 20

_RANKING_COLUMNS = (
    Column("#", is_right=True),
    Column("Party", min_width=16),
    Column("Score"),
    Column("0" + " " * (_STRIP_CELLS - 4) + "100", fold=1, is_ornament=True),
    Column("Band", fold=6),
    Column("Verdict", min_width=10),
    Column("P(exposed)"),
    Column("P(harmed)", fold=7),
    Column("At risk", min_width=20, fold=3),
    Column("Through", min_width=12, fold=2),
    Column("Said", min_width=9, fold=4),
    Column("Certainty", fold=5),
)

_RANKING_NOTE = (
    "Score: 100 × expected severity of the worst that happens to the party, and in brackets its "
    "range over the assumptions below. P(exposed): probability that data of the party is "
    "disclosed, before → after what was said about this incident."
)

_HARMED_NOTE = (
    " P(harmed): probability that the party is exposed, compromised or disrupted, likewise."
)


def analysis_document(
    analysis: Analysis, listing: Listing | None = None, *, graph: str | None = None
) -> Document:
    """Return the page of an analysis.

    Parameters
    ----------
    analysis : Analysis
        The answer.
    listing : Listing, optional
        Which parties to list; all of the ranking by default. Figures stay those of the whole.
    graph : str, optional
        What finds the graph again, for commands to copy; None for the default graph.
    """
    shown = listing if listing is not None else select(analysis)
    sections = (
        Section(
            "What is known", (_incident_facts(analysis, graph),), label_of(analysis.provenance)
        ),
        _ranking_section(analysis, shown),
        *_group_sections(analysis, shown),
        Section("Blast radius", (_blast_facts(analysis),)),
        Section("Assumptions", tuple(assumption_blocks(analysis.assumptions))),
        *caution_sections(analysis.cautions),
        *_next_sections(analysis),
        Section("Limits", tuple(_limits(analysis, shown, graph))),
    )
    return Document(_headline(analysis), sections)


def _headline(analysis: Analysis) -> str:
    subject = wording.subject_words(analysis)
    if analysis.scenario is not None:
        subject = f"What if: {subject}"
    reached = analysis.blast_radius.reachable_parties
    on_path = [party for party in analysis.ranking if party.hops is not None]
    beyond = _spoken_words([party for party in analysis.ranking if party.hops is None])
    if reached == 0:
        return f"{subject}: no recorded path to another party{beyond}"
    downstream = f"{numbers.counted(reached, 'party', 'parties')} on record"
    beyond = f"{beyond} without a {_path_words(analysis)}" if beyond else ""
    return f"{subject}: {downstream}, {wording.verdict_counts(on_path)}{beyond}"


def _path_words(analysis: Analysis) -> str:
    """Return what a party lacks that harm cannot reach: a scenario may have cut what is recorded."""
    return "recorded path" if analysis.scenario is None else "path"


def _spoken_words(parties: Collection[PartyResult]) -> str:
    """Return how many parties are only spoken of: the graph gives them no verdict."""
    if not parties:
        return ""
    confirmed = sum(party.verdict == "confirmed" for party in parties)
    of_them = f" ({confirmed:,} confirmed)" if confirmed else ""
    return f"; {len(parties):,} spoken of{of_them}"


def _incident_facts(analysis: Analysis, graph: str | None) -> Facts:
    incident = analysis.incident
    origins = wording.names((party.id for party in analysis.origins), analysis.parties)
    rows = [
        ("Incident", (wording.incident_name(incident), *_status_lines(incident))),
        ("Started at", (words(origins),)),
        *wording.scenario_facts(analysis.scenario),
        *_sampling_warning(analysis.engine),
        *_known(incident),
        *_sources(incident, graph),
    ]
    return Facts(tuple(rows))


def _sampling_warning(engine: EngineNote) -> Iterator[tuple[str, tuple[Inline, ...]]]:
    """Say on top that a sample is too small to be relied on."""
    if engine.half_width is not None and engine.half_width > _BLURRED:
        warning = (
            f"only {engine.n_worlds:,} worlds were sampled: probabilities may be off by up to "
            f"{100 * engine.half_width:.0f} percentage points"
        )
        yield "Warning", (words(Span(warning, "warn")),)


def _status_lines(incident: IncidentNote) -> Iterator[Inline]:
    if incident.hypothetical:
        yield words(Span("hypothetical", "warn"), ": nothing says that this breach happened")
    else:
        tone: Tone = "strong" if incident.status == "confirmed" else "warn"
        yield words("breach ", Span(incident.status, tone), f"; evidence {incident.certainty}")
    if incident.other_incidents:
        others = ", ".join(incident.other_incidents)
        yield words(f"also recorded, not used here: {others} (choose with ", _option(), ")")


def _option() -> Span:
    return Span("--incident", is_code=True)


def _known(incident: IncidentNote) -> Iterator[tuple[str, tuple[Inline, ...]]]:
    """Yield what the incident record states; what it leaves open is left out."""
    if incident.actor:
        yield "Actor", (words(incident.actor),)
    no_window = "any time" if incident.hypothetical else "not known"
    window = incident.window or f"{no_window}; every recorded relation counts"
    yield "Window", tuple(map(words, filter(None, (window, incident.window_note))))
    if incident.disclosed:
        yield "Made public", (words(incident.disclosed),)
    no_action = "by any action" if incident.hypothetical else "vector unclear"
    how = (", ".join(incident.actions) or no_action, incident.summary)
    yield "How", tuple(map(words, filter(None, how)))
    haul = wording.haul_words(incident.volume) if incident.volume else None
    taken = (haul, ", ".join(incident.varieties), incident.data_description)
    if any(taken):
        yield "Taken", tuple(map(words, filter(None, taken)))
    if incident.demand:
        asked = (wording.demand_words(incident.demand), incident.demand.note)
        yield "Demand", tuple(map(words, filter(None, asked)))
    if incident.note:
        yield "Note", (words(incident.note),)


def _sources(incident: IncidentNote, graph: str | None) -> Iterator[tuple[str, tuple[Inline, ...]]]:
    if not incident.sources:
        return
    lines = [
        wording.source_words(source)
        for source in wording.best_first(incident.sources)[:_BEST_SOURCES]
    ]
    more = len(incident.sources) - len(lines)
    if more and incident.id is not None:
        shown = wording.command("show", incident.id, *wording.graph_option(graph))
        lines.append(words(f"and {more:,} more: ", shown))
    yield "Best sources", tuple(lines)


def _ranking_section(analysis: Analysis, listing: Listing) -> Section:
    note = listing.note if listing.is_partial else None
    if not listing.entries:
        return Section("Who is at risk downstream", (_nobody(listing),), note)
    blocks = (*_ranking_blocks(analysis, listing), *_spoken_blocks(analysis, listing))
    return Section("Who is at risk downstream", blocks, note)


def _nobody(listing: Listing) -> Paragraph:
    return Paragraph(
        words(
            "No party matches the filter."
            if listing.is_partial
            else "No party has a recorded path."
        )
    )


def _ranking_blocks(analysis: Analysis, listing: Listing) -> Iterator[Block]:
    """Yield the table of those that harm can reach."""
    ranked = [
        (rank, entry)
        for rank, entry in enumerate(listing.entries, start=1)
        if not is_only_spoken_of(entry)
    ]
    if not ranked:
        yield _nobody(listing)
        return
    beyond = any(_harm_beyond_exposure(entry) for _, entry in ranked)
    rows = tuple(_ranking_row(analysis, entry, rank, beyond=beyond) for rank, entry in ranked)
    yield Table(_RANKING_COLUMNS, rows)
    yield Paragraph(words(Span(_RANKING_NOTE + (_HARMED_NOTE if beyond else ""), "quiet")))


def _spoken_blocks(analysis: Analysis, listing: Listing) -> Iterator[Block]:
    """Yield those that were spoken of and that no path leads to: a table would show zeros."""
    spoken = [analysis.parties[e.id] for e in listing.entries if is_only_spoken_of(e)]
    if not spoken:
        return
    names = [f"{party.name} ({wording.said_of(party)})" for party in spoken[:_SPOKEN_SHOWN]]
    more = len(spoken) - len(names)
    shown = ", ".join(names) + (f" and {more:,} more, all in the JSON" if more else "")
    yield Paragraph(
        words(
            Span(f"Spoken of without a {_path_words(analysis)}", "strong"),
            f": {shown}. What was said stands, but no figure counts it: no relation takes harm "
            "there.",
        )
    )


def _harm_beyond_exposure(entry: PartyResult | GroupResult) -> bool:
    """Tell whether a party is harmed in more ways than by disclosure, so that both are shown."""
    exposed, harmed = entry.probability["exposed"], entry.probability["harmed"]
    return numbers.percent_change(exposed) != numbers.percent_change(harmed)


def _ranking_row(
    analysis: Analysis, entry: PartyResult | GroupResult, rank: int, *, beyond: bool
) -> tuple[Inline, ...]:
    """Return one line; P(harmed) is left empty where no line of the table needs it."""
    exposed, harmed = entry.probability["exposed"], entry.probability["harmed"]
    shared = (
        words(str(rank)),
        words(Span(entry.name, "strong")),
        words(Span(numbers.score_range(entry.score), entry.band)),
        words(Span(score_strip(entry.score), entry.band)),
        wording.band_words(entry.band),
        wording.verdict_words(entry.verdict),
        words(numbers.percent_change(exposed)),
        words(numbers.percent_change(harmed)) if beyond else (),
    )
    return (*shared, *_details(analysis, entry))


def _details(analysis: Analysis, entry: PartyResult | GroupResult) -> tuple[Inline, ...]:
    members: tuple[str, ...] | None = getattr(entry, "members", None)
    if members is not None:
        return words("any member: " + wording.names(members, analysis.parties)), (), (), ()
    party = analysis.parties[entry.id]
    texts = (wording.through(party, analysis.parties), wording.said_of(party), party.certainty)
    return wording.at_risk(party), *(words(text) if text else () for text in texts)


def score_strip(score: Score) -> str:
    """Return a score and its range as a line from 0 to 100.

    >>> from blastradius.analysis.results import Score
    >>> score_strip(Score(prior=50, posterior=72, low=55, high=81))
    '···········├──●─┤···'
    """
    low, point, high = (
        min(int(value / 100 * _STRIP_CELLS), _STRIP_CELLS - 1)
        for value in (score.low, score.posterior, score.high)
    )
    cells = ["·"] * _STRIP_CELLS
    cells[low : high + 1] = "─" * (high + 1 - low)
    cells[low], cells[high] = "├", "┤"
    cells[point] = "●"
    return "".join(cells)


def _group_sections(analysis: Analysis, listing: Listing) -> Iterator[Section]:
    if not analysis.groups or listing.filter.is_grouped:
        return
    rows = tuple(
        (
            words(group.name),
            words(Span(numbers.score_range(group.score), group.band)),
            wording.band_words(group.band),
            wording.verdict_words(group.verdict),
            words(wording.names(group.members, analysis.parties)),
        )
        for group in analysis.groups
    )
    columns = (
        Column("Group", min_width=16),
        Column("Score"),
        Column("Band"),
        Column("Verdict", min_width=10),
        Column("Members within reach", min_width=20, fold=1),
    )
    note = "Any member harmed. Ownership itself carries no harm: this only adds members up."
    blocks = (Table(columns, rows), Paragraph(words(Span(note, "quiet"))))
    yield Section("Groups", blocks)


def _blast_facts(analysis: Analysis) -> Facts:
    radius = analysis.blast_radius
    expected, total = radius.expected_harmed_parties, radius.total_score
    figures = (
        (
            "Reachable parties",
            f"{radius.reachable_parties:,}",
            "how many harm can reach at all, however unlikely",
        ),
        (
            "Expected harmed parties",
            numbers.change(numbers.decimal(expected.prior), numbers.decimal(expected.posterior)),
            "the sum of their probabilities of harm",
        ),
        (
            "Total score",
            numbers.change(numbers.decimal(total.prior), numbers.decimal(total.posterior)),
            "the sum of their scores, which weighs how bad it is",
        ),
    )
    rows = ((label, (words(Span(value, "strong"), f": {why}"),)) for label, value, why in figures)
    return Facts(tuple(rows))


def assumption_blocks(
    assumptions: Collection[Assumption], brackets: str = "the range behind each score"
) -> Iterator[Block]:
    """Yield what stands in for numbers that nobody wrote down."""
    if not assumptions:
        yield Paragraph(words("None: every probability is written in the graph."))
        return
    assumed = sum(item.basis == "assumed" for item in assumptions)
    yield Paragraph(
        words(
            f"Where the graph gives no number, priors stand in: {assumed:,} assumed and "
            f"{len(assumptions) - assumed:,} measured. Brackets: {brackets}."
        )
    )
    columns = (
        Column("Value"),
        Column("Stands for", min_width=28),
        Column("Basis"),
        Column("Used", is_right=True, fold=2),
        Column("Source", min_width=24, fold=1),
    )
    yield Table(columns, tuple(map(_assumption_row, assumptions)))


def _assumption_row(item: Assumption) -> tuple[Inline, ...]:
    return (
        words(numbers.probability_range(item.value, item.low, item.high)),
        words(item.meaning),
        words(Span(item.basis, "warn") if item.basis == "assumed" else item.basis),
        words(f"{item.arcs:,}×"),
        words(item.source),
    )


def _next_sections(analysis: Analysis) -> Iterator[Section]:
    if analysis.next_steps:
        items = tuple(map(_next_step, analysis.next_steps))
        yield Section("What to do next", (Bullets(items, is_numbered=True),))


def _next_step(step: NextStep) -> tuple[Inline, ...]:
    sentence = words(wording.sentence(step.text))
    if not step.effects:
        return (sentence,)
    moves = "; ".join(f"{e.answer}: {numbers.signed(e.change)}" for e in step.effects)
    return sentence, words(Span(f"total score if {moves}", "quiet"))


def caution_sections(cautions: tuple[str, ...]) -> Iterator[Section]:
    """Yield what was said that asks for a second look, if anything was."""
    if not cautions:
        return
    items = [(words(wording.sentence(text)),) for text in cautions[:_CAUTIONS_SHOWN]]
    more = len(cautions) - len(items)
    if more:
        items.append((words(f"And {more:,} more, all in the JSON."),))
    note = "counted as it stands, perhaps not meant so"
    yield Section("Look again", (Bullets(tuple(items)),), note)


def _limits(analysis: Analysis, listing: Listing, graph: str | None) -> Iterator[Block]:
    if analysis.incident.disagreements:
        disagreements = tuple(map(words, analysis.incident.disagreements))
        yield Facts((("Sources disagree", disagreements),))
    yield Paragraph(words(wording.sentence(analysis.unobserved_edges_note)))
    yield Paragraph(words(wording.engine_words(analysis.engine)))
    if listing.is_partial:
        yield Paragraph(
            words(f"The list is filtered ({listing.note}); all figures count every party.")
        )
    provenance = analysis.provenance
    yield Paragraph(
        words(
            Span(
                f"blastradius {provenance.version}, graph {provenance.graph_name} "
                f"(sha256 {provenance.graph_sha256[:12]}…, whole in the JSON).",
                "quiet",
            )
        )
    )
    yield from _files_read(provenance)
    if analysis.ranking:
        best = analysis.ranking[0].id
        why = wording.command("explain", *_question(analysis, best), *wording.graph_option(graph))
        yield Paragraph(words("Why a party scores what it scores: ", why))


def _files_read(provenance: Provenance) -> Iterator[Block]:
    """Say which files the observations come from, and how many of these are repeats."""
    options = provenance.options
    files = options["observation_files"]
    if not files:
        return
    told = ", ".join(
        f"{file['name']} (sha256 {file['sha256'][:12]}…, "
        f"{numbers.counted(file['statements'], 'statement')})"
        for file in files
    )
    repeats = len(options["observations"]) - len(set(map(str, options["observations"])))
    once = f" {numbers.counted(repeats, 'repeat')} not counted again." if repeats else ""
    yield Paragraph(words(Span(f"Observations of {told}.{once}", "quiet")))
    if provenance.tlp is not None:
        label = Span(tlp_label(provenance.tlp), "strong")
        yield Paragraph(words(label, f", as these files say: {TLP_MEANINGS[provenance.tlp]}."))


def _statements(observations: Iterable[Mapping[str, str]]) -> Iterator[str]:
    for said in observations:
        if "party" in said and "likelihood_ratio" not in said:
            event = "" if said["event"] == "exposed" else f":{said['event']}"
            yield from ("--observe", f"{said['party']}{event}={said['state']}")


def _question(analysis: Analysis, party: str) -> Iterator[str]:
    """Return how to put the same question again, as command-line words.

    A statement that was made in Python may have a ratio of its own, and cannot be repeated.
    """
    incident, options = analysis.incident, analysis.provenance.options
    yield from (incident.id or analysis.origins[0].id, party)
    if incident.hypothetical:
        yield "--hypothetical"
    for action in options["actions"]:
        yield from ("--action", action)
    if options["as_of"]:
        yield from ("--as-of", options["as_of"])
    of_files = 0
    for file in options["observation_files"]:
        of_files += file["statements"]
        yield from ("--observations", file["name"])
    yield from _statements(options["observations"][of_files:])
    if options["method"] == "exact":
        yield "--exact"
    if options["n_worlds"]:
        yield from ("--worlds", str(options["n_worlds"]))
    if options["precision"]:
        yield from ("--precision", f"{options['precision']:g}")
    if options["rng_seed"]:
        yield from ("--rng-seed", str(options["rng_seed"]))
    if analysis.scenario is not None:
        yield from ("--scenario", "FILE")
