/* What if: changes to the network, sampled live in a worker; undo, link and file. */
(function (app) {
  'use strict';

  const { data } = app;
  const scenario = BlastScenario;
  const COINS = 4e7; // tossed for one answer at most: large networks get fewer worlds, and say so
  const WORLDS = Math.round(Math.min(100000, Math.max(10000, COINS / Math.max(1, data.network.n_arcs))));
  const SEED = 1;

  let history = scenario.history();
  let worker = null;
  let request = 0;
  let base = null; // parties as sampled without any change, to tell change from noise
  let notice = ''; // what the reader should know of link or sampler
  let fragment = ''; // what this page last wrote to the address

  app.changes = () => history.now;

  /** What a change makes of a relation, in a word for its arrow; empty if nothing. */
  app.changeWords = function (edge) {
    const change = history.now.find((item) => item.cut === edge.edge || item.edge === edge.edge);
    if (change === undefined) return '';
    return change.cut
      ? 'cut'
      : app.change(app.probability(edge.probability), app.probability(change.probability));
  };

  /* -- the worker ---------------------------------------------------------------------------- */

  function startWorker() {
    const source = app.byId('sampler-source').textContent;
    const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    worker = new Worker(url);
    URL.revokeObjectURL(url);
    worker.onmessage = ({ data: answer }) => receive(answer);
    worker.onerror = () => say('The sampler could not start in this browser.');
    worker.postMessage({ network: data.network });
  }

  const waiting = new Map(); // request id -> what to do with its answer

  function ask(changes, use) {
    if (worker === null) startWorker();
    request += 1;
    waiting.clear(); // the worker drops older requests too
    waiting.set(request, { use, start: performance.now() });
    worker.postMessage({
      id: request,
      nWorlds: WORLDS,
      seed: SEED,
      ...scenario.apply(data, changes),
    });
  }

  function receive({ id, result, error }) {
    const asked = waiting.get(id);
    if (asked === undefined) return;
    waiting.delete(id);
    if (error) say(`The sampler failed: ${error}`);
    else asked.use(result, performance.now() - asked.start);
  }

  /* -- from sampled nodes to parties --------------------------------------------------------- */

  function read(result) {
    const found = new Map();
    for (const party of data.parties) {
      const nodes = data.network.subjects[party.id];
      if (nodes !== undefined) found.set(party.id, readParty(nodes, result));
    }
    return found;
  }

  function readParty(nodes, { posterior, halfWidth }) {
    const at = (node) => (node === null ? 0 : posterior[node]);
    const sum = (of) => nodes.levels.reduce((total, [node, points]) => total + points * of[node], 0);
    return {
      score: sum(posterior),
      halfWidth: sum(halfWidth),
      harmedWidth: nodes.harmed === null ? 0 : halfWidth[nodes.harmed],
      exposed: at(nodes.exposed),
      compromised: at(nodes.compromised),
      disrupted: at(nodes.disrupted),
      harmed: at(nodes.harmed),
    };
  }

  /* The same worlds are drawn before and after, so a change of probabilities shows without noise.
     Where statements weigh the worlds, what stays within the intervals counts as no change. */
  function differs(before, after) {
    const isWeighed =
      data.network.likelihood.length > 0 || history.now.some((change) => change.observe !== undefined);
    const score = isWeighed ? before.halfWidth + after.halfWidth : 1e-6;
    const chance = isWeighed ? before.harmedWidth + after.harmedWidth : 1e-8;
    return Math.abs(before.score - after.score) > score || Math.abs(before.harmed - after.harmed) > chance;
  }

  function verdict(party, harmed) {
    const said = [
      ...party.observations.map((item) => item.state),
      ...history.now.filter((change) => change.observe === party.id).map((change) => change.state),
    ];
    if (said.includes('confirmed') || (party.is_origin && party.verdict === 'confirmed')) return 'confirmed';
    if (harmed <= 0) return 'no recorded path';
    if (harmed >= 0.75) return 'likely';
    return harmed >= 0.25 ? 'possible' : 'unlikely';
  }

  function update(changes = history.now) {
    writeFragment(changes);
    if (changes.length === 0) {
      waiting.clear();
      app.set({ sampled: null });
      return;
    }
    if (base === null) {
      ask([], (result) => {
        base = read(result);
        update(changes);
      });
      return;
    }
    ask(changes, (result, time) => show(read(result), result, time));
  }

  function show(after, result, time) {
    const parties = new Map();
    for (const party of data.parties) {
      const now = after.get(party.id);
      if (!now || !differs(base.get(party.id), now)) continue;
      parties.set(party.id, { ...now, isChanged: true, verdict: verdict(party, now.harmed) });
    }
    app.set({
      sampled: { parties, all: after, time, worlds: result.nWorlds, effective: result.effectiveWorlds },
    });
    app.announce(`What if: ${app.plural(parties.size, 'score')} changed`);
  }

  function say(text) {
    notice = text;
    app.showNote();
  }

  /* -- changes ------------------------------------------------------------------------------- */

  function commit(changes) {
    history = scenario.push(history, changes);
    app.showChanges();
    update();
  }

  const put = (change) => commit(scenario.put(history.now, change));
  const drop = (change) => commit(scenario.drop(history.now, change));

  /** Follow a slider without a step of the history for each pixel. */
  const preview = (change) => update(scenario.put(history.now, change));

  function step(move) {
    history = move(history);
    app.showChanges();
    update();
  }

  /* -- address and file ---------------------------------------------------------------------- */

  function writeFragment(changes) {
    fragment = scenario.toFragment(changes);
    const address = fragment ? `#${fragment}` : location.pathname + location.search;
    try {
      globalThis.history.replaceState(null, '', address);
    } catch {
      location.hash = fragment; // some browsers refuse replaceState for local files
    }
  }

  function readFragment() {
    const text = location.hash.replace(/^#/, '');
    if (text === fragment) return;
    const changes = scenario.fromFragment(text);
    if (changes === null) return;
    const unknown = scenario.unknown(data, changes);
    history = scenario.push(
      history,
      changes.filter((change) => !unknown.includes(change)),
    );
    if (unknown.length)
      say(`${app.plural(unknown.length, 'change')} of the link name what this page does not know; left out.`);
    app.showChanges();
    update();
    if (history.now.length) app.showTab('whatif');
  }

  function save() {
    const name = `What if: ${history.now.map((change) => scenario.describe(change, data)).join('; ')}`;
    app.download(
      `${app.fileName()}-scenario.json`,
      'application/json',
      scenario.toFileText(data, history.now, name),
    );
  }

  app.whatIf = {
    put,
    drop,
    preview,
    save,
    undo: () => step(scenario.undo),
    redo: () => step(scenario.redo),
    reset: () => step(scenario.reset),
    history: () => history,
    settled: () => waiting.size === 0,
    notice: () => notice,
  };

  app.startWhatIf = function () {
    app.showChanges();
    globalThis.addEventListener('hashchange', readFragment);
    readFragment();
  };
})((globalThis.BlastPage = globalThis.BlastPage || {}));
