"""Rankings and perimeters of networks that are too large to solve, against the exact answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

import blastradius as br
from blastradius.analysis.asked import Asked
from blastradius.analysis.priors import default_priors
from blastradius.analysis.sampled_perimeter import sample_perimeter
from blastradius.analysis.sampled_ranking import sample_ranking
from blastradius.analysis.survey import Survey
from blastradius.analysis.survey_rows import SurveyRows
from blastradius.analysis.whole import whole_harm

SIGMAS = 6
"""Standard errors that a sampled number may be off: once in 10^9 for each."""

GRAPH = br.load_graph("cross-industry")


@pytest.fixture(scope="module")
def whole():
    return whole_harm(GRAPH.graph, default_priors())


@pytest.fixture(scope="module")
def sampled():
    return br.rank(GRAPH, method="monte-carlo", n_worlds=4096)


def plausible(figure, expected, n_worlds, largest):
    """See that a figure is as near as its interval says; rare events may be skewed.

    A sum over worlds of parts of at most ``largest`` is off by more than this once in 10^7
    (Bernstein's bound).
    """
    tolerance = SIGMAS / 1.96 * figure.half_width + SIGMAS**2 * largest / n_worlds
    assert abs(figure.value - expected) <= tolerance, (figure, expected)


def test_a_ranking_is_near_the_exact_one(sampled):
    exact = {party.id: party for party in br.rank(GRAPH).parties}
    assert sampled.engine.method == "monte-carlo"
    assert sampled.engine.n_worlds == 4096
    assert {party.id for party in sampled.parties} == exact.keys()
    assert sampled.ranking.n_harmless == br.rank(GRAPH).ranking.n_harmless
    for party in sampled.parties:
        other = exact[party.id]
        assert party.reachable_parties == other.reachable_parties
        plausible(party.total_score, other.total_score.value, 4096, 100)
        plausible(party.expected_harmed_parties, other.expected_harmed_parties.value, 4096, 1)
        plausible(party.through, other.through.value, 4096, 1)


def test_sums_and_heads_are_near_the_exact_ones(sampled):
    found, exact = sampled.concentration, br.rank(GRAPH).concentration
    plausible(found.total_score, exact.total_score.value, 4096, 100)
    plausible(found.expected_harmed_parties, exact.expected_harmed_parties.value, 4096, 1)
    assert found.heads.keys() == exact.heads.keys()
    for k, share in exact.heads.items():
        assert found.heads[k] == pytest.approx(share, abs=0.02)


def test_single_points_are_among_the_exact_ones(sampled):
    exact = {
        (party.id, item.id): item
        for party in br.rank(GRAPH).parties
        for item in party.single_point_for
    }
    found = {
        (party.id, item.id): item for party in sampled.parties for item in party.single_point_for
    }
    assert len(found) > 20
    assert found.keys() <= exact.keys()
    for key, item in found.items():
        assert item.n_origins == exact[key].n_origins
        assert item.share == pytest.approx(exact[key].share, abs=0.2)


def test_a_ranking_stops_at_the_precision():
    view = br.rank(GRAPH, method="monte-carlo", top=3, precision=0.05)
    assert len(view.parties) == 3
    assert view.engine.precision <= 0.05
    widths = [p.total_score.half_width / p.total_score.value for p in view.parties]
    assert max(widths) == pytest.approx(view.engine.precision)
    assert view.engine.n_worlds < 4096


def test_only_the_roles_of_interest():
    view = br.rank(GRAPH, method="monte-carlo", n_worlds=256, roles=["oem"])
    assert {party.role for party in view.parties} <= {"oem"}


def test_same_seed_same_bits_in_any_number_of_threads(whole):
    survey = Survey(method="monte-carlo", n_worlds=256)
    one, other = (
        sample_ranking(whole, survey, reason="", uncertain_arcs=0, n_threads=n) for n in (1, 8)
    )
    assert one == other
    asked = Asked.of(whole, 3)
    one, other = (sample_perimeter(whole, asked, [0, 1, 2], survey, n_threads=n) for n in (1, 8))
    assert one == other


def test_another_seed_gives_other_numbers():
    views = [br.rank(GRAPH, method="monte-carlo", n_worlds=128, rng_seed=seed) for seed in range(3)]
    scores = {tuple(sorted(p.total_score.value for p in view.parties)) for view in views}
    assert len(scores) == 3


@pytest.mark.parametrize("party", ["tesla", "honda", "garrett-motion-employees", "ford"])
def test_a_perimeter_is_near_the_exact_one(party):
    view = br.perimeter(GRAPH, party, method="monte-carlo", n_worlds=8192)
    exact = {threat.id: threat for threat in br.perimeter(GRAPH, party).parties}
    assert {threat.id for threat in view.parties} == exact.keys()
    for threat in view.parties:
        other = exact[threat.id]
        assert (threat.holds, threat.way, threat.hops) == (other.holds, other.way, other.hops)
        plausible(threat.score, other.score.value, 8192, 100)
        for event, figure in threat.probability.items():
            plausible(figure, other.probability[event].value, 8192, 1)
        for variety, figure in threat.varieties.items():
            plausible(figure, other.varieties[variety].value, 8192, 1)


def test_graver_harm_is_never_more_frequent(whole):
    asked = Asked.of(whole, whole.party_ids.index("tesla"))
    found = sample_perimeter(whole, asked, [whole.party_ids.index("ukg")], Survey(n_worlds=64))
    answer = found.answers[whole.party_ids.index("ukg")]
    assert answer.events["harmed"].value >= max(f.value for f in answer.events.values())


def test_what_is_too_large_is_sampled(monkeypatch):
    monkeypatch.setattr("blastradius.analysis.ranking.AUTO_ARCS", 100)
    monkeypatch.setattr("blastradius.analysis.perimeter.AUTO_ARCS", 1)
    view = br.rank(GRAPH, n_worlds=128)
    assert view.engine.method == "monte-carlo"
    assert "an exact answer is tried up to" in view.engine.reason
    assert "Sampled in 128 worlds for the harm to each party" in " ".join(view.to_text().split())
    view = br.perimeter(GRAPH, "tesla", n_worlds=64)
    assert view.engine.method == "monte-carlo"
    assert "±" in view.to_text()


def test_progress_grows_to_the_end():
    told = []
    br.rank(GRAPH, method="monte-carlo", n_worlds=640, progress=lambda *x: told.append(x))
    done = [step for step, _ in told]
    assert done == sorted(done)
    assert told[-1] == (1000, 1000)


def test_reach_either_way_is_the_same_relation(whole):
    network = SurveyRows(whole)
    forth = sum(network.n_reachable(row) for row in range(whole.n_parties))
    back = sum(network.n_reaching(row) for row in range(whole.n_parties))
    assert forth == back > 0
    assert network.harmful.sum() == sum(
        network.n_reachable(row) > 0 for row in range(whole.n_parties)
    )


def test_intervals_hold_what_they_promise():
    """Of many intervals, 95 % hold the exact number."""
    exact = {party.id: party.total_score.value for party in br.rank(GRAPH).parties}
    held = []
    for seed in range(12):
        view = br.rank(GRAPH, method="monte-carlo", n_worlds=2048, rng_seed=seed)
        held += [
            abs(p.total_score.value - exact[p.id]) <= p.total_score.half_width for p in view.parties
        ]
    error = math.sqrt(0.95 * 0.05 / len(held))
    # Breaches share worlds, so their misses come together: twice the error of independent ones.
    assert abs(np.mean(held) - 0.95) < SIGMAS * 2 * error
