"""Observations as soft evidence on the nodes of a harm network (Pearl's virtual evidence)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from blastradius.analysis.harm import CompiledHarm, Event
from blastradius.analysis.priors import PriorTable
from blastradius.analysis.results import ObservationNote, SourceNote
from blastradius.errors import UnknownNameError
from blastradius.model.graph import Evidence, Graph, Observation, Source
from blastradius.model.text import nearest

_CERTAIN = 1e100
"""Many statements on one event together weigh at most this: beyond it floats would end [1]."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """An observation with the event that it speaks of and its likelihood ratio."""

    observation: Observation
    event: Event
    ratio: float


def weigh(observations: Iterable[Observation], priors: PriorTable) -> tuple[Weighed, ...]:
    """Give each statement its ratio; the same statement written twice is one statement."""
    weighed = []
    for observation in dict.fromkeys(observations):
        ratio = observation.likelihood_ratio
        if ratio is None:
            ratio = priors.ratio(observation.state)
        weighed.append(Weighed(observation, _event(observation), ratio))
    return tuple(weighed)


def _event(observation: Observation) -> Event:
    if observation.dataset is not None:
        return Event("disclosed", observation.dataset)
    return Event(observation.event, observation.party or "")


def likelihood(harm: CompiledHarm, weighed: Iterable[Weighed]) -> dict[int, tuple[float, float]]:
    """Return node -> (weight if it happened, weight if not) for events within reach.

    Evidence on an event that cannot happen in this graph is a constant and drops out.
    """
    found = ((harm.node.get(item.event), item.ratio) for item in weighed)
    return combined((node, ratio) for node, ratio in found if node is not None)


def combined(ratios: Iterable[tuple[int, float]]) -> dict[int, tuple[float, float]]:
    """Multiply the ratios of all statements on a node.

    >>> combined([(3, 9.0), (3, 2.0)])
    {3: (18.0, 1.0)}
    """
    weights: dict[int, tuple[float, float]] = {}
    for node, ratio in ratios:
        product = weights.get(node, (1.0, 1.0))[0] * ratio
        weights[node] = (min(max(product, 1 / _CERTAIN), _CERTAIN), 1.0)
    return weights


class SourceBook:
    """Looks up the publications behind evidence."""

    def __init__(self, graph: Graph) -> None:
        self._by_id: Mapping[str, Source] = {s.id: s for s in graph.sources if s.id is not None}

    def _source(self, reference: str) -> Source:
        if reference not in self._by_id:
            near = nearest(reference, self._by_id)
            raise UnknownNameError("source", reference, (near,) if near else ())
        return self._by_id[reference]

    def notes(self, evidence: Iterable[Evidence | None]) -> tuple[SourceNote, ...]:
        """Return each publication once, in the order of mention."""
        found: dict[tuple[str, str | None], SourceNote] = {}
        for item in evidence:
            for reference in item.sources if item is not None else ():
                source = self._source(reference) if isinstance(reference, str) else reference
                note = SourceNote(source.title, source.url, source.tier, source.supports)
                found.setdefault((source.title, source.url), note)
        return tuple(found.values())


def observation_note(item: Weighed, book: SourceBook) -> ObservationNote:
    """Describe an observation for a result."""
    seen = item.observation
    return ObservationNote(
        subject=item.event.subject,
        event=item.event.kind,
        state=seen.state,
        likelihood_ratio=item.ratio,
        note=seen.note,
        certainty=seen.evidence.certainty if seen.evidence is not None else "assumed",
        sources=book.notes([seen.evidence]),
    )
