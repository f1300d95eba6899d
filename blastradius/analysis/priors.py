"""Probabilities that nobody wrote down, likelihood ratios and severities: one table.

A number in the graph always wins; see `docs/explanation/priors.md` for where each row comes from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from blastradius.analysis.results import Assumption, Basis
from blastradius.errors import QuestionError
from blastradius.io.priors import read_prior_rows
from blastradius.model.graph import ProbabilityRange

OUTAGE_ACTIONS = ("malware", "hacking", "physical", "environmental", "unknown")
"""VERIS actions that can stop operations."""


@dataclass(frozen=True, slots=True)
class Prior:
    """One row of the table."""

    key: str
    meaning: str
    value: float
    low: float
    high: float
    basis: Basis
    source: str


@dataclass(frozen=True, slots=True)
class Coin:
    """A probability with its range and where it comes from [1]."""

    value: float
    low: float
    high: float
    basis: Basis
    note: str
    keys: tuple[str, ...] = ()
    """Rows of the prior table that went into it."""


SURE = Coin(1.0, 1.0, 1.0, "incident", "fixed by the incident: the breach is recorded")

SUPPOSED = Coin(1.0, 1.0, 1.0, "incident", "supposed: the breach is hypothetical")


def stated(probability: ProbabilityRange) -> Coin:
    """Return the coin for a number that stands in the graph."""
    note = "written in the graph"
    return Coin(probability.mode, probability.low, probability.high, "graph", note)


@dataclass(frozen=True)
class PriorTable:
    """All rows by key."""

    rows: Mapping[str, Prior]

    def __getitem__(self, key: str) -> Prior:
        return self.rows[key]

    def replace(self, values: Mapping[str, float | tuple[float, float, float]]) -> PriorTable:
        """Return a table with some values replaced by a number or (low, value, high).

        Raises
        ------
        QuestionError
            If a key is unknown or a probability is out of range.

        >>> default_priors().replace({"pivot": 0.2})["pivot"].value
        0.2
        """
        rows = dict(self.rows)
        for key, given in values.items():
            if key not in rows:
                msg = f"unknown prior {key!r}; the keys are listed by `default_priors().rows`"
                raise QuestionError(msg)
            low, value, high = given if isinstance(given, tuple) else (given,) * 3
            top = float("inf") if key.startswith("ratio/") else 1.0
            if not 0 <= low <= value <= high <= top or (value == 0 and top > 1):
                msg = f"prior {key!r} must have 0 <= low <= value <= high <= {top:g}, got {given}"
                raise QuestionError(msg)
            old = rows[key]
            rows[key] = Prior(key, old.meaning, value, low, high, "assumed", "set by the user")
        return PriorTable(rows)

    def coin(self, key: str) -> Coin:
        """Return the coin of one row."""
        row = self.rows[key]
        return Coin(row.value, row.low, row.high, row.basis, _note([row]), (key,))

    def held_data(
        self,
        varieties: Sequence[str],
        *,
        taken: Sequence[str],
        actions: Sequence[str],
        own: bool,
    ) -> Coin:
        """Return P(a dataset is disclosed | the party that holds it is compromised).

        With a stated list of what was taken: an assumed chance that this owner's data was
        among it, less if none of its varieties is on the list. Otherwise measured
        frequencies: P(disclosed | action) x P(variety | action, disclosed), the most
        frequent variety of the dataset deciding, the likeliest action if there are several.
        """
        if taken:
            keys = ["stated/own-data" if own else "stated/owner"]
            if not set(varieties) & set(taken):
                keys.append("stated/off-list")
            return self._product(keys)
        candidates = [
            self._product([f"disclosed/{action}", self._variety(action, variety)])
            for action in map(self._measured, actions or ("any",))
            for variety in varieties
        ]
        return max(candidates, key=lambda coin: coin.value)

    def outage(self, actions: Sequence[str]) -> Coin | None:
        """Return P(operations down | compromised), or None if the actions cannot stop them."""
        able = [a for a in (actions or ("unknown",)) if a in OUTAGE_ACTIONS]
        if not able:
            return None
        return max((self.coin(f"outage/{a}") for a in able), key=lambda coin: coin.value)

    def ratio(self, state: str) -> float:
        """Return P(seen | event) / P(seen | no event) of an observation state [1]."""
        return self.rows[f"ratio/{state}"].value

    def severity(self, name: str) -> float:
        """Return the severity of a variety, of ``compromised`` or of ``disrupted`` [1]."""
        return self.rows[f"severity/{name}"].value

    def _measured(self, action: str) -> str:
        """Return the action itself, or ``any`` where the sample does not hold it."""
        return action if f"disclosed/{action}" in self.rows else "any"

    def _variety(self, action: str, variety: str) -> str:
        if variety == "Unknown":
            return "variety/unstated"
        key = f"variety/{action}/{variety}"
        return key if key in self.rows else f"variety/{action}/unseen"

    def _product(self, keys: Sequence[str]) -> Coin:
        rows = [self.rows[key] for key in keys]
        value = low = high = 1.0
        for row in rows:
            value, low, high = value * row.value, low * row.low, high * row.high
        basis: Basis = "measured" if all(r.basis == "measured" for r in rows) else "assumed"
        return Coin(value, low, high, basis, _note(rows), tuple(keys))


def _note(rows: Sequence[Prior]) -> str:
    parts = [f"{row.meaning} = {row.value:.3g} ({row.source})" for row in rows]
    return " x ".join(parts)


@cache
def default_priors() -> PriorTable:
    """Return the table that ships with the package.

    >>> default_priors()["stated/owner"].value
    0.5
    """
    rows = {}
    for row in read_prior_rows():
        basis: Basis = "measured" if row["basis"] == "measured" else "assumed"
        rows[row["key"]] = Prior(
            row["key"],
            row["meaning"],
            float(row["value"]),
            float(row["low"]),
            float(row["high"]),
            basis,
            row["source"],
        )
    return PriorTable(rows)


def changed_priors(priors: PriorTable) -> dict[str, object]:
    """Return the rows that differ from the shipped table as an option; nothing if none does."""
    shipped = default_priors().rows
    changed = {
        key: {"low": row.low, "value": row.value, "high": row.high}
        for key, row in sorted(priors.rows.items())
        if shipped.get(key) != row
    }
    return {"priors": changed} if changed else {}


def prior_assumptions(uses: Mapping[str, int], priors: PriorTable) -> tuple[Assumption, ...]:
    """List prior rows, given how many arcs use each: assumed ones first, most used first."""
    rows = [
        Assumption(row.key, row.meaning, row.value, row.low, row.high, row.basis, row.source, n)
        for row, n in ((priors[key], n) for key, n in uses.items())
    ]
    return tuple(sorted(rows, key=lambda a: (a.basis != "assumed", -a.arcs, a.key)))
