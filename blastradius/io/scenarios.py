"""Scenarios from files and from Python: checked against the graph on which they are tried."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blastradius.errors import GraphFileError, OutputError, ScenarioError
from blastradius.io.files import Source, read_bytes, validated
from blastradius.io.subjects import graph_about
from blastradius.model.check import Fault, find_scenario_faults, spell
from blastradius.model.scenario import Scenario
from blastradius.model.text import printable

if TYPE_CHECKING:
    from blastradius.io.tables.register import Register
    from blastradius.model.graph import Graph


def load_scenario(
    source: str | Path | Mapping[str, Any] | Scenario, graph: Graph | Register
) -> Scenario:
    """Read a scenario from a file, or check one that was built in Python.

    Raises
    ------
    GraphFileError
        If the file cannot be read or is not valid; lists every problem with its place.
    ScenarioError
        If a scenario built in Python is not valid or does not fit the graph.
    """
    if isinstance(source, Scenario):
        source = source.model_dump(mode="json", by_alias=True, exclude_none=True)
    if not isinstance(source, Mapping):
        return read_scenario(source, graph)
    faults, scenario = _checked(dict(source), graph)
    if scenario is None or faults:
        raise ScenarioError(tuple(dict.fromkeys(map(_in_words, faults))))
    return scenario


def spare_others(path: str) -> None:
    """Refuse to write a scenario over a file of anything else, such as observations.

    Raises
    ------
    OutputError
        If there is a file, and it does not say that it is a scenario.
    """
    file = Path(path)
    if not file.is_file() or not file.stat().st_size:
        return  # nothing is lost; if it is something else, writing says what is wrong
    try:
        read_scenario(file)
    except GraphFileError:
        msg = f"cannot write {printable(path, 200)}: it exists, and it is no scenario"
        raise OutputError(msg) from None


def read_scenario(path: str | Path, graph: Graph | Register | None = None) -> Scenario:
    """Read a scenario from a JSON or YAML file.

    Parameters
    ----------
    path : str or Path
        JSON or YAML file.
    graph : Graph or Register, optional
        Holds the parties and edges that the changes refer to.

    Raises
    ------
    GraphFileError
        With every problem of the file, each with its place.
    """
    source = Source(read_bytes(Path(path)), str(path))
    faults, scenario = _checked(source.document.data, graph)
    if scenario is None or faults or source.document.problems:
        raise source.failure(faults)
    return scenario


def scenario_text(scenario: Scenario) -> str:
    """Return a scenario as the text of a file: JSON, which is YAML too.

    >>> scenario_text(Scenario(name="none")).splitlines()[1]
    '  "schema": "blastradius/scenario/1",'
    """
    data = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _checked(data: object, graph: Graph | Register | None) -> tuple[list[Fault], Scenario | None]:
    faults, scenario = validated(data, Scenario.model_validate, Scenario)
    if graph is not None:
        faults += find_scenario_faults(graph_about(graph, data), data)
    return faults, scenario


def _in_words(fault: Fault) -> str:
    where = spell(fault.location[:-1] if fault.of_key else fault.location)
    return f"{where}: {fault.message}" if where else fault.message
