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
# Chance that one comparison fails although the page is right, by the inequalities below; a union
# bound over the fewer than 10^6 comparisons of these tests leaves 10^-6.
ALPHA = 1e-12
LOG_ALPHA = math.log(2 / ALPHA)
Z95 = 1.959963984540054

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
    """Reach probabilities of all nodes."""

    prior: list[float]
    posterior: list[float]


def exact(n_nodes, arcs, probability, fixed, weights):
    """Solve exactly; ``weights`` is node -> (if reached, if not)."""
    solver = ExactSolver.build(
        n_nodes, arcs, probability, [0], evidence=sorted(weights), fixed=fixed, budget=10**6
    )
    settings = ({}, weights)
    return Exact(*(list(solver.evaluate(probability, w).posterior()) for w in settings))


def bernstein(n, variance, most):
    """Return t with P(|sum of n independent centred terms| > t) <= ALPHA, terms <= ``most``."""
    third = most * LOG_ALPHA / 3
    return third + math.sqrt(third**2 + 2 * n * max(variance, 0.0) * LOG_ALPHA)


def tolerance(found, node):
    """Return how far the sampled posterior of a node may be from the exact one.

    The estimate misses by the sum over worlds of share x (1[node] - p), of which the page states
    the standard deviation (its 95 % half-width) and no term is above the heaviest world's share:
    Bernstein's inequality, with the sample's own moments.
    """
    deviation = found["halfWidth"][node] / Z95
    return min(bernstein(1, deviation**2, found["largestShare"]), 1.0)


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
        exactly = answer.posterior[node]
        allowed.append(tolerance(found, node))
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
