"""The picture as pyvis and its vis-network know it: nodes, edges and options.

The only place that imports pyvis, which brings no types. Its page template is not used: that one
loads style sheets and scripts from other servers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pyvis  # type: ignore[import-untyped]
from pyvis.network import Network  # type: ignore[import-untyped]

from blastradius.explorer.layout import Layout
from blastradius.explorer.payload import Plain, weak

_SCRIPT: Final = Path("templates", "lib", "vis-9.1.2", "vis-network.min.js")

_OPTIONS: Final[Plain] = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "interaction": {
        "hover": True,
        "hoverConnectedEdges": False,
        "multiselect": False,
        "selectConnectedEdges": False,
        "keyboard": {"enabled": False},
        "navigationButtons": False,
        "zoomSpeed": 0.6,
    },
    "nodes": {"shape": "custom", "chosen": False},
    "edges": {
        "chosen": False,
        "arrowStrikethrough": False,
        "selectionWidth": 0,
        "hoverWidth": 0,
        "arrows": {"to": {"enabled": True, "type": "arrow", "scaleFactor": 0.55}},
        "smooth": {
            "enabled": True,
            "type": "cubicBezier",
            "forceDirection": "horizontal",
            "roundness": 0.7,
        },
    },
}

_WIDEST: Final = 5.0
_DASHES: Final = [9, 7]
"""Line and gap of an edge of weak certainty [px]."""


def draw(data: Mapping[str, Any], layout: Layout) -> Plain:
    """Return nodes, edges and options for vis-network; colours are the page's business."""
    picture = Network(directed=True, cdn_resources="in_line")
    picture.set_options(json.dumps(_OPTIONS))
    names = {party["id"]: party["name"] for party in data["parties"]}
    names |= {fold.id: f"{len(fold.members)} more" for fold in layout.folds}
    for id_, name in names.items():
        x, y = layout.position[id_]
        picture.add_node(id_, label=name, shape="custom", x=x, y=y)
    for edge, style in _styled(data["edges"], layout):
        picture.add_edge(edge["from"], edge["to"], **style)
    nodes = ("id", "label", "shape", "x", "y")
    edges = ("id", "from", "to", "width", "dashes", "smooth")
    return {
        "nodes": [{key: node[key] for key in nodes} for node in picture.nodes],
        "edges": [{key: edge[key] for key in edges if key in edge} for edge in picture.edges],
        "options": picture.options,
    }


def _styled(edges: Iterable[Plain], layout: Layout) -> Iterable[tuple[Plain, Plain]]:
    """Yield the edges between parties, each with its look."""
    parallel: dict[tuple[str, str], int] = {}
    for edge in edges:
        pair = (edge["from"], edge["to"])
        if edge["from"] == edge["to"]:
            continue
        rank = parallel.get(pair, 0)
        parallel[pair] = rank + 1
        is_weak = weak(edge["certainty"])
        yield (
            edge,
            {
                "id": edge["id"],
                "width": round(1 + (_WIDEST - 1) * edge["probability"], 2),
                "dashes": _DASHES if is_weak else False,
                **_curve(layout, pair, rank),
            },
        )


def _curve(layout: Layout, pair: tuple[str, str], rank: int) -> Plain:
    """Return how an edge bends: by default an S, but a bow within a column or beside another."""
    way = layout.position[pair[1]].x - layout.position[pair[0]].x
    if way > 0 and rank == 0:
        return {}
    roundness = 0.9 if way == 0 else round(0.16 * (rank + 1), 2)
    return {"smooth": {"enabled": True, "type": "curvedCW", "roundness": roundness}}


def vis_network_source() -> str:
    """Return the vis-network that pyvis bundles, without the pointer to its source map."""
    source = (Path(pyvis.__file__).parent / _SCRIPT).read_text(encoding="utf-8")
    return "\n".join(line for line in source.split("\n") if not line.startswith("//# source"))
