"""Everything that is said about speed and memory, measured in one go.

Run from the top of the repository, with the package and ``.[bench]`` installed, on a quiet machine::

    python tests/benchmarks/performance.py

It writes ``docs/explanation/performance.md`` and the plot beside it; no figure stands there that this
run did not print. Takes about a quarter of an hour.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import cascades
import influence
import matplotlib as mpl

from blastradius.engine import HarmNetwork, reach_exact

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "performance.md"
PLOT = ROOT / "docs" / "images" / "performance.svg"
PARTIES = (1_000, 5_000, 20_000, 100_000)
RUNS = 3
PACKAGES = ("numpy", "numba", "polars", "networkx", "cynetdiff", "ndlib")


class Run(NamedTuple):
    """A whole command: time from start to end, and the most memory it held."""

    seconds: float
    mib: float


class Growth(NamedTuple):
    """Whole commands on a synthetic register of some size."""

    n_parties: int
    n_relations: int
    runs: dict[str, Run]


def run_command(arguments: list[str]) -> Run:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "blastradius", *arguments]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return Run(time.perf_counter() - started, usage.ru_maxrss / 1024)


def median_run(arguments: list[str], runs: int = RUNS) -> Run:
    """Run a command several times; the first of a new installation also compiles."""
    found = [run_command(arguments) for _ in range(runs)]
    return Run(statistics.median(run.seconds for run in found), max(run.mib for run in found))


def grow() -> Iterator[Growth]:
    """Time whole commands on registers of four sizes."""
    with tempfile.TemporaryDirectory() as folder:
        for n in PARTIES:
            register = str(Path(folder) / f"register-{n}")
            made = run_command(["generate", "--parties", str(n), "--seed", "1", "-o", register])
            from blastradius.io.tables import read_register  # noqa: PLC0415

            relations = read_register(register).n_edges
            runs = {
                "generate": made,
                "validate": median_run(["validate", register]),
                "analyze": median_run(["analyze", "synthetic-breach", "--graph", register]),
                "rank": median_run(["rank", "--graph", register], 1 if n > 50_000 else RUNS),
            }
            print(n, relations, runs, flush=True)
            yield Growth(n, relations, runs)


def exact_rows() -> Iterator[tuple[str, int, float, float]]:
    """Time two-terminal grids, arcs in both directions, each open with probability 0.9."""
    for rows, columns in ((5, 5), (6, 6), (2, 100)):
        tail, head = [], []
        for r in range(rows):
            for c in range(columns):
                for other in ((r + 1, c), (r, c + 1)):
                    if other[0] < rows and other[1] < columns:
                        here, there = r * columns + c, other[0] * columns + other[1]
                        tail += [here, there]
                        head += [there, here]
        network = HarmNetwork.from_arcs(rows * columns, tail, head, [0.9] * len(tail))
        times = []
        for _ in range(RUNS):
            started = time.perf_counter()
            reach = reach_exact(network, [0])
            times.append(time.perf_counter() - started)
        print(f"grid {rows} x {columns}: {times}", flush=True)
        yield f"{rows} x {columns}", len(tail), statistics.median(times), float(reach[-1])


def draw(growths: list[Growth]) -> None:
    """Draw time and memory against the number of relations."""
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "blastradius"
    import matplotlib.pyplot as plt  # noqa: PLC0415

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    sizes = [growth.n_relations for growth in growths]
    for name in growths[0].runs:
        left.loglog(sizes, [g.runs[name].seconds for g in growths], marker="o", label=name)
        right.loglog(sizes, [g.runs[name].mib for g in growths], marker="o", label=name)
    left.set(xlabel="relations", ylabel="whole command [s]")
    right.set(xlabel="relations", ylabel="peak memory [MiB]")
    left.legend()
    for axes in (left, right):
        axes.grid(visible=True, which="both", alpha=0.3)
    figure.savefig(PLOT, metadata={"Date": None})


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    lines = [" | ".join(header)]
    lines.append(" | ".join("---" for _ in lines[0].split(" | ")))
    lines += [" | ".join(row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def page(
    rows: list[cascades.Row],
    grids: list[tuple[str, int, float, float]],
    growths: list[Growth],
    start_up: str,
    published: str,
) -> str:
    """Return the page."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    cells = [
        (
            row.network,
            row.regime,
            str(row.n_origins),
            row.kernel,
            f"{row.ours.spread:,.1f}",
            f"{row.ours.rate:,.0f}",
            *(
                f"{row.ratio(p):,.1f}" if p in row.peers else ""
                for p in ("cynetdiff", "ndlib", "loop")
            ),
            f"{row.agreement('cynetdiff'):.1f}",
        )
        for row in rows
    ]
    least = min(row.ratio("cynetdiff") for row in rows)
    return f"""\
# Performance

Written by `python tests/benchmarks/performance.py`; no figure here was typed. What decides between
exact and sampled, and how worlds are sampled, stands in [engines](engines.md).

Machine: {platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python
{platform.python_version()}. Versions: {versions}. Load before the run: {LOAD:.1f}.

## Sampled cascades against peers

Worlds per second on the same network, coins and origins in one run, over {
        cascades.BATCHES
    } batches,
whole calls on all cores. `cynetdiff` is compiled and runs its loop over worlds on one core; `loop` is
a breadth-first search over a networkx graph. A ratio says how many times as many worlds we sample.
The last column is the difference of the mean spreads from cynetdiff's, in joint standard errors
(those of {cascades.BATCHES} batches are themselves rough: 4 is not yet a contradiction).
The least ratio to cynetdiff is {least:.1f}.

{
        table(
            (
                "network",
                "coins",
                "origins",
                "kernel",
                "spread",
                "worlds/s",
                "x cynetdiff",
                "x ndlib",
                "x loop",
                "apart",
            ),
            cells,
        )
    }

{published}
## Exact reach

Grids with arcs in both directions, probability 0.9, all nodes from one corner: medians of {
        RUNS
    } runs.

{
        table(
            ("grid", "arcs", "seconds", "reach of the far corner"),
            ((name, str(n), f"{seconds:.2f}", f"{p:.12f}") for name, n, seconds, p in grids),
        )
    }

## Start-up

{start_up}

## Registers of growing size

Whole commands on synthetic registers (`blastradius generate --seed 1`), reading included; medians of
{
        RUNS
    } runs, one of `rank` on the largest. `analyze` is that of the recorded breach, which reaches many.

{
        table(
            (
                "parties",
                "relations",
                *(f"{name} [s]" for name in growths[0].runs),
                "most memory [MiB]",
            ),
            (
                (
                    f"{g.n_parties:,}",
                    f"{g.n_relations:,}",
                    *(f"{run.seconds:.1f}" for run in g.runs.values()),
                    f"{max(run.mib for run in g.runs.values()):,.0f}",
                )
                for g in growths
            ),
        )
    }

![Time and memory against relations](../images/performance.svg)
"""


def published() -> str:
    """Return the comparison with a published spread; empty where the network is not at hand."""
    found = influence.run()
    if found is None:
        return ""
    low, high = influence.PUBLISHED
    return f"""\
## A published spread

NetHEPT, weighted cascade, {influence.N_SEEDS} seeds chosen greedily from {influence.N_SETS:,} reverse reachable
sets: we sample a spread of {found.ours.spread:.1f} nodes (standard error {found.ours.error:.2f}), cynetdiff
{found.cynetdiff.spread:.1f} ({found.cynetdiff.error:.2f}). Published for the same file and number of seeds:
{low:,.0f} to {high:,.0f}, {influence.SOURCE}.
"""


def start_up() -> str:
    """Return what the benchmark of start-up prints."""
    script = Path(__file__).with_name("startup.py")
    found = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=True
    )
    print(found.stdout, flush=True)
    return f"```text\n{found.stdout.strip()}\n```"


LOAD = os.getloadavg()[0]


def main() -> None:
    """Measure, and write the page."""
    growths = list(grow())
    rows = cascades.run()
    text = page(rows, list(exact_rows()), growths, start_up(), published())
    draw(growths)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
