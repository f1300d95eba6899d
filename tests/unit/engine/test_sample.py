"""When sampling stops."""

import numpy as np
import pytest

from blastradius.engine.sample import Sample, sample_until


def _sampler(p, asked):
    def sample(n_worlds, *, likelihood=None):
        asked.append(n_worlds)
        counts = np.array([n_worlds, round(p * n_worlds)])
        sums = counts.astype(float)
        return Sample(n_worlds, counts, float(n_worlds), float(n_worlds), sums, sums)

    return sample


@pytest.mark.parametrize("p", [0.5, 0.01])
@pytest.mark.parametrize("wanted", [0.05, 0.01, 0.001])
def test_stops_soon_after_the_precision_is_reached(p, wanted):
    asked = []
    sample = sample_until(_sampler(p, asked), wanted, 10**8)
    assert sample.half_width().max() <= wanted
    # z^2 p (1 - p) / w^2 worlds are needed for the interval, 3 / w for what was never seen.
    needed = max(1.96**2 * p * (1 - p) / wanted**2, 3 / wanted)
    assert sample.n_worlds <= max(2 * 4096, 2.1 * needed)
    assert len(asked) <= 4


def test_stops_at_the_most_worlds():
    asked = []
    sample = sample_until(_sampler(0.5, asked), 1e-6, 50_000)
    assert sample.n_worlds == 50_000
    assert sample.half_width().max() > 1e-6
