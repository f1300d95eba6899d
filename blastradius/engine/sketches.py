"""Sketches of who reaches what: searches backward from every target, for all origins at once.

A search backward from a target finds, in one world, all origins whose breach reaches it. A block of
searches takes every target once, each in 64 worlds of its own, one in each bit of a machine word. An
origin is then measured by as many independent samples as there are targets that it reaches: all
origins of a network are known to about the same *relative* error, without a choice of candidates, and
rare large cascades blur nothing, because each target meets other worlds.

References
----------
Borgs, Brautbar, Chayes and Lucier (2014), "Maximizing social influence in nearly optimal time",
SODA '14, doi:10.1137/1.9781611973402.70 (reverse reachable sets).
Cohen (1997), "Size-estimation framework with applications to transitive closure and reachability",
J. Comput. Syst. Sci. 55, doi:10.1006/jcss.1997.1534, and Cohen, Delling, Pajor and Werneck (2014),
"Sketch-based influence maximization and computation", CIKM '14, doi:10.1145/2661829.2662077 (the
alternative: bottom-k sketches of what each node reaches).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blastradius.engine.rows import Rows
from blastradius.engine.threads import n_cores, run_all, split
from blastradius.engine.threads import seed_of as to_64_bits

Z95: Final = 1.959963984540054

WORLDS: Final = 64
"""Worlds that one search goes through."""

_PARTS: Final = 16
"""Parts of a block: fixed, so that sums of floats are the same for any number of threads."""


class Asked(NamedTuple):
    """What is asked of each target: whether it is harmed, and how gravely."""

    first: NDArray[np.int64]
    """Place of the first level of each target, shape (t + 1,)."""
    level: NDArray[np.int32]
    """Questions of growing gravity, shape (s,)."""
    points: NDArray[np.float64]
    """Points that each of them adds, shape (s,)."""
    harm: NDArray[np.int32]
    """Question whether each target is harmed, shape (t,)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What each origin does to all targets, summed over blocks of 64 worlds."""

    n_blocks: int
    scores: NDArray[np.float64]
    """Sum of scores over targets and worlds, and its variance, shape (origins, 2)."""
    harms: NDArray[np.float64]
    """Sum of targets harmed over worlds, and its variance, shape (origins, 2)."""
    sums: NDArray[np.float64]
    """What all origins do to each target (score, harm), summed over worlds, shape (targets, 2)."""
    squares: NDArray[np.float64]
    """Sums of the squares of the same over blocks, shape (targets, 2)."""
    looked: int
    """Arcs looked at: what the work cost."""

    def score(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean total score of each origin, and its 95 % half-width."""
        return self._mean(self.scores)

    def harm(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean number of targets that each origin harms, and its 95 % half-width."""
        return self._mean(self.harms)

    def _mean(self, sums: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        n_worlds = self.n_blocks * WORLDS
        return sums[:, 0] / n_worlds, Z95 * np.sqrt(np.maximum(sums[:, 1], 0.0)) / n_worlds

    def whole(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return what all origins do to all targets (score, harm), with 95 % half-widths.

        The half-width is infinite for a single block: worlds of a search have all origins in common,
        so only blocks tell how far their sum varies.
        """
        n = self.n_blocks
        total = self.sums.sum(axis=0) / (n * WORLDS)
        if n < 2:
            return (float(total[0]), math.inf), (float(total[1]), math.inf)
        variance = np.maximum(self.squares - self.sums**2 / n, 0.0).sum(axis=0) * n / (n - 1)
        half_width = Z95 * np.sqrt(variance) / (n * WORLDS)
        return (float(total[0]), float(half_width[0])), (float(total[1]), float(half_width[1]))


def measure(
    rows: Rows,
    sets: Rows,
    asked: Asked,
    slot: NDArray[np.int32],
    *,
    rng_seed: int,
    block: int = 0,
    n_threads: int | None = None,
) -> Measured:
    """Search backward from every target in the 64 worlds of a block.

    Parameters
    ----------
    rows : Rows
        Arcs by head: ``other`` is the tail.
    sets : Rows
        Nodes that answer each question: whoever reaches one of them reaches the question.
    asked : Asked
        Questions about each target. Target t is also origin t, which does nothing to itself.
    slot : int32 array, shape (n_nodes,)
        Number of the origin that a node is, -1 for others.
    rng_seed, block : int
        The worlds of a target are a pure function of (rng_seed, block, target).
    n_threads : int, optional
        All cores by default; the answer is the same to the last bit for any number.

    Returns
    -------
    Measured
        Memory: 41 bytes for each node and 48 for each origin, for each thread.

    Examples
    --------
    Node 0 is origin 0 and surely leads to node 1, where target 1 is harmed:

    >>> from blastradius.engine.rows import rows_by
    >>> rows = rows_by(2, np.array([1]), np.array([0]), np.array([1.0]))
    >>> sets = rows_by(3, np.array([2]), np.array([1]), np.array([1.0]))
    >>> asked = Asked(np.array([0, 0, 1]), np.array([2]), np.array([30.0]), np.array([0, 2]))
    >>> found = measure(rows, sets, asked, np.array([0, 1], dtype=np.int32), rng_seed=0)
    >>> found.harm()[0].tolist(), found.score()[0].tolist()
    ([1.0, 0.0], [30.0, 0.0])
    """
    from blastradius.engine.kernels import sketch  # noqa: PLC0415 - compiled

    n_threads = n_threads or n_cores()
    n_origins, n_targets = int(slot.max(initial=-1)) + 1, len(asked.harm)
    # Only targets that something may reach are worth a search.
    answered = np.diff(sets.first) > 0
    targets = np.flatnonzero(answered[asked.harm])

    def work(
        part: tuple[int, int],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], int]:
        scores, harms = np.zeros((n_origins, 2)), np.zeros((n_origins, 2))
        sums = np.zeros((len(targets), 2))
        looked = sketch.measure(
            rows, sets, asked, targets, slot, seed_of(rng_seed), block, *part, scores, harms, sums
        )
        return scores, harms, sums, int(looked)

    sums = np.zeros((n_targets, 2))
    scores, harms = np.zeros((n_origins, 2)), np.zeros((n_origins, 2))
    looked = 0
    for more in run_all(work, split(0, len(targets), _PARTS), n_threads):
        scores += more[0]
        harms += more[1]
        sums[targets] += more[2]
        looked += more[3]
    return Measured(1, scores, harms, sums, sums**2, looked)


def merged(one: Measured, other: Measured) -> Measured:
    """Add the sums of two runs over different blocks."""
    return Measured(
        one.n_blocks + other.n_blocks,
        one.scores + other.scores,
        one.harms + other.harms,
        one.sums + other.sums,
        one.squares + other.squares,
        one.looked + other.looked,
    )


@dataclass(frozen=True, slots=True)
class Losses:
    """What would be gone of some targets' scores if each of some parties passed nothing on."""

    found: NDArray[np.float64]
    """Score of each target, summed over worlds, shape (targets,)."""
    lost: NDArray[np.float64]
    """What is lost of it by each of the watched, shape (targets, watched)."""
    looked: int

    def shares(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the share that runs through each, and its 95 % half-width by the delta method."""
        found, n = float(self.found.sum()), len(self.found)
        if found <= 0 or n < 2:
            none = np.zeros(self.lost.shape[1])
            return none, np.ones_like(none)
        share = self.lost.sum(axis=0) / found
        spread = ((self.lost - share * self.found[:, None]) ** 2).sum(axis=0) * n / (n - 1)
        # Where nothing was lost in any world, three worlds of the largest loss are still plausible.
        least = 3.0 * float(self.found.max()) / (WORLDS * found)
        return share, np.minimum(1.0, np.maximum(Z95 * np.sqrt(spread) / found, least))


def losses(
    rows: Rows,
    sets: Rows,
    asked: Asked,
    targets: NDArray[np.int64],
    slot: NDArray[np.int32],
    watch: NDArray[np.int32],
    marks: NDArray[np.int32],
    *,
    rng_seed: int,
    n_blocks: int = 1,
    begin: int = 0,
    n_threads: int | None = None,
) -> Losses:
    """Score some targets with and without what each watched party passes on.

    Parameters
    ----------
    rows, sets, asked, slot, rng_seed, n_threads
        As of `measure`; the ``passer`` of an arc says whose passing on it is.
    targets : int64 array, shape (k,)
        Targets to search backward from; one may stand there several times, in the same worlds.
    watch : int32 array, shape (n_nodes,)
        Place among the watched of the party that a node belongs to, -1 for others.
    marks : int32 array, shape (watched,)
        Passer that each of the watched is; it is also its number as a target.
    n_blocks, begin : int
        Blocks begin .. begin + n_blocks - 1 of 64 worlds for each target; each is a row of its own
        in the answer.
    """
    from blastradius.engine.kernels import sketch  # noqa: PLC0415 - compiled

    n_threads = n_threads or n_cores()

    def work(task: tuple[int, tuple[int, int]]) -> tuple[NDArray[np.float64], ...]:
        block, (first, last) = task
        found, lost = np.zeros(len(targets)), np.zeros((len(targets), len(marks)))
        looked = sketch.lose(
            rows,
            sets,
            asked,
            targets,
            slot,
            watch,
            marks,
            seed_of(rng_seed),
            block,
            first,
            last,
            found,
            lost,
        )
        return found[first:last], lost[first:last], np.array([looked])

    parts = split(0, len(targets), n_threads)
    done = run_all(
        work, [(b, part) for b in range(begin, begin + n_blocks) for part in parts], n_threads
    )
    return Losses(
        np.concatenate([found for found, _, _ in done]),
        np.concatenate([lost for _, lost, _ in done]),
        int(sum(looked[0] for _, _, looked in done)),
    )


def count_worlds(
    rows: Rows,
    sets: Rows,
    questions: NDArray[np.int32],
    slot: NDArray[np.int32],
    own: int,
    *,
    rng_seed: int,
    n_blocks: int,
    begin: int = 0,
    n_threads: int | None = None,
) -> tuple[NDArray[np.int64], int]:
    """Count the worlds in which each origin reaches each question; all see the same worlds.

    Parameters
    ----------
    rows, sets, slot, rng_seed, n_threads
        As of `measure`.
    questions : int32 array, shape (q,)
    own : int
        Origin that is left out, -1 for none.
    n_blocks, begin : int
        Blocks begin .. begin + n_blocks - 1, of 64 worlds each.

    Returns
    -------
    int64 array of shape (q, origins), and the arcs looked at
    """
    from blastradius.engine.kernels import sketch  # noqa: PLC0415 - compiled

    n_threads = n_threads or n_cores()
    shape = (len(questions), int(slot.max(initial=-1)) + 1)

    def work(part: tuple[int, int]) -> tuple[NDArray[np.int64], int]:
        counts = np.zeros(shape, dtype=np.int64)
        seed = seed_of(rng_seed)
        looked = sketch.count(rows, sets, questions, slot, own, seed, *part, counts)
        return counts, int(looked)

    done = run_all(work, split(begin, begin + n_blocks, n_threads), n_threads)
    counts = sum((more for more, _ in done), np.zeros(shape, dtype=np.int64))
    return counts, sum(looked for _, looked in done)


def reached_from(rows: Rows, starts: Iterable[int]) -> NDArray[np.bool_]:
    """Tell which nodes arcs lead to from the starts, whatever the coins.

    By tail that is what the starts may reach, by head what may reach them.
    """
    from blastradius.engine.kernels import sketch  # noqa: PLC0415 - compiled

    seen = np.zeros(rows.n_nodes, dtype=np.bool_)
    nodes = np.array(list(starts), dtype=np.int32)
    sketch.close(rows, nodes, seen, np.empty(rows.n_nodes, dtype=np.int32))
    return seen


def seed_of(rng_seed: int) -> np.uint64:
    """Return a seed as the kernels take it."""
    return np.uint64(to_64_bits(rng_seed))
