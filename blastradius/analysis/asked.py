"""What a perimeter asks about one party, as nodes of the harm network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from blastradius.analysis.survey import Figure
from blastradius.analysis.whole import ARC_KINDS, WholeHarm


@dataclass(frozen=True, slots=True)
class Asked:
    """The nodes that say what happens to one party; those with -1 cannot be reached by anything.

    The network has no nodes for some of the questions: these get numbers beyond it, and sure arcs.
    """

    party: int
    ends: tuple[int, ...]
    """Compromised, disrupted, and each dataset disclosed: where harm of the party begins."""
    levels: tuple[tuple[int, float], ...]
    """Level nodes with their points, from the least severe up."""
    events: Mapping[str, int]
    """exposed, compromised, disrupted, harmed -> node, -1 for none."""
    varieties: Mapping[str, int]
    """VERIS variety -> node "some data of this variety is disclosed"."""
    extra: tuple[tuple[int, int], ...]
    """Sure arcs into the nodes beyond the network."""

    @classmethod
    def of(cls, whole: WholeHarm, party: int) -> Asked:
        """Find the nodes of a party by the coins that enter them."""
        heads = whole.head[: whole.n_coins]
        here = whole.target == party
        stops = np.isin(whole.kind, [ARC_KINDS.index("outage"), ARC_KINDS.index("dependency")])
        down = np.unique(heads[here & stops]).tolist()
        discloses = np.isin(whole.kind, [ARC_KINDS.index("custody"), ARC_KINDS.index("own")])
        rows = np.flatnonzero(here & discloses)
        disclosed = dict(zip(heads[rows].tolist(), whole.dataset[rows].tolist(), strict=True))
        compromised = int(whole.compromised[party])
        varieties, extra = _questions_beyond(whole, disclosed)
        levels = np.flatnonzero(whole.level_party == party).tolist()
        return cls(
            party=party,
            ends=(compromised, *down, *sorted(disclosed)),
            levels=tuple((int(whole.level_node[i]), float(whole.level_points[i])) for i in levels),
            events={
                "exposed": whole.n_nodes if disclosed else -1,
                "compromised": compromised,
                "disrupted": down[0] if down else -1,
                "harmed": int(whole.harmed[party]),
            },
            varieties=varieties,
            extra=extra,
        )

    @property
    def questions(self) -> set[int]:
        """Readout nodes of the network that matter."""
        return {self.events["harmed"], *(node for node, _ in self.levels)}


def _questions_beyond(
    whole: WholeHarm, disclosed: Mapping[int, int]
) -> tuple[dict[str, int], tuple[tuple[int, int], ...]]:
    """Give nodes to "some data is disclosed" and to the same of each variety."""
    exposed = whole.n_nodes
    varieties: dict[str, int] = {}
    extra = []
    for node, dataset in sorted(disclosed.items()):
        extra.append((node, exposed))
        names = whole.dataset_varieties[dataset] if whole.dataset_varieties else ()
        extra += [(node, varieties.setdefault(n, exposed + 1 + len(varieties))) for n in names]
    return varieties, tuple(extra)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one breach does to the party that asks."""

    score: Figure
    events: Mapping[str, Figure]
    varieties: Mapping[str, Figure]
