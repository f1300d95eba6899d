"""What is asked of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from blastradius.errors import QuestionError
from blastradius.model.graph import Observation
from blastradius.model.text import did_you_mean
from blastradius.model.vocabulary import ACTIONS

if TYPE_CHECKING:
    from blastradius.io.files import ObservationFile
    from blastradius.model.scenario import Scenario

METHODS: Final = ("auto", "exact", "monte-carlo")


def check_word(what: str, word: str, known: Sequence[str]) -> None:
    """Refuse a word that is not among the known ones.

    Raises
    ------
    QuestionError
        With the nearest known word, or all of them.
    """
    if word not in known:
        hint = did_you_mean(str(word), known) or f" (choose from {', '.join(known)})"
        msg = f"unknown {what} {word!r}{hint}"
        raise QuestionError(msg)


@dataclass(frozen=True, slots=True)
class Question:
    """Options of one analysis; the defaults are those of the command line."""

    incident: str | None = None
    """Incident to use; None for the newest one of the party."""
    hypothetical: bool = False
    """Ignore recorded incidents: what if the party were breached?"""
    actions: tuple[str, ...] = ()
    """VERIS actions; replace those of the incident."""
    as_of: str | None = None
    """Date on which edges must be live; replaces the window of the incident."""
    observations: tuple[Observation, ...] = ()
    """Further observations, on top of those of the incident."""
    observation_files: tuple[ObservationFile, ...] = ()
    """Files with more of them, in order."""
    groups: bool = False
    """Also answer for groups: any member harmed."""
    method: Literal["auto", "exact", "monte-carlo"] = "auto"
    n_worlds: int | None = None
    """Worlds to sample when sampling; None for the default."""
    precision: float | None = None
    """Largest 95 % half-width of a score to stop at when sampling [points]; ``n_worlds`` is then
    the most to sample."""
    rng_seed: int = 0
    scenario: Scenario | None = None
    """Changes to try out; one that fits the graph: reading checks it."""

    def __post_init__(self) -> None:
        """Refuse what the words of the fields do not allow; Python itself does not.

        Raises
        ------
        QuestionError
            With the value, and the words to choose from.
        """
        for action in self.actions:
            check_word("action", action, ACTIONS)
        check_word("method", self.method, METHODS)
        if self.n_worlds is not None and self.n_worlds < 1:
            msg = f"n_worlds must be at least 1, got {self.n_worlds}"
            raise QuestionError(msg)
        if self.precision is not None and not 0 < self.precision <= 100:
            msg = f"precision must be above 0 and at most 100 points, got {self.precision}"
            raise QuestionError(msg)
        if self.rng_seed < 0:
            msg = f"rng_seed must be at least 0, got {self.rng_seed}"
            raise QuestionError(msg)

    @property
    def statements(self) -> tuple[Observation, ...]:
        """Everything that was said beyond the incident: of the files, in order, then the others."""
        of_files = (said for file in self.observation_files for said in file.observations)
        return (*of_files, *self.observations)

    def options(self) -> dict[str, object]:
        """Return the options as plain values, for the provenance of a result.

        ``observations`` are all statements, and each file says how many of them, from the first
        on, are its own.
        """
        return {
            "incident": self.incident,
            "hypothetical": self.hypothetical,
            "actions": list(self.actions),
            "as_of": self.as_of,
            "observations": [o.model_dump(mode="json", exclude_none=True) for o in self.statements],
            "observation_files": [
                {
                    "name": file.name,
                    "sha256": file.sha256,
                    "statements": len(file.observations),
                    "target": file.target,
                    "tlp": file.tlp,
                }
                for file in self.observation_files
            ],
            "groups": self.groups,
            "method": self.method,
            "n_worlds": self.n_worlds,
            "precision": self.precision,
            "rng_seed": self.rng_seed,
            "scenario": self.scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
            if self.scenario is not None
            else None,
        }
