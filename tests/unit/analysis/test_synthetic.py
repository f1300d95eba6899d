"""The made-up network: marked as such, sound, the same everywhere, and shaped as described."""

import hashlib

import numpy as np
import pytest

import blastradius as br
from blastradius.analysis.synthetic import synthetic_columns
from blastradius.errors import QuestionError
from blastradius.io.tables import register_of_columns
from blastradius.io.tables.columns import Coded
from blastradius.model.vocabulary import ROLES

FINGERPRINT = "86dfff43f356b179"
"""Of `synthetic_columns(500, seed=1)`, on every machine."""


@pytest.fixture(scope="module")
def register():
    return register_of_columns(synthetic_columns(20_000, seed=1))


def fingerprint(columns):
    whole = hashlib.sha256()
    for table in columns.values():
        for cells in table.values():
            values = cells.codes if isinstance(cells, Coded) else cells
            whole.update(repr(np.asarray(values).tolist()).encode())
    return whole.hexdigest()[:16]


def test_same_numbers_same_network():
    assert fingerprint(synthetic_columns(500, seed=1)) == FINGERPRINT
    assert fingerprint(synthetic_columns(500, seed=2)) != FINGERPRINT
    assert (
        register_of_columns(synthetic_columns(50, 1)).sha256
        == register_of_columns(synthetic_columns(50, 1)).sha256
    )


@pytest.mark.parametrize("n", [20, 21, 50, 333])
def test_small_ones_are_sound_graphs(n):
    graph = register_of_columns(synthetic_columns(n, seed=n)).to_graph()
    assert len(graph.parties) == n
    assert graph.name == f"synthetic-{n}-{n}"
    assert graph.description.startswith("Synthetic: made up by blastradius generate")
    assert all(party.name.startswith("Synthetic ") for party in graph.parties)
    result = br.analyze(graph, "synthetic-breach", method="monte-carlo", n_worlds=1000)
    assert result.blast_radius.reachable_parties > 0


def test_size_and_roles(register):
    assert len(register.parties) == 20_000
    assert 7 * 20_000 < len(register.shares) <= 10 * 20_000
    assert len(register.datasets) == pytest.approx(40_000, rel=0.01)
    roles = np.bincount(register.parties.roles, minlength=len(ROLES))
    assert roles[ROLES.index("oem")] == 20
    assert roles[ROLES.index("tier3")] > roles[ROLES.index("tier2")] > roles[ROLES.index("tier1")]


def test_heavy_tails(register):
    """The top hundredth of what is drawn has far more than a hundredth."""
    for rows in (
        register.shares.discloser,
        register.access.grantee,
        register.dependencies.customer,
    ):
        counts = np.sort(np.bincount(rows, minlength=20_000))[::-1]
        assert counts[:200].sum() > 0.2 * counts.sum()
    counts = np.bincount(register.access.grantee, minlength=20_000)
    services = np.isin(
        register.parties.roles, [ROLES.index(r) for r in ("it-provider", "software-vendor")]
    )
    assert counts[services].sum() > 0.7 * counts.sum()


def test_onward_shares(register):
    discloser = register.shares.discloser[register.shares.pair_share]
    owner = register.datasets.owner[register.shares.pair_dataset]
    assert 0.2 < np.mean(discloser != owner) < 0.4
    recipient = register.shares.recipient[register.shares.pair_share]
    assert not (recipient == owner).any()


def test_dependencies_go_up_the_tiers(register):
    order = [ROLES.index(role) for role in ("oem", "tier1", "tier2", "tier3")]
    needs = register.dependencies
    customer, supplier = (
        register.parties.roles[needs.customer],
        register.parties.roles[needs.supplier],
    )
    steps = {(order[k], order[k + 1]) for k in range(3)}
    tiers = np.isin(customer, order) & np.isin(supplier, order)
    assert set(zip(customer[tiers].tolist(), supplier[tiers].tolist(), strict=True)) == steps


@pytest.mark.parametrize(
    ("n", "seed", "shares", "message"),
    [
        (19, 0, 10, "parties: must be between 20 and 1,000,000, got 19"),
        (10**6 + 1, 0, 10, "parties: must be between 20 and 1,000,000, got 1,000,001"),
        (20, -1, 10, "the seed: must be between 0 and"),
        (20, 0, 0, "shares for each party: must be between 1 and 15, got 0"),
    ],
)
def test_out_of_range(n, seed, shares, message):
    with pytest.raises(QuestionError, match=message):
        synthetic_columns(n, seed, shares)
