"""What to cut first in a graph that comes as columns."""

from __future__ import annotations

import numpy as np

from blastradius import __version__
from blastradius.analysis.breach import scope_of
from blastradius.analysis.hardening.ask import (
    Breach,
    HardeningAnswer,
    choose_origins,
    harden_breach,
)
from blastradius.analysis.hardening.network import Start, risk_of_all, risk_of_target
from blastradius.analysis.hardening.objective import Progress
from blastradius.analysis.hardening.question import HardenQuestion
from blastradius.analysis.hardening.results import HardeningProvenance
from blastradius.analysis.priors import (
    PriorTable,
    changed_priors,
    default_priors,
    prior_assumptions,
)
from blastradius.analysis.register_names import skeleton
from blastradius.analysis.resolve import resolve_party
from blastradius.analysis.results import Assumption
from blastradius.analysis.whole import WholeHarm
from blastradius.analysis.whole_register import register_harm
from blastradius.engine.in_reach import nodes_in_reach
from blastradius.errors import QuestionError
from blastradius.io.tables.register import Register


def harden_register(
    register: Register,
    target: str | None,
    question: HardenQuestion | None = None,
    *,
    priors: PriorTable | None = None,
    progress: Progress | None = None,
) -> HardeningAnswer:
    """Do as `harden_graph` does, on the columns of a register.

    Raises
    ------
    UnknownNameError, AmbiguousNameError, QuestionError, ExactBudgetError
    """
    question = question or HardenQuestion()
    priors = priors or default_priors()
    breach = _breach(register, target, question, priors)
    options = question.options() | {"target": target} | changed_priors(priors)
    provenance = HardeningProvenance(__version__, register.name, register.sha256, options)
    return harden_breach(breach, question, provenance, progress)


def _breach(
    register: Register, target: str | None, question: HardenQuestion, priors: PriorTable
) -> Breach:
    ids = register.parties.ids
    protect = None
    if question.protect is not None:
        protect = resolve_party(skeleton(register, question.protect), question.protect).id
    names = skeleton(register, target) if target is not None else None
    incident, origins = choose_origins(names, target, question)
    if protect in origins:
        msg = f"{protect!r} is where the breach starts; its own score does not count"
        raise QuestionError(msg)
    scope = scope_of(incident, origins, question.breach)
    whole = register_harm(register, priors, scope).whole
    row = None if protect is None else ids.row_of(protect)
    start: Start | None = None
    if target is None:
        risk = risk_of_all(whole, row)
    else:
        starts = sorted({r for r in map(ids.row_of, origins) if r is not None})
        alleged = incident is not None and incident.status == "alleged"
        chance = priors.coin("alleged").value if alleged else 1.0
        nodes = tuple(int(whole.compromised[r]) for r in starts)
        start = Start(nodes, (chance,) * len(nodes), tuple(starts))
        risk = risk_of_target(whole, start, row)
    return Breach(
        target,
        incident.id if incident is not None else None,
        tuple(sorted(set(origins))),
        protect,
        whole,
        risk,
        _assumptions(whole, start, priors),
    )


def _assumptions(
    whole: WholeHarm, start: Start | None, priors: PriorTable
) -> tuple[Assumption, ...]:
    """List the priors of the coins in reach."""
    coins = np.arange(whole.n_coins)
    if start is None:
        return prior_assumptions(whole.prior_uses(coins), priors)
    origins = np.array(start.nodes, dtype=np.int64)
    reached = nodes_in_reach(whole.arcs(whole.high), origins)
    uses = dict(whole.prior_uses(coins[reached[whole.tail[: whole.n_coins]]]))
    if any(chance < 1 for chance in start.probability):
        uses["alleged"] = len(start.nodes)
    return prior_assumptions(uses, priors)
