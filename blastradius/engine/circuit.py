"""The search over worlds, done once: a layered circuit that yields every reach probability.

Arcs are decided one after another, grouped by the order in which nodes are taken up. All that
the past can tell about the future is kept in a *state*:

* which frontier nodes are reached,
* for each unreached frontier node that can still be entered: which frontier nodes would be
  reached through it, by the arcs decided so far (a closed relation, so cycles need no care),
* which nodes with evidence have an open fate.

Different worlds with the same state are one state, which is why 2^m worlds become a few
thousand states. A node that leaves the frontier with an open fate is followed through the
later levels by the set of frontier nodes that would reach it ("followers" below), which gives
all nodes from one search.

The idea of frontier states is that of decision-diagram methods for network reliability
(Hardy, Lucet and Limnios 2007, doi:10.1109/TR.2007.898572); the relation instead of a partition
makes it hold for directed networks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from blastradius.engine.simplify import ROOT, Bundle, Reduced
from blastradius.errors import ExactBudgetError

ZERO: Final = -1
"""Child code: the followed event cannot happen any more."""


def hit(state: int) -> int:
    """Child code: the followed event has happened, in this state of the next level."""
    return -2 - state


class State(NamedTuple):
    """What the decided arcs tell about the rest; masks have one bit for each frontier slot."""

    reached: int
    open_fate: int
    """Nodes with evidence that are neither reached nor cut off for good."""
    rows: tuple[int, ...]
    """For each node that can still be entered, in order: what would be reached through it."""


_Step = Callable[[State, int], State]
Outcomes = tuple[tuple[bool, ...], ...]


@dataclass(slots=True)
class Level:
    """One decision (a coin, a pair of opposite arcs, a sure arc) or the settling of a node."""

    kind: Literal["coin", "pair", "sure", "settle"]
    bundles: tuple[int, ...]
    """Indices of the bundles decided: one for a coin, two for a pair."""
    outcomes: Outcomes
    """For each outcome, which of the bundles are open."""
    next_state: list[list[int]] = field(default_factory=list)
    """[outcome][state] -> state of the next level."""
    factor: list[list[int]] = field(default_factory=list)
    """[outcome][state] -> index of the evidence settled on the way."""
    follower_state: list[int] = field(default_factory=list)
    """State in which each follower stands."""
    follower_next: list[list[int]] = field(default_factory=list)
    """[outcome][follower] -> child code: follower of the next level, ZERO or hit(state)."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """Levels in order, and where each event is read."""

    levels: tuple[Level, ...]
    n_states: tuple[int, ...]
    """States before each level, and after the last one."""
    factors: tuple[tuple[tuple[int, bool], ...], ...]
    """Evidence settled: (vertex, reached?) pairs; index 0 is none."""
    reads: Mapping[int, tuple[int, tuple[int, ...]]]
    """Vertex -> (level, follower for each state of that level)."""
    sure: frozenset[int]
    """Vertices reached in every world."""
    bundles: tuple[Bundle, ...]


@dataclass(slots=True)
class _Slots:
    """Frontier bookkeeping of one level; the same for all its states."""

    entering: list[int]
    """Vertices that can still be entered, in the order of the rows."""
    leaving: set[int]
    """Vertices that arcs still leave."""
    evidence: set[int]
    """Taken-up vertices with evidence."""
    bit: dict[int, int]

    def mask(self, vertices: Collection[int]) -> int:
        mask = 0
        for vertex in vertices:
            mask |= self.bit[vertex]
        return mask


def build_circuit(
    reduced: Reduced,
    order: Sequence[int],
    *,
    evidence: Collection[int],
    couple: Mapping[tuple[int, int], Outcomes],
    budget: int,
) -> Circuit:
    """Search all worlds level by level.

    Parameters
    ----------
    reduced : Reduced
    order : all vertices, in the order to take them up
    evidence : vertices with soft evidence
    couple : pairs of opposite bundles to decide together -> outcomes that can occur
        Only one of two opposite arcs can matter in a world, so any joint law with the right
        margins gives the same reach events; the coupled one has fewer outcomes.
    budget : int
        Largest number of states and followers.

    Raises
    ------
    ExactBudgetError
        If the budget is exceeded.
    """
    return _Search(reduced, evidence, couple, budget).run(order)


class _Search:
    def __init__(
        self,
        reduced: Reduced,
        evidence: Collection[int],
        couple: Mapping[tuple[int, int], Outcomes],
        budget: int,
    ) -> None:
        self.reduced = reduced
        self.bundles = reduced.bundles
        self.couple = couple
        self.pair_of = {i: pair for pair in couple for i in pair}
        self.evidence = frozenset(evidence) - {ROOT}
        self.budget = budget
        self.spent = 0
        self.between: list[list[int]] = [[] for _ in range(reduced.n_vertices)]
        self.arcs_in = [0] * reduced.n_vertices
        self.arcs_out = [0] * reduced.n_vertices
        for i, b in enumerate(self.bundles):
            self.between[b.tail].append(i)
            self.between[b.head].append(i)
            self.arcs_in[b.head] += 1
            self.arcs_out[b.tail] += 1
        self.slots = _Slots([], set(), set(), {})
        self.states: dict[State, int] = {State(0, 0, ()): 0}
        self.levels: list[Level] = []
        self.history: list[list[State]] = []
        self.before: list[tuple[dict[int, int], list[int]]] = []
        self.settled_at: dict[int, int] = {}
        self.factors: dict[tuple[tuple[int, bool], ...], int] = {(): 0}

    def run(self, order: Sequence[int]) -> Circuit:
        taken: set[int] = set()
        done: set[int] = set()
        for vertex in order:
            self._take_up(vertex)
            taken.add(vertex)
            for i in self.between[vertex]:
                b = self.bundles[i]
                if i in done or b.tail not in taken or b.head not in taken:
                    continue
                decided = self.pair_of.get(i, (i,))
                done.update(decided)
                self._decide(decided)
                for j in decided:
                    self._settle_if_last(self.bundles[j].head)
        counts = [len(states) for states in self.history] + [len(self.states)]
        reads = _Followers(self).trace()
        return Circuit(
            levels=tuple(self.levels),
            n_states=tuple(counts),
            factors=tuple(self.factors),
            reads=reads,
            sure=frozenset({ROOT, *(v for v, above in self.reduced.readouts if ROOT in above)}),
            bundles=self.bundles,
        )

    # -- frontier ------------------------------------------------------------------------

    def _take_up(self, vertex: int) -> None:
        slots = self.slots
        used = set(slots.bit.values())
        bit = 1
        while bit in used:
            bit <<= 1
        slots.bit[vertex] = bit
        if self.arcs_out[vertex]:
            slots.leaving.add(vertex)
        is_root = vertex == ROOT
        if not is_root:
            slots.entering.append(vertex)
        fate = bit if vertex in self.evidence else 0
        if fate:
            slots.evidence.add(vertex)
        self.states = {
            State(
                s.reached | (bit if is_root else 0),
                s.open_fate | fate,
                s.rows if is_root else (*s.rows, 0),
            ): i
            for s, i in self.states.items()
        }
        if is_root:
            self._forget()

    def _forget(self) -> None:
        """Free the slots of vertices that nothing refers to any more."""
        slots = self.slots
        open_fates = 0
        for state in self.states:
            open_fates |= state.open_fate
        slots.evidence = {v for v in slots.evidence if slots.bit[v] & open_fates}
        needed = slots.leaving | set(slots.entering) | slots.evidence
        for vertex in [v for v in slots.bit if v not in needed]:
            del slots.bit[vertex]

    # -- levels --------------------------------------------------------------------------

    def _decide(self, decided: tuple[int, ...]) -> None:
        bundles = [self.bundles[i] for i in decided]
        kind: Literal["coin", "pair", "sure"]
        outcomes: Outcomes
        if len(decided) == 2:
            kind, outcomes = "pair", self.couple[decided[0], decided[1]]
        elif bundles[0].fixed:
            kind, outcomes = "sure", ((True,),)
        else:
            kind, outcomes = "coin", ((True,), (False,))
        for b in bundles:
            self.arcs_out[b.tail] -= 1
            self.arcs_in[b.head] -= 1
        slots_before = (dict(self.slots.bit), list(self.slots.entering))
        for b in bundles:
            if not self.arcs_out[b.tail]:
                self.slots.leaving.discard(b.tail)
        opened = [[b for b, is_open in zip(bundles, o, strict=True) if is_open] for o in outcomes]

        def step(state: State, outcome: int) -> State:
            for b in opened[outcome]:
                state = _open_arc(state, b, *slots_before)
            return state

        self._advance(Level(kind, decided, outcomes), step, slots_before)

    def _settle_if_last(self, vertex: int) -> None:
        """Once no arc can enter a vertex any more, its fate hangs on others or is known."""
        if self.arcs_in[vertex] or vertex in self.settled_at or vertex == ROOT:
            return
        slots = self.slots
        slots_before = (dict(slots.bit), list(slots.entering))
        place = slots.entering.index(vertex)
        self.settled_at[vertex] = len(self.levels)
        slots.entering.remove(vertex)

        def step(state: State, _outcome: int) -> State:
            rows = state.rows[:place] + state.rows[place + 1 :]
            return State(state.reached, state.open_fate, rows)

        self._advance(Level("settle", (), ((),)), step, slots_before)

    def _advance(
        self,
        level: Level,
        step: _Step,
        slots_before: tuple[dict[int, int], list[int]],
    ) -> None:
        normalise = _Normaliser(self.slots)
        before = list(self.states)
        after: dict[State, int] = {}
        for outcome in range(len(level.outcomes)):
            targets, factors = [], []
            for state in before:
                new, settled = normalise(step(state, outcome))
                targets.append(after.setdefault(new, len(after)))
                factors.append(self.factors.setdefault(settled, len(self.factors)))
            level.next_state.append(targets)
            level.factor.append(factors)
        self._spend(len(after))
        self.levels.append(level)
        self.history.append(before)
        self.before.append(slots_before)
        self.states = after
        self._forget()

    def _spend(self, amount: int) -> None:
        self.spent += amount
        if self.spent > self.budget:
            uncertain = sum(not b.fixed for b in self.bundles)
            progress = 1.0 - sum(self.arcs_out) / len(self.bundles)
            raise ExactBudgetError(self.budget, uncertain, progress)


def _open_arc(state: State, arc: Bundle, bit: Mapping[int, int], entering: list[int]) -> State:
    """Return the state with one more open arc; the relation stays closed."""
    tail, head = bit[arc.tail], bit[arc.head]
    if state.reached & head:
        return state
    gain = head | state.rows[entering.index(arc.head)]
    if state.reached & tail:
        return State(state.reached | gain, state.open_fate, state.rows)
    rows = tuple(
        row | gain if vertex == arc.tail or row & tail else row
        for vertex, row in zip(entering, state.rows, strict=True)
    )
    return State(state.reached, state.open_fate, rows)


class _Normaliser:
    """Bring a state into the one form that all states with the same future share."""

    def __init__(self, slots: _Slots) -> None:
        self.bits = [slots.bit[v] for v in slots.entering]
        self.entering = slots.mask(slots.entering)
        self.kept = slots.mask(slots.leaving) | self.entering
        self.columns = self.kept | slots.mask(slots.evidence)
        self.evidence = [(slots.bit[v], v) for v in sorted(slots.evidence)]

    def __call__(self, state: State) -> tuple[State, tuple[tuple[int, bool], ...]]:
        reached, fate, rows = state
        if rows:
            useful = self.columns & ~reached
            rows = tuple(
                0 if reached & bit else row & useful & ~bit
                for bit, row in zip(self.bits, rows, strict=True)
            )
        settled: tuple[tuple[int, bool], ...] = ()
        if fate:
            fate, settled = self._settle_evidence(reached, fate, rows)
        return State(reached & self.kept, fate, rows), settled

    def _settle_evidence(
        self, reached: int, fate: int, rows: tuple[int, ...]
    ) -> tuple[int, tuple[tuple[int, bool], ...]]:
        possible = self.entering
        for row in rows:
            possible |= row
        settled = []
        for bit, vertex in self.evidence:
            if fate & bit and (reached & bit or not possible & bit):
                settled.append((vertex, bool(reached & bit)))
                fate &= ~bit
        return fate, tuple(settled)


class _Followers:
    """Trace, level by level, the events of nodes whose fate was open when they were settled."""

    def __init__(self, search: _Search) -> None:
        self.search = search
        self.settled = {level: v for v, level in search.settled_at.items()}
        events: list[tuple[int, ...]] = [(v,) for v in sorted(search.settled_at)]
        events += [above for _, above in search.reduced.readouts]
        self.events = sorted({e for e in events if ROOT not in e})
        self.last = [max(search.settled_at[v] for v in e) for e in self.events]

    def trace(self) -> dict[int, tuple[int, tuple[int, ...]]]:
        search = self.search
        starts: dict[int, list[int]] = {}
        for number, event in enumerate(self.events):
            starts.setdefault(min(search.settled_at[v] for v in event), []).append(number)
        reads: dict[int, tuple[int, tuple[int, ...]]] = {}
        need: dict[tuple[int, int, int], int] = {}
        for place, level in enumerate(search.levels):
            for number in starts.get(place, ()):
                keys = [(s, 0, number) for s in range(len(search.history[place]))]
                reads[number] = (place, tuple(need.setdefault(k, len(need)) for k in keys))
            need = self._pass(place, level, need)
        by_parents = {event: reads[number] for number, event in enumerate(self.events)}
        places = {v: by_parents[(v,)] for v in search.settled_at}
        places.update({v: by_parents[e] for v, e in search.reduced.readouts if ROOT not in e})
        return places

    def _pass(
        self, place: int, level: Level, need: dict[tuple[int, int, int], int]
    ) -> dict[tuple[int, int, int], int]:
        search = self.search
        search._spend(len(need))  # noqa: SLF001 - one worker in two parts
        level.follower_state = [state for state, _, _ in need]
        after: dict[tuple[int, int, int], int] = {}
        states = search.history[place]
        following = search.history[place + 1] if place + 1 < len(search.history) else search.states
        next_states = list(following)
        vertex = self.settled.get(place)
        bit, entering = search.before[place]
        for outcome in range(len(level.outcomes)):
            codes = []
            for state, mask, event in need:
                new = level.next_state[outcome][state]
                if vertex is not None:
                    follows = self._settle(states[state], mask, event, vertex, bit, entering)
                else:
                    follows = None if next_states[new].reached & mask else (mask, event)
                if follows is None:
                    codes.append(hit(new))
                    continue
                mask_after, event_after = follows
                if event_after >= 0 and self.last[event_after] <= place:
                    event_after = -1
                if not mask_after and event_after < 0:
                    codes.append(ZERO)
                else:
                    key = (new, mask_after, event_after)
                    codes.append(after.setdefault(key, len(after)))
            level.follower_next.append(codes)
        return after

    def _settle(
        self,
        state: State,
        mask: int,
        event: int,
        vertex: int,
        bit: Mapping[int, int],
        entering: list[int],
    ) -> tuple[int, int] | None:
        own = bit[vertex]
        if not (mask & own or (event >= 0 and vertex in self.events[event])):
            return mask, event
        if state.reached & own:
            return None
        for other, row in zip(entering, state.rows, strict=True):
            if row & own:
                mask |= bit[other]
        return mask & ~own, event
