"""Where each party stands: columns by hop from the breach, rows by channel and score.

Positions depend on the answer alone: the same answer gives the same picture, and nothing moves
by itself. Numbers are pixels at full size; a card is centred on its position.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

CARD_WIDTH: Final = 190
CARD_HEIGHT: Final = 44

_ROW: Final = 56
_COLUMN: Final = 212
_HOP_GAP: Final = 140
"""Room for the arrows between two hops."""

_CHANNEL_GAP: Final = 20
_CHANNELS: Final = ("origin", "custody", "access", "dependency", "none", "fold")
_ASPECT: Final = 1.1
"""Width by height of the pane that the page has for the graph at 1280 pixels."""


class Point(NamedTuple):
    """A position [px]."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Place:
    """What decides where a party stands."""

    id: str
    hop: int | None
    """Hops from the breach; None for a party without a recorded path."""
    channel: str
    """Channel of the last step of its most probable path; ``none`` without a path."""
    score: float
    role: str
    is_origin: bool = False


@dataclass(frozen=True, slots=True)
class Fold:
    """Parties of one role and hop that are drawn as one node until they are unfolded."""

    id: str
    hop: int | None
    role: str
    members: tuple[str, ...]
    """Ids, highest score first."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions of all parties, folded ones included, and of the groups that fold them."""

    position: Mapping[str, Point]
    folds: tuple[Fold, ...]


def lay_out(places: Sequence[Place], max_nodes: int) -> Layout:
    """Place all parties, and fold those of low score into groups.

    Parameters
    ----------
    places : sequence of Place
        The parties.
    max_nodes : int
        Parties drawn at once, origins not counted; the highest scores stay.

    Examples
    --------
    >>> way = [Place("a", 0, "origin", 100, "tier1", True), Place("b", 1, "custody", 50, "oem")]
    >>> lay_out(way, 400).position["b"].x - lay_out(way, 400).position["a"].x
    352.0
    """
    kept, folds = _fold(places, max_nodes)
    cells = [*kept, *(Place(f.id, f.hop, "fold", 0.0, f.role) for f in folds)]
    columns = _columns(cells)
    rows = _best_rows(columns)
    position: dict[str, Point] = {}
    left = 0.0
    for column in columns:
        width = _place_column(column, rows, left, position)
        left += width + _HOP_GAP
    _place_folded(folds, position)
    return Layout(position, folds)


def _fold(places: Sequence[Place], max_nodes: int) -> tuple[list[Place], tuple[Fold, ...]]:
    """Split into parties to draw and groups of the others; a group of one is drawn itself."""
    origins = [place for place in places if place.is_origin]
    others = sorted((p for p in places if not p.is_origin), key=lambda p: (-p.score, p.id))
    groups: dict[tuple[int, str], list[Place]] = {}
    for place in others[max_nodes:]:
        groups.setdefault((_hop(place), place.role), []).append(place)
    kept = others[:max_nodes] + [g[0] for g in groups.values() if len(g) == 1]
    folds = tuple(
        Fold(
            f"fold/{group[0].hop if group[0].hop is not None else 'none'}/{role}",
            group[0].hop,
            role,
            tuple(place.id for place in group),
        )
        for (_, role), group in sorted(groups.items())
        if len(group) > 1
    )
    return origins + kept, folds


def _hop(place: Place) -> int:
    """Return the hop as a sort key: parties without a recorded path come last."""
    return 10**9 if place.hop is None else place.hop


def _columns(cells: Iterable[Place]) -> list[list[Place]]:
    columns: dict[int, list[Place]] = {}
    for cell in cells:
        columns.setdefault(0 if cell.is_origin else max(_hop(cell), 1), []).append(cell)
    return [
        sorted(columns[hop], key=lambda c: (_CHANNELS.index(c.channel), -c.score, c.id))
        for hop in sorted(columns)
    ]


def _best_rows(columns: Sequence[Sequence[Place]]) -> int:
    """Return how many rows make the picture fit its pane best."""
    most = max((len(column) for column in columns), default=1)

    def size(rows: int) -> float:
        slices = [math.ceil(len(column) / rows) for column in columns]
        width = sum(n * _COLUMN for n in slices) + (len(columns) - 1) * _HOP_GAP
        height = (min(rows, most) + (0.5 if max(slices, default=1) > 1 else 0)) * _ROW
        return max(width, height * _ASPECT)

    return min(range(1, most + 1), key=lambda rows: (size(rows), -rows))


def _place_column(
    column: Sequence[Place], rows: int, left: float, position: dict[str, Point]
) -> float:
    """Place the parties of one hop, top to bottom and then to the right; return the width."""
    slices = [column[i : i + rows] for i in range(0, len(column), rows)]
    for index, cells in enumerate(slices):
        offsets = _offsets(cells)
        # Every other slice is half a row lower, so that arrows pass between its neighbours.
        top = -offsets[-1] / 2 + (_ROW / 2 if index % 2 else 0)
        for cell, offset in zip(cells, offsets, strict=True):
            position[cell.id] = Point(left + index * _COLUMN, top + offset)
    return len(slices) * _COLUMN


def _offsets(cells: Sequence[Place]) -> list[float]:
    """Return distances from the top, with a gap where the channel changes."""
    offsets = [0.0]
    for before, cell in pairwise(cells):
        gap = _CHANNEL_GAP if cell.channel != before.channel else 0
        offsets.append(offsets[-1] + _ROW + gap)
    return offsets


def _place_folded(folds: Iterable[Fold], position: dict[str, Point]) -> None:
    """Give each group a field of its own below the picture, where its members unfold."""
    top = max((point.y for point in position.values()), default=0.0) + 2 * _ROW
    for fold in folds:
        across = max(6, math.ceil(math.sqrt(len(fold.members) * _ROW * 2 / _COLUMN)))
        for index, member in enumerate(fold.members):
            row, column = divmod(index, across)
            position[member] = Point(float(column * _COLUMN), top + row * _ROW)
        top += (math.ceil(len(fold.members) / across) + 1) * _ROW
