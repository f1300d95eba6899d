"""What actions cost: a number for each kind, party and edge, free or ruled out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

IMPOSSIBLE: Final = math.inf
"""Cost of what cannot be done."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs in one unit of the user's choice: days, euros, or simply actions.

    What is said of one thing goes before what is said of many: a dataset of an edge, then the
    edge, then its parties (the higher of two), then its kind, then the default.
    """

    default: float = 1.0
    kinds: Mapping[str, float] = field(default_factory=dict)
    """Kind of action -> cost."""
    parties: Mapping[str, float] = field(default_factory=dict)
    """Party id -> cost of every action on a relation of the party."""
    edges: Mapping[str, float] = field(default_factory=dict)
    """Edge id, or edge id ``#`` dataset id -> cost."""

    @property
    def is_plain(self) -> bool:
        """Tell whether every action costs the default."""
        return not (self.kinds or self.parties or self.edges)

    def options(self) -> dict[str, object]:
        """Return the costs as plain values, for the provenance of a result."""
        return {
            "default": _plain(self.default),
            **{
                name: {key: _plain(cost) for key, cost in sorted(costs.items())}
                for name, costs in (
                    ("kinds", self.kinds),
                    ("parties", self.parties),
                    ("edges", self.edges),
                )
            },
        }


def _plain(cost: float) -> float | str:
    return "impossible" if math.isinf(cost) else cost
