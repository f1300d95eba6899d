"""What the engine refuses, and that its message holds the value it refuses."""

from __future__ import annotations

import math
import pickle

import pytest

from blastradius.engine import HarmNetwork, reach_exact, reach_monte_carlo
from blastradius.errors import BlastRadiusError, EngineInputError

NETWORK_ARGUMENTS = [
    pytest.param((2, [0], [1], [1.2]), r"1\.2", id="probability above one"),
    pytest.param((2, [0, 0], [1, 1], [0.5, -0.25]), r"-0\.25", id="negative probability"),
    pytest.param((2, [0], [1], [math.nan]), "nan", id="probability not a number"),
    pytest.param((2, [0], [1], [math.inf]), "inf", id="infinite probability"),
    pytest.param((2, [0], [7], [0.5]), "7", id="head out of range"),
    pytest.param((2, [0], [2], [0.5]), "2", id="head one too far"),
    pytest.param((2, [5], [1], [0.5]), "5", id="tail out of range"),
    pytest.param((2, [-1], [1], [0.5]), "-1", id="negative tail does not count from the end"),
    pytest.param((2, [0, 1], [1], [0.5]), "2.*1|1.*2", id="arrays of different length"),
    pytest.param((2, [0], [1], [0.5, 0.6]), "1.*2|2.*1", id="a probability too many"),
    pytest.param((0, [], [], []), "0", id="no nodes"),
    pytest.param((-3, [], [], []), "-3", id="negative number of nodes"),
    pytest.param((2, [0.5], [1], [0.5]), r"0\.5", id="half a node"),
]


@pytest.mark.parametrize(("arguments", "value"), NETWORK_ARGUMENTS)
def test_network_refuses(arguments, value):
    with pytest.raises(EngineInputError, match=value):
        HarmNetwork.from_arcs(*arguments)


@pytest.mark.parametrize(
    ("origins", "value"),
    [([], "origin"), ([2], "2"), ([0, 9], "9"), ([-1], "-1"), ([0.5], r"0\.5")],
)
@pytest.mark.parametrize(
    ("engine", "options"), [(reach_exact, {}), (reach_monte_carlo, {"n_worlds": 9, "rng_seed": 0})]
)
def test_engines_refuse_origins(engine, options, origins, value):
    network = HarmNetwork.from_arcs(2, [0], [1], [0.5])
    with pytest.raises(EngineInputError, match=value):
        engine(network, origins=origins, **options)


@pytest.mark.parametrize("n_worlds", [0, -5, 0.5, math.nan, math.inf])
def test_sampling_refuses_no_worlds(n_worlds):
    network = HarmNetwork.from_arcs(2, [0], [1], [0.5])
    with pytest.raises(EngineInputError, match=f"n_worlds.*{n_worlds}"):
        reach_monte_carlo(network, origins=[0], n_worlds=n_worlds, rng_seed=0)


@pytest.mark.parametrize("rng_seed", [-1, 0.5, math.nan])
def test_sampling_refuses_a_seed_that_is_no_whole_number(rng_seed):
    network = HarmNetwork.from_arcs(2, [0], [1], [0.5])
    with pytest.raises(EngineInputError, match=f"rng_seed.*{rng_seed}"):
        reach_monte_carlo(network, origins=[0], n_worlds=9, rng_seed=rng_seed)


@pytest.mark.parametrize(
    ("likelihood", "value"),
    [
        ({5: (1.0, 2.0)}, "5"),
        ({-1: (1.0, 2.0)}, "-1"),
        ({1: (-2.0, 1.0)}, "-2"),
        ({1: (math.nan, 1.0)}, "nan"),
        ({1: (math.inf, 1.0)}, "inf"),
        ({1: (0.0, 0.0)}, "0"),
    ],
)
def test_exact_refuses_evidence(likelihood, value):
    network = HarmNetwork.from_arcs(2, [0], [1], [0.5])
    with pytest.raises(EngineInputError, match=value):
        reach_exact(network, origins=[0], likelihood=likelihood)


def test_error_is_one_of_the_house_and_survives_a_process_boundary():
    with pytest.raises(BlastRadiusError) as caught:
        HarmNetwork.from_arcs(2, [0], [1], [3.5])
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (type(copy), str(copy)) == (type(caught.value), str(caught.value))


def test_network_cannot_be_changed_after_its_checks():
    tail = [0]
    network = HarmNetwork.from_arcs(2, tail, [1], [0.5])
    tail[0] = 7
    assert reach_exact(network, origins=[0]).tolist() == [1.0, 0.5]
    with pytest.raises((AttributeError, TypeError)):
        network.n_nodes = 5
    with pytest.raises((ValueError, TypeError)):
        network.probability[0] = 0.9
