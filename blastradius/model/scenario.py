"""A what-if: changes to relations, controls and statements that are tried out on one breach.

A scenario never changes the graph. The page writes the same format, so a scenario that was tried
in a meeting can be computed again, exactly, from its file.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from blastradius.model.check import change_fault, conflict_of_changes
from blastradius.model.graph import Fraction, Identifier, Name, Record, Text
from blastradius.model.vocabulary import EventKind, ObservationState

SCHEMA: Final = "blastradius/scenario/1"
"""Version of the file format; the first line of every scenario file."""

EdgeName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:>+#-]*$", min_length=1, max_length=210)
]
"""Id of a share, grant, dependency or dataset, or ``pivot:DATASET`` or ``outage:PARTY``."""

FreeText = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
"""One line that may be empty."""


class GraphName(Record):
    """Which graph a scenario was made on."""

    name: Name | None = None
    """Name of the graph."""
    sha256: Name | None = None
    """Hash of its file, as a result's provenance states it."""


class Change(Record):
    """One change: exactly one of ``cut``, ``edge``, ``control`` and ``observe``."""

    cut: EdgeName | None = None
    """Edge that harm no longer takes."""
    edge: EdgeName | None = None
    """Edge that gets another ``probability``."""
    dataset: Identifier | None = None
    """Dataset of a share: only it is cut, or only its coin gets the probability."""
    probability: Fraction | None = None
    """P(harm takes the edge), for each of its coins [1]."""
    control: Identifier | None = None
    """Party that adds a control: to what it holds, what enters it, and what stops it."""
    effect: Fraction | None = None
    """Part of the probability of each guarded coin that the control takes away [1]."""
    note: Text | None = None
    """What the control is."""
    observe: Identifier | None = None
    """Party of which something is said."""
    state: ObservationState | None = None
    """What is said: confirmed, reported, could-be-affected or denied."""
    event: EventKind | None = None
    """Event that is spoken of; exposed by default, harmed where the party cannot be exposed."""

    @model_validator(mode="after")
    def _one_change(self) -> Change:
        fault = change_fault(self.__dict__)
        if fault is not None:
            raise ValueError(fault)
        return self


def _check_changes(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    conflict = conflict_of_changes((c.edge, c.dataset, c.probability) for c in changes)
    if conflict is not None:
        raise ValueError(conflict)
    return changes


class Scenario(Record):
    """Changes to try out together; their order does not matter."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Annotated[Literal["blastradius/scenario/1"], Field(alias="schema")] = SCHEMA
    """Version of the file format."""
    name: FreeText = ""
    """What is tried out."""
    target: Name | None = None
    """Breached party or incident for which it was made."""
    graph: GraphName | None = None
    """Graph on which it was made."""
    changes: Annotated[tuple[Change, ...], AfterValidator(_check_changes)] = ()
    """What changes."""
