"""What sampling worlds leaves behind: sums for each node, and how sure they make us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

_Z95: Final = 1.959963984540054

MOVED: Final = "worlds were moved to what is said (annealed importance sampling)"
"""Says of a result that some of its samples are such."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Sums over sampled worlds."""

    n_worlds: int
    counts: NDArray[np.int64]
    """Worlds in which each node is reached, shape (n_nodes,) [worlds]."""
    weight: float
    """Sum of evidence weights, relative to the largest one."""
    weight_squares: float
    weighted: NDArray[np.float64]
    """Sum of weights over the worlds in which each node is reached, shape (n_nodes,)."""
    weighted_squares: NDArray[np.float64]
    is_moved: bool = False
    """Whether worlds were moved to the evidence, and not only weighed by it."""

    def posterior(self) -> NDArray[np.float64]:
        """P(node reached | evidence), estimated, shape (n_nodes,) [1]."""
        return np.asarray(np.minimum(self.weighted / self.weight, 1.0))

    def half_width(self) -> NDArray[np.float64]:
        """95 % half-width of the posterior, by the delta method, shape (n_nodes,) [1].

        Never below 3 / effective worlds, the rule of three for events not seen at all, and never
        above 1.
        """
        p = self.posterior()
        spread = self.weighted_squares * (1 - 2 * p) + p**2 * self.weight_squares
        effective = self.weight**2 / self.weight_squares
        width = np.maximum(_Z95 * np.sqrt(np.maximum(spread, 0)) / self.weight, 3.0 / effective)
        return np.asarray(np.minimum(width, 1.0))


class Sampler(Protocol):
    """Samples worlds of one network; a longer run repeats the worlds of a shorter one."""

    def __call__(
        self, n_worlds: int, *, likelihood: Mapping[int, tuple[float, float]] | None = None
    ) -> Sample:
        """Sample worlds, weighed by soft evidence."""


_FIRST_WORLDS: Final = 4096

MOST_MOVED: Final = 100_000
"""Worlds moved to the evidence at most: each takes up to a millisecond."""


def sample_until(
    sampler: Sampler,
    half_width: float,
    most: int,
    *,
    likelihood: Mapping[int, tuple[float, float]] | None = None,
) -> Sample:
    """Sample until no 95 % interval is wider than wanted, or there are ``most`` worlds.

    Each run tells how many worlds the next one needs: half-widths shrink with the square root.
    Stopping where the interval looks narrow makes it miss the truth a little more often than in
    one of 20 cases; with this few, long runs the difference does not show.

    Parameters
    ----------
    half_width : float
        Largest half-width wanted over all nodes [1].
    most : int
        Worlds to sample at most, >= 1; where they are moved to the evidence, `MOST_MOVED`.
    """
    n_worlds = min(_FIRST_WORLDS, most)
    while True:
        sample = sampler(n_worlds, likelihood=likelihood)
        found = float(sample.half_width().max())
        if sample.is_moved:
            most = max(n_worlds, min(most, MOST_MOVED))
        if found <= half_width or n_worlds >= most:
            return sample
        needed = n_worlds * (found / half_width) ** 2 if half_width > 0 else float("inf")
        n_worlds = int(min(most, max(2 * n_worlds, 1.1 * needed)))
