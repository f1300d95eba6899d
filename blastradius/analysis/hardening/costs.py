"""What actions cost: a number for each kind, party and edge, free or ruled out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blastradius.model.costs import SECTIONS, cost_of


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

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Costs:
        """Return checked plain data as costs.

        >>> Costs.of({"kinds": {"share": "impossible"}}).kinds
        {'share': inf}
        """
        return cls(
            _number(data.get("default", 1.0)),
            *(
                {name: _number(cost) for name, cost in (data.get(section) or {}).items()}
                for section in SECTIONS
            ),
        )

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


def _number(cost: object) -> float:
    number = cost_of(cost)
    assert number is not None, "costs are checked before"
    return number


def _plain(cost: float) -> float | str:
    return "impossible" if math.isinf(cost) else cost
