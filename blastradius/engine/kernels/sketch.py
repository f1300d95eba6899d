"""Searches backward from each target through 64 worlds at once; see `sketch_plain`."""

from __future__ import annotations

import numpy as np
from numba import njit

from blastradius.engine.kernels.coins import n_bits, open_in, stream

_ZERO = np.uint64(0)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
WORLDS = 64


@njit(cache=True, nogil=True)
def spread(rows, closed, state, mask, fresh, queued, queue, waiting, touched, n_touched):
    """Spread the fresh bits of the nodes that wait under open arcs, until none wait.

    ``queue`` is a ring that begins at 0. The arcs of one passer may be closed, -1 for none. Returns
    (nodes touched so far, arcs looked at).
    """
    looked, head = 0, 0
    room = len(queue)
    tail = waiting if waiting < room else 0
    while waiting:
        # First in, first out: a node then mostly waits until all that reaches it early has come.
        node = queue[head]
        head = head + 1 if head + 1 < room else 0
        waiting -= 1
        queued[node] = False
        new = fresh[node]
        fresh[node] = _ZERO
        for i in range(rows.first[node], rows.first[node + 1]):
            looked += 1
            if closed >= 0 and rows.passer[i] == closed:
                continue
            other = rows.other[i]
            more = new & ~mask[other]
            if more == _ZERO:
                continue
            more = open_in(state, rows.arc[i], rows.threshold[i], more)
            if more == _ZERO:
                continue
            if mask[other] == _ZERO:
                touched[n_touched] = other
                n_touched += 1
            mask[other] |= more
            fresh[other] |= more
            if not queued[other]:
                queued[other] = True
                queue[tail] = other
                tail = tail + 1 if tail + 1 < room else 0
                waiting += 1
    return n_touched, looked


@njit(cache=True, nogil=True)
def enter(sets, question, mask, fresh, queued, queue, touched, n_touched):
    """Reach the nodes of a set in all worlds; return (nodes waiting, nodes touched so far)."""
    waiting = 0
    for i in range(sets.first[question], sets.first[question + 1]):
        node = sets.other[i]
        if mask[node] == _ZERO:
            touched[n_touched] = node
            n_touched += 1
        if mask[node] != _ALL:
            fresh[node] |= _ALL & ~mask[node]
            mask[node] = _ALL
            if not queued[node]:
                queued[node] = True
                queue[waiting] = node
                waiting += 1
    return waiting, n_touched


@njit(cache=True, nogil=True)
def measure(rows, sets, asked, targets, slot, seed, block, begin, end, scores, harms, sums):
    """Add to each origin what its breach does to each of some targets, in 64 worlds of their own.

    ``asked`` has, for each target t, its questions of growing gravity ``asked.level[asked.first[t]:
    asked.first[t + 1]]`` with their ``points``, and ``harm[t]``. ``scores`` and ``harms`` get for
    each origin (sum, variance of the sum); ``sums`` for each target (score, harm) over all origins.
    A target does nothing to itself. Returns the arcs looked at.
    """
    n = len(rows.first) - 1
    mask, fresh = np.zeros(n, dtype=np.uint64), np.zeros(n, dtype=np.uint64)
    queued = np.zeros(n, dtype=np.bool_)
    queue, touched = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    total, square = np.zeros(n), np.zeros(n)
    looked = 0
    for k in range(begin, end):
        target = targets[k]
        state = stream(seed, block * len(asked.harm) + target)
        n_touched = 0
        grade = 0.0
        for i in range(asked.first[target], asked.first[target + 1]):
            grade += asked.points[i]
        for i in range(asked.first[target + 1] - 1, asked.first[target] - 1, -1):
            points = asked.points[i]
            lower = grade - points
            waiting, n_touched = enter(
                sets, asked.level[i], mask, fresh, queued, queue, touched, n_touched
            )
            n_touched, more = spread(
                rows, -1, state, mask, fresh, queued, queue, waiting, touched, n_touched
            )
            looked += more
            reached = 0
            for j in range(n_touched):
                node = touched[j]
                if slot[node] >= 0 and slot[node] != target:
                    count = n_bits(mask[node])
                    reached += count
                    total[node] += points * count
                    square[node] += (grade * grade - lower * lower) * count
            sums[k, 0] += points * reached
            grade = lower
        waiting, n_touched = enter(
            sets, asked.harm[target], mask, fresh, queued, queue, touched, n_touched
        )
        n_touched, more = spread(
            rows, -1, state, mask, fresh, queued, queue, waiting, touched, n_touched
        )
        looked += more
        for j in range(n_touched):
            node = touched[j]
            origin = slot[node]
            if origin >= 0 and origin != target:
                count = n_bits(mask[node])
                scores[origin, 0] += total[node]
                scores[origin, 1] += (square[node] - total[node] * total[node] / WORLDS) * (
                    WORLDS / (WORLDS - 1.0)
                )
                harms[origin, 0] += count
                harms[origin, 1] += (count - count * count / WORLDS) * (WORLDS / (WORLDS - 1.0))
                sums[k, 1] += count
            total[node] = 0.0
            square[node] = 0.0
            mask[node] = _ZERO
    return looked


@njit(cache=True, nogil=True)
def _score(rows, sets, asked, target, slot, closed, state, mask, fresh, queued, queue, touched):
    """Return (score that all origins do to a target, arcs looked at, nodes touched)."""
    score, looked, n_touched = 0.0, 0, 0
    for i in range(asked.first[target + 1] - 1, asked.first[target] - 1, -1):
        waiting, n_touched = enter(
            sets, asked.level[i], mask, fresh, queued, queue, touched, n_touched
        )
        n_touched, more = spread(
            rows, closed, state, mask, fresh, queued, queue, waiting, touched, n_touched
        )
        looked += more
        reached = 0
        for j in range(n_touched):
            node = touched[j]
            if slot[node] >= 0 and slot[node] != target:
                reached += n_bits(mask[node])
        score += asked.points[i] * reached
    return score, looked, n_touched


@njit(cache=True, nogil=True)
def lose(rows, sets, asked, targets, slot, watch, marks, seed, block, begin, end, found, lost):
    """Tell how much of each target's score is gone once a watched party passes nothing on.

    ``watch[node]`` is the place among the watched ones of the party that a node belongs to, -1 for
    others; ``marks`` are the passers of the watched. ``found`` gets the score of each target,
    ``lost`` what is lost of it by each of the watched. Returns the arcs looked at.
    """
    n = len(rows.first) - 1
    mask, fresh = np.zeros(n, dtype=np.uint64), np.zeros(n, dtype=np.uint64)
    queued = np.zeros(n, dtype=np.bool_)
    queue, touched = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    is_met = np.zeros(len(marks), dtype=np.bool_)
    met = np.empty(len(marks), dtype=np.int64)
    looked = 0
    for k in range(begin, end):
        target = targets[k]
        state = stream(seed, block * len(asked.harm) + target)
        score, more, n_touched = _score(
            rows, sets, asked, target, slot, -1, state, mask, fresh, queued, queue, touched
        )
        looked += more
        found[k] += score
        n_met = 0
        for j in range(n_touched):
            place = watch[touched[j]]
            mask[touched[j]] = _ZERO
            if place >= 0 and not is_met[place] and marks[place] != target:
                is_met[place] = True
                met[n_met] = place
                n_met += 1
        for m in range(n_met):
            place = met[m]
            is_met[place] = False
            left, more, n_touched = _score(
                rows,
                sets,
                asked,
                target,
                slot,
                marks[place],
                state,
                mask,
                fresh,
                queued,
                queue,
                touched,
            )
            looked += more
            lost[k, place] += score - left
            for j in range(n_touched):
                mask[touched[j]] = _ZERO
    return looked


@njit(cache=True, nogil=True)
def count(rows, sets, questions, slot, own, seed, begin, end, counts):
    """Count for each question the worlds in which each origin reaches it, in blocks of 64 worlds.

    All questions see the same worlds. ``counts`` has shape (questions, origins). Returns the arcs
    looked at.
    """
    n = len(rows.first) - 1
    mask, fresh = np.zeros(n, dtype=np.uint64), np.zeros(n, dtype=np.uint64)
    queued = np.zeros(n, dtype=np.bool_)
    queue, touched = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    looked = 0
    for block in range(begin, end):
        state = stream(seed, block)
        for q in range(len(questions)):
            waiting, n_touched = enter(sets, questions[q], mask, fresh, queued, queue, touched, 0)
            n_touched, more = spread(
                rows, -1, state, mask, fresh, queued, queue, waiting, touched, n_touched
            )
            looked += more
            for j in range(n_touched):
                node = touched[j]
                if slot[node] >= 0 and slot[node] != own:
                    counts[q, slot[node]] += n_bits(mask[node])
                mask[node] = _ZERO
    return looked


@njit(cache=True, nogil=True)
def close(rows, starts, seen, stack):
    """Mark all nodes that arcs lead to from the starts, whatever the coins; return how many."""
    size = 0
    for node in starts:
        if not seen[node]:
            seen[node] = True
            stack[size] = node
            size += 1
    done = 0
    while done < size:
        node = stack[done]
        done += 1
        for i in range(rows.first[node], rows.first[node + 1]):
            other = rows.other[i]
            if not seen[other]:
                seen[other] = True
                stack[size] = other
                size += 1
    return size
