"""The searches of `sketch` in plain Python, world by world: their readable definition.

Slow, and equal to the last bit.
"""

from __future__ import annotations

from blastradius.engine.kernels.coins_plain import reached, stream

WORLDS = 64


def members(sets, question):
    """Return the nodes of a set."""
    return sets.other[sets.first[question] : sets.first[question + 1]].tolist()


def worlds_reached(rows, sets, question, slot, own, state, closed=-1):
    """Return origin -> number of worlds in which it reaches a question; its own left out."""
    counts: dict[int, int] = {}
    for world in range(WORLDS):
        for node in reached(rows, members(sets, question), state, world, closed):
            origin = int(slot[node])
            if origin not in (-1, own):
                counts[origin] = counts.get(origin, 0) + 1
    return counts


def levels_of(asked, target):
    """Return the questions of a target with their points, the gravest first."""
    places = range(asked.first[target], asked.first[target + 1])
    return [(asked.level[i], asked.points[i]) for i in reversed(places)]


def measure(rows, sets, asked, targets, slot, seed, block, begin, end, scores, harms, sums):
    """Add to each origin what its breach does to each of some targets, in 64 worlds of their own."""
    for k in range(begin, end):
        target = targets[k]
        state = stream(seed, block * len(asked.harm) + target)
        total: dict[int, float] = {}
        square: dict[int, float] = {}
        grade = 0.0
        for _, points in reversed(levels_of(asked, target)):
            grade += points
        for question, points in levels_of(asked, target):
            lower = grade - points
            counts = worlds_reached(rows, sets, question, slot, target, state)
            for origin, count in counts.items():
                total[origin] = total.get(origin, 0.0) + points * count
                step = (grade * grade - lower * lower) * count
                square[origin] = square.get(origin, 0.0) + step
            sums[k, 0] += points * sum(counts.values())
            grade = lower
        counts = worlds_reached(rows, sets, asked.harm[target], slot, target, state)
        for origin, count in counts.items():
            mean, squares = total.get(origin, 0.0), square.get(origin, 0.0)
            scores[origin, 0] += mean
            scores[origin, 1] += (squares - mean * mean / WORLDS) * (WORLDS / (WORLDS - 1.0))
            harms[origin, 0] += count
            harms[origin, 1] += (count - count * count / WORLDS) * (WORLDS / (WORLDS - 1.0))
            sums[k, 1] += count


def lose(rows, sets, asked, targets, slot, watch, marks, seed, block, begin, end, found, lost):
    """Tell how much of each target's score is gone once a watched party passes nothing on."""
    del watch  # only spares the compiled kernel searches that lose nothing
    for k in range(begin, end):
        target = targets[k]
        state = stream(seed, block * len(asked.harm) + target)

        def score(closed, target=target, state=state):
            sums = 0.0
            for question, points in levels_of(asked, target):
                counts = worlds_reached(rows, sets, question, slot, target, state, closed)
                sums += points * sum(counts.values())
            return sums

        found[k] += score(-1)
        for place, mark in enumerate(marks):
            if mark != target:
                lost[k, place] += score(-1) - score(mark)


def count(rows, sets, questions, slot, own, seed, begin, end, counts):
    """Count for each question the worlds in which each origin reaches it, in blocks of 64 worlds."""
    for block in range(begin, end):
        state = stream(seed, block)
        for q, question in enumerate(questions):
            found = worlds_reached(rows, sets, question, slot, own, state)
            for origin, worlds in found.items():
                counts[q, origin] += worlds


def close(rows, starts, seen, stack):
    """Mark all nodes that arcs lead to from the starts, whatever the coins; return how many."""
    found = dict.fromkeys(int(node) for node in starts if not seen[node])
    queue = list(found)
    for node in queue:
        for i in range(rows.first[node], rows.first[node + 1]):
            other = int(rows.other[i])
            if other not in found and not seen[other]:
                found[other] = None
                queue.append(other)
    stack[: len(queue)] = queue
    seen[queue] = True
    return len(queue)
