"""A supply network of any size that is made up: for benchmarks, demonstrations and tests.

Nothing in it is real, and it says so in its name, its description and the name of every party.
What is meant to be like real networks is the shape: tiers, a few customers with a great many
suppliers, data that suppliers hand on to theirs, service providers that may enter hundreds of
systems, deliveries up the tiers. `docs/howto/large-registers.md` describes it to the user.

Same numbers, same network: randomness comes from PCG64 alone, and weights are plain fractions, so
no mathematical library of the machine has a say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.errors import QuestionError
from blastradius.io.tables.columns import Cells, Coded, Columns

MIN_PARTIES: Final = 20
MAX_PARTIES: Final = 1_000_000
DEFAULT_SHARES: Final = 10
MAX_SHARES: Final = 15

Rows = NDArray[np.int64]

_ROLES: Final = (
    # role, parties of 10,000, what one is called
    ("oem", 10, "carmaker"),
    ("tier1", 600, "tier-1 supplier"),
    ("tier2", 2600, "tier-2 supplier"),
    ("tier3", 4300, "tier-3 supplier"),
    ("it-provider", 180, "IT provider"),
    ("software-vendor", 120, "software vendor"),
    ("engineering-service", 450, "engineering office"),
    ("logistics", 400, "haulier"),
    ("dealer-group", 650, "dealer group"),
    ("marketing-agency", 90, "marketing agency"),
    ("finance", 80, "finance house"),
    ("data-subjects", 20, "group of customers"),
    ("other", 500, "other party"),
)
"""Roles with their share of all parties; each has at least one party."""

_MAKERS: Final = ("oem", "tier1", "tier2", "tier3")
_SERVICES: Final = (
    "it-provider",
    "software-vendor",
    "engineering-service",
    "logistics",
    "marketing-agency",
    "finance",
)

_VARIETIES: Final = (
    "Secrets",
    "Internal",
    "Internal|Secrets",
    "Source code",
    "Personal",
    "Personal|Sensitive Personal",
    "Bank|Personal",
    "Credentials",
)
_OF_COMPANIES: Final = (0, 0, 1, 1, 1, 2, 3, 4, 6, 7)
_OF_PEOPLE: Final = (4, 4, 4, 5, 6)
"""Places in `_VARIETIES`, each as likely as it is frequent."""

_MONTHS: Final = tuple(
    f"{year}-{month:02d}" for year in range(2008, 2025) for month in (1, 4, 7, 10)
)
_ENDS: Final = tuple(f"{year}-12" for year in range(2025, 2031))
_VIAS: Final = ("managed-service", "remote-maintenance", "software-update", "portal", "vpn")
_GOODS: Final = ("parts", "transport", "information technology")


@dataclass(frozen=True)
class _Parties:
    """Which rows have which role."""

    first: dict[str, int]
    count: dict[str, int]

    def rows(self, *roles: str) -> Rows:
        return np.concatenate(
            [np.arange(self.first[r], self.first[r] + self.count[r], dtype=np.int64) for r in roles]
        )


def synthetic_columns(n_parties: int, seed: int, shares_per_party: int = DEFAULT_SHARES) -> Columns:
    """Make up a supply network, as the columns of a register.

    Parameters
    ----------
    n_parties : int
        Organisations and groups of people, from `MIN_PARTIES` to `MAX_PARTIES` [parties].
    seed : int
        Of the random numbers, 0 or more: same numbers, same network.
    shares_per_party : int
        Shares for each party on average, from 1 to `MAX_SHARES`; repeated ones are left out.

    Raises
    ------
    QuestionError
        If a number is out of range.

    Examples
    --------
    >>> columns = synthetic_columns(100, seed=1)
    >>> columns["graph"]["name"], columns["parties"]["name"][0]
    (['synthetic-100-1'], 'Synthetic carmaker 001')
    """
    _check(n_parties, seed, shares_per_party)
    rng = np.random.Generator(np.random.PCG64(seed))
    parties = _parties(n_parties)
    ids, names, roles = _names(parties, n_parties)
    owner, varieties = _data(rng, parties, n_parties)
    return {
        "graph": {
            "name": [synthetic_name(n_parties, seed, shares_per_party)],
            "description": [_description(n_parties, seed, shares_per_party)],
        },
        "parties": {"id": ids, "name": names, "role": roles},
        "datasets": _dataset_columns(rng, ids, owner, varieties, parties),
        "shares": _share_columns(rng, ids, parties, owner, n_parties * shares_per_party),
        "access": _access_columns(rng, ids, parties, n_parties),
        "dependencies": _dependency_columns(rng, ids, parties, n_parties),
        "incidents": {
            "id": ["synthetic-breach"],
            "name": ["Synthetic breach of an IT provider"],
            "origins": [ids[parties.first["it-provider"]]],
            "actions": ["hacking|malware"],
            "window": ["2024-03-01/2024-03-20"],
            "disclosed": ["2024-04-02"],
            "certainty": ["assumed"],
        },
    }


def synthetic_name(n_parties: int, seed: int, shares_per_party: int = DEFAULT_SHARES) -> str:
    """Return the name of a made-up graph, which tells how to make it again.

    >>> synthetic_name(1000, 7)
    'synthetic-1000-7'
    """
    more = "" if shares_per_party == DEFAULT_SHARES else f"-{shares_per_party}"
    return f"synthetic-{n_parties}-{seed}{more}"


def _description(n_parties: int, seed: int, shares_per_party: int) -> str:
    command = f"blastradius generate --parties {n_parties} --seed {seed}"
    if shares_per_party != DEFAULT_SHARES:
        command += f" --shares {shares_per_party}"
    return (
        f"Synthetic: made up by {command}. No party, relation or number in it is real, "
        "and nothing follows for real ones."
    )


def _check(n_parties: int, seed: int, shares_per_party: int) -> None:
    for what, value, low, high in (
        ("parties", n_parties, MIN_PARTIES, MAX_PARTIES),
        ("shares for each party", shares_per_party, 1, MAX_SHARES),
        ("the seed", seed, 0, 2**63 - 1),
    ):
        if not low <= value <= high:
            msg = f"{what}: must be between {low:,} and {high:,}, got {value:,}"
            raise QuestionError(msg)


def _parties(n_parties: int) -> _Parties:
    """Divide the parties among the roles: in proportion, at least one each, the rest to tier 3."""
    count = {role: max(1, n_parties * parts // 10_000) for role, parts, _ in _ROLES}
    count["tier3"] += n_parties - sum(count.values())
    starts = np.cumsum([0, *count.values()]).tolist()
    return _Parties(dict(zip(count, starts, strict=False)), count)


def _names(parties: _Parties, n_parties: int) -> tuple[list[str], list[str], Coded]:
    width = len(str(n_parties))
    ids: list[str] = []
    names: list[str] = []
    for role, _, noun in _ROLES:
        numbers = [f"{k:0{width}d}" for k in range(1, parties.count[role] + 1)]
        ids += [f"synthetic-{role}-{number}" for number in numbers]
        names += [f"Synthetic {noun} {number}" for number in numbers]
    codes = np.repeat(np.arange(len(_ROLES)), list(parties.count.values()))
    return ids, names, Coded(codes, [role for role, _, _ in _ROLES])


def _pick(rng: np.random.Generator, rows: Rows, size: int, head: int = 5) -> Rows:
    """Draw rows with a heavy tail: the k-th is drawn in proportion to 1 / (head + k)."""
    weight = 1.0 / (head + np.arange(len(rows), dtype=np.float64))
    upto = np.cumsum(weight)
    drawn = np.searchsorted(upto, rng.random(size) * upto[-1], side="right")
    picked: Rows = rows[np.minimum(drawn, len(rows) - 1)]
    return picked


def _even(rng: np.random.Generator, rows: Rows, size: int) -> Rows:
    drawn: Rows = rows[rng.integers(0, len(rows), size)]
    return drawn


def _data(
    rng: np.random.Generator, parties: _Parties, n_parties: int
) -> tuple[Rows, NDArray[np.int64]]:
    """Give every party one dataset, and as many again to those that have much to lose."""
    more = [
        _pick(rng, parties.rows("oem"), n_parties * 35 // 100, head=20),
        _pick(rng, parties.rows("tier1"), n_parties * 30 // 100),
        _pick(rng, parties.rows("tier2"), n_parties * 20 // 100),
        _pick(rng, parties.rows("data-subjects"), n_parties * 15 // 100, head=20),
    ]
    owner = np.sort(np.concatenate([np.arange(n_parties, dtype=np.int64), *more]))
    people = np.isin(owner, parties.rows("data-subjects"))
    company_kinds = np.array(_OF_COMPANIES)[rng.integers(0, len(_OF_COMPANIES), len(owner))]
    people_kinds = np.array(_OF_PEOPLE)[rng.integers(0, len(_OF_PEOPLE), len(owner))]
    return owner, np.where(people, people_kinds, company_kinds)


def _dataset_columns(
    rng: np.random.Generator,
    ids: list[str],
    owner: Rows,
    varieties: NDArray[np.int64],
    parties: _Parties,
) -> dict[str, Cells]:
    n = len(owner)
    width = len(str(n))
    about_people = varieties >= 4
    records = np.where(about_people, 10 ** rng.integers(2, 7, n), -1)
    documents = np.where(about_people, -1, rng.integers(10, 5_000, n))
    kept = np.isin(owner, parties.rows("data-subjects"), invert=True)
    return {
        "id": [f"data-{k:0{width}d}" for k in range(1, n + 1)],
        "owner": Coded(owner, ids),
        "varieties": Coded(varieties, _VARIETIES),
        "records": records,
        "documents": documents,
        "kept_by_owner": kept,
        "certainty": Coded(np.zeros(n, dtype=np.int64), ("assumed",)),
    }


@dataclass(frozen=True)
class _Flows:
    """Shares as rows of parties and datasets."""

    discloser: Rows
    recipient: Rows
    dataset: Rows

    def handed_on(self, rng: np.random.Generator, to: Rows, size: int) -> _Flows:
        """Let recipients of these shares hand the same data on."""
        share = rng.integers(0, len(self.dataset), size)
        return _Flows(self.recipient[share], _pick(rng, to, size), self.dataset[share])


def _own_data(rng: np.random.Generator, owner: Rows, tail: Rows, head: Rows) -> _Flows:
    """Let parties share data of their own; datasets stand in the order of their owners."""
    first = np.searchsorted(owner, tail, side="left")
    count = np.searchsorted(owner, tail, side="right") - first
    return _Flows(tail, head, first + rng.integers(0, count))


def _share_columns(
    rng: np.random.Generator, ids: list[str], parties: _Parties, owner: Rows, wanted: int
) -> dict[str, Cells]:
    flows = _flows(rng, parties, owner, wanted)
    n = len(flows.dataset)
    width = len(str(len(owner)))
    ended = rng.random(n) < 0.1
    mode = np.where(rng.random(n) < 0.1, rng.integers(5, 60, n) / 100, np.nan)
    return {
        "discloser": Coded(flows.discloser, ids),
        "recipient": Coded(flows.recipient, ids),
        "datasets": Coded(flows.dataset, [f"data-{k:0{width}d}" for k in range(1, len(owner) + 1)]),
        "since": Coded(rng.integers(0, len(_MONTHS), n), _MONTHS),
        "until": Coded(np.where(ended, rng.integers(0, len(_ENDS), n), -1), _ENDS),
        "retention_days": np.where(ended, 365 * rng.integers(0, 11, n), -1),
        "probability": mode,
        "probability_low": mode / 2,
        "probability_high": np.minimum(1.0, mode * 1.5),
        "certainty": Coded(np.zeros(n, dtype=np.int64), ("assumed",)),
    }


def _flows(rng: np.random.Generator, parties: _Parties, owner: Rows, wanted: int) -> _Flows:
    """Draw who hands what to whom: down the tiers, half of it data of others, and to services."""

    def part(percent: int) -> int:
        return max(1, wanted * percent // 100)

    def down(tail: str, head: str, size: int) -> _Flows:
        tails = _pick(rng, parties.rows(tail), size)
        return _own_data(rng, owner, tails, _pick(rng, parties.rows(head), size))

    first = down("oem", "tier1", part(22))
    second = first.handed_on(rng, parties.rows("tier2"), part(12))
    makers, services = parties.rows(*_MAKERS), parties.rows(*_SERVICES)
    people = _own_data(
        rng,
        owner,
        _pick(rng, parties.rows("data-subjects"), part(8)),
        _pick(rng, parties.rows("dealer-group", "oem"), part(8)),
    )
    lists = (
        first,
        second,
        down("tier1", "tier2", part(12)),
        second.handed_on(rng, parties.rows("tier3"), part(8)),
        down("tier2", "tier3", part(10)),
        _own_data(rng, owner, _even(rng, makers, part(16)), _pick(rng, services, part(16))),
        first.handed_on(rng, parties.rows("engineering-service", "it-provider"), part(6)),
        people,
        people.handed_on(rng, parties.rows("marketing-agency", "it-provider"), part(6)),
    )
    return _distinct(lists)


def _distinct(lists: tuple[_Flows, ...]) -> _Flows:
    """Join shares, each one once, in the order of their ends."""
    discloser, recipient, dataset = (
        np.concatenate([getattr(flows, name) for flows in lists])
        for name in ("discloser", "recipient", "dataset")
    )
    order = np.lexsort((dataset, recipient, discloser))
    discloser, recipient, dataset = discloser[order], recipient[order], dataset[order]
    same = (np.diff(discloser) == 0) & (np.diff(recipient) == 0) & (np.diff(dataset) == 0)
    new = np.append(True, ~same) & (discloser != recipient)
    return _Flows(discloser[new], recipient[new], dataset[new])


def _distinct_pairs(kind: Rows, tail: Rows, head: Rows) -> tuple[Rows, Rows, Rows]:
    flows = _distinct((_Flows(tail, head, kind),))
    return flows.dataset, flows.discloser, flows.recipient


def _access_columns(
    rng: np.random.Generator, ids: list[str], parties: _Parties, n_parties: int
) -> dict[str, Coded]:
    """Let services into systems: few IT providers into very many; suppliers into portals."""
    makers = parties.rows(*_MAKERS, "dealer-group", "logistics")
    n_it, n_software, n_portal = (n_parties * percent // 100 for percent in (55, 25, 20))
    grantor = np.concatenate(
        [_even(rng, makers, n_it + n_software), _pick(rng, parties.rows("oem"), n_portal)]
    )
    grantee = np.concatenate(
        [
            _pick(rng, parties.rows("it-provider"), n_it, head=2),
            _pick(rng, parties.rows("software-vendor"), n_software, head=2),
            _pick(rng, parties.rows("tier1", "dealer-group"), n_portal),
        ]
    )
    via = np.concatenate(
        [
            rng.integers(0, 2, n_it),
            np.full(n_software, 2),
            rng.integers(3, 5, n_portal),
        ]
    )
    via, grantor, grantee = _distinct_pairs(via, grantor, grantee)
    return {
        "grantor": Coded(grantor, ids),
        "grantee": Coded(grantee, ids),
        "via": Coded(via, _VIAS),
        "since": Coded(rng.integers(0, len(_MONTHS), len(via)), _MONTHS),
        "certainty": Coded(np.zeros(len(via), dtype=np.int64), ("assumed",)),
    }


def _dependency_columns(
    rng: np.random.Generator, ids: list[str], parties: _Parties, n_parties: int
) -> dict[str, Coded]:
    """Let each tier need the one below, and everybody haulage and IT."""
    steps = (
        ("oem", "tier1", 20, 0),
        ("tier1", "tier2", 35, 0),
        ("tier2", "tier3", 35, 0),
        ("oem", "logistics", 4, 1),
        ("tier1", "it-provider", 6, 2),
    )
    sizes = [max(1, n_parties * percent // 100) for _, _, percent, _ in steps]
    customer = np.concatenate(
        [_pick(rng, parties.rows(s[0]), n) for s, n in zip(steps, sizes, strict=True)]
    )
    supplier = np.concatenate(
        [_pick(rng, parties.rows(s[1]), n) for s, n in zip(steps, sizes, strict=True)]
    )
    what = np.repeat([s[3] for s in steps], sizes)
    what, customer, supplier = _distinct_pairs(what, customer, supplier)
    return {
        "customer": Coded(customer, ids),
        "supplier": Coded(supplier, ids),
        "what": Coded(what, _GOODS),
        "certainty": Coded(np.zeros(len(what), dtype=np.int64), ("assumed",)),
    }
