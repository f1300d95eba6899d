"""A plan as a scenario, so that any analysis can show what it changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blastradius.analysis.hardening.ask import HardeningAnswer
from blastradius.errors import QuestionError
from blastradius.model.scenario import Scenario


def plan_scenario(answer: HardeningAnswer) -> Scenario:
    """Return the changes of a plan.

    Raises
    ------
    QuestionError
        If there is no plan, because no budget was given.
    """
    found = answer.hardening
    if found.plan is None:
        msg = "no plan was made: give a budget"
        raise QuestionError(msg)
    where = "any party" if found.target is None else found.target
    data: dict[str, Any] = {
        "name": f"hardening against a breach of {where}, budget {found.plan.budget:g}"[:300],
        "graph": {
            "name": found.provenance.graph_name,
            "sha256": found.provenance.graph_sha256 or None,
        },
        "changes": [change for row in answer.plan_rows for change in _changes(answer, row)],
    }
    if found.target is not None:
        data["target"] = found.target
    return Scenario.model_validate(data)


def _changes(answer: HardeningAnswer, row: int) -> Iterator[dict[str, Any]]:
    action = answer.book.action(row)
    left = answer.hardening.lower_to
    coins = answer.book.values(row)
    if left == 0:
        part = {"dataset": action.dataset} if action.kind == "dataset" else {}
        yield {"cut": action.edge, **part}
        return
    for dataset, probability in coins:
        several = len(coins) > 1 or action.kind == "dataset"
        part = {"dataset": dataset} if several else {}
        yield {"edge": action.edge, **part, "probability": left * probability}
