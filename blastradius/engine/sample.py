"""What sampling worlds leaves behind: sums for each node, and how sure they make us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_Z95: Final = 1.959963984540054


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
