"""The page: one HTML file with everything in it, which asks nothing of a network.

Two walls keep foreign text from becoming markup or script. Data stands in a JSON block in which
no ``<``, ``>`` or ``&`` survives, and the scripts put it on the page as text only. And the page's
own Content-Security-Policy runs no script but those whose hashes it lists, and fetches nothing.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any, Final

from blastradius.errors import QuestionError
from blastradius.explorer.drawing import draw, vis_network_source
from blastradius.explorer.layout import CARD_HEIGHT, CARD_WIDTH, Place, lay_out
from blastradius.explorer.payload import CHANNELS, Plain, page_data
from blastradius.model.text import printable

if TYPE_CHECKING:
    from blastradius.analysis.breach import BreachAnalysis

MAX_NODES: Final = 400
"""Parties drawn at once unless another number is asked for."""

_SCRIPTS: Final = (
    "scenario.js",
    "page-base.js",
    "page-shapes.js",
    "page-graph.js",
    "page-table.js",
    "page-keys.js",
    "page-details.js",
    "page-incident.js",
    "page-whatif.js",
    "page-panel.js",
    "page-export.js",
    "page.js",
)
_WORKER: Final = "sampler.js"

_ESCAPES: Final = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}


def render_page(breach: BreachAnalysis, headline: str, *, max_nodes: int = MAX_NODES) -> str:
    """Return the page of an analysis; same input, same bytes.

    Parameters
    ----------
    breach : BreachAnalysis
        The answer, with what is needed to explain it.
    headline : str
        The answer in one sentence.
    max_nodes : int
        Parties drawn at once, at least 1; those of lower score are folded into groups.

    Raises
    ------
    QuestionError
        If ``max_nodes`` is less than 1.
    """
    if max_nodes < 1:
        msg = f"max_nodes must be at least 1, got {max_nodes}"
        raise QuestionError(msg)
    data = page_data(breach, headline)
    layout = lay_out(_places(data), max_nodes)
    for party in data["parties"]:
        party["x"], party["y"] = layout.position[party["id"]]
    data["folds"] = [
        {"id": fold.id, "hop": fold.hop, "role": fold.role, "members": list(fold.members)}
        for fold in layout.folds
    ]
    data["drawing"] = draw(data, layout)
    data["card"] = {"width": CARD_WIDTH, "height": CARD_HEIGHT}
    return assemble(data)


def assemble(data: Plain) -> str:
    """Put page data, scripts and style into one HTML file."""
    style = _asset("page.css")
    vis = vis_network_source()
    script = "\n".join(map(_asset, _SCRIPTS))
    worker = _asset(_WORKER)
    for text in (vis, script, worker, style):
        assert "</script" not in text.lower()
        assert "</style" not in text.lower()
    return Template(_asset("page.html")).substitute(
        policy=_policy([vis, script], style),
        title=html.escape(printable(data["headline"], 200)),
        style=style,
        data=json_for_html(data),
        worker=worker,
        vis=vis,
        script=script,
    )


def json_for_html(data: object) -> str:
    r"""Return JSON that cannot end the script element it stands in, whatever it says.

    >>> json_for_html({"name": "</script><b>&"})
    '{"name":"\\u003c/script\\u003e\\u003cb\\u003e\\u0026"}'
    """
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.translate(_ESCAPES)


def _places(data: Plain) -> list[Place]:
    return [_place(party, data["network"]["kind"]) for party in data["parties"]]


def _place(party: Plain, kinds: list[str]) -> Place:
    paths = party["paths"]
    channel = CHANNELS[kinds[paths[0]["arcs"][-1]]] if paths else "none"
    hop = party["hops"] if paths else None
    return Place(
        party["id"], hop, channel, party["score"]["posterior"], party["role"], party["is_origin"]
    )


def _policy(scripts: list[str], style: str) -> str:
    """Return the Content-Security-Policy: these scripts and this style, and nothing else."""
    parts: dict[str, str] = {
        "default-src": "'none'",
        "script-src": " ".join(map(_hash, scripts)),
        "style-src": _hash(style),
        "img-src": "data: blob:",
        "worker-src": "blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _asset(name: str) -> str:
    folder: Any = files("blastradius.explorer") / "assets"
    text: str = (folder / name).read_text(encoding="utf-8")
    return text
