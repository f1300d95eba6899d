"""The use case: who downstream is exposed by this breach, and how sure are we."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from blastradius import __version__
from blastradius.analysis.blast import Reader, blast_radius, rank
from blastradius.analysis.cautions import cautions_about, cautions_about_files
from blastradius.analysis.evidence import SourceBook, likelihood, weigh
from blastradius.analysis.harm import CompiledHarm, Event, Scope, compile_harm
from blastradius.analysis.importance import PATHS_EXPLAINED, counterfactuals, edge_importance
from blastradius.analysis.next_steps import next_steps
from blastradius.analysis.paths import PathFinder
from blastradius.analysis.priors import (
    PriorTable,
    changed_priors,
    default_priors,
    prior_assumptions,
)
from blastradius.analysis.question import Question
from blastradius.analysis.resolve import (
    incidents_of,
    resolve_incident,
    resolve_party,
    resolve_target,
    similar_parties,
)
from blastradius.analysis.results import (
    Analysis,
    Assumption,
    Explanation,
    GroupResult,
    IncidentNote,
    PartyResult,
    Provenance,
    ScenarioNote,
    WhatIf,
)
from blastradius.analysis.solve import Likelihood, Solver, choose_solver
from blastradius.errors import QuestionError, UnknownNameError
from blastradius.model import dates
from blastradius.model.graph import Graph, Incident, Observation, Party
from blastradius.model.text import nearest

if TYPE_CHECKING:
    from blastradius.analysis.scenario import Applied


@dataclass(frozen=True, slots=True)
class BreachAnalysis:
    """An answer, with what is needed to explain it."""

    analysis: Analysis
    graph: Graph
    question: Question
    priors: PriorTable
    reader: Reader
    solver: Solver
    likelihood: Likelihood

    def explain(self, party: str) -> Explanation:
        """Explain the score of one party, given by id, name, alias or identifier."""
        found = resolve_party(self.graph, party)
        harm = self.reader.harm
        return Explanation(
            provenance=self.analysis.provenance,
            target=self.analysis.target,
            incident=self.analysis.incident,
            party=self.analysis.parties[found.id],
            paths=self.reader.paths(found.id, PATHS_EXPLAINED),
            counterfactuals=counterfactuals(self.reader, self.solver, self.likelihood, found.id),
            what_ifs=self._what_ifs(found),
            importance=edge_importance(harm, self.solver, harm.node.get(Event("harmed", found.id))),
            engine=self.analysis.engine,
            scenario=self.analysis.scenario,
            cautions=self.analysis.cautions,
        )

    def _what_ifs(self, party: Party) -> tuple[WhatIf, ...]:
        """Score the party again after each statement that it could make."""
        chances = self.analysis.parties[party.id].probability
        event = max(("exposed", "disrupted", "compromised"), key=lambda e: chances[e].prior)
        if chances[event].prior <= 0:
            return ()
        known = {(item.event, item.state) for item in self.analysis.parties[party.id].observations}
        found = []
        for state, text in (("confirmed", "confirms"), ("denied", "denies")):
            if (event, state) in known:
                continue
            said = Observation.model_validate({"party": party.id, "event": event, "state": state})
            question = replace(
                self.question, observations=(*self.question.observations, said), groups=False
            )
            again = _solve(self.graph, self.analysis.target, question, self.priors)
            score = again.reader.score(party.id).posterior
            found.append(WhatIf(f"{party.name} {text} that it is {event}", score))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Solved:
    incident: Incident | None
    scope: Scope
    reader: Reader
    solver: Solver
    likelihood: Likelihood
    groups: Mapping[str, tuple[str, ...]]
    applied: Applied | None


def analyze_breach(
    graph: Graph,
    target: str,
    question: Question | None = None,
    *,
    graph_sha256: str = "",
    priors: PriorTable | None = None,
) -> BreachAnalysis:
    """Score every party of a graph for a breach.

    Parameters
    ----------
    graph : Graph
        A sound one: loading checks it.
    target : str
        Breached party or incident: id, name, alias or identifier.
    question : Question, optional
        Options; the newest incident of the party and its window by default.
    graph_sha256 : str
        Hash of the graph's file, for the provenance.
    priors : PriorTable, optional
        Default numbers; the shipped table by default.

    Raises
    ------
    UnknownNameError, AmbiguousNameError, QuestionError, ExactBudgetError
    """
    question = question or Question()
    priors = priors or default_priors()
    solved = _solve(graph, target, question, priors)
    reader, solver = solved.reader, solved.solver
    parties = {p.id: reader.party(p) for p in graph.parties}
    ranking = rank(parties.values())
    names = {p.id: p.name for p in graph.parties}
    by_id = {p.id: p for p in graph.parties}
    analysis = Analysis(
        provenance=Provenance(
            __version__,
            graph.name,
            graph_sha256,
            question.options() | changed_priors(priors),
        ),
        target=target,
        incident=_incident_note(graph, solved, question, names),
        origins=tuple(parties[o] for o in sorted(set(solved.scope.origins))),
        ranking=ranking,
        parties=parties,
        groups=_groups(solved, by_id),
        blast_radius=blast_radius(parties.values()),
        engine=solver.note,
        assumptions=assumptions_of(reader.harm, priors),
        next_steps=next_steps(
            reader,
            solver,
            solved.likelihood,
            ranking,
            names,
            solved.applied.excused if solved.applied is not None else (),
        ),
        unobserved_edges_note=_limits(graph, parties.values()),
        scenario=_scenario_note(solved, graph, target, graph_sha256),
        cautions=(
            *cautions_about(reader.weighed, names, reader.book, priors),
            *cautions_about_files(question.observation_files, graph, solved.scope),
        ),
    )
    return BreachAnalysis(analysis, graph, question, priors, reader, solver, solved.likelihood)


def _solve(graph: Graph, target: str, question: Question, priors: PriorTable) -> _Solved:
    scope = choose_scope(graph, target, question)
    incident, origins = scope.incident, scope.origins
    groups = _memberships(graph, origins) if question.groups else {}
    harm = compile_harm(graph, scope, priors, groups)
    applied = _apply(harm, question)
    harm = applied.harm if applied is not None else harm
    said = incident.observations if incident is not None else ()
    tried = applied.observations if applied is not None else ()
    _check_subjects(graph, question.statements)
    weighed = weigh((*said, *question.statements, *tried), priors)
    evidence = likelihood(harm, weighed)
    solver = choose_solver(harm, sorted(evidence), question)
    finder = PathFinder(harm)
    reader = Reader(
        harm=harm,
        reach=solver.reach(evidence),
        scope=scope,
        weighed=weighed,
        finder=finder,
        book=SourceBook(graph),
        hops=finder.hops(),
        owners={dataset.id: dataset.owner for dataset in graph.datasets},
    )
    return _Solved(incident, scope, reader, solver, evidence, groups, applied)


def _apply(harm: CompiledHarm, question: Question) -> Applied | None:
    if question.scenario is None:
        return None
    from blastradius.analysis.scenario import apply_scenario  # noqa: PLC0415 - for start-up time

    return apply_scenario(harm, question.scenario)


def _scenario_note(
    solved: _Solved, graph: Graph, target: str, graph_sha256: str
) -> ScenarioNote | None:
    if solved.applied is None:
        return None
    from blastradius.analysis.scenario import scenario_note  # noqa: PLC0415 - for start-up time

    return scenario_note(solved.applied, graph, target, graph_sha256)


def _check_subjects(graph: Graph, observations: Iterable[Observation]) -> None:
    """See that statements from outside the graph speak of what it holds."""
    parties = {p.id for p in graph.parties}
    datasets = {d.id for d in graph.datasets}
    for said in observations:
        if said.party is not None and said.party not in parties:
            raise UnknownNameError("party", said.party, similar_parties(graph, said.party))
        if said.dataset is not None and said.dataset not in datasets:
            near = nearest(said.dataset, datasets)
            raise UnknownNameError("dataset", said.dataset, (near,) if near else ())


def choose_incident(
    graph: Graph, target: str, question: Question
) -> tuple[Incident | None, tuple[str, ...]]:
    """Return the incident to use, if any, and where the breach starts."""
    if question.incident is not None and question.hypothetical:
        msg = "an incident and a hypothetical breach exclude each other"
        raise QuestionError(msg)
    found = resolve_target(graph, target)
    if isinstance(found, Incident):
        if question.hypothetical:
            return None, found.origins
        if question.incident not in (None, found.id):
            msg = f"{target!r} is an incident; it cannot be combined with another one"
            raise QuestionError(msg)
        return found, found.origins
    if question.hypothetical:
        return None, (found.id,)
    if question.incident is not None:
        incident = _incident_of(graph, found, question.incident)
        if found.id not in incident.origins:
            msg = (
                f"incident {incident.id!r} did not start at {found.id!r} "
                f"but at {', '.join(map(repr, incident.origins))}"
            )
            raise QuestionError(msg)
        return incident, incident.origins
    known = incidents_of(graph, found.id)
    return (known[0], known[0].origins) if known else (None, (found.id,))


def _incident_of(graph: Graph, party: Party, text: str) -> Incident:
    try:
        return resolve_incident(graph, text)
    except UnknownNameError:
        own = tuple(incident.id for incident in incidents_of(graph, party.id))
        raise UnknownNameError("incident", text, own[:3]) from None


def choose_scope(graph: Graph, target: str, question: Question) -> Scope:
    """Return the breach that is meant: who, when, how, and what is said to have been taken.

    Raises
    ------
    UnknownNameError, AmbiguousNameError, QuestionError
    """
    incident, origins = choose_incident(graph, target, question)
    return scope_of(incident, origins, question)


def scope_of(incident: Incident | None, origins: tuple[str, ...], question: Question) -> Scope:
    """Return the breach to compile: actions and period, of the incident or set by hand."""
    actions = question.actions or (incident.actions if incident is not None else ())
    if question.as_of is not None:
        try:
            period = dates.parse_partial(question.as_of)
        except ValueError as error:
            raise QuestionError(f"as of: {error}") from None  # noqa: EM102
    else:
        period = incident.period if incident is not None else dates.Period(None, None)
    return Scope(origins, incident, actions, period)


def _memberships(graph: Graph, origins: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Map each top party to all parties under its control, itself included, origins left out.

    A party with several controlling owners counts in each group; a party that nobody
    controls and that controls nobody is a group of one, so that a list of groups is complete.
    """
    owners = {p.id: [o.party for o in p.parent if o.controls] for p in graph.parties}

    def tops(party: str) -> set[str]:
        above, stack = {party}, [party]
        while stack:
            for owner in owners.get(stack.pop(), ()):
                if owner not in above:
                    above.add(owner)
                    stack.append(owner)
        return {owner for owner in above if not owners.get(owner)}

    groups: dict[str, list[str]] = {}
    for party in sorted(owners.keys() - set(origins)):
        for top in sorted(tops(party)):
            groups.setdefault(top, []).append(party)
    return {top: tuple(members) for top, members in groups.items()}


def _groups(solved: _Solved, parties: Mapping[str, Party]) -> tuple[GroupResult, ...]:
    """Return one line for each group with a downstream member in reach, worst first."""
    found = [
        solved.reader.group(parties[top], members)
        for top, members in solved.groups.items()
        if solved.reader.harm.levels.get(f"group/{top}")
    ]
    return tuple(sorted(found, key=lambda g: (-g.score.posterior, g.id)))


def _incident_note(
    graph: Graph, solved: _Solved, question: Question, names: Mapping[str, str]
) -> IncidentNote:
    incident = solved.incident
    others = tuple(
        dict.fromkeys(
            other.id
            for origin in solved.scope.origins
            for other in incidents_of(graph, origin)
            if incident is None or other.id != incident.id
        )
    )
    if incident is None:
        where = " and ".join(names[o] for o in solved.scope.origins)
        return IncidentNote(
            id=None,
            name=f"Hypothetical breach of {where}",
            hypothetical=True,
            status="hypothetical",
            actor=None,
            actions=solved.scope.actions,
            window=question.as_of,
            window_note=None,
            disclosed=None,
            summary=None,
            varieties=(),
            data_description=None,
            volume=None,
            demand=None,
            disagreements=(),
            note=None,
            certainty="assumed",
            sources=(),
            other_incidents=others,
        )
    return IncidentNote(
        id=incident.id,
        name=incident.name or incident.id,
        hypothetical=False,
        status=incident.status,
        actor=incident.actor,
        actions=solved.scope.actions,
        window=question.as_of or incident.window,
        window_note=_window_note(incident, question),
        disclosed=incident.disclosed,
        summary=incident.summary,
        varieties=incident.varieties,
        data_description=incident.data_description,
        volume=incident.volume,
        demand=incident.demand,
        disagreements=incident.disagreements,
        note=incident.note,
        certainty=incident.evidence.certainty if incident.evidence is not None else "assumed",
        sources=solved.reader.book.notes([incident.evidence]),
        other_incidents=others,
    )


def _window_note(incident: Incident, question: Question) -> str | None:
    if question.as_of is None:
        return incident.window_note
    own = f"; the incident's own window is {incident.window}" if incident.window else ""
    return f"set by hand: relations count as of then{own}"


def assumptions_of(harm: CompiledHarm, priors: PriorTable) -> tuple[Assumption, ...]:
    """List the prior rows behind the arcs, assumed ones first, most used first."""
    uses: dict[str, int] = {}
    for arc in harm.arcs:
        for key in arc.coin.keys:
            uses[key] = uses.get(key, 0) + 1
    return prior_assumptions(uses, priors)


def _limits(graph: Graph, parties: Iterable[PartyResult]) -> str:
    sourced = sum(_has_source(edge.evidence) for edge in graph.edges)
    others = [p for p in parties if not p.is_origin]
    silent = sum(p.hops is None for p in others)
    return (
        f"{silent} of {len(others)} other parties have no recorded path. That is no all-clear: "
        f"the graph knows {len(graph.edges)} edges ({sourced} with sources), and most real "
        "relations are on no public record"
    )


def _has_source(evidence: object) -> bool:
    return bool(getattr(evidence, "sources", ()))


def observed(pairs: Iterable[tuple[str, str]]) -> tuple[Observation, ...]:
    """Return observations for (party id, state) pairs.

    >>> observed([("vw", "reported")])[0].event
    'exposed'
    """
    return tuple(Observation.model_validate({"party": p, "state": s}) for p, s in pairs)
