"""Rankings and perimeters as plain data and flat rows, in the form of their JSON contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from blastradius.report.as_dict import assumption_dict, provenance_dict
from blastradius.report.numbers import canonical

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from blastradius.analysis.survey import (
        Dependent,
        Figure,
        Holding,
        Perimeter,
        RankedParty,
        Ranking,
        SurveyEngine,
        Threat,
        WayStep,
    )
    from blastradius.report.rows import Row

RANKING_SCHEMA = "blastradius/ranking/1"
PERIMETER_SCHEMA = "blastradius/perimeter/1"

EVENTS = ("exposed", "compromised", "disrupted", "harmed")

Plain = dict[str, Any]


class SurveyListing(NamedTuple):
    """How many of the parties found a report lists."""

    roles: tuple[str, ...] = ()
    """Only parties with one of these roles; empty means all."""
    top: int | None = None
    """At most this many; None means all."""

    def choose(self, parties: Sequence[Any]) -> Sequence[Any]:
        """Return the parties to list, in their order."""
        kept = [p for p in parties if not self.roles or p.role in self.roles]
        return kept[: self.top]

    def note(self, shown: Collection[object], total: int) -> str | None:
        """Return how much of the whole is shown; None for all of it.

        >>> SurveyListing(top=1).note(["a"], 2)
        'showing 1 of 2'
        """
        return f"showing {len(shown):,} of {total:,}" if len(shown) < total else None


def ranking_dict(ranking: Ranking, listing: SurveyListing) -> Plain:
    """Return a ranking as plain data; a filter changes no number."""
    shown = listing.choose(ranking.parties)
    concentration = ranking.concentration
    return {
        "schema": RANKING_SCHEMA,
        "provenance": provenance_dict(ranking.provenance),
        "engine": _engine(ranking.engine),
        "n_parties": ranking.n_parties,
        "without_a_path": ranking.n_harmless,
        "concentration": {
            "total_score": figure_dict(concentration.total_score),
            "expected_harmed_parties": figure_dict(concentration.expected_harmed_parties),
            "heads": [
                {"k": k, "share": canonical(share)} for k, share in concentration.heads.items()
            ],
            "half": concentration.half,
        },
        "listing": _listing(listing, shown, ranking.n_harmful),
        "parties": [_ranked(party) for party in shown],
        "assumptions": [assumption_dict(item) for item in ranking.assumptions],
        "unobserved_edges_note": ranking.unobserved_edges_note,
    }


def _listing(listing: SurveyListing, shown: Collection[object], total: int) -> Plain:
    return {
        "shown": len(shown),
        "total": total,
        "roles": sorted(listing.roles),
        "top": listing.top,
    }


def figure_dict(figure: Figure) -> Plain:
    """Return a number with its range and its interval."""
    return {
        name: None if value is None else canonical(value)
        for name, value in (
            ("value", figure.value),
            ("low", figure.low),
            ("high", figure.high),
            ("half_width", figure.half_width),
        )
    }


def _engine(engine: SurveyEngine) -> Plain:
    return {
        "method": engine.method,
        "reason": engine.reason,
        "n_worlds": engine.n_worlds,
        "rng_seed": engine.rng_seed,
        "uncertain_arcs": engine.uncertain_arcs,
        "precision": None if engine.precision is None else canonical(engine.precision),
    }


def _ranked(party: RankedParty) -> Plain:
    return {
        "id": party.id,
        "name": party.name,
        "role": party.role,
        "total_score": figure_dict(party.total_score),
        "expected_harmed_parties": figure_dict(party.expected_harmed_parties),
        "reachable_parties": party.reachable_parties,
        "share": canonical(party.share),
        "through": None if party.through is None else figure_dict(party.through),
        "single_point_for": [_dependent(item) for item in party.single_point_for],
    }


def _dependent(item: Dependent) -> Plain:
    return {
        "id": item.id,
        "name": item.name,
        "share": canonical(item.share),
        "exposure": canonical(item.exposure),
        "n_origins": item.n_origins,
    }


RANKING_COLUMNS: tuple[str, ...] = (
    "rank",
    "id",
    "name",
    "role",
    *(
        f"{figure}{suffix}"
        for figure in ("total_score", "expected_harmed_parties")
        for suffix in ("", "_low", "_high", "_half_width")
    ),
    "reachable_parties",
    "share",
    "through",
    "single_point_for",
)
"""Columns of a row, in order. New ones may be added at the end; none change their meaning."""


def ranking_rows(ranking: Ranking, listing: SurveyListing) -> list[Row]:
    """Return one flat row for each listed party, the most harmful breach first."""
    rows = []
    for rank, party in enumerate(listing.choose(ranking.parties), start=1):
        row: Row = {"rank": rank, "id": party.id, "name": party.name, "role": party.role}
        row |= _flat("total_score", party.total_score)
        row |= _flat("expected_harmed_parties", party.expected_harmed_parties)
        row["reachable_parties"] = party.reachable_parties
        row["share"] = canonical(party.share)
        row["through"] = None if party.through is None else canonical(party.through.value)
        row["single_point_for"] = "; ".join(item.id for item in party.single_point_for)
        rows.append(row)
    return rows


def _flat(name: str, figure: Figure) -> Row:
    numbers = figure_dict(figure)
    return {
        name: numbers["value"],
        f"{name}_low": numbers["low"],
        f"{name}_high": numbers["high"],
        f"{name}_half_width": numbers["half_width"],
    }


# -- the perimeter -----------------------------------------------------------------------


def perimeter_dict(perimeter: Perimeter, listing: SurveyListing) -> Plain:
    """Return a perimeter as plain data; a filter changes no number."""
    shown = listing.choose(perimeter.threats)
    return {
        "schema": PERIMETER_SCHEMA,
        "provenance": provenance_dict(perimeter.provenance),
        "engine": _engine(perimeter.engine),
        "party": {"id": perimeter.id, "name": perimeter.name, "role": perimeter.role},
        "n_parties": perimeter.n_parties,
        "exposure": figure_dict(perimeter.exposure),
        "listing": _listing(listing, shown, len(perimeter.threats)),
        "parties": [_threat(threat) for threat in shown],
        "assumptions": [assumption_dict(item) for item in perimeter.assumptions],
        "unobserved_edges_note": perimeter.unobserved_edges_note,
    }


def _threat(threat: Threat) -> Plain:
    return {
        "id": threat.id,
        "name": threat.name,
        "role": threat.role,
        "score": figure_dict(threat.score),
        "band": threat.band,
        "share": canonical(threat.share),
        "probability": {name: figure_dict(threat.probability[name]) for name in EVENTS},
        "varieties": {name: figure_dict(value) for name, value in sorted(threat.varieties.items())},
        "holds": [_holding(item) for item in threat.holds],
        "hops": threat.hops,
        "way": {
            "probability": canonical(threat.way_probability),
            "certainty": threat.certainty,
            "steps": [_step(step) for step in threat.way],
        },
    }


def _holding(item: Holding) -> Plain:
    return {
        "kind": item.kind,
        "edge": item.edge,
        "dataset": item.dataset,
        "varieties": list(item.varieties),
        "probability": canonical(item.probability),
        "certainty": item.certainty,
    }


def _step(step: WayStep) -> Plain:
    return {
        "edge": step.edge,
        "kind": step.kind,
        "from": step.origin,
        "to": step.target,
        "dataset": step.dataset,
        "probability": canonical(step.probability),
        "certainty": step.certainty,
    }


PERIMETER_COLUMNS: tuple[str, ...] = (
    "rank",
    "id",
    "name",
    "role",
    "score",
    "score_low",
    "score_high",
    "score_half_width",
    "band",
    "share",
    *(f"p_{event}" for event in EVENTS),
    "varieties",
    "datasets",
    "access",
    "dependencies",
    "hops",
    "through",
    "certainty",
)
"""Columns of a row, in order. New ones may be added at the end; none change their meaning."""


def perimeter_rows(perimeter: Perimeter, listing: SurveyListing) -> list[Row]:
    """Return one flat row for each listed party, the most harmful breach first."""
    rows = []
    for rank, threat in enumerate(listing.choose(perimeter.threats), start=1):
        row: Row = {"rank": rank, "id": threat.id, "name": threat.name, "role": threat.role}
        row |= _flat("score", threat.score)
        row |= {"band": threat.band, "share": canonical(threat.share)}
        row |= {f"p_{event}": canonical(threat.probability[event].value) for event in EVENTS}
        row["varieties"] = "; ".join(sorted(threat.varieties))
        for column, kind in (
            ("datasets", "data"),
            ("access", "access"),
            ("dependencies", "dependency"),
        ):
            held = (item.dataset or item.edge for item in threat.holds if item.kind == kind)
            row[column] = "; ".join(dict.fromkeys(held))
        row |= {"hops": threat.hops, "through": through(perimeter, threat)}
        row["certainty"] = threat.certainty
        rows.append(row)
    return rows


def through(perimeter: Perimeter, threat: Threat) -> str:
    """Return the parties between the breached one and the one that is harmed."""
    ids: list[str] = []
    for step in threat.way:
        for id_ in (step.origin, step.target):
            if not ids or ids[-1] != id_:
                ids.append(id_)
    return " → ".join(perimeter.names[id_] for id_ in ids[1:-1])
