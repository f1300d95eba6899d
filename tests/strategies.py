"""What the property tests draw: small harm networks and small graphs with an incident.

``tests/verification/test_strategies.py`` looks at what comes out, so that no test passes because
its inputs are trivial.
"""

from __future__ import annotations

import oracle
from hypothesis import strategies as st

import blastradius as br
from blastradius.analysis.priors import default_priors
from blastradius.model.graph import Graph
from blastradius.model.vocabulary import DATA_VARIETIES, OBSERVATION_STATES

MAX_UNCERTAIN = 12

inner_probabilities = st.floats(0.01, 0.99)
probabilities = st.one_of(
    inner_probabilities,
    inner_probabilities,
    st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]),
    st.floats(0, 1, allow_subnormal=False),
    st.sampled_from([0.0, 1.0]),
)


def limit_uncertain(arcs, most=MAX_UNCERTAIN):
    """Drop uncertain arcs beyond the budget of the enumeration."""
    kept, uncertain = [], 0
    for arc in arcs:
        uncertain += 0 < arc[2] < 1
        if uncertain <= most or not 0 < arc[2] < 1:
            kept.append(arc)
    return kept


@st.composite
def networks(draw, max_nodes=7, most=MAX_UNCERTAIN):
    """Draw (n_nodes, arcs, origins).

    Loops, parallel arcs, cycles, two-way pairs with equal and with unequal probabilities, sure and
    impossible arcs, unconnected nodes, sinks that read off other nodes, several and repeated
    origins.
    """
    n = draw(st.integers(2, max_nodes) | st.integers(max_nodes - 2, max_nodes))
    place = draw(st.permutations(range(n)))
    node = st.integers(0, n - 1)
    arcs = [  # a tree, so that a path leads to some of the nodes
        (place[draw(st.integers(0, k - 1))], place[k], draw(probabilities))
        for k in range(1, draw(st.integers(n // 2, n)))
    ]
    for _ in range(draw(st.integers(0, n + 1))):
        tail, head, p = draw(node), draw(node), draw(probabilities)
        arcs.append((tail, head, p))
        extra = draw(st.sampled_from(["none", "none", "equal", "unequal", "parallel"]))
        if extra == "equal":
            arcs.append((head, tail, p))
        elif extra == "unequal":
            arcs.append((head, tail, draw(probabilities)))
        elif extra == "parallel":
            arcs.append((tail, head, draw(probabilities)))
    arcs = limit_uncertain(draw(st.permutations(arcs)), most)
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):  # "any of these": sure arcs into a sink
        parts = draw(st.lists(node, min_size=1, max_size=3, unique=True))
        arcs += [(part, n, 1.0) for part in parts]
        n += 1
    others = [draw(node) for _ in range(draw(st.sampled_from([0, 0, 1, 2])))]
    return n, arcs, [place[0], *others]


@st.composite
def networks_with_evidence(draw, **limits):
    """Draw (n_nodes, arcs, origins, likelihood): soft evidence on one to three nodes."""
    n, arcs, origins = draw(networks(**limits))
    weight = st.floats(0.01, 100)
    likelihood = draw(
        st.dictionaries(st.integers(0, n - 1), st.tuples(weight, weight), min_size=1, max_size=3)
    )
    return n, arcs, origins, likelihood


@st.composite
def dense_networks(draw, max_nodes=6):
    """Draw (n_nodes, arcs, origin) with most of the n * (n - 1) arcs: too many to enumerate."""
    n = draw(st.integers(4, max_nodes))
    pairs = [(a, b) for a in range(n) for b in range(n) if a != b]
    kept = draw(st.lists(st.sampled_from(pairs), min_size=2 * n, max_size=4 * n, unique=True))
    arcs = [(a, b, draw(inner_probabilities)) for a, b in kept]
    return n, arcs, draw(st.integers(0, n - 1))


# ---------------------------------------------------------------------------------------------
# Graphs with an incident, as plain data in the file format
# ---------------------------------------------------------------------------------------------

PARTIES = ("vw", "conti", "bmw", "kojima", "bosch")
VARIETIES = ("Secrets", "Personal", "Credentials", "API key", "Source code", "Internal")
VIAS = ("vpn", "portal", "software-update")
INCIDENT = "breach"
MAX_WRITTEN = 8
"""Uncertain numbers written in one graph; outage, pivot and alleged coins come on top."""

sinces = st.sampled_from([None, None, None, "2015-01", "2022-08-05", "2022-08-06", "2023"])
untils = st.sampled_from([None, None, None, None, "2023-06", "2022-07-01", "2022-06", "2012-06"])
windows = st.sampled_from(
    [None, "2022-07-01/2022-08-05", "2022-07-01/2022-08-05", "2022-07-01/..", "/2022-08-05", "2022"]
)
ACTIONS = ("malware", "hacking", "social", "misuse", "physical", "error", "environmental")
actions = st.lists(st.sampled_from((*ACTIONS, "unknown")), max_size=2, unique=True)


class Numbers:
    """Writes probabilities into a graph, at most ``MAX_WRITTEN`` of them uncertain."""

    def __init__(self, draw):
        self._draw = draw
        self._uncertain = 0

    def one(self):
        if self._uncertain >= MAX_WRITTEN:
            return self._draw(st.sampled_from([0.0, 1.0, 1.0]))
        p = self._draw(probabilities)
        self._uncertain += 0 < p < 1
        if 0 < p < 1 and self._draw(st.integers(0, 3)) == 0:
            return {"low": p / 2, "mode": p, "high": min(1.0, p * 1.5)}
        return p


@st.composite
def graphs(draw, observed=True):
    """Draw a graph of two to five parties, with the incident ``INCIDENT``.

    Access both ways, onward shares, credentials, edges out of their time, claimed incidents,
    data that its owner does not keep, several and repeated origins, observations of every kind.
    """
    ids = draw(st.permutations(PARTIES))[: draw(st.sampled_from([2, 3, 4, 4, 5]))]
    party = st.sampled_from(ids)
    origins = [draw(party)]
    anyone = st.permutations(ids).map(lambda order: order[:2])
    near = anyone.map(lambda two: [two[0] if two[0] != origins[0] else two[1], origins[0]])
    pair = near | anyone  # (who may be harmed, through whom)
    number = Numbers(draw)
    other = st.sampled_from([name for name in ids if name != origins[0]])
    datasets = [
        _dataset(draw, f"data-{k}", other | party, number) for k in range(draw(st.integers(1, 4)))
    ]
    names = [dataset["id"] for dataset in datasets]

    def several(most):
        return range(draw(st.integers(0, most)))

    shares, access, dependencies = [], [], []
    for k in range(draw(st.integers(1, 4))):
        discloser, recipient = draw(pair)
        held = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        share = {"discloser": discloser, "recipient": recipient, "datasets": held}
        shares.append(share | {"probability": number.one()} | _life(draw))
        if draw(st.integers(0, 3)) == 0:
            shares[-1]["retention_days"] = draw(st.sampled_from([0, 30, 3650, 36525]))
        if draw(st.booleans()):
            shares[-1]["id"] = f"share-{k}"
    for _ in several(3):
        grantor, grantee = draw(pair)
        grant = {"grantor": grantor, "grantee": grantee, "via": draw(st.sampled_from(VIAS))}
        access.append(grant | {"probability": number.one()} | _life(draw))
        if draw(st.integers(0, 2)) == 0:  # and back: a cycle
            back = {"grantor": grantee, "grantee": grantor, "via": "vpn"}
            access.append(back | {"probability": number.one()})
    for _ in several(3):
        customer, supplier = draw(pair)
        need = {"customer": customer, "supplier": supplier, "probability": number.one()}
        dependencies.append(need | _life(draw))
        if draw(st.integers(0, 2)) == 0:
            dependencies.append({"customer": supplier, "supplier": customer, "probability": 0.5})
    return {
        "schema": "blastradius/graph/1",
        "name": "drawn",
        "parties": [_party(draw, name, ids[:k]) for k, name in enumerate(ids)],
        "datasets": datasets,
        "shares": shares,
        "access": access,
        "dependencies": dependencies,
        "incidents": [_incident(draw, ids, origins, names, observed)],
    }


def _party(draw, name, earlier):
    party = {"id": name, "name": name.upper(), "role": draw(st.sampled_from(["oem", "tier1"]))}
    if earlier and draw(st.booleans()):
        owner = {"party": draw(st.sampled_from(earlier))}
        stake = draw(st.sampled_from([None, None, 0.51, 0.4]))
        party["parent"] = owner if stake is None else owner | {"stake": stake}
    return party


def _dataset(draw, name, party, number):
    varieties = st.lists(st.sampled_from(VARIETIES), min_size=1, max_size=2, unique=True)
    dataset = {"id": name, "owner": draw(party), "varieties": draw(varieties)}
    for volume in ("records", "documents", "bytes"):
        if draw(st.booleans()):
            dataset[volume] = draw(st.sampled_from([0, 1, 1200, 40 * 10**12]))
    if draw(st.integers(0, 3)) == 0:
        dataset["kept_by_owner"] = False
    else:
        dataset["own_probability"] = number.one()
    return dataset


def _life(draw):
    since, until = draw(sinces), draw(untils)
    life = {} if since is None else {"since": since}
    if until is not None and (since is None or since[:4] < until[:4]):
        life["until"] = until
    return life


def _incident(draw, ids, origins, datasets, observed):
    if draw(st.integers(0, 2)) == 0:
        origins = [*origins, draw(st.sampled_from(ids))]
    incident = {
        "id": INCIDENT,
        "origins": origins,
        "status": draw(st.sampled_from(["confirmed", "confirmed", "alleged"])),
        "actions": draw(actions),
    }
    window = draw(windows)
    if window is not None:
        incident["window"] = window
    stops = draw(st.sampled_from([None, None, None, True, False]))
    if stops is not None:
        incident["stops_operations"] = stops
    if observed:
        states = st.sampled_from(["confirmed", "reported", "could-be-affected", "denied"])
        kinds = st.sampled_from(["exposed", "exposed", "compromised", "disrupted", "harmed"])
        seen = []
        for _ in range(draw(st.sampled_from([0, 1, 2, 2, 3]))):
            if draw(st.integers(0, 3)) == 0:
                statement = {"dataset": draw(st.sampled_from(datasets)), "state": draw(states)}
            elif seen and draw(st.integers(0, 2)) == 0:  # another word on the same event
                statement = {**draw(st.sampled_from(seen)), "state": draw(states)}
            else:
                statement = {
                    "party": draw(st.sampled_from(ids)),
                    "state": draw(states),
                    "event": draw(kinds),
                }
            if draw(st.integers(0, 4)) == 0:
                statement["likelihood_ratio"] = draw(st.sampled_from([0.05, 1.0, 3.5, 200.0]))
            seen.append(statement)
        incident["observations"] = seen
    return incident


# ---------------------------------------------------------------------------------------------
# The package's answers, in the oracle's form
# ---------------------------------------------------------------------------------------------


def analysis_of(graph, target=INCIDENT, **options):
    """Ask the package about plain data."""
    return br.analyze(Graph.model_validate(graph), target, **options)


def numbers(result):
    """Return the numbers of an analysis in the oracle's form, pairs of (prior, posterior)."""

    def both(estimate):
        return (estimate.prior, estimate.posterior)

    return {
        "parties": {
            name: {
                "score": both(party.score),
                **{event: both(party.probability[event]) for event in oracle.EVENTS},
                "varieties": {name: both(p) for name, p in party.varieties.items()},
            }
            for name, party in result.parties.items()
        },
        "blast_radius": {
            "reachable_parties": result.blast_radius.reachable_parties,
            "expected_harmed_parties": both(result.blast_radius.expected_harmed_parties),
            "total_score": both(result.blast_radius.total_score),
        },
    }


def table_from_package(graph):
    """Return the package's numbers for the coins that a graph cannot state."""
    priors = default_priors()
    incident = next(iter(graph["incidents"]), None) or {}
    outage = priors.outage(tuple(incident.get("actions", ())))
    names = ("compromised", "disrupted", *DATA_VARIETIES)

    def row(key):
        prior = priors[key]
        return {"low": prior.low, "mode": prior.value, "high": prior.high}

    return {
        "p_alleged": row("alleged"),
        "pivot": row("pivot"),
        "outage": {"low": outage.low, "mode": outage.value, "high": outage.high} if outage else 0.0,
        "likelihood_ratio": {s: priors.ratio(s) for s in OBSERVATION_STATES},
        "severity": {name: priors.severity(name) for name in names},
    }
