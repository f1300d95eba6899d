"""The pages of questions about all parties: who is worst to lose, and whose breach harms one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blastradius.report import numbers, wording
from blastradius.report.analysis_page import assumption_blocks
from blastradius.report.document import (
    Block,
    Column,
    Document,
    Facts,
    Inline,
    Paragraph,
    Section,
    Span,
    Table,
    joined,
    words,
)
from blastradius.report.survey_data import through

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blastradius.analysis.results import Provenance
    from blastradius.analysis.survey import (
        Concentration,
        Dependent,
        Figure,
        Holding,
        Perimeter,
        RankedParty,
        Ranking,
        SurveyEngine,
        Threat,
    )
    from blastradius.report.survey_data import SurveyListing

_NAMED = 5
"""Parties that a cell names; the others are counted, and stand in the JSON."""

_SUPPOSED = (
    "Each party is supposed to be breached once, on its own; how likely such a breach is, "
    "nothing here says."
)

_RANKING_COLUMNS = (
    Column("#", is_right=True),
    Column("Party", min_width=16),
    Column("Total score"),
    Column("Harmed"),
    Column("Reachable", is_right=True, fold=3),
    Column("Share", is_right=True),
    Column("Runs through", is_right=True, fold=2),
    Column("Role", fold=1),
)

_LITTLE = 0.01
"""Below this, parts of a whole are told in more digits [1]."""

_RANKING_NOTE = (
    "Total score: sum of the scores of all others if the party were breached. Harmed: how many "
    "others to expect harmed. Reachable: how many harm can reach at all, however unlikely. Share: "
    "of the total scores of all breaches. Runs through: share of the same that would be gone if "
    "the party passed no harm on, whoever is breached."
)


def ranking_document(
    ranking: Ranking, listing: SurveyListing, *, graph: str | None = None
) -> Document:
    """Return the page of a ranking."""
    shown = listing.choose(ranking.parties)
    sections = (
        _ranked_section(ranking, shown, listing.note(shown, ranking.n_harmful)),
        Section("Concentration", (_concentration_facts(ranking),)),
        *_single_point_sections(shown),
        Section("Assumptions", tuple(assumption_blocks(ranking.assumptions))),
        Section("Limits", tuple(_ranking_limits(ranking, shown, graph))),
    )
    return Document(_ranking_headline(ranking), sections)


def _ranking_headline(ranking: Ranking) -> str:
    can = ranking.n_harmful
    parties = numbers.counted(ranking.n_parties, "party", "parties")
    graph = ranking.provenance.graph_name
    if can == 0:
        return f"Whose breach would harm others in {graph}: none of {parties} has a recorded path"
    return f"Whose breach would harm others in {graph}: {can:,} of {parties} on record"


def _ranked_section(ranking: Ranking, shown: Sequence[RankedParty], note: str | None) -> Section:
    title = "Most harmful to others"
    if not shown:
        none = (
            "No party matches the filter." if ranking.parties else "No party has a recorded path."
        )
        return Section(title, (Paragraph(words(none)),), note)
    table = Table(
        _RANKING_COLUMNS,
        tuple(_ranked_row(party, rank) for rank, party in enumerate(shown, start=1)),
    )
    return Section(title, (table, Paragraph(words(Span(_RANKING_NOTE, "quiet")))), note)


def _ranked_row(party: RankedParty, rank: int) -> tuple[Inline, ...]:
    return (
        words(str(rank)),
        words(Span(party.name, "strong")),
        words(_amount(party.total_score)),
        words(_amount(party.expected_harmed_parties)),
        words(f"{party.reachable_parties:,}"),
        words(_part(party.share)),
        words("" if party.through is None else _part_of_whole(party.through)),
        words(party.role),
    )


def _amount(figure: Figure) -> str:
    """Return a number with the range of its assumptions, or with its sampling interval."""
    shown = numbers.decimal(figure.value)
    if figure.half_width is not None:
        return f"{shown} ±{numbers.decimal(figure.half_width)}"
    if figure.low is None or figure.high is None:
        return shown
    low, high = numbers.decimal(figure.low), numbers.decimal(figure.high)
    return shown if low == high == shown else f"{shown} ({low}–{high})"


def _part(part: float) -> str:
    """Return a part of a whole; of many parties, each has little."""
    return numbers.percent_of_whole(part) if part < _LITTLE else numbers.percent(part)


def _part_of_whole(figure: Figure) -> str:
    shown, width = _part(figure.value), 100 * (figure.half_width or 0.0)
    if figure.half_width is None:
        return shown
    return f"{shown} ±{width:.2g}" if figure.value < _LITTLE else f"{shown} ±{width:.1f}"


def _percent(figure: Figure) -> str:
    shown = numbers.percent(figure.value)
    if figure.half_width is None:
        return shown
    return f"{shown} ±{100 * figure.half_width:.1f}"


def _concentration_facts(ranking: Ranking) -> Facts:
    concentration = ranking.concentration
    heads = " · ".join(
        f"first {k:,}: {numbers.percent(share)}" if k > 1 else f"first: {numbers.percent(share)}"
        for k, share in concentration.heads.items()
    )
    rows = [
        ("Sum of all breaches", (words(_sum_words(concentration)),)),
        ("Behind the", (words(Span(heads or "no recorded harm", "strong")),)),
    ]
    if concentration.half is not None:
        half = numbers.counted(concentration.half, "party", "parties")
        rows.append(("Half of it", (words(Span(half, "strong"), f" of {ranking.n_parties:,}"),)))
    return Facts(tuple(rows))


def _sum_words(concentration: Concentration) -> str:
    harmed = _amount(concentration.expected_harmed_parties)
    return f"total score {_amount(concentration.total_score)}, expected harmed parties {harmed}"


def _single_point_sections(shown: Sequence[RankedParty]) -> Iterator[Section]:
    """Yield who is a single point of failure for whom, among those listed."""
    holders = [party for party in shown if party.single_point_for]
    if not holders:
        return
    columns = (
        Column("Party", min_width=16),
        Column("For", is_right=True),
        Column("Most of several ways", min_width=24),
        Column("Only recorded way", min_width=24, fold=1),
    )
    rows = tuple(
        (
            words(Span(party.name, "strong")),
            words(f"{len(party.single_point_for):,}"),
            _named([d for d in party.single_point_for if d.share < 1], with_share=True),
            _named([d for d in party.single_point_for if d.share >= 1], with_share=False),
        )
        for party in holders
    )
    note = (
        "A party is a single point of failure for another if more than half of the other's "
        "expected harm, summed over all breaches, runs through it."
    )
    blocks = (Table(columns, rows), Paragraph(words(Span(note, "quiet"))))
    yield Section("Single points of failure", blocks)


def _named(dependents: Sequence[Dependent], *, with_share: bool) -> Inline:
    parts = [
        words(f"{d.name} ({numbers.percent(d.share)})" if with_share else d.name)
        for d in dependents[:_NAMED]
    ]
    more = len(dependents) - len(parts)
    if more:
        parts.append(words(Span(f"{more:,} more", "quiet")))
    return joined(parts, ", ")


def _ranking_limits(
    ranking: Ranking, shown: Sequence[RankedParty], graph: str | None
) -> Iterator[Block]:
    yield Paragraph(words(_SUPPOSED))
    yield Paragraph(words(wording.sentence(ranking.unobserved_edges_note)))
    yield from _engine_blocks(ranking.engine, "a total score")
    yield _provenance(ranking.provenance)
    if shown:
        command = ("analyze", shown[0].id, "--hypothetical", *_options(ranking.provenance))
        how = wording.command(*command, *wording.graph_option(graph))
        yield Paragraph(words("Whom one of these breaches harms: ", how))


def _options(provenance: Provenance) -> Iterator[str]:
    """Return the options of a survey that another command understands too."""
    for action in provenance.options["actions"]:
        yield from ("--action", action)
    if provenance.options["as_of"]:
        yield from ("--as-of", provenance.options["as_of"])


def _engine_blocks(engine: SurveyEngine, of_what: str) -> Iterator[Block]:
    arcs = numbers.counted(engine.uncertain_arcs, "uncertain coin")
    if engine.method == "exact":
        yield Paragraph(words(f"Computed exactly over {arcs}: {engine.reason}."))
        return
    yield Paragraph(
        words(
            f"Sampled in {engine.n_worlds or 0:,} worlds for the harm to each party (rng seed "
            f"{engine.rng_seed}), over {arcs}: {engine.reason}. 95% intervals: at most "
            f"±{100 * (engine.precision or 0.0):.2g}% of {of_what}."
        )
    )


def _provenance(provenance: Provenance) -> Paragraph:
    return Paragraph(
        words(
            Span(
                f"blastradius {provenance.version}, graph {provenance.graph_name} "
                f"(sha256 {provenance.graph_sha256[:12]}…, whole in the JSON).",
                "quiet",
            )
        )
    )


# -- the perimeter -----------------------------------------------------------------------

_PERIMETER_COLUMNS = (
    Column("#", is_right=True),
    Column("Breached party", min_width=16),
    Column("Score"),
    Column("Band", fold=6),
    Column("P(harmed)", is_right=True),
    Column("P(exposed)", is_right=True, fold=5),
    Column("At stake", min_width=18, fold=1),
    Column("Holds", min_width=18, fold=2),
    Column("Through", min_width=12, fold=3),
    Column("Hops", is_right=True, fold=7),
    Column("Certainty", fold=4),
)


def perimeter_document(
    perimeter: Perimeter, listing: SurveyListing, *, graph: str | None = None
) -> Document:
    """Return the page of a perimeter."""
    shown = listing.choose(perimeter.threats)
    sections = (
        _threat_section(perimeter, shown, listing.note(shown, len(perimeter.threats))),
        Section("Assumptions", tuple(assumption_blocks(perimeter.assumptions))),
        Section("Limits", tuple(_perimeter_limits(perimeter, shown, graph))),
    )
    return Document(_perimeter_headline(perimeter), sections)


def _perimeter_headline(perimeter: Perimeter) -> str:
    question = f"Whose breach would harm {perimeter.name}"
    if not perimeter.threats:
        return f"{question}: no other party has a recorded path"
    n = numbers.counted(len(perimeter.threats), "party", "parties")
    direct = sum(bool(threat.holds) for threat in perimeter.threats)
    return f"{question}: {n} on record, {direct:,} with something of it"


def _threat_section(perimeter: Perimeter, shown: Sequence[Threat], note: str | None) -> Section:
    title = "Whose breach would harm it"
    if not shown:
        none = "No party matches the filter." if perimeter.threats else "No recorded path."
        return Section(title, (Paragraph(words(none)),), note)
    rows = tuple(_threat_row(perimeter, t, rank) for rank, t in enumerate(shown, start=1))
    legend = (
        f"Score: that of {perimeter.name} if the party were breached. Holds: what the party has of "
        f"{perimeter.name} itself. Through: whom the most probable way runs through, if anybody."
    )
    blocks = (Table(_PERIMETER_COLUMNS, rows), Paragraph(words(Span(legend, "quiet"))))
    return Section(title, blocks, note)


def _threat_row(perimeter: Perimeter, threat: Threat, rank: int) -> tuple[Inline, ...]:
    return (
        words(str(rank)),
        words(Span(threat.name, "strong")),
        words(Span(_score(threat.score), threat.band)),
        wording.band_words(threat.band),
        words(_percent(threat.probability["harmed"])),
        words(_percent(threat.probability["exposed"])),
        words(_at_stake(threat)),
        words("; ".join(_held(threat.holds))),
        words(through(perimeter, threat)),
        words(f"{threat.hops}"),
        words(threat.certainty),
    )


def _score(figure: Figure) -> str:
    shown = numbers.score_text(figure.value)
    if figure.half_width is not None:
        return f"{shown} ±{numbers.decimal(figure.half_width)}"
    if figure.low is None or figure.high is None:
        return shown
    low, high = numbers.score_text(figure.low), numbers.score_text(figure.high)
    return shown if low == high == shown else f"{shown} ({low}–{high})"


def _at_stake(threat: Threat) -> str:
    kinds = [name for name, chance in threat.varieties.items() if chance.value > 0]
    parts = [", ".join(kinds)] if kinds else []
    for event, what in (("compromised", "systems"), ("disrupted", "operations")):
        chance = threat.probability[event].value
        if chance > 0:
            parts.append(f"{what} ({numbers.percent(chance)})")
    return "; ".join(parts)


def _held(holds: Sequence[Holding]) -> Iterator[str]:
    datasets = [item.dataset for item in holds if item.kind == "data" and item.dataset]
    if datasets:
        yield ", ".join(dict.fromkeys(datasets))
    for kind, what in (("access", "access"), ("dependency", "supplies it")):
        if any(item.kind == kind for item in holds):
            yield what


def _perimeter_limits(
    perimeter: Perimeter, shown: Sequence[Threat], graph: str | None
) -> Iterator[Block]:
    yield Paragraph(words(_SUPPOSED))
    yield Paragraph(words(wording.sentence(perimeter.unobserved_edges_note)))
    yield from _engine_blocks(perimeter.engine, "the largest score")
    yield _provenance(perimeter.provenance)
    if shown:
        options = _options(perimeter.provenance)
        command = ("explain", shown[0].id, perimeter.id, "--hypothetical", *options)
        how = wording.command(*command, *wording.graph_option(graph))
        yield Paragraph(words("Why one of these breaches would harm it: ", how))
