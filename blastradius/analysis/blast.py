"""Names the numbers: from reach probabilities of nodes to what is said of parties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from blastradius.analysis.evidence import SourceBook, Weighed, observation_note
from blastradius.analysis.harm import CompiledHarm, Event, HarmArc, Scope
from blastradius.analysis.paths import PathFinder
from blastradius.analysis.results import (
    EVENTS,
    BlastRadius,
    DatasetResult,
    Estimate,
    Expected,
    GroupResult,
    HarmPath,
    PartyResult,
    Score,
    Step,
    band_of,
    verdict_of,
)
from blastradius.analysis.solve import Reach
from blastradius.model.graph import Dataset, Party
from blastradius.model.vocabulary import weakest

PATHS_SHOWN = 3
"""Paths listed with each party; an explanation lists more."""

_NOTHING = Estimate(0.0, 0.0)
_NO_EVENTS: Mapping[str, Estimate] = dict.fromkeys(EVENTS, _NOTHING)
_NO_SCORE = Score(0.0, 0.0, 0.0, 0.0)
_NO_LOSS = Expected(None, None, None)


def untouched(party: str, name: str, role: str) -> PartyResult:
    """Return the result of a party that no path leads to and nobody spoke of: most of a graph."""
    return PartyResult(
        id=party,
        name=name,
        role=role,
        is_origin=False,
        score=_NO_SCORE,
        band="none",
        verdict="no recorded path",
        probability=_NO_EVENTS,
        varieties={},
        expected=_NO_LOSS,
        hops=None,
        certainty=None,
        paths=(),
        datasets=(),
        observations=(),
    )


def severity_weights(harm: CompiledHarm, subject: str) -> dict[int, float]:
    """Return node -> weight such that the score is the weighted sum of reach probabilities.

    E[worst severity] = sum over levels of (level - level below) x P(some harm at the level
    or above) [points].
    """
    weights = {}
    below = 0.0
    for level in harm.levels.get(subject, ()):
        weights[harm.node[Event("severity", subject, level)]] = 100.0 * (level - below)
        below = level
    return weights


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the answer of an engine off the nodes of a harm network."""

    harm: CompiledHarm
    reach: Reach
    scope: Scope
    weighed: tuple[Weighed, ...]
    finder: PathFinder
    book: SourceBook
    hops: Sequence[int | None]
    owners: Mapping[str, str]
    """Dataset id -> party id of its owner, for every dataset of the graph."""

    def estimate(self, event: Event) -> Estimate:
        """Return prior and posterior of an event [1]; exactly 0 without a path."""
        node = self.harm.node.get(event)
        if node is None:
            return _NOTHING
        return Estimate(self.reach.prior[node], self.reach.posterior[node])

    def score(self, subject: str) -> Score:
        """Return the score of a party, or of a group by its marked id."""
        weights = severity_weights(self.harm, subject)

        def mean(probability: Sequence[float]) -> float:
            return sum(weight * probability[node] for node, weight in weights.items())

        posterior = mean(self.reach.posterior)
        ends = (mean(self.reach.low), mean(self.reach.high), posterior)
        return Score(mean(self.reach.prior), posterior, min(ends), max(ends))

    def party(self, party: Party) -> PartyResult:
        """Say all that there is to say of a party."""
        about = self._about(party.id)
        if party.id not in self.harm.levels and not about:
            return untouched(party.id, party.name, party.role)
        paths = self.paths(party.id, PATHS_SHOWN)
        score = self.score(party.id)
        probability = self._events(party.id)
        hops = self._hops(party.id)
        # The ratio of a confirmation is weighed like any other; here it only chooses the word.
        confirmed = any(item.observation.state == "confirmed" for item in about)
        if party.id in self.scope.origins and self.scope.incident is not None:
            confirmed = confirmed or self.scope.incident.status == "confirmed"
        return PartyResult(
            id=party.id,
            name=party.name,
            role=party.role,
            is_origin=party.id in self.scope.origins,
            score=score,
            band=band_of(score.posterior),
            verdict=verdict_of(
                probability["harmed"].posterior, confirmed=confirmed, has_path=hops is not None
            ),
            probability=probability,
            varieties=self._varieties(party.id),
            expected=self._expected(party.id),
            hops=hops,
            certainty=paths[0].certainty if paths else None,
            paths=paths,
            datasets=tuple(map(self._dataset, self.harm.datasets.get(party.id, ()))),
            observations=tuple(observation_note(item, self.book) for item in about),
        )

    def group(self, top: Party, members: Iterable[str]) -> GroupResult:
        """Roll up the members of a group."""
        subject = f"group/{top.id}"
        reached = tuple(m for m in sorted(members) if m in self.harm.levels)
        has_path = any(self._hops(member) is not None for member in reached)
        score = self.score(subject)
        probability = self._events(subject)
        confirmed = any(
            item.observation.state == "confirmed" for m in reached for item in self._about(m)
        )
        return GroupResult(
            id=top.id,
            name=top.name,
            members=reached,
            score=score,
            band=band_of(score.posterior),
            verdict=verdict_of(
                probability["harmed"].posterior, confirmed=confirmed, has_path=has_path
            ),
            probability=probability,
        )

    def paths(self, party: str, k: int) -> tuple[HarmPath, ...]:
        """Return the k most probable paths by which the party comes to harm."""
        found = self.finder.best(self._ends(party), k)
        return tuple(self._path(probability, arcs) for probability, arcs in found)

    def step(self, arc: HarmArc) -> Step:
        """Describe an arc for a reader."""
        return Step(
            edge=arc.edge,
            kind=arc.kind,
            origin=arc.origin,
            target=arc.target,
            dataset=arc.dataset,
            probability=arc.coin.value,
            low=arc.coin.low,
            high=arc.coin.high,
            basis=arc.coin.basis,
            basis_note=arc.coin.note,
            certainty=arc.certainty,
            sources=self.book.notes(arc.evidence),
            note=arc.note,
        )

    # -- parts ---------------------------------------------------------------------------

    def _events(self, subject: str) -> Mapping[str, Estimate]:
        kinds: tuple[Literal["exposed", "compromised", "disrupted", "harmed"], ...] = EVENTS
        return {kind: self.estimate(Event(kind, subject)) for kind in kinds}

    def _ends(self, party: str) -> list[int]:
        events = [Event("compromised", party), Event("disrupted", party)]
        events += [Event("disclosed", d.id) for d in self.harm.datasets.get(party, ())]
        return [self.harm.node[e] for e in events if e in self.harm.node]

    def _hops(self, party: str) -> int | None:
        known = [self.hops[node] for node in self._ends(party)]
        return min((h for h in known if h is not None), default=None)

    def _about(self, party: str) -> list[Weighed]:
        return [item for item in self.weighed if self._subject(item.event) == party]

    def _subject(self, event: Event) -> str:
        """Return the party that an event befalls, within reach or not."""
        return self.owners.get(event.subject, "") if event.kind == "disclosed" else event.subject

    def _varieties(self, party: str) -> Mapping[str, Estimate]:
        names = {v for d in self.harm.datasets.get(party, ()) for v in d.varieties}
        found = {v: self.estimate(Event("exposed", party, v)) for v in sorted(names)}
        return dict(sorted(found.items(), key=lambda kv: (-kv[1].posterior, kv[0])))

    def _expected(self, party: str) -> Expected:
        datasets = self.harm.datasets.get(party, ())

        def amount(counts: Iterable[int | None]) -> float | None:
            known = [
                count * self.estimate(Event("disclosed", d.id)).posterior
                for d, count in zip(datasets, counts, strict=True)
                if count is not None
            ]
            return sum(known) if known else None

        return Expected(
            records=amount(d.records for d in datasets),
            documents=amount(d.documents for d in datasets),
            bytes=amount(d.bytes for d in datasets),
        )

    def _dataset(self, dataset: Dataset) -> DatasetResult:
        node = self.harm.node[Event("disclosed", dataset.id)]
        arcs = [arc for arc in self.harm.arcs if arc.head == node]
        return DatasetResult(
            id=dataset.id,
            name=dataset.name,
            varieties=dataset.varieties,
            probability=self.estimate(Event("disclosed", dataset.id)),
            holders=tuple(dict.fromkeys(arc.origin for arc in arcs)),
            records=dataset.records,
            documents=dataset.documents,
            bytes=dataset.bytes,
            certainty=dataset.evidence.certainty if dataset.evidence is not None else "assumed",
        )

    def _path(self, probability: float, arcs: tuple[HarmArc, ...]) -> HarmPath:
        steps = tuple(map(self.step, arcs))
        kind = self.harm.events[arcs[-1].head].kind
        event: Literal["exposed", "compromised", "disrupted"] = "exposed"
        if kind in ("compromised", "disrupted"):
            event = "compromised" if kind == "compromised" else "disrupted"
        # Where the breach starts is the question, not a link of the chain that is judged.
        links = tuple(step.certainty for step in steps if step.kind != "origin")
        return HarmPath(probability, event, steps, weakest(links) if links else steps[0].certainty)


def blast_radius(parties: Iterable[PartyResult]) -> BlastRadius:
    """Sum up the downstream parties; origins are not counted."""
    downstream = [p for p in parties if not p.is_origin]
    harmed = [p.probability["harmed"] for p in downstream]
    return BlastRadius(
        reachable_parties=sum(p.hops is not None for p in downstream),
        expected_harmed_parties=Estimate(
            sum(e.prior for e in harmed), sum(e.posterior for e in harmed)
        ),
        total_score=Estimate(
            sum(p.score.prior for p in downstream), sum(p.score.posterior for p in downstream)
        ),
    )


def rank(parties: Iterable[PartyResult]) -> tuple[PartyResult, ...]:
    """Order downstream parties that have a path or were spoken of, worst first."""
    shown = [p for p in parties if not p.is_origin and (p.hops is not None or p.observations)]
    return tuple(sorted(shown, key=_rank))


def _rank(party: PartyResult) -> tuple[float, float, str]:
    """Order parties; rounded, so that rounding errors do not decide on the order of equals."""
    return (
        -round(party.score.posterior, 9),
        -round(party.probability["harmed"].posterior, 9),
        party.id,
    )
