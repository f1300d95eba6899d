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
    in_first, in_next, in_tail = entries
    stack, cursor = stacks
    num[root], vertex[0], parent[0], via[0], in_first[0] = 0, root, -1, -1, -1
    count, n_open, depth = 1, 0, 0
    stack[0], cursor[0] = 0, first[root]
    while depth >= 0:
        at, row = stack[depth], cursor[depth]
        node = vertex[at]
        if row == first[node + 1]:
            depth -= 1
            continue
        cursor[depth] = row + 1
        goes_to = head[row]
        if goes_to in (root, node) or not is_open(key, coin[row], low[row], high[row]):
            continue
        into = num[goes_to]
        if into < 0:
            into = count
            count += 1
            num[goes_to], vertex[into], parent[into], via[into] = into, goes_to, at, row
            in_first[into] = -1
            depth += 1
            stack[depth], cursor[depth] = into, first[goes_to]
        in_tail[n_open], in_next[n_open], in_first[into] = at, in_first[into], n_open
        n_open += 1
    return count


@njit(cache=True, nogil=True)
def _least_label(v, linked, ancestor, label, semi, stack):
    """Return the node of least semidominator on the linked way up from v; compress that way."""
    depth = 0
    while ancestor[v] >= linked:
        stack[depth] = v
        depth += 1
        v = ancestor[v]
    best, top = label[v], v
    while depth > 0:
        depth -= 1
        v = stack[depth]
        ancestor[v] = ancestor[top]
        if semi[best] < semi[label[v]]:
            label[v] = best
        else:
            best = label[v]
        top = v
    return label[v]


@njit(cache=True, nogil=True)
def _dominators(count, parent, entries, idom, semi, label, ancestor, stack):
    """Fill in the immediate dominator of each numbered node (semi-NCA)."""
    in_first, in_next, in_tail = entries
    for v in range(count):
        idom[v] = ancestor[v] = parent[v]
        semi[v] = label[v] = v
    for v in range(count - 1, 0, -1):
        least = parent[v]
        entry = in_first[v]
        while entry >= 0:
            tail = in_tail[entry]
            if tail > v:
                tail = semi[_least_label(tail, v + 1, ancestor, label, semi, stack)]
            least = min(least, tail)
            entry = in_next[entry]
        semi[v] = least
    for v in range(1, count):
        above = idom[v]
        while above > semi[v]:
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
def _is_only_way(v, parent, idom, entries, place, size):
    """Tell whether every path to v comes by the arc by which the search found it."""
    in_first, in_next, in_tail = entries
    if idom[v] != parent[v]:
        return False
    entry = in_first[v]
    if in_next[entry] < 0:
        return True
    others = 0
    while entry >= 0:
        at = place[in_tail[entry]] - place[v]
        others += at < 0 or at >= size[v]
        entry = in_next[entry]
    return others == 1


@njit(cache=True, nogil=True)
def _add_losses(count, found, tree, entries, sums):
    """Add what hangs on each node, and on each arc that is the only way to its head."""
    _, vertex, parent, via = found
    idom, weight, size, place = tree
    row_sum, row_square, node_sum, node_square = sums
    for v in range(1, count):
        if weight[v] > 0:
            square = float(weight[v]) ** 2
            node_sum[vertex[v]] += weight[v]
            node_square[vertex[v]] += square
            if _is_only_way(v, parent, idom, entries, place, size):
                row_sum[via[v]] += weight[v]
                row_square[via[v]] += square


@njit(cache=True, nogil=True)
def _mark(count, found, tree, entries, watched, mask):
    """Mark each node with what is watched and dominates it."""
    _, vertex, parent, via = found
    idom, _, size, place = tree
    row_watch, node_watch = watched
    mask[0] = 0
    for v in range(1, count):
        mask[v] = mask[idom[v]]
        if node_watch[vertex[v]] >= 0:
            mask[v] |= np.uint64(1) << np.uint64(node_watch[vertex[v]])
        bit = row_watch[via[v]]
        if bit >= 0 and _is_only_way(v, parent, idom, entries, place, size):
            mask[v] |= np.uint64(1) << np.uint64(bit)


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
        Bit of each row and of each node whose losses are told by node, -1 for none; empty if
        ``n_watched`` is 0.

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
    found = (num, vertex, np.empty(n, np.int32), np.empty(n, np.int64))
    entries = (np.empty(n, np.int64), np.empty(m, np.int64), np.empty(m, np.int32))
    stack, cursor = np.empty(n + 1, np.int32), np.empty(n + 1, np.int64)
    idom, semi = np.empty(n, np.int32), np.empty(n, np.int32)
    label, ancestor = np.empty(n, np.int32), np.empty(n, np.int32)
    weight, size, place = np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int32)
    tree = (idom, weight, size, place)
    mask = np.zeros(n, np.uint64)
    for world in range(first_world, first_world + n_worlds):
        key = world_key(rng_seed, world)
        start = start_of(key, len(start_node))
        left_out = start_owner[start]
        count = _explore(key, start_node[start], net, found, entries, (stack, cursor))
        _dominators(count, found[2], entries, idom, semi, label, ancestor, stack)
        _weigh(count, vertex, idom, points, owner, left_out, weight, size, place, label)
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
    """Sum the points reached, world by world: the plain analysis, to compare times with."""
    start_node, start_owner = starts
    n = len(net[0]) - 1
    seen, queue, counts = np.zeros(n, np.int64), np.empty(n, np.int32), np.zeros(n, np.int64)
    total = np.int64(0)
    for world in range(n_worlds):
        key = world_key(rng_seed, first_world + world)
        start = start_of(key, len(start_node))
        count = _spread(key, start_node[start], net, world + 1, seen, queue)
        total += _score(count, queue, points, owner, start_owner[start], counts)
    return total
