"""Writing a graph file: YAML or JSON that reads back as the same graph."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from blastradius.io.yaml_text import yaml_text
from blastradius.model.graph import SCHEMA, without_made_ids

if TYPE_CHECKING:
    from blastradius.model.graph import Graph


def graph_text(graph: Graph, *, as_json: bool = False) -> str:
    """Return the text of the file that says what a graph says.

    Values that are the default are left out, and so are the ids that reading makes again.

    >>> from blastradius.model.graph import Graph
    >>> print(graph_text(Graph(name="one", parties=[{"id": "a", "name": "A"}])), end="")
    schema: blastradius/graph/1
    name: one
    parties:
    - {id: a, name: A}
    """
    plain = without_made_ids(graph)
    data = plain.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    data = {"schema": SCHEMA, **{name: _short(value) for name, value in data.items()}}
    if as_json:
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    return yaml_text(data)


def _short(value: Any) -> Any:  # noqa: ANN401 - plain data
    """Use the short form of a value where it says the same."""
    if isinstance(value, list):
        return [_short(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"low", "mode", "high"} and len(set(value.values())) == 1:
        return value["mode"]
    return {key: _short(item) for key, item in value.items()}
