"""Reach probabilities in directed networks with independent arcs. Knows nodes and arcs, no party.

The names below load on first use, so that asking for one engine does not import the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blastradius.engine.exact import reach_birnbaum, reach_exact
    from blastradius.engine.montecarlo import reach_monte_carlo
    from blastradius.engine.network import HarmNetwork

__all__ = ["HarmNetwork", "reach_birnbaum", "reach_exact", "reach_monte_carlo"]

_HOMES = {
    "HarmNetwork": "blastradius.engine.network",
    "reach_birnbaum": "blastradius.engine.exact",
    "reach_exact": "blastradius.engine.exact",
    "reach_monte_carlo": "blastradius.engine.montecarlo",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module  # noqa: PLC0415 - the point of loading lazily

    return getattr(import_module(_HOMES[name]), name)
