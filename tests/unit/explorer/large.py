"""Graphs of any size for the page: four hops from one party, some hundred arrows a hop."""

from __future__ import annotations

import random

from blastradius.model.graph import Graph

ROLES = ("oem", "tier1", "tier2", "tier3", "it-provider", "logistics", "software-vendor", "other")


def large_graph(n_parties: int) -> Graph:
    """Return a graph in which a breach of ``p0`` reaches all ``n_parties``; same n, same graph."""
    rng = random.Random(n_parties)
    grants = [
        {
            "grantor": f"p{i}",
            "grantee": f"p{0 if i < 30 else rng.randrange(i // 8, i // 2)}",
            "via": "vpn",
            "probability": round(rng.uniform(0.2, 0.9), 2),
        }
        for i in range(1, n_parties)
    ]
    return Graph.model_validate(
        {
            "name": "large",
            "parties": [
                {"id": f"p{i}", "name": f"Party {i}", "role": ROLES[i % len(ROLES)]}
                for i in range(n_parties)
            ],
            "access": grants,
        }
    )
