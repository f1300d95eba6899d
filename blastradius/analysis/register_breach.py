"""The analysis of a breach on a register: columns in, the same answer out.

What a breach reaches of a large register is mostly small. Then that part is turned into records and
analysed like any graph, exactly where that fits. A breach that reaches more than `MOST_COINS`
relations is sampled on the columns; records are made only for what is shown in detail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.blast import blast_radius, rank, untouched
from blastradius.analysis.breach import (
    BreachAnalysis,
    analyze_breach,
    choose_scope,
)
from blastradius.analysis.evidence import Weighed, weigh
from blastradius.analysis.harm import Scope
from blastradius.analysis.next_steps import STEPS_SHOWN, alerts, missing_edges
from blastradius.analysis.priors import (
    PriorTable,
    changed_priors,
    default_priors,
    prior_assumptions,
)
from blastradius.analysis.question import Question
from blastradius.analysis.register_names import similar_names, skeleton
from blastradius.analysis.register_numbers import Numbers, node_of, sample_register
from blastradius.analysis.register_paths import NO_PATH, PathTree, path_tree
from blastradius.analysis.register_scenario import apply_to_columns
from blastradius.analysis.resolve import resolve_party
from blastradius.analysis.results import (
    Analysis,
    DatasetResult,
    Estimate,
    Explanation,
    PartyResult,
    band_of,
    verdict_of,
)
from blastradius.analysis.solve import LARGE
from blastradius.analysis.whole import ARC_KINDS, WholeHarm
from blastradius.analysis.whole_register import RegisterHarm, register_harm
from blastradius.engine.arrays import ArcArrays
from blastradius.engine.exact import DEFAULT_BUDGET
from blastradius.engine.in_reach import nodes_in_reach
from blastradius.errors import ExactBudgetError, QuestionError, UnknownNameError
from blastradius.io.tables.named import RowsOf, rows_named, with_all_they_name
from blastradius.io.tables.register import VARIETY_BITS, Register
from blastradius.model.graph import Graph
from blastradius.model.vocabulary import CERTAINTIES, ROLES

MOST_COINS: Final = 5_000
"""Coins within reach up to which the part in reach is turned into records."""

DETAILED: Final = 200
"""Parties, worst first, for which a sampled register shows path, datasets and varieties."""

DATASETS: Final = 50
"""Datasets shown with a party of a sampled register, the likeliest to be out."""

_TABLES: Final = {
    "custody": "shares",
    "own": "datasets",
    "access": "access",
    "pivot": "datasets",
    "outage": "parties",
    "dependency": "dependencies",
}
"""Table in which the edge behind each kind of arc stands."""


@dataclass(frozen=True, slots=True)
class RegisterAnalysis:
    """An answer on the columns of a register, with what is needed to explain it."""

    analysis: Analysis
    register: Register
    question: Question
    priors: PriorTable
    harm: RegisterHarm
    origins: NDArray[np.int64]

    def explain(self, party: str) -> Explanation:
        """Explain the score of one party from all relations that bear on it.

        Those are the relations by which harm can get to the party, or to anything that an
        observation speaks of: what is known of one harm bears on another of the same cause.

        Raises
        ------
        UnknownNameError, AmbiguousNameError
            If it is not one known party.
        QuestionError
            If too many relations bear on it.
        """
        register, whole = self.register, self.harm.whole
        found = resolve_party(skeleton(register, party), party)
        row = _row(register, found.id)
        scope = choose_scope(
            skeleton(register, self.analysis.target), self.analysis.target, self.question
        )
        said = scope.incident.observations if scope.incident is not None else ()
        weighed = weigh((*said, *self.question.statements), self.priors)
        evidence = [node_of(register, self.harm, item.event) for item in weighed]
        ends = np.flatnonzero(whole.level_party == row)
        ends = np.concatenate([whole.level_node[ends], whole.harmed[[row]], evidence])
        back = ArcArrays.from_arcs(whole.n_nodes, whole.head, whole.tail, whole.high)
        between = nodes_in_reach(whole.arcs(whole.high), self.origins)
        between &= nodes_in_reach(back, ends[ends >= 0].astype(np.int64))
        coins = _coins_between(whole, between)
        if len(coins) > MOST_COINS:
            msg = (
                f"{len(coins):,} relations bear on {found.id!r}; "
                f"at most {MOST_COINS:,} can be explained; the analysis itself shows the most "
                f"probable path and the data of the {DETAILED} parties of highest score"
            )
            raise QuestionError(msg)
        spoken = _spoken_of(register, scope, self.question, [*self._origin_rows(), row])
        part = _part(register, whole, coins, spoken)
        breach = analyze_breach(
            part,
            self.analysis.target,
            replace(self.question, groups=False),
            graph_sha256=register.sha256,
            priors=self.priors,
        )
        return breach.explain(found.id)

    def _origin_rows(self) -> list[int]:
        return [int(node) for node in self.origins]


@dataclass(frozen=True, slots=True)
class PartAnalysis(BreachAnalysis):
    """An answer on the records in reach; parties out of reach are read where they are asked for."""

    register: Register

    def explain(self, party: str) -> Explanation:
        """Explain the score of one party of the register.

        Raises
        ------
        UnknownNameError, AmbiguousNameError
            If it is not one known party.
        """
        found = resolve_party(skeleton(self.register, party), party)
        if all(found.id != known.id for known in self.graph.parties):
            graph = self.graph.model_copy(update={"parties": (*self.graph.parties, found)})
            return BreachAnalysis.explain(replace(self, graph=graph), found.id)
        return BreachAnalysis.explain(self, found.id)


def analyze_register(
    register: Register,
    target: str,
    question: Question | None = None,
    *,
    priors: PriorTable | None = None,
) -> BreachAnalysis | RegisterAnalysis:
    """Score every party of a register for a breach.

    Parameters
    ----------
    target : str
        Breached party or incident: id, name, alias or identifier.

    Raises
    ------
    UnknownNameError, AmbiguousNameError, QuestionError, ExactBudgetError
        As for graphs; a sampled register answers no questions about groups.
    """
    question = question or Question()
    priors = priors or default_priors()
    _check_subjects(register, question)
    scope = choose_scope(skeleton(register, target), target, question)
    harm = register_harm(register, priors, scope)
    origins = np.array([_row(register, o) for o in sorted(set(scope.origins))], dtype=np.int64)
    coins = _coins_between(harm.whole, nodes_in_reach(harm.whole.arcs(harm.whole.high), origins))
    if question.method == "exact" and len(coins) > LARGE:
        raise ExactBudgetError(DEFAULT_BUDGET, len(coins))
    if len(coins) <= MOST_COINS or question.method == "exact":
        part = _part(register, harm.whole, coins, _spoken_of(register, scope, question, origins))
        breach = analyze_breach(part, target, question, graph_sha256=register.sha256, priors=priors)
        return PartAnalysis(
            _completed(breach.analysis, register),
            part,
            question,
            priors,
            breach.reader,
            breach.solver,
            breach.likelihood,
            register,
        )
    _refuse(question, len(coins))
    return _sampled(register, target, question, priors, scope, harm, origins)


def _row(register: Register, party: str) -> int:
    row = register.parties.ids.row_of(party)
    if row is None:
        raise UnknownNameError("party", party, ())
    return row


def _check_subjects(register: Register, question: Question) -> None:
    """See that statements from outside the register speak of what it holds."""
    for said in question.statements:
        if said.party is not None and register.parties.ids.row_of(said.party) is None:
            raise UnknownNameError("party", said.party, similar_names(register, said.party))
        if said.dataset is not None and register.datasets.ids.row_of(said.dataset) is None:
            raise UnknownNameError("dataset", said.dataset, ())


def _refuse(question: Question, n_coins: int) -> None:
    if question.groups:
        msg = (
            f"the breach reaches {n_coins:,} relations; groups are answered for at most "
            f"{MOST_COINS:,}"
        )
        raise QuestionError(msg)


def _coins_between(whole: WholeHarm, nodes: NDArray[np.bool_]) -> NDArray[np.int64]:
    tail, head = whole.tail[: whole.n_coins], whole.head[: whole.n_coins]
    return np.flatnonzero(nodes[tail] & nodes[head])


def _spoken_of(
    register: Register, scope: Scope, question: Question, parties: Iterable[int]
) -> RowsOf:
    """Return the rows of some parties and of all that is spoken of, in reach or not."""
    said = scope.incident.observations if scope.incident is not None else ()
    names = {name for o in (*said, *question.statements) for name in (o.party, o.dataset)}
    for change in question.scenario.changes if question.scenario is not None else ():
        names |= {change.cut, change.edge, change.dataset, change.control, change.observe}
    rows = dict(rows_named(register, (name for name in names if name is not None)))
    rows["parties"] = np.union1d(rows["parties"], np.fromiter(parties, dtype=np.int64))
    return rows


def _part(
    register: Register,
    whole: WholeHarm,
    coins: NDArray[np.int64],
    also: RowsOf,
) -> Graph:
    """Return the records behind some coins and of some rows, with everything that they name."""
    rows: dict[str, NDArray[np.int64]] = {}
    starts = _edge_starts(register)
    for code, kind in enumerate(ARC_KINDS):
        chosen = coins[whole.kind[coins] == code]
        found = np.unique(whole.edge[chosen] - starts[code]).astype(np.int64)
        table = _TABLES[kind]
        rows[table] = np.union1d(rows.get(table, np.zeros(0, np.int64)), found)
    data = whole.dataset[coins]
    rows["datasets"] = np.union1d(rows["datasets"], data[data >= 0])
    rows["parties"] = np.unique(
        np.concatenate([rows["parties"], whole.origin[coins], whole.target[coins]])
    )
    for table, named in also.items():
        rows[table] = np.union1d(rows.get(table, np.zeros(0, np.int64)), named)
    closed = with_all_they_name(register, rows)
    return register.part({table: list(map(int, found)) for table, found in closed.items()})


def _edge_starts(register: Register) -> list[int]:
    sizes = {
        "shares": len(register.shares),
        "datasets": len(register.datasets),
        "access": len(register.access),
        "parties": len(register.parties),
        "dependencies": len(register.dependencies),
    }
    lengths = [sizes[_TABLES[kind]] for kind in ARC_KINDS]
    return [sum(lengths[:place]) for place in range(len(lengths))]


def _completed(analysis: Analysis, register: Register) -> Analysis:
    """Add the parties of the register that the breach does not touch."""
    columns = (register.parties.ids, register.parties.names, register.parties.roles.tolist())
    parties: dict[str, PartyResult] = {}
    for party, name, role in zip(*columns, strict=True):
        parties[party] = analysis.parties.get(party) or untouched(party, name, ROLES[role])
    return replace(
        analysis, parties=parties, unobserved_edges_note=_limits(register, parties.values())
    )


def _limits(register: Register, parties: Iterable[PartyResult]) -> str:
    others = [p for p in parties if not p.is_origin]
    silent = sum(p.hops is None for p in others)
    tables = (register.shares, register.access, register.dependencies)
    sourced = sum(int((edges.n_sources > 0).sum()) for edges in tables)
    return (
        f"{silent} of {len(others)} other parties have no recorded path. That is no all-clear: "
        f"the graph knows {register.n_edges} edges ({sourced} with sources), and most real "
        "relations are on no public record"
    )


# -- sampled on the columns -----------------------------------------------------------------


def _sampled(
    register: Register,
    target: str,
    question: Question,
    priors: PriorTable,
    scope: Scope,
    harm: RegisterHarm,
    origins: NDArray[np.int64],
) -> RegisterAnalysis:
    said = scope.incident.observations if scope.incident is not None else ()
    applied = apply_to_columns(register, harm, question.scenario, origins)
    changed, whole = applied.harm, applied.harm.whole
    weighed = weigh((*said, *question.statements, *applied.observations), priors)
    numbers = sample_register(register, changed, scope, priors, weighed, question)
    tree = path_tree(whole, origins)
    builder = _Builder(register, changed, scope, weighed, numbers, tree)
    worst = builder.worst(DETAILED)
    paths = np.unique(
        [arc for row in worst for arc in builder.path_arcs(row) if arc < whole.n_coins]
    ).astype(np.int64)
    spoken = _spoken_of(register, scope, question, [*origins, *worst])
    part = _part(register, whole, paths, spoken)
    # Numbers come from the columns; the part only lends its words: incident, paths, statements.
    frame = analyze_breach(
        part,
        target,
        replace(question, method="monte-carlo", n_worlds=1, precision=None),
        graph_sha256=register.sha256,
        priors=priors,
    ).analysis
    parties = builder.parties(worst, frame.parties)
    ranking = rank(parties.values())
    analysis = replace(
        frame,
        provenance=replace(frame.provenance, options=question.options() | changed_priors(priors)),
        origins=tuple(parties[o.id] for o in frame.origins),
        ranking=ranking,
        parties=parties,
        blast_radius=blast_radius(parties.values()),
        engine=numbers.note,
        assumptions=prior_assumptions(numbers.uses, priors),
        next_steps=(
            *alerts(scope, ranking),
            *missing_edges(p for p in ranking if p.id not in applied.excused),
        )[:STEPS_SHOWN],
        scenario=applied.counted(frame.scenario),
        unobserved_edges_note=_limits(register, parties.values())
        + f"; paths, varieties and at most {DATASETS} datasets are shown for the {DETAILED} parties "
        "of highest score",
    )
    return RegisterAnalysis(analysis, register, question, priors, harm, origins)


class _Builder:
    """Puts numbers of nodes together to results of parties."""

    def __init__(
        self,
        register: Register,
        harm: RegisterHarm,
        scope: Scope,
        weighed: tuple[Weighed, ...],
        numbers: Numbers,
        tree: PathTree,
    ) -> None:
        self.register, self.harm, self.numbers, self.tree = register, harm, numbers, tree
        self.scope = scope
        ids = register.parties.ids
        self.origins = {row for row in map(ids.row_of, scope.origins) if row is not None}
        self.confirmed = {
            ids.row_of(item.event.subject)
            if item.event.kind != "disclosed"
            else int(register.datasets.owner[register.datasets.ids.row_of(item.event.subject) or 0])
            for item in weighed
            if item.observation.state == "confirmed"
        }
        if scope.incident is not None and scope.incident.status == "confirmed":
            self.confirmed |= self.origins
        # Only pairs whose share counts: those that became coins.
        whole = harm.whole
        custody = np.flatnonzero(whole.kind == ARC_KINDS.index("custody"))
        order = custody[np.argsort(whole.dataset[custody], kind="stable")]
        self._holder = whole.origin[order]
        self._held = whole.dataset[order]

    def worst(self, n: int) -> list[int]:
        """Return the rows of the origins and of the n parties of highest score."""
        hops = self.tree.hops[self.harm.whole.harmed]
        order = np.lexsort((np.arange(len(hops)), -self.numbers.score.posterior))
        ranked = [int(row) for row in order if hops[row] != NO_PATH][: n + len(self.origins)]
        return sorted({*ranked, *self.origins})

    def path_arcs(self, row: int) -> list[int]:
        """Return the arcs of the most probable path to some harm of a party."""
        return self.tree.path_to(self.harm.whole, int(self.harm.whole.harmed[row]))

    def parties(
        self, detailed: list[int], frame: Mapping[str, PartyResult]
    ) -> dict[str, PartyResult]:
        """Return the result of every party; those detailed with the words of the frame."""
        register, reached = self.register, self.numbers.reached[self.harm.whole.harmed]
        shown = set(detailed)
        results: dict[str, PartyResult] = {}
        rows = zip(
            register.parties.ids, register.parties.names, self.harm.whole.party_roles, strict=True
        )
        for row, (party, name, role) in enumerate(rows):
            words = frame.get(party)
            if not reached[row]:
                results[party] = words or untouched(party, name, role)
                continue
            result = self._party(row, party, name, role, words, is_shown=row in shown)
            results[party] = self._with_details(row, result) if row in shown else result
        return results

    def _party(
        self,
        row: int,
        party: str,
        name: str,
        role: str,
        words: PartyResult | None,
        *,
        is_shown: bool,
    ) -> PartyResult:
        numbers, nodes = self.numbers, self.harm.nodes
        score = numbers.score.at(row)
        harmed = numbers.estimate(nodes.harmed + row)
        node = nodes.harmed + row
        hops = None if self.tree.hops[node] == NO_PATH else int(self.tree.hops[node])
        return PartyResult(
            id=party,
            name=name,
            role=role,
            is_origin=row in self.origins,
            score=score,
            band=band_of(score.posterior),
            verdict=verdict_of(
                harmed.posterior, confirmed=row in self.confirmed, has_path=hops is not None
            ),
            probability={
                "exposed": numbers.estimate(nodes.exposed + row),
                "compromised": numbers.estimate(row),
                "disrupted": numbers.estimate(nodes.disrupted + row),
                "harmed": harmed,
            },
            varieties={},
            expected=numbers.expected(row),
            hops=hops,
            # At an origin it is how well the breach itself is known, which the words say.
            certainty=words.certainty
            if words is not None and row in self.origins
            else None
            if hops is None
            else CERTAINTIES[self.tree.certainty[node]],
            # The part holds the best paths of these alone, and of others just some.
            paths=words.paths[:1] if words is not None and is_shown else (),
            datasets=(),
            observations=words.observations if words is not None else (),
        )

    def _with_details(self, row: int, result: PartyResult) -> PartyResult:
        nodes = self.harm.nodes
        data = np.flatnonzero(self.register.datasets.owner == row)
        data = data[self.tree.hops[nodes.disclosed + data] != NO_PATH]
        likeliest = np.argsort(-self.numbers.posterior[nodes.disclosed + data], kind="stable")
        shown = np.sort(data[likeliest[:DATASETS]])
        return replace(
            result,
            varieties=self._varieties(row),
            datasets=tuple(self._dataset(int(d)) for d in shown),
        )

    def _varieties(self, row: int) -> dict[str, Estimate]:
        names = list(VARIETY_BITS)
        found = {
            names[code]: self.numbers.estimate(node)
            for code, node in self.harm.variety_nodes(row)
            if self.tree.hops[node] != NO_PATH
        }
        return dict(sorted(found.items(), key=lambda kv: (-kv[1].posterior, kv[0])))

    def _dataset(self, row: int) -> DatasetResult:
        record = self.register.dataset(row)
        return DatasetResult(
            id=record.id,
            name=record.name,
            varieties=record.varieties,
            probability=self.numbers.estimate(self.harm.nodes.disclosed + row),
            holders=self._holders(row),
            records=record.records,
            documents=record.documents,
            bytes=record.bytes,
            certainty=record.evidence.certainty if record.evidence is not None else "assumed",
        )

    def _holders(self, dataset: int) -> tuple[str, ...]:
        """Return the parties in reach that hold a dataset."""
        data = self.register.datasets
        span = np.array([dataset, dataset + 1], dtype=np.int32)  # another type copies the column
        first, last = np.searchsorted(self._held, span)
        holders = self._holder[first:last].tolist()
        if data.kept_by_owner[dataset]:
            holders.append(int(data.owner[dataset]))
        reached = [row for row in holders if self.tree.hops[row] != NO_PATH]
        return tuple(self.register.parties.ids[row] for row in dict.fromkeys(reached))
