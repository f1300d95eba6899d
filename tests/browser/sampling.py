"""What the tests of the sampler share: the page's answer, the exact one, and how far apart."""

from __future__ import annotations

import math
from importlib.resources import files
from typing import NamedTuple

from blastradius.analysis.evidence import likelihood, weigh
from blastradius.engine.exact import ExactSolver
from blastradius.explorer.network_data import network_data, ratio_data
from blastradius.model.graph import Observation

ASSETS = files("blastradius.explorer") / "assets"
SAMPLER = (ASSETS / "sampler.js").read_text(encoding="utf-8")
SCENARIO = (ASSETS / "scenario.js").read_text(encoding="utf-8")

STATES = ("confirmed", "reported", "could-be-affected", "denied")
EVENTS = ("exposed", "compromised", "disrupted", "harmed")

N_WORLDS = 100_000
# Chance that one comparison fails although the page is right; a union bound over the fewer than
# 10^6 comparisons of these tests leaves 10^-6.
ALPHA = 1e-12
LOG_ALPHA = math.log(2 / ALPHA)

SAMPLE = """
([network, requests]) => {
  const compiled = BlastSampler.compile(network);
  return requests.map((request) => {
    const found = BlastSampler.run(compiled, request);
    for (const key of ['prior', 'posterior', 'halfWidth']) found[key] = Array.from(found[key]);
    return found;
  });
}
"""

APPLY = """
([data, scenarios]) => scenarios.map((changes) => {
  const applied = BlastScenario.apply(data, changes);
  return { ...applied, probability: Array.from(applied.probability) };
})
"""


def page_data(breach):
    """Return what the page knows of the network of an answer."""
    return {"network": network_data(breach), "ratios": ratio_data(breach.priors)}


def sample(page, network, *requests):
    """Ask the page's sampler; each request gives probability, likelihood, nWorlds and seed."""
    return page.evaluate(SAMPLE, [network, list(requests)])


# -- the same scenario, told anew --------------------------------------------------------------


def guarded_by(arc):
    if arc.kind in ("custody", "own"):
        return arc.origin
    return arc.target if arc.kind in ("access", "pivot", "outage", "dependency") else None


def changed(harm, changes):
    """Return the probability of every coin under a scenario."""
    values = []
    for arc in harm.arcs:
        p = arc.coin.value
        if arc.kind != "origin":
            p = next((c["probability"] for c in changes if c.get("edge") == arc.edge), p)
            p = 0.0 if any(c.get("cut") == arc.edge for c in changes) else p
            for c in changes:
                if "control" in c and c["control"] == guarded_by(arc):
                    p *= 1 - c["effect"]
        values.append(p)
    return values


def evidence(breach, changes):
    """Return node -> (weight, weight) with what the scenario says, by the package's own rules."""
    harm = breach.reader.harm
    known = {(event.kind, event.subject) for event in harm.node}
    said = []
    for c in changes:
        if "observe" in c:
            default = "exposed" if ("exposed", c["observe"]) in known else "harmed"
            event = c.get("event", default)
            said.append(Observation(party=c["observe"], state=c["state"], event=event))
    observed = [item.observation for item in breach.reader.weighed]
    return likelihood(harm, weigh((*observed, *said), breach.priors))


# -- exact answers and distances -----------------------------------------------------------------


class Exact(NamedTuple):
    """Moments of the weight W of a world, in all and where a node is reached."""

    prior: list[float]
    total: float
    joint: list[float]
    total_squares: float
    joint_squares: list[float]
    largest: float


def exact(n_nodes, arcs, probability, fixed, weights):
    """Solve exactly: E[W], E[W; node], E[W^2], E[W^2; node]; ``weights`` is node -> (if, else)."""
    solver = ExactSolver.build(
        n_nodes, arcs, probability, [0], evidence=sorted(weights), fixed=fixed, budget=10**6
    )
    state = solver.evaluate(probability, weights)
    squares = solver.evaluate(probability, {n: (a * a, b * b) for n, (a, b) in weights.items()})
    prior = list(solver.evaluate(probability).posterior())
    return Exact(
        prior,
        state.total,
        list(state.joint),
        squares.total,
        list(squares.joint),
        math.prod(_largest(prior[node], *pair) for node, pair in weights.items()),
    )


def _largest(p, if_reached, if_not):
    """Return the largest factor that evidence on a node puts on a world that can be."""
    return max([if_reached] * (p > 0) + [if_not] * (p < 1))


def bernstein(n, variance, most):
    """Return t with P(|sum of n independent centred terms| > t) <= ALPHA, terms <= ``most``."""
    third = most * LOG_ALPHA / 3
    return third + math.sqrt(third**2 + 2 * n * max(variance, 0.0) * LOG_ALPHA)


def tolerance(answer, node, n_worlds):
    """Return how far the sampled posterior of a node may be from the exact one.

    The estimate misses by sum(W (1[node] - p)) / sum(W): Bernstein's inequality bounds the
    numerator from above and the denominator from below, both by exact moments.
    """
    p = answer.joint[node] / answer.total
    inside = answer.joint_squares[node]
    variance = inside * (1 - p) ** 2 + (answer.total_squares - inside) * p**2
    error = bernstein(n_worlds, variance, answer.largest * max(p, 1 - p))
    spread = bernstein(n_worlds, answer.total_squares - answer.total**2, answer.largest)
    weight = n_worlds * answer.total - spread
    return min(error / weight, 1.0) if weight > 0 else 1.0


def divergence(found, p):
    """Return the Kullback-Leibler divergence of two coins [nats]."""
    pairs = ((found, p), (1 - found, 1 - p))
    return sum(a * math.log(a / b) if b > 0 else math.inf for a, b in pairs if a > 0)


def assert_close(found, answer, n_worlds=N_WORLDS):
    """Compare every node of a sample with the exact answer; return the tolerances allowed."""
    allowed = []
    for node, solved in enumerate(answer.prior):
        seen = found["prior"][node]
        # Chernoff's bound for a count of worlds. Probabilities 0 and 1 leave no room at all,
        # apart from the rounding of the exact sums.
        p = solved if 1e-12 < solved < 1 - 1e-12 else round(solved)
        assert n_worlds * divergence(seen, p) <= LOG_ALPHA, f"prior of {node}: {seen}, not {p}"
        exactly = answer.joint[node] / answer.total
        allowed.append(tolerance(answer, node, n_worlds))
        missed = abs(found["posterior"][node] - exactly)
        assert missed <= allowed[-1], f"posterior of {node}: off by {missed} from {exactly}"
    return allowed


def compare(page, breach, scenarios, n_worlds=N_WORLDS, seed=1):
    """Compare page and package on scenarios of one answer; return all tolerances allowed."""
    data, harm = page_data(breach), breach.reader.harm
    applied = page.evaluate(APPLY, [data, scenarios])
    requests = [request | {"nWorlds": n_worlds, "seed": seed} for request in applied]
    allowed = []
    for changes, found in zip(scenarios, sample(page, data["network"], *requests), strict=True):
        probability = changed(harm, changes) + [1.0] * len(harm.readouts)
        answer = exact(
            harm.n_nodes, harm.all_arcs(), probability, harm.fixed(), evidence(breach, changes)
        )
        allowed += assert_close(found, answer, n_worlds)
    return allowed


# -- scenarios ---------------------------------------------------------------------------------


def draw_change(rng, network):
    """Draw a change that names what the network knows, or now and then what it does not."""
    edges = [*network["edge"], "no-such-edge"]
    parties = [*network["subjects"], *filter(None, network["guard"]), "no-such-party"]
    kind = rng.choice(["cut", "edge", "control", "observe", "observe"])
    if kind == "cut":
        return {"cut": rng.choice(edges)}
    if kind == "edge":
        return {"edge": rng.choice(edges), "probability": rng.choice([0, 1, 0.5, rng.random()])}
    if kind == "control":
        return {"control": rng.choice(parties), "effect": rng.choice([0, 1, 0.5, rng.random()])}
    said = {"observe": rng.choice(parties), "state": rng.choice(STATES)}
    return said | ({"event": rng.choice(EVENTS)} if rng.random() < 0.3 else {})


def draw_scenario(rng, network):
    """Draw up to six changes; an edge gets at most one probability."""
    changes, seen = [], set()
    for _ in range(rng.randint(0, 6)):
        change = draw_change(rng, network)
        if change.get("edge") not in seen:
            changes.append(change)
        if "edge" in change:
            seen.add(change["edge"])
    return changes
