"""What is asked of a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from blastradius.model.graph import Observation

if TYPE_CHECKING:
    from blastradius.model.scenario import Scenario


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
    groups: bool = False
    """Also answer for groups: any member harmed."""
    method: Literal["auto", "exact", "monte-carlo"] = "auto"
    n_worlds: int | None = None
    """Worlds to sample when sampling; None for the default."""
    rng_seed: int = 0
    scenario: Scenario | None = None
    """Changes to try out; one that fits the graph: reading checks it."""

    def options(self) -> dict[str, object]:
        """Return the options as plain values, for the provenance of a result."""
        return {
            "incident": self.incident,
            "hypothetical": self.hypothetical,
            "actions": list(self.actions),
            "as_of": self.as_of,
            "observations": [
                o.model_dump(mode="json", exclude_none=True) for o in self.observations
            ],
            "groups": self.groups,
            "method": self.method,
            "n_worlds": self.n_worlds,
            "rng_seed": self.rng_seed,
            "scenario": self.scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
            if self.scenario is not None
            else None,
        }
