"""What to do first: whom to alert, what to check, ask and contain, and what it would move."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from blastradius.analysis.blast import Reader, severity_weights
from blastradius.analysis.harm import HarmArc, Scope
from blastradius.analysis.importance import edge_arcs
from blastradius.analysis.results import Effect, NextStep, PartyResult
from blastradius.analysis.solve import Likelihood, Solver

STEPS_SHOWN = 6
"""Next steps listed with a result."""

_TRIED = 8
"""Relations whose effect is computed in full, chosen by their derivative."""

_NAMED = 6
"""Parties named in one step."""

_NEGLIGIBLE = 0.05
"""Smaller changes of the total score than this are not worth a line [points]."""

_SURPRISING = 0.05
"""A confirmed harm that the relations made less likely than this says that one is missing [1]."""


def next_steps(
    reader: Reader,
    solver: Solver,
    likelihood: Likelihood,
    ranking: Sequence[PartyResult],
    names: Mapping[str, str],
    excused: Collection[str] = (),
) -> tuple[NextStep, ...]:
    """Return whom to alert, then what does not fit, then what moves the total score most.

    ``excused`` are parties for which a lack of harm does not point at a gap in the graph.
    """
    total = _Total.of(reader, solver, likelihood, ranking)
    steps = [
        *alerts(reader.scope, ranking),
        *missing_edges(p for p in ranking if p.id not in excused),
    ]
    settled = {p.id for p in ranking if _is_settled(p)}
    moving = [
        step
        for arcs in total.candidates()
        for step in _for_edge(arcs, total, settled, names)
        if step.swing >= _NEGLIGIBLE
    ]
    moving.sort(key=lambda s: (-s.swing, s.text))
    return tuple((*steps, *moving)[:STEPS_SHOWN])


@dataclass(frozen=True, slots=True)
class _Total:
    """The total score as a function of the coins."""

    reader: Reader
    solver: Solver
    likelihood: Likelihood
    weights: Mapping[int, float]
    now: float

    @classmethod
    def of(
        cls,
        reader: Reader,
        solver: Solver,
        likelihood: Likelihood,
        ranking: Iterable[PartyResult],
    ) -> _Total:
        weights: dict[int, float] = {}
        for party in ranking:
            weights.update(severity_weights(reader.harm, party.id))
        now = sum(weight * reader.reach.posterior[node] for node, weight in weights.items())
        return cls(reader, solver, likelihood, weights, now)

    def candidates(self) -> list[list[int]]:
        """Return the arcs of each edge that may move the total, the most promising edges."""
        harm = self.reader.harm
        slopes = self.solver.posterior_slopes(self.likelihood, self.weights)
        if slopes is None or not self.weights:
            return []

        def promise(arcs: list[int]) -> float:
            return sum(abs(slopes[i]) * harm.arcs[i].coin.value for i in arcs)

        groups = [arcs for arcs in edge_arcs(harm).values() if promise(arcs) > 0]
        return sorted(groups, key=lambda arcs: (-promise(arcs), arcs))[:_TRIED]

    def change(self, arcs: Iterable[int], value: float) -> float:
        """Return the change of the total if these coins had another probability [points]."""
        posterior = self.solver.posterior_with(dict.fromkeys(arcs, value), self.likelihood)
        return sum(w * posterior[node] for node, w in self.weights.items()) - self.now


def alerts(scope: Scope, ranking: Sequence[PartyResult]) -> Iterator[NextStep]:
    """Say whom to alert, and with whom to work."""
    if scope.incident is None:
        return  # nobody is alerted of a breach that is only supposed
    for verdict, text in (
        ("likely", "alert {}: harm is likely, though nobody has confirmed it"),
        ("confirmed", "work with {}: harm is confirmed"),
    ):
        parties = [p for p in ranking if p.verdict == verdict]
        if parties:
            yield NextStep("alert", text.format(_listed(parties)), _only(parties), None)


def _only(parties: Sequence[PartyResult]) -> str | None:
    """Return the party that a step is about, None for several."""
    return parties[0].id if len(parties) == 1 else None


def _listed(parties: Sequence[PartyResult]) -> str:
    shown = [party.name for party in parties[:_NAMED]]
    more = len(parties) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more:,} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _is_settled(party: PartyResult) -> bool:
    return any(o.state == "confirmed" and o.event == "exposed" for o in party.observations)


def missing_edges(ranking: Iterable[PartyResult]) -> Iterator[NextStep]:
    """Point at statements that the recorded relations do not explain.

    One step of each kind, however many parties it names: a long list of them would leave no room
    for what else there is to do.
    """
    pathless, unlikely = [], []
    for party in ranking:
        if party.hops is None and any(o.likelihood_ratio > 1 for o in party.observations):
            pathless.append(party)
        elif party.verdict == "confirmed" and party.probability["harmed"].prior < _SURPRISING:
            unlikely.append(party)
    if pathless:
        spoken, to = ("was", "it") if len(pathless) == 1 else ("were", "them")
        text = (
            f"{_listed(pathless)} {spoken} spoken of, but the graph records no path to {to}: "
            f"find out which {_missing(pathless)}"
        )
        yield NextStep("check", text, _only(pathless), None)
    if unlikely:
        text = (
            f"harm to {_listed(unlikely)} is confirmed, but the recorded relations made it "
            f"unlikely: find out which {_missing(unlikely)} or rated too low"
        )
        yield NextStep("check", text, _only(unlikely), None)


def _missing(parties: Sequence[PartyResult]) -> str:
    return "relation is missing" if len(parties) == 1 else "relations are missing"


def _for_edge(
    arcs: list[int], total: _Total, settled: set[str], names: Mapping[str, str]
) -> Iterator[NextStep]:
    arc = total.reader.harm.arcs[arcs[0]]
    source, target = (names.get(p, p) for p in (arc.origin, arc.target))
    if arc.kind == "access":
        text = f"suspend the access of {source} to the systems of {target}"
        yield _action("contain", text, arc, arcs, total)
    elif arc.kind == "pivot":
        text = f"change the credentials and keys of {target} in {arc.dataset}"
        yield _action("contain", text, arc, arcs, total)
    elif arc.kind == "origin":
        text = f"find out whether the breach of {target} happened"
        yield _question(text, arc, arcs, total, yes=1.0)
    elif arc.kind == "dependency" and arc.target not in settled:
        text = f"ask {target} whether operations can go on without {source}{_what(arc)}"
        yield _question(text, arc, arcs, total, yes=0.0)
    elif arc.kind == "custody" and total.reader.scope.incident is None:
        text = f"take back or better protect the data of {target} that {source} holds{_what(arc)}"
        yield _action("protect", text, arc, arcs, total)
    elif arc.kind == "custody" and arc.target not in settled:
        text = f"ask {source} whether data of {target} was taken{_what(arc)}"
        yield _question(text, arc, arcs, total, yes=1.0)


def _action(
    kind: Literal["contain", "protect"], text: str, arc: HarmArc, arcs: list[int], total: _Total
) -> NextStep:
    effect = Effect("done", total.change(arcs, 0.0))
    return NextStep(kind, text, arc.target, arc.edge, (effect,))


def _question(text: str, arc: HarmArc, arcs: list[int], total: _Total, *, yes: float) -> NextStep:
    effects = (
        Effect("yes", total.change(arcs, yes)),
        Effect("no", total.change(arcs, 1.0 - yes)),
    )
    return NextStep("ask", text, arc.target, arc.edge, effects)


def _what(arc: HarmArc) -> str:
    return f" ({arc.note})" if arc.note else ""
