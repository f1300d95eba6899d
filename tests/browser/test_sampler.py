"""The page's sampler against exact numbers, over random scenarios.

Tolerances are derived in ``sampling.py``. Planted bugs, each shown to turn the comparison red by
`test_a_planted_bug_is_seen`: evidence ignored, evidence of one observation dropped, the last arc
skipped, two arcs that share their coins, coins of few digits, a tilt that is not weighed, harm that passes each arc only
once, worlds beyond the asked number counted, questions that answer for the wrong cause.
"""

from __future__ import annotations

import math
import random

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

import blastradius as br
from blastradius.analysis.breach import analyze_breach
from blastradius.model.graph import Graph
from browser.sampling import (
    LOG_ALPHA,
    N_WORLDS,
    SAMPLER,
    SCENARIO,
    Exact,
    assert_close,
    compare,
    divergence,
    draw_scenario,
    exact,
    page_data,
    sample,
)

SHARP = 0.05
"""A tolerance below this can tell a wrong number from a right one."""


@pytest.fixture
def page(tab):
    return with_scripts(tab, SAMPLER)


def with_scripts(tab, sampler):
    tab.goto("about:blank")
    tab.add_script_tag(content=sampler)
    tab.add_script_tag(content=SCENARIO)
    return tab


def breach_of(graph, target, **options):
    return br.analyze(graph, target, **options)._breach


@pytest.fixture(scope="module")
def continental():
    return breach_of("automotive", "continental")


# -- random scenarios ----------------------------------------------------------------------------


def test_random_scenarios_on_random_graphs(page):
    allowed = []

    @given(strategies.graphs(), st.integers(0, 2**32 - 1))
    @settings(max_examples=60)
    def check(graph, seed):
        breach = analyze_breach(Graph.model_validate(graph), strategies.INCIDENT)
        rng = random.Random(seed)
        network = page_data(breach)["network"]
        scenarios = [draw_scenario(rng, network) for _ in range(3)]
        allowed.extend(compare(page, breach, scenarios, seed=seed))

    check()
    assert sum(t < SHARP for t in allowed) > 0.8 * len(allowed)


@pytest.mark.parametrize("name", ["automotive", "cross-industry"])
def test_random_scenarios_on_shipped_graphs(page, name):
    graph = br.load_graph(name)
    breaches = [breach_of(graph, incident.id) for incident in graph.graph.incidents]
    breaches += [breach_of(graph, i.origins[0], hypothetical=True) for i in graph.graph.incidents]
    largest = sorted(breaches, key=lambda b: -len(b.reader.harm.arcs))[:24]
    rng = random.Random(name)
    allowed = []
    for breach in largest:
        network = page_data(breach)["network"]
        scenarios = [[], *(draw_scenario(rng, network) for _ in range(3))]
        allowed += compare(page, breach, scenarios, seed=rng.getrandbits(32))
    assert sum(t < SHARP for t in allowed) > 0.8 * len(allowed)


def test_networks_of_all_shapes(page):
    """Loops, cycles, parallel and sure and impossible arcs, unreached nodes, any evidence."""

    @given(strategies.networks_with_evidence(), st.integers(0, 2**32 - 1))
    def check(drawn, seed):
        n, arcs, origins, weights = drawn
        # One root before the origins; the worlds where evidence leaves (a, b) weigh (a/b, 1).
        arcs = [(0, o + 1, 1.0) for o in origins] + [(a + 1, b + 1, p) for a, b, p in arcs]
        ratios = {node + 1: (a / b, 1.0) for node, (a, b) in weights.items()}
        network = plain_network(n + 1, arcs)
        request = {
            "probability": [p for *_, p in arcs],
            "likelihood": [[node, ratio] for node, (ratio, _) in ratios.items()],
        }
        (found,) = sample(page, network, request | {"nWorlds": N_WORLDS, "seed": seed})
        ends = [(a, b) for a, b, _ in arcs]
        answer = exact(n + 1, ends, request["probability"], [False] * len(arcs), ratios)
        assert_close(found, answer)

    check()


def plain_network(n_nodes, arcs, readouts=()):
    return {
        "n_nodes": n_nodes,
        "n_arcs": len(arcs),
        "tail": [arc[0] for arc in arcs],
        "head": [arc[1] for arc in arcs],
        "sure": [False] * len(arcs),
        "readouts": [list(pair) for pair in readouts],
    }


PLANTED = {
    "evidence ignored": ("readEvidence(compiled, request.likelihood || [])", "[]"),
    "one observation dropped": ("request.likelihood || []", "(request.likelihood || []).slice(1)"),
    "last arc skipped": (
        "if (arc >= nArcs ||",
        "if (arc === nArcs - 1) return 0; if (arc >= nArcs ||",
    ),
    "tilt not weighed": ("addTo(sample.tilts, word, open, tilt.open);", ""),
    "shared coins": ("threefry(seed, arc, word", "threefry(seed, 0, word"),
    "coins of few digits": ("Math.round(p * 2 ** 32)", "Math.round(p * 2 ** 3) * 2 ** 29"),
    "each arc only once": ("!queued[head]) {", "!seen.has(head)) { seen.add(head);"),
    "worlds beyond the number": ("if (used & 31)", "if (false)"),
    "wrong cause": (
        "cause.map((node) => origin(cause, node))",
        "cause.map((c, n) => (c && c !== n ? c - 1 : c))",
    ),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_seen(tab, bug):
    right, wrong = PLANTED[bug]
    assert SAMPLER.count(right) == 1
    source = SAMPLER.replace(right, wrong)
    source = source.replace("const queue = [0];", "const queue = [0]; const seen = new Set();")
    page = with_scripts(tab, source)
    with pytest.raises(AssertionError, match=r"of \d+: "):
        known_networks(page)


def test_the_sampler_without_planted_bugs(page):
    known_networks(page)


def known_networks(page):
    """Compare on networks that between them show every planted bug."""
    rng = random.Random(3)
    for target in ("continental", "edag", "tekion"):
        breach = breach_of("automotive", target)
        network = page_data(breach)["network"]
        compare(page, breach, [draw_scenario(rng, network) for _ in range(3)], n_worlds=99_999)
    # Node 1 is left before harm comes back to it over 2, 3 and 4: it has to be left again.
    arcs = [(0, 1, 0.3), (0, 2, 0.9), (2, 3, 0.9), (3, 4, 0.9), (4, 1, 0.9), (1, 5, 0.8)]
    probability = [p for *_, p in arcs]
    request = {"probability": probability, "likelihood": [[5, 9.0]], "nWorlds": 33, "seed": 5}
    requests = [request | {"nWorlds": n} for n in (33, N_WORLDS)]
    answer = exact(6, [arc[:2] for arc in arcs], probability, [False] * 6, {5: (9.0, 1.0)})
    for found in sample(page, plain_network(6, arcs), *requests):
        assert_close(found, answer, found["nWorlds"])


# -- intervals -----------------------------------------------------------------------------------


def test_intervals_hold_in_95_of_100_samples(page, continental):
    """Not fewer than a coin of 95 % would allow, and not so many that they say nothing."""
    data, harm = page_data(continental), continental.reader.harm
    probability = data["network"]["probability"]
    weights = continental.likelihood
    full = probability + [1.0] * len(harm.readouts)
    answer = exact(harm.n_nodes, harm.all_arcs(), full, harm.fixed(), weights)
    request = {
        "probability": probability,
        "likelihood": data["network"]["likelihood"],
        "nWorlds": 20_000,
    }
    runs = sample(page, data["network"], *(request | {"seed": seed} for seed in range(300)))
    for node, p in enumerate(answer.posterior):
        if 0.02 < p < 0.98:
            held = sum(abs(run["posterior"][node] - p) <= run["halfWidth"][node] for run in runs)
            assert len(runs) * divergence(held / len(runs), 0.95) <= LOG_ALPHA / 2, node


def test_the_rule_of_three_bounds_what_was_not_seen(page):
    request = {"probability": [0.0], "nWorlds": 1000, "seed": 0}
    (found,) = sample(page, plain_network(2, [(0, 1)]), request)
    assert found["posterior"] == [1.0, 0.0]
    assert found["halfWidth"] == [0.003, 0.003]


# -- random numbers ------------------------------------------------------------------------------


def test_known_answers_of_the_generator(page):
    """The vectors of the Random123 distribution for Threefry-2x32 with 13 rounds."""
    vectors = page.evaluate("""() => [
        [0, 0, 0, 0], [-1, -1, -1, -1], [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3],
    ].map((input) => {
      const out = new Int32Array(2);
      BlastSampler.threefry(...input, out);
      return Array.from(out, (word) => word >>> 0);
    })""")
    assert vectors == [
        [0x9D1C5EC6, 0x8BD50731],
        [0xFD36D048, 0x2D17272C],
        [0xBA3E4725, 0xF27D669E],
    ]


def test_coins_of_two_arcs_are_independent(page):
    """Two coins in a row are both open in a quarter of all worlds, whichever arcs they are."""
    n = 12
    network = plain_network(3, [(0, 1)] * n + [(1, 2)] * n)
    pairs = [(a, b) for a in range(n) for b in range(n, 2 * n)]
    for seed in (0, 1, 2**31):
        requests = [
            {"probability": [0.5 * (k in pair) for k in range(2 * n)], "seed": seed}
            for pair in pairs
        ]
        for found in sample(page, network, *(r | {"nWorlds": N_WORLDS} for r in requests)):
            assert_close(found, Exact([1.0, 0.5, 0.25], [1.0, 0.5, 0.25]))


def test_same_seed_same_numbers(page, continental):
    network = page_data(continental)["network"]
    request = {key: network[key] for key in ("probability", "likelihood")} | {"nWorlds": 10_000}
    one, again, other = sample(page, network, *(request | {"seed": s} for s in (7, 7, 8)))
    assert one == again
    assert one["prior"] != other["prior"]
    assert one["posterior"] != other["posterior"]


def test_a_cut_leaves_the_worlds_of_others_alone(page, continental):
    network = page_data(continental)["network"]
    base = {"nWorlds": 10_000, "seed": 1}
    for arc in range(1, network["n_arcs"]):
        probability = list(network["probability"])
        probability[arc] = 0.0
        before, after = sample(
            page,
            network,
            base | {"probability": network["probability"]},
            base | {"probability": probability},
        )
        touched = behind(network, network["head"][arc])
        assert 0 < len(touched) < network["n_nodes"]
        for node in set(range(network["n_nodes"])) - touched:
            assert before["prior"][node] == after["prior"][node]
        assert any(before["prior"][node] != after["prior"][node] for node in touched)


def behind(network, node):
    arcs = [*zip(network["tail"], network["head"], strict=True), *map(tuple, network["readouts"])]
    found, size = {node}, 0
    while len(found) > size:
        size = len(found)
        found |= {head for tail, head in arcs if tail in found}
    return found


def test_a_higher_probability_never_lowers_a_count(page):
    @given(strategies.networks(), st.integers(0, 2**32 - 1), st.randoms(use_true_random=False))
    def check(drawn, seed, rng):
        n, arcs, origins = drawn
        arcs = [(0, o + 1, 1.0) for o in origins] + [(a + 1, b + 1, p) for a, b, p in arcs]
        low = [p for *_, p in arcs]
        high = [p + rng.choice([0, 0, 1, rng.random()]) * (1 - p) for p in low]
        requests = [{"probability": p, "nWorlds": 1000, "seed": seed} for p in (low, high)]
        one, other = sample(page, plain_network(n + 1, arcs), *requests)
        assert all(a <= b for a, b in zip(one["prior"], other["prior"], strict=True))

    check()


# -- corners ---------------------------------------------------------------------------------------


def test_without_evidence_the_posterior_is_the_prior(page, continental):
    network = page_data(continental)["network"]
    request = {"probability": network["probability"], "nWorlds": 12_345, "seed": 2}
    (found,) = sample(page, network, request)
    assert found["posterior"] == found["prior"]
    assert found["effectiveWorlds"] == 12_345


@pytest.mark.parametrize("n_worlds", [1, 31, 32, 33, 16384, 16385, 100_000])
def test_any_number_of_worlds(page, n_worlds):
    request = {"probability": [1.0, 0.0], "likelihood": [[1, 9.0], [2, 9.0]]}
    network = plain_network(3, [(0, 1), (1, 2)])
    (found,) = sample(page, network, request | {"nWorlds": n_worlds, "seed": 0})
    assert found["prior"] == found["posterior"] == [1.0, 1.0, 0.0]
    assert found["effectiveWorlds"] == pytest.approx(n_worlds, rel=1e-12)


def test_no_arcs(page):
    request = {"probability": [], "likelihood": [[1, 5.0]], "nWorlds": 100, "seed": 0}
    (found,) = sample(page, plain_network(2, []), request)
    assert found["posterior"] == [1.0, 0.0]


@pytest.mark.parametrize("ratio", [1e300, 1e-300])
def test_products_of_ratios_beyond_the_range_of_floats(page, ratio):
    n = 400
    network = plain_network(2, [(0, 1)], [(1, k) for k in range(2, n)]) | {"n_nodes": n}
    request = {"probability": [0.5], "likelihood": [[k, ratio] for k in range(2, n)]}
    (found,) = sample(page, network, request | {"nWorlds": 1000, "seed": 0})
    assert set(found["posterior"][1:]) == {1.0 if ratio > 1 else 0.0}
    assert math.isfinite(found["effectiveWorlds"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"probability": [0.5, 0.5]},
        {"probability": [1.5]},
        {"probability": [math.nan]},
        {"likelihood": [[2, 9.0]]},
        {"likelihood": [[1, 0.0]]},
        {"nWorlds": 0},
        {"nWorlds": 1.5},
    ],
)
def test_impossible_requests_are_refused(page, wrong):
    request = {"probability": [0.5], "likelihood": [], "nWorlds": 10, "seed": 0} | wrong
    with pytest.raises(Exception, match="RangeError"):
        sample(page, plain_network(2, [(0, 1)]), request)


def test_scores_are_those_of_the_analysis(page, continental):
    """Exact probabilities in, exact scores out."""
    network = page_data(continental)["network"]
    posterior = list(continental.reader.reach.posterior)
    ask = "([network, p]) => BlastSampler.scores(BlastSampler.compile(network), p)"
    scores = page.evaluate(ask, [network, posterior])
    for name, party in continental.analysis.parties.items():
        if name in scores:
            assert scores[name]["score"] == pytest.approx(party.score.posterior, abs=1e-9)
            for event, estimate in party.probability.items():
                assert scores[name][event] == pytest.approx(estimate.posterior, abs=1e-12)
    assert {p.id for p in continental.analysis.ranking if p.paths} <= scores.keys()


def test_evidence_that_leaves_one_world_in_millions(page):
    """A likely world is a rare one here: without tilted coins one in 2^30 would count."""
    n = 30
    arcs = [(0, k + 1, 0.5) for k in range(n)]
    request = {
        "probability": [0.5] * n,
        "likelihood": [[k + 1, 99.0] for k in range(n)],
        "nWorlds": N_WORLDS,
        "seed": 4,
    }
    (found,) = sample(page, plain_network(n + 1, arcs), request)
    assert_close(found, Exact([1.0] + [0.5] * n, [1.0] + [0.99] * n))
    assert max(found["halfWidth"]) < 0.001


# -- in a worker -----------------------------------------------------------------------------------

WORKER_PAGE = """<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; script-src 'unsafe-inline'; worker-src blob:">
<title>worker</title>
"""

ASK_WORKER = """
([source, network, requests, last]) => new Promise((resolve) => {
  const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(address);
  const answers = [];
  worker.onmessage = ({ data }) => {
    if (data.result) data.result.posterior = Array.from(data.result.posterior);
    answers.push(data);
    if (data.id === last) resolve(answers);
  };
  worker.postMessage({ network });
  for (const request of requests) worker.postMessage(request);
})
"""


@pytest.fixture
def worker(tab, tmp_path):
    file = tmp_path / "worker.html"
    file.write_text(WORKER_PAGE, encoding="utf-8")
    tab.goto(file.as_uri())
    return lambda *arguments: tab.evaluate(ASK_WORKER, [SAMPLER, *arguments])


def test_a_worker_gives_the_same_numbers(worker, tab, continental):
    network = page_data(continental)["network"]
    request = {key: network[key] for key in ("probability", "likelihood")}
    request |= {"id": 1, "nWorlds": N_WORLDS, "seed": 3}
    (answer,) = worker(network, [request], 1)
    (found,) = sample(with_scripts(tab, SAMPLER), network, request)
    assert answer["result"]["posterior"] == found["posterior"]


def test_a_worker_answers_the_newest_request(worker, continental):
    network = page_data(continental)["network"]
    request = {key: network[key] for key in ("probability", "likelihood")}
    requests = [request | {"id": k, "nWorlds": 10**6, "seed": k} for k in range(50)]
    answers = worker(network, requests, 49)
    assert len(answers) < 10
    assert answers[-1]["result"]["nWorlds"] == 10**6


def test_a_worker_tells_of_an_impossible_request(worker, continental):
    network = page_data(continental)["network"]
    (answer,) = worker(network, [{"id": 5, "probability": [], "nWorlds": 10, "seed": 0}], 5)
    assert "RangeError" in answer["error"]
