"""The library: load a graph, analyse a breach, ask why.

>>> import blastradius as br
>>> graph = br.Graph(
...     name="demo",
...     parties=[{"id": "vw", "name": "Volkswagen"}, {"id": "conti", "name": "Continental"}],
...     datasets=[{"id": "specs", "owner": "vw", "varieties": ["Secrets"], "own_probability": 0.3}],
...     shares=[
...         {"discloser": "vw", "recipient": "conti", "datasets": ["specs"], "probability": 0.5}
...     ],
... )
>>> result = br.analyze(graph, "continental", hypothetical=True)
>>> result.parties["vw"].probability["exposed"].posterior
0.5
"""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from blastradius.analysis.breach import BreachAnalysis, analyze_breach
from blastradius.analysis.question import Question
from blastradius.errors import QuestionError
from blastradius.io.catalog import find_graph
from blastradius.io.loaded import LoadedGraph
from blastradius.model.graph import Graph
from blastradius.model.text import quoted
from blastradius.report.listing import Listing, select

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from blastradius.analysis.hardening.ask import HardeningAnswer
    from blastradius.analysis.hardening.results import Hardening
    from blastradius.analysis.priors import PriorTable
    from blastradius.analysis.register_breach import RegisterAnalysis
    from blastradius.analysis.results import (
        Analysis,
        Assumption,
        BlastRadius,
        EngineNote,
        Explanation,
        GroupResult,
        IncidentNote,
        NextStep,
        PartyResult,
        Provenance,
        ScenarioNote,
    )
    from blastradius.analysis.survey import Progress, Survey
    from blastradius.analysis.whole import WholeHarm
    from blastradius.io.files import ObservationFile
    from blastradius.io.tables.register import Register
    from blastradius.model.graph import Observation
    from blastradius.model.scenario import Scenario
    from blastradius.report.comparison import Comparison
    from blastradius.report.document import Document
    from blastradius.report.notebook import PageFrame
    from blastradius.report.rows import Row
    from blastradius.report.survey_views import PerimeterView, RankingView
    from blastradius.report.triage_view import TriageView
    from blastradius.triage.lexicon import Lexicon

    OnPath = Callable[[str, int, str, str, str, str, tuple[str, ...]], None]
    """Takes listing, number, path, party id, sureness, term and varieties of one path."""

_T = TypeVar("_T")

Method = Literal["auto", "exact", "monte-carlo"]


def load_graph(source: str | Path | Graph | LoadedGraph) -> LoadedGraph:
    """Load a graph: a shipped one by name, a file or a folder of tables by path, or check a `Graph`.

    Raises
    ------
    GraphFileError
        If the file cannot be read or is not valid; lists every problem with its place.
    GraphError
        If a graph built in Python does not hold together.
    """
    if isinstance(source, LoadedGraph):
        return source
    if isinstance(source, Graph):
        return LoadedGraph.from_graph(source)
    return find_graph(source)


def load_source(
    source: str | Path | Graph | LoadedGraph | Register,
) -> LoadedGraph | Register:
    """Load a graph as `load_graph` does, but a large folder of tables as columns.

    Raises
    ------
    GraphFileError, GraphError
        As `load_graph`.
    """
    if not isinstance(source, str | os.PathLike | Graph | LoadedGraph):
        if not hasattr(source, "n_rows"):  # the class of registers is not imported: it needs numpy
            msg = f"a graph is a name, a path, a Graph or a register, got {type(source).__name__}"
            raise QuestionError(msg)
        return source
    if isinstance(source, str | os.PathLike) and os.path.isdir(source):  # noqa: PTH112
        from blastradius.io.catalog import shipped_graphs
        from blastradius.io.tables import load_records_or_columns

        if str(source) not in shipped_graphs():
            return load_records_or_columns(source)
    return load_graph(source)


def analyze(
    graph: str | Path | Graph | LoadedGraph | Register,
    target: str,
    *,
    incident: str | None = None,
    hypothetical: bool = False,
    actions: Sequence[str] = (),
    as_of: str | None = None,
    observations: str | Path | Sequence[Observation | str | Path] = (),
    groups: bool = False,
    method: Method = "auto",
    n_worlds: int | None = None,
    precision: float | None = None,
    rng_seed: int = 0,
    priors: PriorTable | None = None,
    scenario: str | Path | Mapping[str, Any] | Scenario | None = None,
) -> Result:
    """Score which parties a breach of ``target`` exposes, and say how sure that is.

    Parameters
    ----------
    graph : str, Path, Graph, LoadedGraph or Register
        Whatever :func:`load_graph` takes, and folders of tables of any size.
    target : str
        Breached party or incident: id, name, alias or identifier.
    incident : str, optional
        Which recorded incident of the party to use; the newest by default.
    hypothetical : bool
        Whether to suppose a breach instead of using a recorded incident.
    actions : sequence of str
        VERIS actions of the breach, instead of those recorded.
    as_of : str, optional
        Date (YYYY, YYYY-MM or YYYY-MM-DD) that decides which relations count.
    observations : str, Path or sequence of Observation, str and Path
        What was said beyond the graph: statements, files of them, or both. All join the incident's
        own observations; the same statement twice, wherever it stands, counts once.
    groups : bool
        Whether to answer for groups of companies too: any member harmed.
    method : {"auto", "exact", "monte-carlo"}
        Engine; ``auto`` is exact where that fits its budget.
    n_worlds : int, optional
        Worlds to sample, at least 1; 100,000 by default. Only used where worlds are sampled.
    precision : float, optional
        Sample until every score is known to plus or minus this [points], with 95 % confidence;
        ``n_worlds`` is then the most to sample, 10,000,000 by default.
    rng_seed : int
        Same seed, same numbers.
    priors : PriorTable, optional
        Numbers that stand in where the graph gives none; the shipped table by default.
    scenario : str, Path, mapping or Scenario, optional
        Changes to try out: a file of them, its content, or a `Scenario`.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If the target or incident is not one known thing.
    QuestionError
        If the question does not fit the graph.
    GraphFileError, ScenarioError
        If the scenario or a file of observations is not valid or does not fit the graph.
    """
    loaded = load_source(graph)
    said = _paths(observations)
    question = Question(
        incident=incident,
        hypothetical=hypothetical,
        actions=(actions,) if isinstance(actions, str) else tuple(actions),
        as_of=as_of,
        observations=tuple(item for item in said if not isinstance(item, (str, os.PathLike))),
        observation_files=_observation_files(said, loaded),
        groups=groups,
        method=method,
        n_worlds=n_worlds,
        precision=precision,
        rng_seed=rng_seed,
        scenario=_scenario(scenario, loaded),
    )
    if not isinstance(loaded, LoadedGraph):
        from blastradius.analysis.register_breach import analyze_register

        path = str(loaded.path) if loaded.path is not None else None
        return Result(analyze_register(loaded, target, question, priors=priors), graph=path)
    breach = analyze_breach(
        loaded.graph, target, question, graph_sha256=loaded.sha256, priors=priors
    )
    return Result(breach, graph=loaded.reference)


def rank(
    graph: str | Path | Graph | LoadedGraph | Register,
    *,
    actions: Sequence[str] = (),
    as_of: str | None = None,
    roles: Sequence[str] = (),
    top: int = 100,
    method: Method = "auto",
    n_worlds: int | None = None,
    precision: float = 0.02,
    rng_seed: int = 0,
    priors: PriorTable | None = None,
    progress: Progress | None = None,
) -> RankingView:
    """Rank every party by what a supposed breach of it would do to the others.

    Parameters
    ----------
    graph : str, Path, Graph, LoadedGraph or Register
        Whatever :func:`load_graph` takes, and folders of tables of any size.
    actions, as_of, method, rng_seed, priors
        As of :func:`analyze`.
    roles : sequence of str
        Roles of the parties that are of interest. On a large graph only their figures are
        sampled; elsewhere it changes nothing.
    top : int
        How many parties are of interest, likewise.
    n_worlds : int, optional
        Worlds to sample for each of them; by default as many as the precision takes.
    precision : float
        95 % half-width, relative to the score, at which sampling stops [1].
    progress : callable, optional
        Called with (steps done, steps in all) as the work goes on.

    Raises
    ------
    QuestionError
        If an option is out of range.
    ExactBudgetError
        If an exact answer is demanded and does not fit the budget.
    """
    from blastradius.analysis.ranking import rank_parties
    from blastradius.report.survey_views import RankingView

    loaded = load_source(graph)
    survey = _survey(actions, as_of, roles, top, method, n_worlds, precision, rng_seed)
    whole = _whole(loaded, survey, priors)
    ranking = rank_parties(
        whole,
        survey,
        graph_name=_graph_name(loaded),
        graph_sha256=loaded.sha256,
        priors=priors,
        progress=progress,
    )
    return RankingView(ranking, graph=_reference(loaded))


def perimeter(
    graph: str | Path | Graph | LoadedGraph | Register,
    party: str,
    *,
    actions: Sequence[str] = (),
    as_of: str | None = None,
    method: Method = "auto",
    n_worlds: int | None = None,
    precision: float = 0.02,
    rng_seed: int = 0,
    priors: PriorTable | None = None,
    progress: Progress | None = None,
) -> PerimeterView:
    """Find whose breach would harm a party, and what each of them holds of it.

    Parameters
    ----------
    graph : str, Path, Graph, LoadedGraph or Register
        Whatever :func:`load_graph` takes, and folders of tables of any size.
    party : str
        Party that asks: id, name, alias or identifier.
    actions, as_of, method, n_worlds, precision, rng_seed, priors, progress
        As of :func:`rank`.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If it is not one known party.
    QuestionError
        If an option is out of range.
    ExactBudgetError
        If an exact answer is demanded and does not fit the budget.
    """
    from blastradius.analysis.perimeter import find_perimeter
    from blastradius.analysis.resolve import resolve_party
    from blastradius.report.survey_views import PerimeterView

    loaded = load_source(graph)
    asked = resolve_party(_naming(loaded, party), party).id
    survey = _survey(actions, as_of, (), None, method, n_worlds, precision, rng_seed)
    whole = _whole(loaded, survey, priors)
    found = find_perimeter(
        whole,
        list(whole.party_ids).index(asked),
        survey,
        graph_name=_graph_name(loaded),
        graph_sha256=loaded.sha256,
        priors=priors,
        progress=progress,
    )
    return PerimeterView(found, graph=_reference(loaded))


def triage(
    source: str | Path | Graph | LoadedGraph | Register,
    listings: str | Path | Sequence[str | Path],
    *,
    target: str | None = None,
    lexicons: str | Path | Sequence[str | Path] = (),
    listing_format: str | None = None,
    sample: float | None = None,
    n_threads: int | None = None,
    party: str | None = None,
    on_path: OnPath | None = None,
    progress: Callable[[int, int | None, int], None] | None = None,
) -> TriageView:
    """Find whom and what the file names in leak listings name. No file of the leak is opened.

    Parameters
    ----------
    source : str, Path, Graph, LoadedGraph or Register
        Graph whose parties are looked for: whatever :func:`load_graph` takes, and folders of tables
        with up to 100,000 parties.
    listings : str, Path or sequence of them
        Files, folders of them, or ``-`` for standard input; compressed or not.
    target : str, optional
        Whose listing it is: party or incident by id, name, alias or identifier.
    lexicons : str, Path or sequence of them
        Files of rules and names that extend the shipped lexicon.
    listing_format : str, optional
        Format of the listings; found out by default.
    sample : float, optional
        Read only this part [1], with 95 % intervals.
    n_threads : int, optional
        Threads; does not change the result.
    party : str, optional
        Party whose paths ``on_path`` is told: one of the graph, or one that the lexicon knows
        outside it.
    on_path : callable, optional
        Called with (listing, number of the path in it, path, party id, sureness, term, varieties)
        for each of them. The listing is named as in the result, and numbers start from 1.
    progress : callable, optional
        Called with (bytes read, bytes in all or None, paths so far) as the work goes on.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If the target or the party is not one known thing.
    QuestionError
        If nothing of the party is searched for, so that it could have no paths.
    GraphFileError
        If the graph or a lexicon is not valid, or a folder has too many parties.
    """
    from blastradius import __version__
    from blastradius.analysis.resolve import resolve_target
    from blastradius.model.graph import Incident
    from blastradius.report.triage_view import TriageView
    from blastradius.triage.lexicon import joined_lexicon, read_lexicon_file, shipped_lexicon_files
    from blastradius.triage.results import LexiconUsed, TriageProvenance
    from blastradius.triage.run import TriageQuestion, triage_listings
    from blastradius.triage.streams import find_places

    listed = tuple(map(str, _paths(listings)))
    find_places(listed)  # a misspelt name is told before anything else is read
    loaded = load_source(source)
    graph = _named_graph(loaded)
    origins: tuple[str, ...] = ()
    named = None
    if target is not None:
        named = resolve_target(graph, target)
        origins = named.origins if isinstance(named, Incident) else (named.id,)
    files = (*shipped_lexicon_files(), *map(read_lexicon_file, _paths(lexicons)))
    lexicon = joined_lexicon(files)
    question = TriageQuestion(
        target=target,
        target_id=None if named is None else named.id,
        origins=origins,
        listing_format=listing_format,
        sample=sample,
        n_threads=n_threads,
        party=None if party is None else _searched_party(graph, lexicon, party, origins),
    )
    found = triage_listings(
        graph,
        listed,
        question,
        lexicon=lexicon,
        provenance=TriageProvenance(
            __version__,
            loaded.name,
            loaded.sha256,
            lexicon.name,
            question.options(),
            tuple(LexiconUsed(file.name, file.sha256, file.is_shipped) for file in files),
        ),
        on_path=on_path,
        progress=progress,
    )
    return TriageView(found, graph=_reference(loaded), lexicons=tuple(map(str, _paths(lexicons))))


def _named_graph(loaded: LoadedGraph | Register) -> Graph:
    """Return a graph of all that has names; of columns, without the relations."""
    if isinstance(loaded, LoadedGraph):
        return loaded.graph
    from blastradius.io.tables import named_graph

    return named_graph(loaded)


def _paths(given: str | Path | Sequence[_T | str | Path]) -> tuple[_T | str | Path, ...]:
    """Return some paths, of which one may stand alone: a text is no sequence of characters here."""
    return (given,) if isinstance(given, (str, os.PathLike)) else tuple(given)


def _searched_party(graph: Graph, lexicon: Lexicon, text: str, origins: Sequence[str]) -> str:
    """Return the id by which triage knows a party; outside the graph, that is its name.

    Raises
    ------
    QuestionError
        If nothing of the party is searched for: an empty answer would look like an all-clear.
    """
    from blastradius.triage.vocabulary import compile_vocabulary

    id_ = _known_party(graph, lexicon, text)
    if id_ in origins:
        msg = (
            f"party: {quoted(id_)} is whose listing it is, so its own names are not searched for; "
            "ask without the target"
        )
        raise QuestionError(msg)
    # Compiled once more for the reading: a fraction of a second, and only if a party is asked for.
    vocabulary = compile_vocabulary(graph, lexicon, without=origins)
    if all(searched.id != id_ for searched in vocabulary.parties):
        msg = (
            f"party: nothing of {quoted(id_)} is searched for, since it has no name that a file "
            "name would bear, or shares it with another party; give it terms in the graph"
        )
        raise QuestionError(msg)
    return id_


def _known_party(graph: Graph, lexicon: Lexicon, text: str) -> str:
    from blastradius.analysis.resolve import fold, resolve_party
    from blastradius.errors import UnknownNameError

    try:
        return resolve_party(graph, text).id
    except UnknownNameError:
        names = {fold(outside.name): outside.name for outside in lexicon.outside}
        if fold(text) in names:
            return names[fold(text)]
        raise


def _survey(
    actions: Sequence[str],
    as_of: str | None,
    roles: Sequence[str],
    top: int | None,
    method: Method,
    n_worlds: int | None,
    precision: float,
    rng_seed: int,
) -> Survey:
    from blastradius.analysis.survey import DEFAULT_TOP, Survey

    return Survey(
        actions=(actions,) if isinstance(actions, str) else tuple(actions),
        as_of=as_of,
        method=method,
        n_worlds=n_worlds,
        precision=precision,
        rng_seed=rng_seed,
        roles=(roles,) if isinstance(roles, str) else tuple(roles),
        top=DEFAULT_TOP if top is None else top,
    )


def _graph_name(loaded: LoadedGraph | Register) -> str:
    return loaded.graph.name if isinstance(loaded, LoadedGraph) else loaded.name


def _reference(loaded: LoadedGraph | Register) -> str | None:
    if isinstance(loaded, LoadedGraph):
        return loaded.reference
    return str(loaded.path) if loaded.path is not None else None


def _naming(loaded: LoadedGraph | Register, name: str) -> Graph:
    """Return a graph that holds all parties that a name may mean."""
    if isinstance(loaded, LoadedGraph):
        return loaded.graph
    from blastradius.analysis.register_names import skeleton

    return skeleton(loaded, name)


def _whole(loaded: LoadedGraph | Register, survey: Survey, priors: PriorTable | None) -> WholeHarm:
    """Compile the harm network of all parties as a survey says."""
    from blastradius.analysis.priors import default_priors

    if not isinstance(loaded, LoadedGraph):
        from blastradius.analysis.harm import Scope
        from blastradius.analysis.whole_register import register_harm

        scope = Scope((), None, survey.actions, survey.period)
        return register_harm(loaded, priors or default_priors(), scope).whole
    from blastradius.analysis.whole import whole_harm

    return whole_harm(
        loaded.graph, priors or default_priors(), actions=survey.actions, period=survey.period
    )


def compare(
    before: str | Path | Mapping[str, Any] | Result,
    after: str | Path | Mapping[str, Any] | Result,
    *,
    min_change: float = 0.0,
) -> ComparisonView:
    """Compare two results: what changed, and what differs in what was asked.

    Parameters
    ----------
    before, after : str, Path, mapping or Result
        A `Result`, its JSON file, or the content of that file.
    min_change : float
        List only parties whose posterior score moved by at least this [points].

    Raises
    ------
    GraphFileError, ResultError
        If a file or its content is no result.
    """
    from blastradius.report.comparison import compare_results

    labels = _label(before, "before"), _label(after, "after")
    sides = _plain_result(before), _plain_result(after)
    return ComparisonView(compare_results(*sides, labels=labels, min_change=min_change))


def harden(
    graph: str | Path | Graph | LoadedGraph | Register,
    target: str | None = None,
    *,
    protect: str | None = None,
    budget: float | None = None,
    costs: str | Path | Mapping[str, Any] | None = None,
    lower_to: float = 0.0,
    controls: bool = False,
    top: int = 20,
    incident: str | None = None,
    actions: Sequence[str] = (),
    as_of: str | None = None,
    method: Method = "auto",
    n_worlds: int | None = None,
    rng_seed: int = 0,
    priors: PriorTable | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> HardeningView:
    """Find which relations to cut, lower or take back so that a breach harms least.

    Parameters
    ----------
    graph : str, Path, Graph, LoadedGraph or Register
        Whatever :func:`load_graph` takes, and folders of tables of any size.
    target : str, optional
        Party that is supposed to be breached, or incident that would happen again; without one
        a breach may start at any party, each equally likely.
    protect : str, optional
        The only party whose score counts; all but the breached ones by default.
    budget : float, optional
        What a plan may cost; no plan without it.
    costs : str, Path or mapping, optional
        What actions cost: a file, or its content; 1 each by default.
    lower_to : float
        Part of a probability that an action leaves, at least 0 and less than 1; 0 cuts.
    controls : bool
        Whether a plan may use what is no relation: own data, keys, operations.
    top : int
        Actions to list.
    progress : callable, optional
        Called with (steps done, steps in all) while worlds are sampled.

    Other parameters are those of :func:`analyze`.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If a name is not one known thing.
    QuestionError
        If the question does not fit the graph.
    GraphFileError, CostsError
        If the costs are not valid or do not fit the graph.
    """
    from blastradius.analysis.hardening.ask import harden_graph
    from blastradius.analysis.hardening.costs import Costs
    from blastradius.analysis.hardening.question import HardenQuestion

    loaded = load_source(graph)
    question = HardenQuestion(
        breach=Question(
            incident=incident,
            actions=(actions,) if isinstance(actions, str) else tuple(actions),
            as_of=as_of,
            method=method,
            n_worlds=n_worlds,
            rng_seed=rng_seed,
        ),
        protect=protect,
        budget=budget,
        costs=Costs() if costs is None else Costs.of(_costs(costs, loaded)),
        lower_to=lower_to,
        controls=controls,
        listed=top,
    )
    if not isinstance(loaded, LoadedGraph):
        from blastradius.analysis.hardening.columns import harden_register

        found = harden_register(loaded, target, question, priors=priors, progress=progress)
        return HardeningView(found, graph=_reference(loaded))
    answer = harden_graph(
        loaded.graph,
        target,
        question,
        graph_sha256=loaded.sha256,
        priors=priors,
        progress=progress,
    )
    return HardeningView(answer, graph=loaded.reference)


def _costs(
    source: str | Path | Mapping[str, Any], loaded: LoadedGraph | Register
) -> Mapping[str, Any]:
    from blastradius.io.costs import load_costs

    return load_costs(source, _checked_against(loaded))


def _label(source: object, otherwise: str) -> str:
    return str(source) if isinstance(source, str | os.PathLike) else otherwise


def _plain_result(source: str | Path | Mapping[str, Any] | Result) -> Mapping[str, Any]:
    if isinstance(source, Result):
        return source.to_dict()
    from blastradius.io.results import load_result

    return load_result(source)


def _observation_files(
    said: Sequence[Observation | str | Path], loaded: LoadedGraph | Register
) -> tuple[ObservationFile, ...]:
    """Read the files among some statements, in order."""
    paths = [item for item in said if isinstance(item, (str, os.PathLike))]
    if not paths:
        return ()
    from blastradius.io.files import read_observation_file

    # On columns, the analysis checks what the observations speak of.
    graph = loaded.graph if isinstance(loaded, LoadedGraph) else None
    return tuple(read_observation_file(path, graph) for path in paths)


def _scenario(
    source: str | Path | Mapping[str, Any] | Scenario | None, loaded: LoadedGraph | Register
) -> Scenario | None:
    if source is None:
        return None
    from blastradius.io.scenarios import load_scenario

    return load_scenario(source, _checked_against(loaded))


def _checked_against(loaded: LoadedGraph | Register) -> Graph | Register:
    return loaded.graph if isinstance(loaded, LoadedGraph) else loaded


class Result:
    """An analysis, and the ways to look at it."""

    def __init__(
        self,
        breach: BreachAnalysis | RegisterAnalysis,
        listing: Listing | None = None,
        *,
        graph: str | None = None,
    ) -> None:
        self._breach = breach
        self._graph = graph
        self._listing = listing if listing is not None else select(breach.analysis)

    def __repr__(self) -> str:
        radius = self.blast_radius
        return (
            f"<Result {self.target!r}: {radius.reachable_parties} reachable, "
            f"{radius.expected_harmed_parties.posterior:.3g} expected harmed, "
            f"total score {radius.total_score.posterior:.4g}>"
        )

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        """Return a compact table, as which a notebook shows the result."""
        from blastradius.report.notebook import analysis_html

        return analysis_html(self.analysis, self._listing)

    @property
    def analysis(self) -> Analysis:
        """The whole answer as one frozen value."""
        return self._breach.analysis

    @property
    def target(self) -> str:
        """The name that was asked for."""
        return self.analysis.target

    @property
    def incident(self) -> IncidentNote:
        """What is known of the incident."""
        return self.analysis.incident

    @property
    def origins(self) -> tuple[PartyResult, ...]:
        """The breached parties."""
        return self.analysis.origins

    @property
    def ranking(self) -> tuple[PartyResult, ...]:
        """Downstream parties, highest posterior score first."""
        return self.analysis.ranking

    @property
    def parties(self) -> Mapping[str, PartyResult]:
        """Every party of the graph by id."""
        return self.analysis.parties

    @property
    def groups(self) -> tuple[GroupResult, ...]:
        """Roll-ups: any member of a group harmed."""
        return self.analysis.groups

    @property
    def blast_radius(self) -> BlastRadius:
        """The three figures of the whole."""
        return self.analysis.blast_radius

    @property
    def engine(self) -> EngineNote:
        """Which engine ran, and why."""
        return self.analysis.engine

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Priors that stand in where the graph gives no number."""
        return self.analysis.assumptions

    @property
    def next_steps(self) -> tuple[NextStep, ...]:
        """What to find out or to do first."""
        return self.analysis.next_steps

    @property
    def scenario(self) -> ScenarioNote | None:
        """What is tried out; None where the breach is taken as it is."""
        return self.analysis.scenario

    @property
    def provenance(self) -> Provenance:
        """What is needed to repeat the result."""
        return self.analysis.provenance

    def listing(
        self,
        *,
        roles: Sequence[str] = (),
        min_score: float = 0.0,
        top: int | None = None,
        grouped: bool = False,
    ) -> Result:
        """Return the same result with fewer parties listed; no number changes.

        Parameters
        ----------
        roles : sequence of str
            Only parties with one of these roles.
        min_score : float
            Only parties with at least this posterior score [points].
        top : int, optional
            At most this many of those with a recorded path.
        grouped : bool
            Whether to list groups instead of their members.
        """
        from blastradius.report.listing import ListFilter

        wanted = ListFilter(tuple(roles), min_score, top, grouped)
        return Result(self._breach, select(self.analysis, wanted), graph=self._graph)

    def explain(self, party: str) -> ExplanationView:
        """Explain the score of a party, named by id, name, alias or identifier.

        Raises
        ------
        UnknownNameError, AmbiguousNameError
            If it is not one known party.
        """
        return ExplanationView(self._breach.explain(party), self.parties, graph=self._graph)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data, in the form of the JSON contract."""
        from blastradius.report.as_dict import analysis_dict

        return analysis_dict(self.analysis, self._listing)

    def to_json(self) -> str:
        """Return the result as JSON; same input, same bytes."""
        from blastradius.report.as_dict import json_text

        return json_text(self.to_dict())

    def to_rows(self) -> list[Row]:
        """Return one flat row for each listed party."""
        from blastradius.report.rows import analysis_rows

        return analysis_rows(self.analysis, self._listing)

    def to_csv(self) -> str:
        """Return the rows as CSV, safe to open in a spreadsheet."""
        from blastradius.report.rows import ANALYSIS_COLUMNS, csv_text

        return csv_text(self.to_rows(), ANALYSIS_COLUMNS)

    def to_markdown(self) -> str:
        """Return the page as Markdown."""
        from blastradius.report.markdown import render_markdown

        return render_markdown(self._document())

    def to_text(self, *, width: int = 80, colour: bool = False) -> str:
        """Return the page as text for a terminal of ``width`` columns."""
        from blastradius.report.text import render_text

        return render_text(self._document(), width=width, colour=colour)

    def to_html(self, *, max_nodes: int = 400) -> str:
        """Return the whole result as one interactive HTML file that fetches nothing.

        Parameters
        ----------
        max_nodes : int
            Parties drawn at once, at least 1; those of lower score are folded into groups.

        Raises
        ------
        QuestionError
            If ``max_nodes`` is less than 1, or the answer was sampled on the columns of a register.
        """
        if not isinstance(self._breach, BreachAnalysis):
            msg = (
                "the breach reaches too many relations for a page with what-if; "
                "write JSON, CSV or Markdown"
            )
            raise QuestionError(msg)
        from blastradius.explorer.page import render_page

        return render_page(self._breach, self._document().title, max_nodes=max_nodes)

    def page(self, *, height: int = 720, max_nodes: int = 400) -> PageFrame:
        """Return the interactive page for the output of a notebook cell.

        It stands in a frame of its own that can neither reach the notebook nor the network.

        Parameters
        ----------
        height : int
            Of the frame [pixels].
        max_nodes : int
            As of :meth:`to_html`.
        """
        from blastradius.report.notebook import PageFrame

        return PageFrame(self.to_html(max_nodes=max_nodes), height)

    def _document(self) -> Document:
        from blastradius.report.analysis_page import analysis_document

        return analysis_document(self.analysis, self._listing, graph=self._graph)


class ExplanationView:
    """Why a party has its score, and the ways to look at that."""

    def __init__(
        self,
        explanation: Explanation,
        parties: Mapping[str, PartyResult],
        *,
        graph: str | None = None,
    ) -> None:
        self.explanation = explanation
        self._graph = graph
        self._parties = parties

    def __repr__(self) -> str:
        party = self.explanation.party
        return f"<Explanation of {party.id!r}: score {party.score.posterior:.4g}>"

    def __str__(self) -> str:
        return self.to_text()

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as plain data."""
        from blastradius.report.as_dict import explanation_dict

        return explanation_dict(self.explanation)

    def to_json(self) -> str:
        """Return the explanation as JSON; same input, same bytes."""
        from blastradius.report.as_dict import json_text

        return json_text(self.to_dict())

    def to_markdown(self) -> str:
        """Return the page as Markdown."""
        from blastradius.report.markdown import render_markdown

        return render_markdown(self._document())

    def to_text(self, *, width: int = 80, colour: bool = False) -> str:
        """Return the page as text for a terminal of ``width`` columns."""
        from blastradius.report.text import render_text

        return render_text(self._document(), width=width, colour=colour)

    def _document(self) -> Document:
        from blastradius.report.explanation_page import explanation_document

        return explanation_document(self.explanation, self._parties, graph=self._graph)


class ComparisonView:
    """What changed between two results, and the ways to look at that."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison

    def __repr__(self) -> str:
        return f"<Comparison: {len(self.comparison.moves)} of {self.comparison.n_compared} moved>"

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        """Return a compact table, as which a notebook shows the comparison."""
        from blastradius.report.notebook import comparison_html

        return comparison_html(self.comparison)

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data."""
        from blastradius.report.comparison import comparison_dict

        return comparison_dict(self.comparison)

    def to_json(self) -> str:
        """Return the comparison as JSON; same input, same bytes."""
        from blastradius.report.as_dict import json_text

        return json_text(self.to_dict())

    def to_rows(self) -> list[Row]:
        """Return one flat row for each party or group that moved."""
        from blastradius.report.comparison import comparison_rows

        return comparison_rows(self.comparison)

    def to_csv(self) -> str:
        """Return the rows as CSV, safe to open in a spreadsheet."""
        from blastradius.report.comparison import COMPARISON_COLUMNS
        from blastradius.report.rows import csv_text

        return csv_text(self.to_rows(), COMPARISON_COLUMNS)

    def to_markdown(self) -> str:
        """Return the page as Markdown."""
        from blastradius.report.markdown import render_markdown

        return render_markdown(self._document())

    def to_text(self, *, width: int = 80, colour: bool = False) -> str:
        """Return the page as text for a terminal of ``width`` columns."""
        from blastradius.report.text import render_text

        return render_text(self._document(), width=width, colour=colour)

    def _document(self) -> Document:
        from blastradius.report.comparison_page import comparison_document

        return comparison_document(self.comparison)


class HardeningView:
    """What to cut, lower or take back first, and the ways to look at that."""

    def __init__(self, answer: HardeningAnswer, *, graph: str | None = None) -> None:
        self._answer = answer
        self._graph = graph

    def __repr__(self) -> str:
        found = self.hardening
        plan = "" if found.plan is None else f", plan of {len(found.plan.steps)} steps"
        return f"<Hardening {found.target or 'of all'!r}: {found.n_actions} relations{plan}>"

    def __str__(self) -> str:
        return self.to_text()

    @property
    def hardening(self) -> Hardening:
        """The whole answer as one frozen value."""
        return self._answer.hardening

    def to_scenario(self) -> Scenario:
        """Return the plan as a scenario, for `analyze`.

        Raises
        ------
        QuestionError
            If no budget was given, so that there is no plan.
        """
        from blastradius.analysis.hardening.as_scenario import plan_scenario

        return plan_scenario(self._answer)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data, in the form of the JSON contract."""
        from blastradius.report.hardening import hardening_dict

        return hardening_dict(self.hardening)

    def to_json(self) -> str:
        """Return the answer as JSON; same input, same bytes."""
        from blastradius.report.as_dict import json_text

        return json_text(self.to_dict())

    def to_rows(self) -> list[Row]:
        """Return one flat row for each listed action."""
        from blastradius.report.hardening import hardening_rows

        return hardening_rows(self.hardening)

    def to_csv(self) -> str:
        """Return the rows as CSV, safe to open in a spreadsheet."""
        from blastradius.report.hardening import HARDENING_COLUMNS
        from blastradius.report.rows import csv_text

        return csv_text(self.to_rows(), HARDENING_COLUMNS)

    def to_markdown(self) -> str:
        """Return the page as Markdown."""
        from blastradius.report.markdown import render_markdown

        return render_markdown(self._document())

    def to_text(self, *, width: int = 80, colour: bool = False) -> str:
        """Return the page as text for a terminal of ``width`` columns."""
        from blastradius.report.text import render_text

        return render_text(self._document(), width=width, colour=colour)

    def _document(self) -> Document:
        from blastradius.report.hardening_page import hardening_document

        return hardening_document(self.hardening, graph=self._graph)
