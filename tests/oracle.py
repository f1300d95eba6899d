"""What a graph means, counted world by world. Shares no code with the package.

Written from ``docs/explanation`` (the meaning of a graph) alone, in plain Python, to be checked
by reading. Three independent methods for a network of independent arcs:

- :func:`reach_probability` and :func:`reach_joint` add up all 2^m worlds of m uncertain arcs;
- :func:`buzacott` recurs over sets of nodes, for dense networks of up to 12 nodes;
- :func:`frontier` sweeps a network coin by coin, for narrow networks of any length.

:func:`analyze` does the same enumeration for a whole graph with an incident. ``tests/verification``
checks these methods against each other and against literal enumeration with NetworkX.

The enumeration keeps one Python integer for each node: bit w tells whether world w reaches it. An
arc is the integer of the worlds in which it is open, so one ``&`` serves all worlds at once.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from itertools import compress

MAX_COINS = 20

# ---------------------------------------------------------------------------------------------
# Worlds
# ---------------------------------------------------------------------------------------------


class Worlds:
    """All worlds of some independent coins: who is reached in which, with which weight."""

    def __init__(self, arcs, origins):
        """Take arcs as (tail, head, probability), nodes of any hashable kind."""
        possible = _closure(origins, [(t, h) for t, h, p in arcs if p > 0])
        arcs = [(t, h, p) for t, h, p in arcs if p > 0 and t in possible]
        coins = [p for _, _, p in arcs if p < 1]
        if len(coins) > MAX_COINS:
            msg = f"{len(coins)} uncertain arcs are too many to enumerate"
            raise ValueError(msg)
        self.n_worlds = 1 << len(coins)
        self.everywhere = (1 << self.n_worlds) - 1
        self.weights = _weights(coins)
        self.reached = self._reach(arcs, origins)

    def _reach(self, arcs, origins):
        opened, coin = [], 0
        for tail, head, p in arcs:
            opened.append((tail, head, self._worlds_with(coin) if p < 1 else self.everywhere))
            coin += p < 1
        reached = dict.fromkeys(origins, self.everywhere)
        changed = True
        while changed:
            changed = False
            for tail, head, worlds in opened:
                before = reached.get(head, 0)
                after = before | (reached.get(tail, 0) & worlds)
                if after != before:
                    reached[head] = after
                    changed = True
        return reached

    def _worlds_with(self, coin):
        """Return the worlds whose number has bit ``coin`` set: in these the coin is open."""
        period = 1 << (coin + 1)
        block = ((1 << (period // 2)) - 1) << (period // 2)
        worlds, width = block, period
        while width < self.n_worlds:
            worlds |= worlds << width
            width *= 2
        return worlds

    def where(self, node):
        """Return the worlds that reach a node."""
        return self.reached.get(node, 0)

    def flags(self, event):
        """Return one 0 or 1 for each world."""
        text = format(event, f"0{self.n_worlds}b").encode()
        return text.translate(_ZERO_ONE)[::-1]

    def weigh(self, event, weights=None):
        """Return the weight of an event, a set of worlds."""
        if event == 0:
            return 0.0
        return math.fsum(compress(self.weights if weights is None else weights, self.flags(event)))

    def weights_given(self, evidence):
        """Return the world weights times W, for pairs (event, (l if it holds, l if not))."""
        weights = self.weights
        for event, (holds, fails) in evidence:
            weights = [
                w * (holds if flag else fails)
                for w, flag in zip(weights, self.flags(event), strict=True)
            ]
        return weights


_ZERO_ONE = bytes.maketrans(b"01", b"\x00\x01")


def _weights(coins):
    weights = [1.0]
    for p in coins:  # bit k of a world's number is coin k
        weights = [w * (1 - p) for w in weights] + [w * p for w in weights]
    return weights


def _closure(origins, pairs):
    seen, todo = set(origins), list(origins)
    while todo:
        node = todo.pop()
        for tail, head in pairs:
            if tail == node and head not in seen:
                seen.add(head)
                todo.append(head)
    return seen


# ---------------------------------------------------------------------------------------------
# Networks
# ---------------------------------------------------------------------------------------------


def reach_probability(n_nodes, arcs, origins):
    """Return P(reached) of every node; arcs are (tail, head, probability)."""
    worlds = Worlds(arcs, origins)
    return [worlds.weigh(worlds.where(node)) for node in range(n_nodes)]


def reach_joint(n_nodes, arcs, origins, likelihood):
    """Return (P(reached | evidence) of every node, E[W]).

    ``likelihood`` maps a node to (weight of a world that reaches it, weight of one that does not).
    """
    worlds = Worlds(arcs, origins)
    weights = worlds.weights_given(
        [(worlds.where(node), pair) for node, pair in likelihood.items()]
    )
    total = math.fsum(weights)
    return (
        [worlds.weigh(worlds.where(node), weights) / total for node in range(n_nodes)],
        total,
    )


def buzacott(n, arcs, origin):
    """Return P(reached) of every node by recursion over node sets, in 3^n steps.

    all_of(S) = P(arcs within S reach every node of S)
              = 1 - sum over T, origin in T, T < S: all_of(T) * P(no arc open from T to S - T)
    and P(reached set = S) = all_of(S) * P(no arc open from S to the rest).
    Works for Fraction probabilities too. Buzacott (1980), Networks 10(4): 311-327.
    """
    closed = _none_open(n, arcs)
    start, everyone = 1 << origin, (1 << n) - 1
    all_of = {}
    reach = [0] * n
    for s in range(1 << n):
        if not s & start:
            continue
        all_of[s] = 1 - sum(all_of[t] * closed(t, s ^ t) for t in _proper_subsets(s, start))
        exactly = all_of[s] * closed(s, everyone ^ s)
        for node in range(n):
            if s >> node & 1:
                reach[node] += exactly
    return reach


def _none_open(n, arcs):
    """Return the function (S, U) -> P(no arc is open from node set S to node set U)."""
    single = [[1] * n for _ in range(n)]
    for tail, head, p in arcs:
        single[tail][head] *= 1 - p
    into = [[1] * (1 << n) for _ in range(n)]
    for node in range(n):
        for u in range(1, 1 << n):
            lowest = (u & -u).bit_length() - 1
            into[node][u] = into[node][u & (u - 1)] * single[node][lowest]
    return lambda s, u: math.prod(into[node][u] for node in range(n) if s >> node & 1)


def _proper_subsets(s, start):
    """Yield the proper subsets of node set S that hold the start."""
    part = rest = s ^ start
    while part:
        part = (part - 1) & rest
        yield part | start


def frontier(coins, origin, target):
    """Return P(target is reached from origin), sweeping over coins in the given order.

    A coin is (probability, [(tail, head), ...]): an arc, or both arcs of an undirected edge. A
    state holds, for the nodes that later coins still touch, which are reached from the origin and
    how the others reach each other. Cost grows with the number of such nodes, not with length.
    """
    last = {
        node: index for index, (_, pairs) in enumerate(coins) for pair in pairs for node in pair
    }
    if origin == target:
        return 1.0
    if origin not in last or target not in last:
        return 0.0
    states, hit = {(frozenset([origin]), frozenset()): 1.0}, []
    for index, (p, pairs) in enumerate(coins):
        gone = {node for pair in pairs for node in pair if last[node] == index}
        following = {}
        for (reached, relation), weight in states.items():
            for chance, extra in ((p, pairs), (1 - p, ())):
                if chance == 0:
                    continue
                state = _advance(reached, relation, extra, gone - {target})
                if target in state[0]:
                    hit.append(weight * chance)
                elif state[0]:
                    following[state] = following.get(state, 0.0) + weight * chance
        states = following
    return math.fsum(hit)


def _advance(reached, relation, extra, gone):
    """Add arcs to a state, close it, and forget the nodes that no later coin touches."""
    reached, pairs = set(reached), set(relation) | set(extra)
    grown = True
    while grown:
        new = {head for tail, head in pairs if tail in reached} - reached
        reached |= new
        grown = bool(new)
    pairs = {(t, h) for t, h in pairs if t not in reached and h not in reached and t != h}
    grown = True
    while grown:
        new = {(a, d) for a, b in pairs for c, d in pairs if b == c and a != d} - pairs
        pairs |= new
        grown = bool(new)
    return (
        frozenset(reached - gone),
        frozenset((t, h) for t, h in pairs if t not in gone and h not in gone),
    )


# ---------------------------------------------------------------------------------------------
# Graphs
# ---------------------------------------------------------------------------------------------

PIVOT_VARIETIES = {
    "Credentials",
    "API key",
    "Session key",
    "Digital certificate",
    "Multi-factor credential",
}
STOPPING_ACTIONS = {"malware", "hacking", "physical", "environmental", "unknown"}
EVENTS = ("exposed", "compromised", "disrupted", "harmed")
VOLUMES = ("records", "documents", "bytes")


def analyze(graph, incident_id, origin, table, end="mode", groups=()):
    """Return every number of an analysis, as {"parties", "groups", "blast_radius"}.

    Parameters
    ----------
    graph : dict
        In the file format, every probability written out (a number, or low, mode and high).
    incident_id : str or None
        The incident; None asks for a hypothetical breach of ``origin``.
    origin : str or None
        Party that is breached when there is no incident.
    table : dict
        The coins that a graph cannot state: ``p_alleged``, ``pivot``, ``outage``, each a number or
        a range; ``severity`` {variety, "compromised" or "disrupted": number};
        ``likelihood_ratio`` {state: number}.
    end : str
        Which end of ranges to take: "low", "mode" or "high".
    groups : mapping
        Group name -> member parties: what happens to any member happens to the group.
    """
    incident = _incident(graph, incident_id, origin)
    worlds = Worlds(harm_arcs(graph, incident, table, end), ["root"])
    events = _party_events(graph, worlds)
    weights = worlds.weights_given(_evidence(graph, incident, table, worlds, events))
    views = [(worlds.weights, math.fsum(worlds.weights)), (weights, math.fsum(weights))]

    def both(event):
        return tuple(worlds.weigh(event, w) / total for w, total in views)

    parties = {
        name: _numbers(own, table, both) | _volumes(graph, name, worlds, both)
        for name, own in events.items()
    }
    others = [row for name, row in parties.items() if name not in incident["origins"]]
    return {
        "parties": parties,
        "groups": {
            name: _numbers(_any_of([events[member] for member in members]), table, both)
            for name, members in dict(groups).items()
        },
        "blast_radius": {
            "reachable_parties": sum(row["harmed"][0] > 0 for row in others),
            "expected_harmed_parties": _add(row["harmed"] for row in others),
            "total_score": _add(row["score"] for row in others),
        },
    }


def harm_arcs(graph, incident, table, end="mode"):
    """Return the arcs of the harm network, as (tail, head, probability)."""
    window = parse_window(incident.get("window"))
    alleged = incident.get("status", "confirmed") == "alleged"
    p_origin = table["p_alleged"] if alleged else 1.0
    arcs = [("root", ("compromised", o), p_origin) for o in sorted(set(incident["origins"]))]
    for share in _live(graph, "shares", window):
        holder = ("compromised", share["recipient"])
        for name in sorted(set(share["datasets"])):
            arcs.append((holder, ("disclosed", name), share["probability"]))  # noqa: PERF401
    for dataset in graph.get("datasets", ()):
        owner, out = ("compromised", dataset["owner"]), ("disclosed", dataset["id"])
        if dataset.get("kept_by_owner", True):
            arcs.append((owner, out, dataset["own_probability"]))
        if PIVOT_VARIETIES & set(dataset["varieties"]):
            arcs.append((out, owner, table["pivot"]))
    for grant in _live(graph, "access", window):
        inside, entered = ("compromised", grant["grantee"]), ("compromised", grant["grantor"])
        arcs.append((inside, entered, grant["probability"]))
    arcs += _outage_arcs(graph, incident, table)
    for need in _live(graph, "dependencies", window):
        down, stopped = ("disrupted", need["supplier"]), ("disrupted", need["customer"])
        arcs.append((down, stopped, need["probability"]))
    return [(tail, head, _value(p, end)) for tail, head, p in arcs]


def _live(graph, kind, window):
    return [edge for edge in _distinct(graph.get(kind, ())) if _is_live(edge, window)]


def _outage_arcs(graph, incident, table):
    stops = incident.get("stops_operations")
    actions = set(incident.get("actions", ()))
    can_stop = stops if stops is not None else not actions or bool(actions & STOPPING_ACTIONS)
    if not can_stop:
        return []
    arcs = []
    for party in graph["parties"]:
        certain = stops is True and party["id"] in incident["origins"]
        p = 1.0 if certain else table["outage"]
        arcs.append((("compromised", party["id"]), ("disrupted", party["id"]), p))
    return arcs


def _incident(graph, incident_id, origin):
    if incident_id is None:
        return {"origins": [origin]}
    (incident,) = [i for i in graph["incidents"] if i["id"] == incident_id]
    return incident


def _party_events(graph, worlds):
    """Return {party: {event name: worlds}}, with one entry ("exposed", variety) per variety."""
    events = {}
    for party in graph["parties"]:
        name = party["id"]
        row = {
            "compromised": worlds.where(("compromised", name)),
            "disrupted": worlds.where(("disrupted", name)),
            "exposed": 0,
        }
        for dataset in graph.get("datasets", ()):
            if dataset["owner"] == name:
                out = worlds.where(("disclosed", dataset["id"]))
                row["exposed"] |= out
                for variety in dataset["varieties"]:
                    key = ("exposed", variety)
                    row[key] = row.get(key, 0) | out
        row["harmed"] = row["compromised"] | row["disrupted"] | row["exposed"]
        events[name] = row
    return events


def _evidence(graph, incident, table, worlds, events):
    """Return pairs (event, (ratio, 1)): a world weighs more by the ratio of what holds in it."""
    pairs = []
    stated = incident.get("observations", ())
    # The same statement written twice is one statement.
    for seen in [s for i, s in enumerate(stated) if s not in stated[:i]]:
        if seen.get("dataset") is not None:
            event = worlds.where(("disclosed", seen["dataset"]))
        else:
            event = events[seen["party"]][seen.get("event", "exposed")]
        ratio = seen.get("likelihood_ratio")
        if ratio is None:
            ratio = table["likelihood_ratio"][seen["state"]]
        pairs.append((event, (ratio, 1.0)))
    return pairs


def _any_of(rows):
    union = {}
    for row in rows:
        for key, event in row.items():
            union[key] = union.get(key, 0) | event
    return union


def _numbers(events, table, both):
    """Return score, event and variety probabilities of a party or group, as (prior, posterior)."""
    severity = table["severity"]
    varieties = {key[1]: event for key, event in events.items() if isinstance(key, tuple)}
    graded = [(severity[kind], events[kind]) for kind in ("compromised", "disrupted")]
    graded += [(severity[variety], event) for variety, event in varieties.items()]
    score, counted = (0.0, 0.0), 0
    for grade, event in sorted(graded, reverse=True):  # the worst thing of a world comes first
        score = _add([score, tuple(100 * grade * p for p in both(event & ~counted))])
        counted |= event
    row = {event: both(events[event]) for event in EVENTS}
    return row | {"score": score, "varieties": {v: both(e) for v, e in varieties.items()}}


def _volumes(graph, name, worlds, both):
    """Return the expected amounts of a party's data that are disclosed, as (prior, posterior)."""
    owned = [
        (dataset, both(worlds.where(("disclosed", dataset["id"]))))
        for dataset in graph.get("datasets", ())
        if dataset["owner"] == name
    ]
    return {
        volume: _add(
            tuple((dataset.get(volume) or 0) * p for p in chances) for dataset, chances in owned
        )
        for volume in VOLUMES
    }


def _add(pairs):
    rows = list(pairs)
    return (math.fsum(row[0] for row in rows), math.fsum(row[1] for row in rows))


def _value(probability, end):
    return probability[end] if isinstance(probability, dict) else probability


def _distinct(edges):
    """Drop repetitions of an edge: the same content under another id, evidence or note."""
    kept = {}
    for edge in edges:
        content = {k: v for k, v in edge.items() if k not in ("id", "evidence", "note")}
        if "datasets" in content:
            content["datasets"] = sorted(set(content["datasets"]))
        ends = (_value(content["probability"], end) for end in ("low", "mode", "high"))
        content["probability"] = tuple(float(p) for p in ends)
        key = repr(sorted((k, v) for k, v in content.items() if v is not None))
        kept.setdefault(key, edge)
    return list(kept.values())


# ---------------------------------------------------------------------------------------------
# Dates, as day numbers; minus and plus infinity are open ends
# ---------------------------------------------------------------------------------------------


def first_day(text):
    """Return the first day that a partial date stands for."""
    if text is None:
        return -math.inf
    year, month, day = [int(part) for part in f"{text}-1-1".split("-")[:3]]
    return dt.date(year, month, day).toordinal()


def last_day(text):
    """Return the last day that a partial date stands for."""
    if text is None:
        return math.inf
    year, *rest = [int(part) for part in str(text).split("-")]
    month = rest[0] if rest else 12
    day = rest[1] if len(rest) > 1 else calendar.monthrange(year, month)[1]
    return dt.date(year, month, day).toordinal()


def parse_window(text):
    """Return (first day, last day) of an incident's window; None leaves both ends open."""
    if text is None:
        return (-math.inf, math.inf)
    start, slash, end = str(text).partition("/")
    if not slash:
        end = start
    return (
        first_day(None if start in ("", "..") else start),
        last_day(None if end in ("", "..") else end),
    )


def _is_live(edge, window):
    begins = first_day(edge.get("since"))
    ends = last_day(edge.get("until")) + (edge.get("retention_days") or 0)
    return begins <= window[1] and ends >= window[0]
