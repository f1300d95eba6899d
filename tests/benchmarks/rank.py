"""Ranking benchmark: a synthetic network of a million arcs, against direct sampling.

Run from the top of the repository::

    python tests/benchmarks/rank.py [PARTIES] [STRENGTH]

The network is synthetic: heavy-tailed holders of data, access and dependencies among parties.
STRENGTH multiplies the coins by which harm travels from party to party; from about 3 on much of the
network hangs together. Printed are times, peak memory, and for the hundred parties at the head how
far their scores are from those of direct sampling: forward cascades in other worlds. A score that
rests on a rare large cascade stays blurred there; it is judged by the intervals of both.
"""

from __future__ import annotations

import os
import resource
import sys
import time

import numpy as np

from blastradius.analysis.ranking import rank_parties
from blastradius.analysis.survey import Survey
from blastradius.analysis.survey_rows import SurveyRows
from blastradius.analysis.whole import ARC_KINDS, WholeHarm
from blastradius.engine.totals import sample_totals

LEVELS = np.array([0.3, 0.5, 0.7, 1.0])
CHECKED_WORLDS = 10_000
KNOWN = 0.025
"""95 % half-width, relative to the score, at which a check counts as known [1]."""


def synthetic(n_parties: int, strength: float = 1.0, seed: int = 0) -> WholeHarm:
    """Return a network of about ten coins a party."""
    rng = np.random.default_rng(seed)
    party = np.arange(n_parties, dtype=np.int32)
    n_datasets = 2 * n_parties
    owner = rng.integers(0, n_parties, n_datasets).astype(np.int32)
    grade = rng.integers(0, 3, n_datasets)
    compromised, disrupted, disclosed = 0, n_parties, 2 * n_parties
    harmed = disclosed + n_datasets
    levels = harmed + n_parties

    def someone(size: int) -> np.ndarray:
        """Draw parties of which few are drawn often."""
        return np.minimum(n_parties * rng.random(size) ** 4, n_parties - 1).astype(np.int32)

    def anyone(size: int) -> np.ndarray:
        return rng.integers(0, n_parties, size).astype(np.int32)

    coins = []

    def add(kind, origin, target, tail, head, value, dataset=None) -> None:
        size = len(tail)
        rows = np.full(size, -1) if dataset is None else dataset
        coins.append(
            (np.full(size, ARC_KINDS.index(kind)), origin, target, tail, head, value, rows)
        )

    held = rng.integers(0, n_datasets, 6 * n_parties)
    holder = someone(len(held))
    add(
        "custody",
        holder,
        owner[held],
        holder,
        disclosed + held,
        rng.uniform(0.05, 0.4, len(held)),
        held,
    )
    kept = np.arange(n_datasets)
    add("own", owner, owner, owner, disclosed + kept, np.full(n_datasets, 0.2), kept)
    guest, host = someone(n_parties), anyone(n_parties)
    coin = np.minimum(1.0, strength * rng.uniform(0.02, 0.2, n_parties))
    add("access", guest, host, guest, host, coin)
    add("outage", party, party, party, disrupted + party, np.full(n_parties, 0.3))
    supplier, customer = someone(n_parties), anyone(n_parties)
    coin = np.minimum(1.0, strength * np.full(n_parties, 0.3))
    add("dependency", supplier, customer, disrupted + supplier, disrupted + customer, coin)
    kind, origin, target, tail, head, value, dataset = map(np.concatenate, zip(*coins, strict=True))

    event = np.concatenate([party, disrupted + party, disclosed + kept])
    of = np.concatenate([party, party, owner])
    worst = np.concatenate([np.full(n_parties, 3), np.full(n_parties, 2), grade])
    asks = [(event, harmed + of)]
    asks += [(event[worst >= k], levels + 4 * of[worst >= k] + k) for k in range(4)]
    values = np.concatenate([value, *(np.ones(len(a)) for a, _ in asks)])
    return WholeHarm(
        n_nodes=levels + 4 * n_parties,
        tail=np.concatenate([tail, *(a for a, _ in asks)]).astype(np.int32),
        head=np.concatenate([head, *(b for _, b in asks)]).astype(np.int32),
        value=values,
        low=values,
        high=values,
        n_coins=len(tail),
        kind=kind.astype(np.int8),
        edge=np.zeros(len(tail), dtype=np.int32),
        origin=origin.astype(np.int32),
        target=target.astype(np.int32),
        dataset=dataset.astype(np.int32),
        certainty=np.zeros(len(tail), dtype=np.int8),
        compromised=compromised + party,
        harmed=harmed + party,
        level_node=(levels + np.arange(4 * n_parties)).astype(np.int32),
        level_party=np.repeat(party, 4),
        level_points=np.tile(100 * np.diff(LEVELS, prepend=0), n_parties),
        party_ids=[f"p{row}" for row in range(n_parties)],
        party_names=[f"Party {row}" for row in range(n_parties)],
        party_roles=["other"] * n_parties,
        dataset_ids=[f"d{row}" for row in range(n_datasets)],
        edge_ids=["synthetic"],
    )


def main() -> None:
    n_parties = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    strength = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    whole = synthetic(n_parties, strength)
    print(
        f"{whole.n_parties:,} parties, {whole.n_coins:,} coins, {len(whole.tail):,} arcs, strength {strength:g}, load {os.getloadavg()[0]:.1f}"
    )
    last = [time.perf_counter(), 0]

    def tell(done: int, _: int) -> None:
        now = time.perf_counter()
        if done - last[1] >= 50 or now - last[0] > 2:
            print(f"  {done:4d}: {now - start:6.1f} s")
            last[:] = [now, done]

    start = time.perf_counter()
    ranking = rank_parties(whole, Survey(), graph_name="synthetic", progress=tell)
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"ranked in {took:.1f} s, peak memory {peak:.2f} GiB, load {os.getloadavg()[0]:.1f}")
    print(ranking.engine)
    print(ranking.concentration)
    for party in ranking.parties[:3]:
        print(party)
    compare(whole, ranking)


def compare(whole: WholeHarm, ranking) -> None:
    """Print how far the scores at the head are from those of worlds drawn elsewhere."""
    network = SurveyRows(whole)
    row = {id_: k for k, id_ in enumerate(whole.party_ids)}
    rows = [row[party.id] for party in ranking.parties]
    own = [network.own(k) for k in rows]
    totals = sample_totals(
        network.forward,
        network.asks,
        whole.compromised[rows],
        own,
        network.weights,
        rng_seed=12_345,
        n_worlds=CHECKED_WORLDS,
    )
    scores = totals.mean[:, 0]
    widths = totals.half_width[:, 0] / scores
    found = np.array([party.total_score.value for party in ranking.parties])
    own = np.array([party.total_score.half_width for party in ranking.parties]) / found
    difference = np.abs(found / scores - 1)
    known = widths <= KNOWN
    print(
        f"head of {len(rows)}, breached in {CHECKED_WORLDS:,} worlds each: {known.sum()} of their "
        f"scores become known to {KNOWN:.1%}, and differ by at most {difference[known].max():.2%}; "
        f"all differ by at most {(difference / np.hypot(widths, own)).max():.2f} x the 95% "
        "half-width of both"
    )


if __name__ == "__main__":
    main()
