"""What some actions change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blastradius.analysis.hardening.results import Measured


@dataclass(frozen=True, slots=True)
class Change:
    """What some actions change."""

    effect: Measured
    """What they take off the total [points]."""
    residual: Measured
    """Total after them [points]."""
    lost: Mapping[int, float]
    """Party row -> what they take off its score, where that is not 0 [points]."""
