"""Phrases that several pages share, so that the same thing is called the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blastradius.report import numbers
from blastradius.report.document import Inline, Span, joined, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from blastradius.analysis.results import (
        Analysis,
        Band,
        EngineNote,
        Estimate,
        Expected,
        HarmPath,
        IncidentNote,
        PartyResult,
        ScenarioNote,
        SourceNote,
        Verdict,
    )
    from blastradius.model.graph import Demand, Volume

_TIERS = ("primary", "press", "trade", "data", "blog", "mirror")
"""Kinds of publication, the one to read first in front."""

_NEGLIGIBLE = 0.005
"""Below half a percent a possibility is not worth a word in a table [1]."""

STATE_WORDS: Mapping[str, str] = {
    "confirmed": "confirmed",
    "reported": "reported",
    "could-be-affected": "could be affected",
    "denied": "denied",
}


def band_words(band: Band) -> Inline:
    """Return the band in its colour."""
    return words(Span(band, band))


def verdict_words(verdict: Verdict) -> Inline:
    """Return the verdict; only a confirmed one stands out."""
    return words(Span(verdict, "strong") if verdict == "confirmed" else verdict)


def best_first(sources: Iterable[SourceNote]) -> list[SourceNote]:
    """Sort sources by how close they stand to the event; public addresses before none."""
    return sorted(
        sources,
        key=lambda source: (
            source.url is None or not source.url.startswith("http"),
            _TIERS.index(source.tier) if source.tier in _TIERS else len(_TIERS),
        ),
    )


def source_words(source: SourceNote) -> Inline:
    """Return the title of a source, linked to its address, and its kind."""
    return words(Span(source.title, url=source.url), Span(f" ({source.tier})", "quiet"))


def names(ids: Iterable[str], parties: Mapping[str, PartyResult]) -> str:
    """Return names of parties in a row."""
    return ", ".join(parties[id_].name if id_ in parties else id_ for id_ in ids)


def subject_words(analysis: Analysis) -> str:
    """Return what happened, as the subject of a headline."""
    breached = names((party.id for party in analysis.origins), analysis.parties)
    if analysis.incident.hypothetical:
        return f"Hypothetical breach of {breached}"
    if analysis.incident.status == "alleged":
        return f"Alleged breach of {breached}"
    return f"Breach of {breached}"


def verdict_counts(ranking: Sequence[PartyResult]) -> str:
    """Return how many parties got each verdict, strongest first.

    Counting starts at the strongest verdict that occurs, so that nothing sounds better or
    worse than it is.
    """
    counts: dict[str, int] = {}
    for verdict in ("confirmed", "likely", "possible", "unlikely"):
        count = sum(party.verdict == verdict for party in ranking)
        if count:
            counts[verdict] = count
    return ", ".join(f"{count:,} {verdict}" for verdict, count in counts.items())


def haul_words(volume: Volume) -> str:
    """Return the size of the haul and who vouches for it; empty where no size is stated."""
    parts = []
    if volume.bytes is not None:
        parts.append(numbers.byte_amount(volume.bytes))
    if volume.documents is not None:
        parts.append(f"{numbers.amount(volume.documents)} documents")
    if volume.records is not None:
        parts.append(f"{numbers.amount(volume.records)} records")
    basis = f" ({volume.basis.replace('-', ' ')})" if parts and volume.basis else ""
    return " and ".join(parts) + basis


def demand_words(demand: Demand) -> str:
    """Return the ransom or price asked."""
    return f"{numbers.amount(demand.amount)} {demand.currency}"


def sentence(text: str) -> str:
    """Return text that starts with a capital and ends with a stop.

    >>> sentence("ask Continental"), sentence("Done.")
    ('Ask Continental.', 'Done.')
    """
    shown = text[:1].upper() + text[1:]
    return shown if shown.endswith((".", "!", "?")) else f"{shown}."


def at_risk(party: PartyResult) -> Inline:
    """Return what a party stands to lose: its data by kind, its systems, its operations."""
    parts: list[Inline] = []
    kinds = [name for name, chance in _by_posterior(party.varieties) if chance.posterior > 0]
    if kinds:
        parts.append(words(", ".join(kinds)))
    for event, what in (("compromised", "systems"), ("disrupted", "operations")):
        chance = party.probability[event]
        if chance.posterior >= _NEGLIGIBLE:
            parts.append(words(f"{what} ({numbers.percent(chance.posterior)})"))
    return joined(parts, "; ")


def _by_posterior(chances: Mapping[str, Estimate]) -> list[tuple[str, Estimate]]:
    return sorted(chances.items(), key=lambda item: (-item[1].posterior, item[0]))


def way_of(path: HarmPath, parties: Mapping[str, PartyResult]) -> str:
    """Return the parties that a path runs through, its end left out."""
    return " → ".join(parties[id_].name for id_ in ids_along(path)[:-1])


def ids_along(path: HarmPath) -> list[str]:
    """Return the parties along a path, from the origin to the end, each step once."""
    ids: list[str] = []
    for step in path.steps:
        for id_ in (step.origin, step.target):
            if not ids or ids[-1] != id_:
                ids.append(id_)
    return ids


def through(party: PartyResult, parties: Mapping[str, PartyResult]) -> str:
    """Return whom the most probable path runs through."""
    return way_of(party.paths[0], parties) if party.paths else ""


def said_of(party: PartyResult) -> str:
    """Return what was said of a party after the incident, each state once, strongest first."""
    said = {observation.state for observation in party.observations}
    return ", ".join(words_ for state, words_ in STATE_WORDS.items() if state in said)


def expected_words(expected: Expected) -> str:
    """Return expected amounts disclosed; empty where no amount is recorded."""
    parts = []
    if expected.bytes is not None:
        parts.append(numbers.byte_amount(expected.bytes))
    if expected.documents is not None:
        parts.append(f"{numbers.amount(expected.documents)} documents")
    if expected.records is not None:
        parts.append(f"{numbers.amount(expected.records)} records")
    return ", ".join(parts)


def incident_name(incident: IncidentNote) -> Inline:
    """Return the headline of the incident and its id."""
    if incident.id is None:
        return words(Span(incident.name, "strong"))
    return words(Span(incident.name, "strong"), " (", Span(incident.id, is_code=True), ")")


def scenario_facts(scenario: ScenarioNote | None) -> Iterator[tuple[str, tuple[Inline, ...]]]:
    """Yield what is tried out, if anything: these numbers are not those of the breach as it is."""
    if scenario is not None:
        yield "Scenario applied", tuple(_scenario_lines(scenario))


def _scenario_lines(scenario: ScenarioNote) -> Iterator[Inline]:
    name = Span(scenario.name, "strong") if scenario.name else "without a name"
    yield words(name, ": the answer to a what-if, not to the breach as recorded")
    if not scenario.changes:
        yield words("it changes nothing")
    for change in scenario.changes:
        subject = Span(change.subject, is_code=True)
        idle = () if change.coins else (" — ", Span("no effect here", "warn"))
        yield words(f"{change.text} (", subject, ")", *idle)
    for note in scenario.notes:
        yield words(Span(note, "warn"))


def command(*arguments: str) -> Span:
    """Return a command to copy."""
    return Span(" ".join(("blastradius", *map(_shell_word, arguments))), is_code=True)


def graph_option(graph: str | None) -> tuple[str, ...]:
    """Return the option that finds a graph again; nothing for the default one."""
    return () if graph in (None, "automotive") else ("--graph", str(graph))


def _shell_word(text: str) -> str:
    bare = "".join(char for char in text if char not in "-_./=:")
    return text if bare.isalnum() and bare.isascii() else "'" + text.replace("'", "'\\''") + "'"


def engine_words(engine: EngineNote) -> str:
    """Return how the numbers were computed, and how precise they are."""
    arcs = numbers.counted(engine.uncertain_arcs, "uncertain relation")
    if engine.method == "exact":
        return f"Computed exactly over {arcs}: {engine.reason}."
    width = engine.half_width if engine.half_width is not None else 0.0
    return (
        f"Sampled in {engine.n_worlds:,} worlds (rng seed {engine.rng_seed}) over {arcs}: "
        f"{engine.reason}. 95% interval: at most ±{100 * width:.2g} percentage points."
    )
