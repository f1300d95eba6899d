"""Sampler benchmark: 100,000 worlds of what-if in headless Chromium, as the page runs them.

Run from the top of the repository::

    PYTHONPATH=tests python tests/benchmarks/sampler.py

Times are those between a request to the worker and its answer. Opening (the worker starts, gets
the network and warms up) and the first request are shown by themselves; a slider meets the rest.
With evidence a run finds the tilt of its coins first, then samples twice, without and with it.
"""

from __future__ import annotations

import random
import statistics

from browser.conftest import ARGUMENTS
from browser.install_chromium import find_chromium
from browser.sampling import SAMPLER
from playwright.sync_api import sync_playwright

import blastradius as br
from blastradius.explorer.network_data import network_data

N_WORLDS = 100_000
RUNS = 15

TIME = """
async ([source, network, likelihood, nWorlds, runs]) => {
  const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(address);
  const ask = (request) => new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data.result);
    worker.postMessage(request);
  });
  const opened = performance.now();
  worker.postMessage({ network });
  const request = { probability: network.probability, likelihood };
  await ask({ ...request, id: -1, nWorlds: 1, seed: 0 });
  const opening = performance.now() - opened;
  const times = [];
  let found;
  for (let seed = 0; seed < runs; seed++) {
    const start = performance.now();
    found = await ask({ ...request, id: seed, nWorlds, seed });
    times.push(performance.now() - start);
  }
  return { opening, times, effective: found.effectiveWorlds };
}
"""


def large_network(n_nodes: int = 2000, n_arcs: int = 6000) -> dict:
    """Return a random network with cycles, of which harm reaches a good part."""
    rng = random.Random(0)
    tails = [rng.randrange(0, n_nodes) if k > 40 else 0 for k in range(n_arcs)]
    return {
        "n_nodes": n_nodes,
        "n_arcs": n_arcs,
        "tail": tails,
        "head": [rng.randrange(1, n_nodes) for _ in tails],
        "probability": [rng.choice([0.02, 0.1, 0.3, 0.5]) for _ in tails],
        "sure": [False] * n_arcs,
        "readouts": [],
        "likelihood": [[node, rng.choice([9, 99, 1 / 9])] for node in range(1, 20)],
    }


def main() -> None:
    networks = {"large random network": large_network()}
    for target in ("continental", "nissan-oceania", "edag"):
        networks[target] = network_data(br.analyze("automotive", target)._breach)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for name, network in reversed(networks.items()):
            for label, likelihood in (("evidence", network["likelihood"]), ("none", [])):
                page = browser.new_page()
                runs = RUNS if network["n_nodes"] < 1000 else 3
                found = page.evaluate(TIME, [SAMPLER, network, likelihood, N_WORLDS, runs])
                page.close()
                first, *later = found["times"]
                print(
                    f"{name:20s} {network['n_nodes']:5d} nodes {network['n_arcs']:5d} coins  "
                    f"{label:8s} opening {found['opening']:5.0f} ms   first {first:5.0f} ms   median {statistics.median(later):6.0f} ms"
                    f"   min {min(later):6.0f} ms   effective worlds {found['effective']:7.0f}"
                )
        browser.close()


if __name__ == "__main__":
    main()
