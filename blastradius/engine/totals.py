"""Direct sampling: what some origins reach, added up by weight, world by world.

Slower than sketches where many origins are asked about; it shares no search with them, and checks
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.engine.rows import Rows
from blastradius.engine.sketches import Z95, seed_of
from blastradius.engine.threads import n_cores, run_all

WORLDS: Final = 64


@dataclass(frozen=True, slots=True)
class Totals:
    """Mean over worlds of what each origin reaches, by each weight."""

    mean: NDArray[np.float64]
    """Shape (origins, weights)."""
    half_width: NDArray[np.float64]
    """95 % half-width of the mean, shape (origins, weights)."""


def sample_totals(
    rows: Rows,
    asks: Rows,
    origins: NDArray[np.int32],
    own: list[list[int]],
    weights: NDArray[np.float64],
    *,
    rng_seed: int,
    n_worlds: int,
    n_threads: int | None = None,
) -> Totals:
    """Breach each origin in the same sampled worlds, and add up the weights that it reaches.

    Parameters
    ----------
    rows : Rows
        Arcs by tail.
    asks : Rows
        Sure arcs by tail, from nodes to questions; a question has no other arcs.
    origins : int32 array, shape (k,)
    own : k lists of nodes
        Questions that do not count for an origin.
    weights : float64 array, shape (n_nodes, q)
    rng_seed, n_worlds : int
        World i is a pure function of (rng_seed, i).
    n_threads : int, optional
        All cores by default; the answer is the same for any number.

    Examples
    --------
    Node 0 leads to node 1 half of the time; question 2 asks for either, question 3 for node 1:

    >>> from blastradius.engine.rows import rows_by
    >>> def rows(tails, heads, p):
    ...     return rows_by(4, np.array(tails), np.array(heads), np.array(p))
    >>> asks = rows([0, 1, 1], [2, 2, 3], [1.0, 1.0, 1.0])
    >>> weights = np.array([[0.0], [0.0], [10.0], [1.0]])
    >>> totals = sample_totals(rows([0], [1], [0.5]), asks, np.array([0, 1]), [[], [3]], weights,
    ...                        rng_seed=0, n_worlds=4096)
    >>> totals.mean[:, 0].round(1).tolist()
    [10.5, 10.0]
    """
    from blastradius.engine.kernels.totals import sum_totals  # noqa: PLC0415 - compiled

    def work(place: int) -> NDArray[np.float64]:
        totals = np.zeros((n_worlds, weights.shape[1]))
        left_out = np.array(own[place], dtype=np.int32)
        sum_totals(
            rows, asks, origins[place], left_out, weights, seed_of(rng_seed), 0, n_worlds, totals
        )
        spread = totals.std(axis=0, ddof=1) if n_worlds > 1 else np.full(totals.shape[1], np.inf)
        return np.stack([totals.mean(axis=0), Z95 * spread / np.sqrt(n_worlds)])

    found = run_all(work, range(len(origins)), n_threads or n_cores())
    both = np.array(found).reshape(len(origins), 2, weights.shape[1])
    return Totals(both[:, 0], both[:, 1])
