"""Who downstream is exposed by this breach, to what, by which path, and how sure are we."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blastradius.api import Result, analyze, compare, harden, load_graph, perimeter, rank
    from blastradius.errors import BlastRadiusError
    from blastradius.model.graph import (
        AccessGrant,
        Dataset,
        Dependency,
        Graph,
        Incident,
        Observation,
        Party,
        Share,
    )
    from blastradius.model.scenario import Scenario

__version__ = "0.1.0"

__all__ = [
    "AccessGrant",
    "BlastRadiusError",
    "Dataset",
    "Dependency",
    "Graph",
    "Incident",
    "Observation",
    "Party",
    "Result",
    "Scenario",
    "Share",
    "analyze",
    "compare",
    "harden",
    "load_graph",
    "perimeter",
    "rank",
]

_HOMES = {
    "Result": "blastradius.api",
    "Scenario": "blastradius.model.scenario",
    "analyze": "blastradius.api",
    "compare": "blastradius.api",
    "harden": "blastradius.api",
    "load_graph": "blastradius.api",
    "perimeter": "blastradius.api",
    "rank": "blastradius.api",
    "BlastRadiusError": "blastradius.errors",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that importing the package costs nothing."""
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    value = getattr(import_module(_HOMES.get(name, "blastradius.model.graph")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
