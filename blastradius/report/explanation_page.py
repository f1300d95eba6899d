"""The page of one explanation: why a party has its score, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blastradius.report import numbers, wording
from blastradius.report.analysis_page import caution_sections
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
from blastradius.report.tlp import label_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blastradius.analysis.results import (
        Counterfactual,
        DatasetResult,
        Explanation,
        HarmPath,
        ObservationNote,
        PartyResult,
        Step,
    )

_ORIGIN_SOURCES = 3
"""The incident's own sources stand on its page; the relations are what is to be explained."""

_EVENTS = (
    ("exposed", "its data is disclosed"),
    ("compromised", "the attacker controls its systems"),
    ("disrupted", "its operations are down"),
    ("harmed", "any of these"),
)


def explanation_document(
    explanation: Explanation,
    parties: Mapping[str, PartyResult],
    *,
    graph: str | None = None,
) -> Document:
    """Return the page of an explanation.

    Parameters
    ----------
    explanation : Explanation
        Why a party has its score.
    parties : Mapping
        Every party of the analysis by id, for the names along the paths.
    """
    sections = (
        Section("In short", (_summary(explanation),), label_of(explanation.provenance)),
        *_path_sections(explanation, parties, graph),
        *_dataset_sections(explanation, parties),
        *_observation_sections(explanation, parties),
        *caution_sections(explanation.cautions),
        *_counterfactual_sections(explanation, parties),
        *_what_if_sections(explanation),
        Section("Limits", (Paragraph(words(wording.engine_words(explanation.engine))),)),
    )
    return Document(_headline(explanation), sections)


def _headline(explanation: Explanation) -> str:
    party = explanation.party
    if not explanation.paths:
        return f"{party.name}: no recorded path from {explanation.incident.name}"
    score = numbers.score_text(party.score.posterior)
    return f"Why {party.name} scores {score} ({party.band}, {party.verdict})"


def _summary(explanation: Explanation) -> Facts:
    party, score = explanation.party, explanation.party.score
    before = ""
    if score.prior != score.posterior:
        before = f"; {numbers.score_text(score.prior)} before what was said about this incident"
    rows = [
        ("Incident", (wording.incident_name(explanation.incident),)),
        *wording.scenario_facts(explanation.scenario),
        (
            "Score",
            (
                words(
                    Span(numbers.score_range(score), party.band),
                    f" of 100{before}",
                ),
            ),
        ),
        *(
            (
                event.capitalize(),
                (words(numbers.percent_change(party.probability[event]), f": {why}"),),
            )
            for event, why in _EVENTS
        ),
        ("By kind of data", tuple(_varieties(party)) or (words("no data within reach"),)),
        ("Certainty", (words(_certainty(party)),)),
    ]
    expected = wording.expected_words(party.expected)
    if expected:
        rows.append(("Expected loss", (words(f"{expected}, where the graph states sizes"),)))
    return Facts(tuple(rows))


def _varieties(party: PartyResult) -> Iterator[Inline]:
    for name, chance in sorted(
        party.varieties.items(), key=lambda item: (-item[1].posterior, item[0])
    ):
        yield words(f"{name} {numbers.percent_change(chance)}")


def _certainty(party: PartyResult) -> str:
    if party.certainty is None:
        return "no recorded path, which is not an all-clear"
    hops = numbers.counted(party.hops or 0, "hop")
    return f"{party.certainty} (weakest step of the most probable path); {hops} from the breach"


def _path_sections(
    explanation: Explanation, parties: Mapping[str, PartyResult], graph: str | None
) -> Iterator[Section]:
    incident = explanation.incident.id
    again = ("show", incident, *wording.graph_option(graph)) if incident is not None else ()
    explained: set[tuple[object, ...]] = set()
    for rank, path in enumerate(explanation.paths, start=1):
        steps = tuple(tuple(_step_lines(step, parties, again, explained)) for step in path.steps)
        blocks = (Paragraph(_path_words(path, parties)), Bullets(steps, is_numbered=True))
        yield Section(f"Path {rank}", blocks)


def _path_words(path: HarmPath, parties: Mapping[str, PartyResult]) -> Inline:
    way = " → ".join(wording.names((id_,), parties) for id_ in wording.ids_along(path))
    chance = numbers.probability_text(path.probability)
    return words(
        Span(way, "strong"),
        f": {path.event} with probability {chance} if nothing else were known, when every step "
        f"below happens. Weakest evidence along it: {path.certainty}.",
    )


def _step_lines(
    step: Step,
    parties: Mapping[str, PartyResult],
    again: tuple[str, ...],
    explained: set[tuple[object, ...]],
) -> Iterator[Inline]:
    yield words(Span(_step_sentence(step, parties), "strong"))
    value = numbers.probability_range(step.probability, step.low, step.high)
    yield words(f"probability {value}, {_basis_words(step)}")
    yield words(Span(step.edge, is_code=True), f" ({step.certainty})")
    told = (step.edge, step.note, step.sources)
    if told in explained:
        yield words(Span("sources: as above", "quiet"))
        return
    explained.add(told)
    if step.note:
        yield words(step.note)
    yield from _step_sources(step, again)


def _step_sources(step: Step, again: tuple[str, ...]) -> Iterator[Inline]:
    """Yield every source of a relation, and the best ones of the incident itself.

    ``again`` are the words of the command that shows the incident with all its sources.
    """
    best = wording.best_first(step.sources)
    shown = best[:_ORIGIN_SOURCES] if step.kind in ("origin", "outage") else best
    for source in shown:
        supports = f": {source.supports}" if source.supports else ""
        yield words("source: ", wording.source_words(source), supports)
    if len(shown) < len(best) and again:
        command = wording.command(*again)
        yield words(f"and {len(best) - len(shown):,} more: ", command)
    if not best:
        yield words(Span("no source recorded", "warn"))


def _basis_words(step: Step) -> str:
    if step.basis in ("measured", "assumed"):
        return f"{step.basis}: {step.basis_note}"
    if step.basis == "scenario":
        return f"changed by the scenario: {step.basis_note}"
    return step.basis_note


def _step_sentence(step: Step, parties: Mapping[str, PartyResult]) -> str:
    """Say what a step means, in the direction in which harm travels."""
    origin = wording.names((step.origin,), parties)
    target = wording.names((step.target,), parties)
    data = f"“{_dataset_name(step, parties)}”"
    return {
        "origin": f"{target} is breached",
        "custody": f"Data of {target} that {origin} holds is disclosed: {data}",
        "own": f"Data that {origin} keeps itself is disclosed: {data}",
        "access": f"{target} is compromised through the access that {origin} has",
        "pivot": f"{target} is compromised with what is disclosed: {data}",
        "outage": f"Operations of {target} stop",
        "dependency": f"{target}, which depends on {origin}, is disrupted",
    }[step.kind]


def _dataset_name(step: Step, parties: Mapping[str, PartyResult]) -> str:
    """Return the name of a step's dataset, which its owner's result holds."""
    for id_ in (step.target, step.origin):
        for item in parties[id_].datasets if id_ in parties else ():
            if item.id == step.dataset and item.name:
                return item.name
    return step.dataset or ""


def _dataset_sections(
    explanation: Explanation, parties: Mapping[str, PartyResult]
) -> Iterator[Section]:
    if not explanation.party.datasets:
        return
    columns = (
        Column("Data", min_width=18),
        Column("Disclosed"),
        Column("Kinds", min_width=16),
        Column("Size", fold=2),
        Column("Held by", min_width=14, fold=1),
        Column("Certainty", fold=3),
    )
    rows = tuple(_dataset_row(item, parties) for item in explanation.party.datasets)
    yield Section("Data within reach", (Table(columns, rows),))


def _dataset_row(item: DatasetResult, parties: Mapping[str, PartyResult]) -> tuple[Inline, ...]:
    amounts = (
        (item.bytes, numbers.byte_amount, ""),
        (item.documents, numbers.amount, " documents"),
        (item.records, numbers.amount, " records"),
    )
    size = ", ".join(f"{show(count)}{unit}" for count, show, unit in amounts if count is not None)
    return (
        words(item.name or item.id),
        words(numbers.percent_change(item.probability)),
        words(", ".join(item.varieties)),
        words(size or "not stated"),
        words(wording.names(item.holders, parties)),
        words(item.certainty),
    )


def _observation_sections(
    explanation: Explanation, parties: Mapping[str, PartyResult]
) -> Iterator[Section]:
    observations = explanation.party.observations
    if observations:
        items = tuple(tuple(_observation_lines(item, parties)) for item in observations)
        blocks: tuple[Block, ...] = (Bullets(items),)
        if explanation.party.hops is None:
            nobody = "No recorded path leads there: what was said stands, but no figure counts it."
            blocks = (*blocks, Paragraph(words(Span(nobody, "warn"))))
        yield Section("What was said", blocks)


def _observation_lines(
    item: ObservationNote, parties: Mapping[str, PartyResult]
) -> Iterator[Inline]:
    state = wording.STATE_WORDS.get(item.state, item.state)
    ratio = numbers.likelihood_ratio(item.likelihood_ratio)
    subject = wording.names((item.subject,), parties)
    yield words(
        Span(f"{subject} {item.event}: {state}", "strong"),
        f"; {ratio} (evidence: {item.certainty})",
    )
    if item.note:
        yield words(item.note)
    for source in wording.best_first(item.sources):
        yield words("source: ", wording.source_words(source))


def _counterfactual_sections(
    explanation: Explanation, parties: Mapping[str, PartyResult]
) -> Iterator[Section]:
    if not explanation.counterfactuals:
        return
    columns = (
        Column("If this could not happen", min_width=34),
        Column("Score"),
        Column("Importance", is_right=True, fold=2),
        Column("Edge", min_width=24, fold=1),
    )
    rows = tuple(
        (
            words(_edge_sentence(item, parties)),
            words(
                f"{numbers.decimal(item.score)} → ",
                Span(numbers.decimal(item.score_without), "strong"),
            ),
            words(_importance(explanation, item.step.edge)),
            words(Span(item.step.edge, is_code=True)),
        )
        for item in explanation.counterfactuals
    )
    note = (
        "Importance, from 0 to 1: probability of harm if this surely happened, less that if it "
        "could not, before observations (Birnbaum)."
    )
    if not explanation.importance:
        note = "Worlds were sampled, so only relations on the paths above were tried."
    blocks: tuple[Block, ...] = (Table(columns, rows), Paragraph(words(Span(note, "quiet"))))
    yield Section("Without each relation", blocks)


def _importance(explanation: Explanation, edge: str) -> str:
    """Return the importance of an edge; nothing where none was computed."""
    if not explanation.importance:
        return ""
    return numbers.probability_text(explanation.importance.get(edge, 0.0))


def _edge_sentence(item: Counterfactual, parties: Mapping[str, PartyResult]) -> str:
    """Say what a whole edge carries; a share may carry several datasets."""
    sentence = _step_sentence(item.step, parties)
    more = item.n_coins - 1
    return (
        f"{sentence} (and {numbers.counted(more, 'more dataset')} of this share)"
        if more
        else sentence
    )


def _what_if_sections(explanation: Explanation) -> Iterator[Section]:
    if not explanation.what_ifs:
        return
    now = numbers.decimal(explanation.party.score.posterior)
    rows = tuple(
        (words(item.text), words(f"{now} → ", Span(numbers.decimal(item.score), "strong")))
        for item in explanation.what_ifs
    )
    columns = (Column("If it turned out that", min_width=34), Column("Score"))
    yield Section("What would change the answer", (Table(columns, rows),))
