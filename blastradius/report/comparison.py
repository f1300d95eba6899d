"""What changed between two results: a pure function of their JSON.

It never compares apples with pears in silence: whatever differs in what was asked, on which
graph, with which numbers, stands above what differs in the answers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from blastradius.model.text import printable
from blastradius.model.vocabulary import TLP_LABELS, Tlp, bare_label, strictest
from blastradius.report import numbers
from blastradius.report.numbers import canonical
from blastradius.report.tlp import label_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blastradius.report.rows import Row

COMPARISON_SCHEMA = "blastradius/comparison/1"

_NOISE = 1e-9
"""Smaller differences come from rounding, not from the question [points, 1]."""

_LONG = 160

Plain = dict[str, Any]
Status = Literal["changed", "appeared", "vanished"]


class Side(NamedTuple):
    """One of the two results."""

    label: str
    """File, or ``before`` and ``after``."""
    target: str
    incident_id: str | None
    incident: str
    graph_name: str
    graph_sha256: str
    version: str
    scenario: str | None
    """Name of the scenario and how much it changes; None without one."""
    tlp: Tlp | None = None
    """How far the result may be passed on, if it says so."""


class Difference(NamedTuple):
    """Something that differs between the questions."""

    what: str
    before: str
    after: str
    is_caution: bool
    """Whether the answers may be about different things."""


class Standing(NamedTuple):
    """How a party stands in one result."""

    score: float
    score_prior: float
    band: str
    verdict: str
    harmed: float
    """P(harmed), posterior [1]."""


NOWHERE = Standing(0.0, 0.0, "none", "no recorded path", 0.0)
"""How a party stands that a whole list leaves out."""


class Move(NamedTuple):
    """A party or group that stands differently in the two results."""

    kind: Literal["party", "group"]
    id: str
    name: str
    role: str | None
    status: Status
    before: Standing
    after: Standing

    @property
    def change(self) -> float:
        """Difference of the posterior score [points]."""
        difference = self.after.score - self.before.score
        return difference if abs(difference) > _NOISE else 0.0


class Figure(NamedTuple):
    """A figure of the whole before and after; each is (prior, posterior) or a count twice."""

    key: str
    before: tuple[float, float]
    after: tuple[float, float]


class Comparison(NamedTuple):
    """What changed between two results."""

    before: Side
    after: Side
    differences: tuple[Difference, ...]
    cautions: tuple[str, ...]
    """What limits the comparison, in words."""
    figures: tuple[Figure, ...]
    moves: tuple[Move, ...]
    """Who stands differently, largest change of score first."""
    n_compared: int
    """Parties and groups that were compared."""
    n_below: int
    """Moves that are left out because they are smaller than ``min_change``."""
    not_compared: tuple[str, ...]
    """Ids listed in one result only, where the other lists only a part."""
    min_change: float

    @property
    def tlp(self) -> Tlp | None:
        """How far the comparison may be passed on: as the stricter of its results."""
        return strictest((self.before.tlp, self.after.tlp))

    @property
    def is_same(self) -> bool:
        """Tell whether no party, group or figure differs."""
        return not self.moves and not self.n_below and not any(map(figure_moved, self.figures))


def figure_moved(figure: Figure) -> bool:
    """Tell whether a figure differs by more than rounding."""
    pairs = zip(figure.before, figure.after, strict=True)
    return any(abs(after - before) > _NOISE * max(1.0, abs(before)) for before, after in pairs)


def compare_results(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    labels: tuple[str, str] = ("before", "after"),
    min_change: float = 0.0,
) -> Comparison:
    """Compare two results, given as the plain data of the JSON contract.

    Parameters
    ----------
    before, after : mapping
        Checked results: :func:`blastradius.io.results.load_result` checks them.
    labels : tuple of str
        What to call them.
    min_change : float
        Leave out parties whose posterior score moved less than this [points].
    """
    moves, compared, unlisted = [], 0, []
    for kind, earlier, later in _entries(before, after):
        for id_ in dict.fromkeys((*later, *earlier)):
            if _is_hidden(before, kind, earlier, id_) or _is_hidden(after, kind, later, id_):
                unlisted.append(id_)
                continue
            compared += 1
            move = _move(kind, earlier.get(id_), later.get(id_))
            if move is not None:
                moves.append(move)
    kept = [move for move in moves if abs(move.change) >= min_change]
    return Comparison(
        before=_side(labels[0], before),
        after=_side(labels[1], after),
        differences=tuple(_differences(before, after)),
        cautions=tuple(_cautions(labels, before, after, len(unlisted))),
        figures=tuple(_figures(before["blast_radius"], after["blast_radius"])),
        moves=tuple(sorted(kept, key=lambda m: (-abs(m.change), m.kind, m.id))),
        n_compared=compared,
        n_below=len(moves) - len(kept),
        not_compared=tuple(unlisted),
        min_change=min_change,
    )


_Entries = tuple[Literal["party", "group"], dict[str, Plain], dict[str, Plain]]


def _entries(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Entries]:
    """Yield what can be compared: parties by id and, where both have them, groups by id."""
    sides = [{p["id"]: p for p in (*side["origins"], *side["parties"])} for side in (before, after)]
    yield "party", sides[0], sides[1]
    if before["groups"] and after["groups"]:
        sides = [{group["id"]: group for group in side["groups"]} for side in (before, after)]
        yield "group", sides[0], sides[1]


def _is_hidden(
    result: Mapping[str, Any], kind: str, entries: Mapping[str, Plain], id_: str
) -> bool:
    """Tell whether a result may know of an entry that it does not list."""
    grouped = kind == "party" and _is_grouped(result)
    return id_ not in entries and (grouped or _is_filtered(result))


def _is_filtered(result: Mapping[str, Any]) -> bool:
    return bool(result["listing"]["shown"] < result["listing"]["total"])


def _is_grouped(result: Mapping[str, Any]) -> bool:
    return bool(result["listing"].get("grouped"))


def _move(
    kind: Literal["party", "group"], before: Plain | None, after: Plain | None
) -> Move | None:
    """Return how an entry moved, None if it stands as before."""
    entry = after or before or {}
    status: Status = "changed"
    if before is None or after is None:
        status = "appeared" if before is None else "vanished"
    stood, stands = _standing(before), _standing(after)
    if status == "changed" and _is_same(stood, stands):
        return None
    return Move(kind, entry["id"], entry["name"], entry.get("role"), status, stood, stands)


def _standing(entry: Plain | None) -> Standing:
    if entry is None:
        return NOWHERE
    score = entry["score"]
    return Standing(
        score["posterior"],
        score["prior"],
        entry["band"],
        entry["verdict"],
        entry["probability"]["harmed"]["posterior"],
    )


def _is_same(before: Standing, after: Standing) -> bool:
    return (before.band, before.verdict) == (after.band, after.verdict) and all(
        abs(one - other) <= _NOISE
        for one, other in (
            (before.score, after.score),
            (before.score_prior, after.score_prior),
            (before.harmed, after.harmed),
        )
    )


def _figures(before: Plain, after: Plain) -> Iterator[Figure]:
    for key in ("reachable_parties", "expected_harmed_parties", "total_score"):
        pairs = []
        for value in (before[key], after[key]):
            is_pair = isinstance(value, dict)
            pairs.append((value["prior"], value["posterior"]) if is_pair else (value, value))
        yield Figure(key, pairs[0], pairs[1])


# -- what was asked ----------------------------------------------------------------------


def _side(label: str, result: Mapping[str, Any]) -> Side:
    provenance = result["provenance"]
    return Side(
        label,
        result["target"],
        result["incident"]["id"],
        result["incident"]["name"],
        provenance["graph"]["name"],
        provenance["graph"]["sha256"],
        provenance["version"],
        _scenario_words(result.get("scenario")),
        _tlp(result.get("tlp")),
    )


def _tlp(label: str | None) -> Tlp | None:
    """Return the label of a result; one of before there were labels has none.

    What nobody knows is passed on to nobody.
    """
    if label is None:
        return None
    return next((tlp for tlp in TLP_LABELS if bare_label(str(label)) == tlp), "RED")


def _scenario_words(scenario: Plain | None) -> str | None:
    if scenario is None:
        return None
    changes = numbers.counted(len(scenario["changes"]), "change")
    return f"{scenario['name']} ({changes})" if scenario["name"] else changes


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield what differs in what was asked; what makes answers incomparable comes first."""
    origins = [", ".join(p["name"] for p in side["origins"]) for side in (before, after)]
    incidents = [side["incident"]["id"] or side["incident"]["name"] for side in (before, after)]
    graphs = [side["provenance"]["graph"] for side in (before, after)]
    graph_words = [f"{graph['name']} (sha256 {graph['sha256'][:12]}…)" for graph in graphs]
    versions = [side["provenance"]["version"] for side in (before, after)]
    methods = [side["engine"]["method"] for side in (before, after)]
    for what, (one, other), is_caution in (
        ("breached", origins, True),
        ("incident", incidents, True),
        ("graph", graph_words, True),
        ("version of blastradius", versions, True),
        ("engine", methods, False),
    ):
        if one != other:
            yield Difference(what, one, other, is_caution)
    yield from _scenario_differences(before.get("scenario"), after.get("scenario"))
    yield from _option_differences(before["provenance"]["options"], after["provenance"]["options"])
    yield from _assumption_differences(before["assumptions"], after["assumptions"])


def _scenario_differences(before: Plain | None, after: Plain | None) -> Iterator[Difference]:
    """Yield each change that only one of the scenarios makes."""
    told = [
        {(change["subject"], change["text"]) for change in side["changes"]} if side else set()
        for side in (before, after)
    ]
    for subject, text in sorted(told[0] - told[1]):
        yield Difference("scenario", f"{text} ({subject})", "not changed", is_caution=False)
    for subject, text in sorted(told[1] - told[0]):
        yield Difference("scenario", "not changed", f"{text} ({subject})", is_caution=False)


def _option_differences(before: Plain, after: Plain) -> Iterator[Difference]:
    # Of files of observations it matters what they say, and that stands in the observations.
    for key in sorted((before.keys() | after.keys()) - {"scenario", "observation_files"}):
        one, other = before.get(key), after.get(key)
        if (one or None) != (other or None):
            in_words = _statements if key == "observations" else _value
            yield Difference(f"option {key}", in_words(one), in_words(other), is_caution=False)


def _statements(value: Any) -> str:  # noqa: ANN401 - a list of plain statements, or none
    """Return how many statements there are, and of whom."""
    if not value:
        return "not set"
    whom = ", ".join(dict.fromkeys(str(s.get("party") or s.get("dataset")) for s in value))
    return printable(f"{numbers.counted(len(value), 'statement')} on {whom}", _LONG)


def _value(value: object) -> str:
    if value is None or value == [] or value is False:
        return "not set"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return printable(text, _LONG)


def _assumption_differences(before: list[Plain], after: list[Plain]) -> Iterator[Difference]:
    told = [{item["key"]: item for item in side} for side in (before, after)]
    for key in dict.fromkeys((*told[0], *told[1])):
        words = [_prior_words(side.get(key)) for side in told]
        if words[0] != words[1]:
            yield Difference(f"assumption {key}", words[0], words[1], is_caution=False)


def _prior_words(item: Plain | None) -> str:
    if item is None:
        return "not used"
    return numbers.probability_range(item["value"], item["low"], item["high"])


def _cautions(
    labels: tuple[str, str], before: Mapping[str, Any], after: Mapping[str, Any], n_unlisted: int
) -> Iterator[str]:
    for label, result in zip(labels, (before, after), strict=True):
        if _is_filtered(result):
            listing = result["listing"]
            yield (
                f"{label} lists only {listing['shown']:,} of {listing['total']:,}: "
                "whoever it leaves out is not compared"
            )
        if _is_grouped(result):
            yield f"{label} lists groups instead of their members: members are not compared"
    if n_unlisted:
        yield f"{numbers.counted(n_unlisted, 'party', 'parties')} listed on one side only, left out"
    width = sum(side["engine"]["half_width"] or 0.0 for side in (before, after))
    if width > 0:
        yield f"sampled: differences of up to {100 * width:.2g} points may be chance"


# -- as data -----------------------------------------------------------------------------


def comparison_dict(comparison: Comparison) -> Plain:
    """Return a comparison as plain data, in the form of its JSON contract."""
    return {
        "schema": COMPARISON_SCHEMA,
        "before": _side_dict(comparison.before),
        "after": _side_dict(comparison.after),
        "is_same": comparison.is_same,
        "differences": [
            {"what": d.what, "before": d.before, "after": d.after, "is_caution": d.is_caution}
            for d in comparison.differences
        ],
        "cautions": list(comparison.cautions),
        "blast_radius": {figure.key: _figure_dict(figure) for figure in comparison.figures},
        "compared": comparison.n_compared,
        "min_change": canonical(comparison.min_change),
        "below_min_change": comparison.n_below,
        "not_compared": list(comparison.not_compared),
        "parties": [_move_dict(move) for move in comparison.moves],
        "tlp": label_of(comparison),
    }


def _side_dict(side: Side) -> Plain:
    return {
        "label": side.label,
        "target": side.target,
        "incident": {"id": side.incident_id, "name": side.incident},
        "graph": {"name": side.graph_name, "sha256": side.graph_sha256},
        "version": side.version,
        "scenario": side.scenario,
    }


def _figure_dict(figure: Figure) -> Plain:
    if figure.key == "reachable_parties":
        return {"before": figure.before[0], "after": figure.after[0]}
    return {
        name: {"prior": canonical(pair[0]), "posterior": canonical(pair[1])}
        for name, pair in (("before", figure.before), ("after", figure.after))
    }


def _move_dict(move: Move) -> Plain:
    return {
        "kind": move.kind,
        "id": move.id,
        "name": move.name,
        "role": move.role,
        "status": move.status,
        "change": canonical(move.change),
        "before": _standing_dict(move.before),
        "after": _standing_dict(move.after),
    }


def _standing_dict(standing: Standing) -> Plain:
    return {
        "score": canonical(standing.score),
        "score_prior": canonical(standing.score_prior),
        "band": standing.band,
        "verdict": standing.verdict,
        "p_harmed": canonical(standing.harmed),
    }


_STANDING_COLUMNS = ("score", "score_prior", "band", "verdict", "p_harmed")
COMPARISON_COLUMNS: tuple[str, ...] = (
    "kind",
    "id",
    "name",
    "role",
    "status",
    "change",
    *(f"{column}_{side}" for column in _STANDING_COLUMNS for side in ("before", "after")),
    "tlp",
)
"""Columns of a row, in order. New ones may be added at the end; none change their meaning."""


def comparison_rows(comparison: Comparison) -> list[Row]:
    """Return one flat row for each party or group that moved, largest change first."""
    rows = []
    for move in map(_move_dict, comparison.moves):
        row = {column: move[column] for column in COMPARISON_COLUMNS[:6]}
        for side in ("before", "after"):
            row |= {f"{column}_{side}": move[side][column] for column in _STANDING_COLUMNS}
        row["tlp"] = label_of(comparison)
        rows.append({column: row[column] for column in COMPARISON_COLUMNS})
    return rows
