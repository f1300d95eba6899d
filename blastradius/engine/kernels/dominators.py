"""What is lost without each arc and each node, for all at once: dominators of the open arcs.

In one world a node is lost without an arc if every open path to it runs through that arc: if the
arc dominates it. So the points lost without an arc are those of the subtree that hangs on it in
the dominator tree, and one tree answers for all arcs and all nodes. `dominators_plain` defines
the same numbers by taking arcs away one at a time.

References
----------
Lengauer and Tarjan (1979), doi:10.1145/357062.357071 (semidominators);
Georgiadis and Tarjan (2004), "Finding dominators revisited" (the variant used here, semi-NCA);
Italiano, Laura and Santaroni (2012), doi:10.1016/j.tcs.2011.11.011 (an arc dominates its head if
all other arcs into the head come from what the head dominates).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from blastradius.engine.kernels.worlds import is_open, start_of, world_key


@njit(cache=True, nogil=True)
def _explore(key, root, net, found, entries, stacks):
    """Give numbers to the reached nodes, depth first, and list the open arcs into each of them."""
    first, head, coin, low, high = net
    num, vertex, parent, via = found
    in_first, entry_of = entries
    stack, cursor = stacks
    num[root], vertex[0], parent[0], via[0], in_first[0] = 0, root, -1, -1, -1
    count, n_open, depth = 1, 0, 0
    at, row, end = 0, first[root], first[root + 1]
    while True:
        while row < end:
            goes_to = head[row]
            if is_open(key, coin[row], low[row], high[row]) and goes_to != root:
                into = num[goes_to]
                if into < 0:
                    into = count
                    num[goes_to], vertex[into], parent[into], via[into] = into, goes_to, at, row
                    in_first[into] = -1
                    count += 1
                entry_of[n_open, 0], entry_of[n_open, 1] = at, in_first[into]
                in_first[into] = n_open
                n_open += 1
                if into == count - 1 and via[into] == row:
                    stack[depth], cursor[depth] = at, row + 1
                    depth += 1
                    at, row, end = into, first[goes_to], first[goes_to + 1]
                    continue
            row += 1
        if depth == 0:
            return count
        depth -= 1
        at, row = stack[depth], cursor[depth]
        end = first[vertex[at] + 1]


@njit(cache=True, nogil=True)
def _least_semi(v, linked, forest, stack):
    """Return the least semidominator on the linked way up from v; compress that way.

    ``forest`` holds, for each node, the next one up, the node of least semidominator in between,
    and its own semidominator.
    """
    depth = 0
    while forest[v, 0] >= linked:
        stack[depth] = v
        depth += 1
        v = forest[v, 0]
    best = forest[v, 1]
    least = forest[best, 2]
    above = forest[v, 0]
    while depth > 0:
        depth -= 1
        v = stack[depth]
        forest[v, 0] = above
        own = forest[forest[v, 1], 2]
        if least < own:
            forest[v, 1] = best
        else:
            best, least = forest[v, 1], own
    return least


@njit(cache=True, nogil=True)
def _dominators(count, parent, entries, idom, forest, stack, floor):
    """Fill in the immediate dominator of each numbered node (semi-NCA).

    ``floor`` is the least semidominator that there can be: 0, the root, or 1, if only one arc
    leaves the root.
    """
    in_first, entry_of = entries
    for v in range(count):
        idom[v] = forest[v, 0] = parent[v]
        forest[v, 1] = forest[v, 2] = v
    for v in range(count - 1, 0, -1):
        least = parent[v]
        entry = in_first[v]
        while entry >= 0 and least > floor:
            tail = entry_of[entry, 0]
            if tail > v:
                tail = _least_semi(tail, v + 1, forest, stack)
            least = min(least, tail)
            entry = entry_of[entry, 1]
        forest[v, 2] = least
    for v in range(1, count):
        above = idom[v]
        while above > forest[v, 2]:
            above = idom[above]
        idom[v] = above


@njit(cache=True, nogil=True)
def _weigh(count, vertex, idom, points, owner, left_out, weight, size, place, following):
    """Sum the points of each subtree, and number the tree so that each subtree is one stretch."""
    for v in range(count):
        size[v] = 1
        node = vertex[v]
        weight[v] = points[node] if left_out < 0 or owner[node] != left_out else 0
    for v in range(count - 1, 0, -1):
        weight[idom[v]] += weight[v]
        size[idom[v]] += size[v]
    place[0], following[0] = 0, 1
    for v in range(1, count):
        above = idom[v]
        place[v] = following[above]
        following[above] += size[v]
        following[v] = place[v] + 1


@njit(cache=True, nogil=True)
def _is_only_way(entry, entry_of, here, beyond, place):
    """Tell whether all but one of the arcs into a node come from what it dominates.

    If what comes before it in the search also dominates it, every path comes by that one arc.
    """
    others = 0
    while entry >= 0 and others < 2:
        at = place[entry_of[entry, 0]]
        others += at < here or at >= beyond
        entry = entry_of[entry, 1]
    return others == 1


@njit(cache=True, nogil=True)
def _add_losses(count, found, tree, entries, sums):
    """Add what hangs on each node, and on each arc that is the only way to its head."""
    _, vertex, parent, via = found
    idom, weight, size, place = tree
    in_first, entry_of = entries
    row_sum, row_square, node_sum, node_square = sums
    for v in range(1, count):
        if weight[v] > 0:
            node, lost = vertex[v], weight[v]
            square = float(lost) * float(lost)
            node_sum[node] += lost
            node_square[node] += square
            if idom[v] == parent[v] and _is_only_way(
                in_first[v], entry_of, place[v], place[v] + size[v], place
            ):
                row_sum[via[v]] += lost
                row_square[via[v]] += square


@njit(cache=True, nogil=True)
def _mark(count, found, tree, entries, watched, mask):
    """Mark each node with what is watched and dominates it."""
    _, vertex, parent, via = found
    idom, _, size, place = tree
    in_first, entry_of = entries
    row_watch, node_watch = watched
    mask[0] = 0
    for v in range(1, count):
        mask[v] = mask[idom[v]] | node_watch[vertex[v]]
        if (
            row_watch[via[v]] != 0
            and idom[v] == parent[v]
            and _is_only_way(in_first[v], entry_of, place[v], place[v] + size[v], place)
        ):
            mask[v] |= row_watch[via[v]]


@njit(cache=True, nogil=True)
def _count_lost(count, vertex, mask, points, owner, left_out, lost):
    """Count each node that counts for all that it is lost without."""
    for v in range(1, count):
        node = vertex[v]
        if mask[v] == 0 or points[node] == 0 or (left_out >= 0 and owner[node] == left_out):
            continue
        for bit in range(len(lost)):
            lost[bit, node] += (mask[v] >> np.uint64(bit)) & np.uint64(1)


@njit(cache=True, nogil=True)
def removals(net, points, owner, starts, rng_seed, first_world, n_worlds, watched, n_watched):
    """Sum over worlds what is lost without each arc and without each node.

    Parameters
    ----------
    net : (first, head, coin, low, high)
        Arcs in rows by tail; the coin that each draws, and the draws [low, high) with which it
        is open.
    points, owner : for each node
    starts : (node, owner whose nodes do not count) of each start
    watched : (row, node)
        Bits of each row and of each node whose losses are told by node; empty if ``n_watched``
        is 0.

    Returns
    -------
    total, total_square
        Of the points reached.
    sums : (row_sum, row_square, node_sum, node_square)
        Of the points lost without each row, and without each node.
    lost : (n_watched, n_nodes)
        Worlds in which each node is lost without what is watched.
    """
    start_node, start_owner = starts
    n, m = len(net[0]) - 1, len(net[1])
    sums = (np.zeros(m, np.int64), np.zeros(m), np.zeros(n, np.int64), np.zeros(n))
    lost = np.zeros((n_watched, n if n_watched > 0 else 0), np.int32)
    total, total_square = np.int64(0), 0.0
    num, vertex = np.full(n, -1, np.int32), np.empty(n, np.int32)
    found = (num, vertex, np.empty(n, np.int32), np.empty(n, np.int32))
    entries = (np.empty(n, np.int32), np.empty((m, 2), np.int32))
    stack, cursor = np.empty(n + 1, np.int32), np.empty(n + 1, np.int64)
    idom, following = np.empty(n, np.int32), np.empty(n, np.int32)
    forest = np.empty((n, 3), np.int32)
    weight, size, place = np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int32)
    tree = (idom, weight, size, place)
    mask = np.zeros(n, np.uint64)
    for world in range(first_world, first_world + n_worlds):
        key = world_key(rng_seed, world)
        start = start_of(key, len(start_node))
        left_out = start_owner[start]
        count = _explore(key, start_node[start], net, found, entries, (stack, cursor))
        only_arc = net[0][start_node[start] + 1] - net[0][start_node[start]] == 1
        _dominators(count, found[2], entries, idom, forest, stack, 1 if only_arc else 0)
        _weigh(count, vertex, idom, points, owner, left_out, weight, size, place, following)
        total += weight[0]
        total_square += float(weight[0]) ** 2
        if n_watched > 0:
            _mark(count, found, tree, entries, watched, mask)
            _count_lost(count, vertex, mask, points, owner, left_out, lost)
        else:
            _add_losses(count, found, tree, entries, sums)
        for v in range(count):
            num[vertex[v]] = -1
    return total, total_square, sums, lost


@njit(cache=True, nogil=True)
def _spread(key, root, net, round_, seen, queue):
    """Mark what open arcs lead to from the root; return how many nodes that is."""
    first, head, coin, low, high = net
    seen[root], queue[0] = round_, root
    count, done = 1, 0
    while done < count:
        node = queue[done]
        done += 1
        for row in range(first[node], first[node + 1]):
            goes_to = head[row]
            if seen[goes_to] != round_ and is_open(key, coin[row], low[row], high[row]):
                seen[goes_to] = round_
                queue[count] = goes_to
                count += 1
    return count


@njit(cache=True, nogil=True)
def compared(net, after, points, owner, starts, rng_seed, first_world, n_worlds):
    """Count what is reached, world by world, and what is still reached when arcs open less.

    Parameters
    ----------
    after : array
        The ``high`` of each arc afterwards, at most that of ``net``.

    Returns
    -------
    before_count, after_count
        Worlds in which each node counts.
    sums, squares
        Of the points before, of those after, and of what is lost.
    """
    first = net[0]
    start_node, start_owner = starts
    n = len(first) - 1
    counts = np.zeros((2, n), np.int64)
    sums, squares = np.zeros(3, np.int64), np.zeros(3, np.float64)
    seen, queue = np.zeros(n, np.int64), np.empty(n, np.int32)
    nets = (net, (net[0], net[1], net[2], net[3], after))
    values = np.zeros(3, np.int64)
    for world in range(n_worlds):
        key = world_key(rng_seed, first_world + world)
        start = start_of(key, len(start_node))
        for side in range(2):
            round_ = 2 * world + side + 1
            count = _spread(key, start_node[start], nets[side], round_, seen, queue)
            values[side] = _score(count, queue, points, owner, start_owner[start], counts[side])
        values[2] = values[0] - values[1]
        sums += values
        squares += values.astype(np.float64) ** 2
    return counts, sums, squares


@njit(cache=True, nogil=True)
def _score(count, queue, points, owner, left_out, counts):
    """Sum the points of what is reached, and count each node that has some."""
    value = np.int64(0)
    for place in range(count):
        node = queue[place]
        if points[node] > 0 and (left_out < 0 or owner[node] != left_out):
            value += points[node]
            counts[node] += 1
    return value


@njit(cache=True, nogil=True)
def reached(net, points, owner, starts, rng_seed, first_world, n_worlds):
    """Sum the points reached and the nodes visited, world by world: the plain analysis."""
    start_node, start_owner = starts
    n = len(net[0]) - 1
    seen, queue, counts = np.zeros(n, np.int64), np.empty(n, np.int32), np.zeros(n, np.int64)
    total = visits = np.int64(0)
    for world in range(n_worlds):
        key = world_key(rng_seed, first_world + world)
        start = start_of(key, len(start_node))
        count = _spread(key, start_node[start], net, world + 1, seen, queue)
        total += _score(count, queue, points, owner, start_owner[start], counts)
        visits += count
    return total, visits
