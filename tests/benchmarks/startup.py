"""Start-up benchmark: the whole command `analyze continental` against `import networkx`.

Run with the interpreter of an environment in which the package is installed (not editable, so
that the compiled graph is used)::

    python tests/benchmarks/startup.py

Both commands run in turn, so that a busy machine slows both; the ratio of medians is printed.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 21
COMMANDS = {
    "import networkx": [sys.executable, "-c", "import networkx"],
    "analyze continental": [sys.executable, "-m", "blastradius", "analyze", "continental"],
}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd="/")
    return time.perf_counter() - start


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    medians = {name: statistics.median(found) for name, found in times.items()}
    for name, found in times.items():
        print(f"{name:22s} min {min(found) * 1e3:6.1f} ms   median {medians[name] * 1e3:6.1f} ms")
    print(
        f"ratio of medians       {medians['analyze continental'] / medians['import networkx']:.2f}"
    )


if __name__ == "__main__":
    main()
