"""A perimeter that is too large to solve: searches backward from the harm to the party."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.asked import Answer, Asked
from blastradius.analysis.results import EVENTS
from blastradius.analysis.survey import Figure, Progress, Survey
from blastradius.analysis.survey_rows import SurveyRows
from blastradius.analysis.whole import WholeHarm
from blastradius.engine.rows import Rows, rows_by
from blastradius.engine.sketches import WORLDS, Z95, count_worlds

FIRST_BLOCKS: Final = 16
MOST_BLOCKS: Final = 16_384
SEARCH_ARCS: Final = 400_000_000
"""Arcs that the searches may look at, about."""


@dataclass(frozen=True, slots=True)
class SampledPerimeter:
    """What sampling found."""

    answers: Mapping[int, Answer]
    n_worlds: int
    precision: float
    """Largest 95 % half-width of a score, relative to the largest score [1]."""


def sample_perimeter(
    whole: WholeHarm,
    asked: Asked,
    origins: Sequence[int],
    survey: Survey,
    progress: Progress | None = None,
    n_threads: int | None = None,
) -> SampledPerimeter:
    """Find for each origin how often its breach reaches each question about the party.

    One search backward answers for all origins at once, and all questions see the same worlds, so
    that what is graver is never more frequent.
    """
    sets, questions = _question_sets(whole, asked)
    network = SurveyRows(whole)
    counts = np.zeros((len(questions), whole.n_parties), dtype=np.int64)
    done, looked = 0, 0
    while True:
        n = _next(survey, done)
        more, cost = count_worlds(
            network.backward,
            sets,
            np.arange(len(questions), dtype=np.int32),
            network.slot,
            asked.party,
            rng_seed=survey.rng_seed,
            n_blocks=n,
            begin=done,
            n_threads=n_threads,
        )
        counts, done, looked = counts + more, done + n, looked + cost
        reader = _Reader(asked, questions, counts, done * WORLDS)
        precision = reader.precision(origins)
        known = 1.0 if survey.n_worlds else (survey.precision / max(precision, 1e-12)) ** 2
        spent = max(2 * looked / SEARCH_ARCS, 2 * done / MOST_BLOCKS)
        if progress is not None:
            progress(min(1000, int(1000 * max(known, spent))), 1000)
        if known >= 1 or spent > 1:
            break
    answers = {row: reader.answer(row) for row in origins}
    return SampledPerimeter(answers, done * WORLDS, precision)


def _next(survey: Survey, done: int) -> int:
    if survey.n_worlds is not None:
        return -(-survey.n_worlds // WORLDS)
    return done or FIRST_BLOCKS


def _question_sets(whole: WholeHarm, asked: Asked) -> tuple[Rows, Mapping[str, int]]:
    """Return the events that answer each question, and the row of each question by its name."""
    answers: dict[str, list[int]] = {}
    tails, heads = whole.tail[whole.n_coins :], whole.head[whole.n_coins :]
    for k, (node, _) in enumerate(asked.levels):
        answers[f"level {k}"] = tails[heads == node].tolist()
    answers["harmed"] = tails[heads == asked.events["harmed"]].tolist()
    for event in ("compromised", "disrupted"):
        node = asked.events[event]
        answers[event] = [node] if node >= 0 else []
    beyond = {asked.events["exposed"]: "exposed"}
    beyond |= {node: f"variety {name}" for name, node in asked.varieties.items()}
    answers["exposed"] = []
    for tail, head in asked.extra:
        answers.setdefault(beyond[head], []).append(tail)
    pairs = [(row, node) for row, nodes in enumerate(answers.values()) for node in nodes]
    by, other = np.array(pairs, dtype=np.int32).reshape(-1, 2).T
    sets = rows_by(len(answers), by, other, np.ones(len(pairs)))
    return sets, {name: row for row, name in enumerate(answers)}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads figures off counts of worlds."""

    asked: Asked
    questions: Mapping[str, int]
    counts: NDArray[np.int64]
    n_worlds: int

    def scores(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the scores of the party under breaches of some origins, and half-widths."""
        mean, square = np.zeros(len(rows)), np.zeros(len(rows))
        grade = 0.0
        for k, (_, points) in enumerate(self.asked.levels):
            chance = self.counts[self.questions[f"level {k}"], rows] / self.n_worlds
            mean += points * chance
            square += ((grade + points) ** 2 - grade**2) * chance
            grade += points
        half_width = Z95 * np.sqrt(np.maximum(square - mean**2, 0.0) / self.n_worlds)
        # The rule of three, for what was not seen at all.
        return mean, np.maximum(half_width, 3.0 * grade / self.n_worlds)

    def precision(self, origins: Sequence[int]) -> float:
        """Return the largest half-width of a score, relative to the largest score."""
        score, half_width = self.scores(np.array(origins, dtype=np.int64))
        largest = float(score.max(initial=0.0))
        return float(half_width.max(initial=0.0)) / largest if largest > 0 else 0.0

    def answer(self, row: int) -> Answer:
        """Return the figures of one origin."""
        score, half_width = self.scores(np.array([row]))
        varieties = {
            name.removeprefix("variety "): self._chance(name, row)
            for name in self.questions
            if name.startswith("variety ")
        }
        return Answer(
            score=Figure(float(score[0]), half_width=float(half_width[0])),
            events={event: self._chance(event, row) for event in EVENTS},
            varieties=dict(
                sorted(
                    ((name, chance) for name, chance in varieties.items() if chance.value > 0),
                    key=lambda item: (-item[1].value, item[0]),
                )
            ),
        )

    def _chance(self, question: str, row: int) -> Figure:
        p = float(self.counts[self.questions[question], row]) / self.n_worlds
        half_width = max(Z95 * (p * (1 - p) / self.n_worlds) ** 0.5, 3.0 / self.n_worlds)
        return Figure(p, half_width=min(1.0, half_width))
