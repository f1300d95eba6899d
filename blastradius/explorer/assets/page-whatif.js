/* What if: changes to the network, sampled live in a worker; undo, link and file. */
(function (app) {
  'use strict';

  const { data, state, el } = app;
  const scenario = BlastScenario;
  const WORLDS = 100000;
  const SEED = 1;

  let history = scenario.history();
  let worker = null;
  let request = 0;
  let base = null; // parties as sampled without any change, to tell change from noise
  let fragment = ''; // what this page last wrote to the address

  app.changes = () => history.now;

  /** What a change makes of a relation, in a word for its arrow; empty if nothing. */
  app.changeWords = function (edge) {
    const change = history.now.find((item) => item.cut === edge.edge || item.edge === edge.edge);
    if (change === undefined) return '';
    return change.cut ? 'cut' : app.change(app.probability(edge.probability), app.probability(change.probability));
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
      id: request, nWorlds: WORLDS, seed: SEED, ...scenario.apply(data, changes),
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
    const isWeighed = data.network.likelihood.length > 0
      || history.now.some((change) => change.observe !== undefined);
    const score = isWeighed ? before.halfWidth + after.halfWidth : 1e-6;
    const chance = isWeighed ? before.harmedWidth + after.harmedWidth : 1e-8;
    return Math.abs(before.score - after.score) > score
      || Math.abs(before.harmed - after.harmed) > chance;
  }

  function verdict(party, harmed) {
    if (harmed <= 0) return 'no recorded path';
    const said = [...party.observations.map((item) => item.state),
      ...history.now.filter((change) => change.observe === party.id).map((change) => change.state)];
    if (said.includes('confirmed') || (party.is_origin && party.verdict === 'confirmed')) return 'confirmed';
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
      ask([], (result) => { base = read(result); update(changes); });
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
    app.set({ sampled: { parties, time, worlds: result.nWorlds, effective: result.effectiveWorlds } });
    app.announce(`What if: ${app.plural(parties.size, 'score')} changed`);
  }

  function say(text) {
    const note = app.byId('sampled-note');
    note.hidden = false;
    note.textContent = text;
  }

  /* -- changes ------------------------------------------------------------------------------- */

  function commit(changes) {
    history = scenario.push(history, changes);
    render();
    update();
  }

  const put = (change) => commit(scenario.put(history.now, change));
  const drop = (change) => commit(scenario.drop(history.now, change));
  app.putChange = put;

  /** Follow a slider without a step of the history for each pixel. */
  const preview = (change) => update(scenario.put(history.now, change));

  function step(move) {
    history = move(history);
    render();
    update();
  }
  app.undo = () => step(scenario.undo);
  app.redo = () => step(scenario.redo);

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
    history = scenario.push(history, changes.filter((change) => !unknown.includes(change)));
    if (unknown.length) say(`${app.plural(unknown.length, 'change')} of the link name what this page does not know; left out.`);
    render();
    update();
    if (history.now.length) app.showTab('whatif');
  }

  function save() {
    const name = `What if: ${history.now.map((change) => scenario.describe(change, data)).join('; ')}`;
    app.download(`${app.fileName()}-scenario.json`, 'application/json', scenario.toFileText(data, history.now, name));
  }

  /* -- the panel ----------------------------------------------------------------------------- */

  const button = (text, act, extra = {}) => el('button', { type: 'button', onclick: act, ...extra }, text);
  const relations = data.edges.filter((edge) => edge.kind !== 'origin');
  const find = (test) => history.now.find(test);

  function slider(label, value, make, extra = {}) {
    const text = (v) => `${Math.round(v * 100)}%`;
    const output = el('output', {}, text(value));
    const input = el('input', {
      type: 'range', min: 0, max: 100, step: 1, value: Math.round(value * 100), ...extra,
      oninput: (event) => {
        output.textContent = text(event.target.value / 100);
        preview(make(event.target.value / 100));
      },
      onchange: (event) => put(make(event.target.value / 100)),
    });
    return el('label', { class: 'slider' }, el('span', {}, label), input, output);
  }

  function edgeForm(edge) {
    const cut = find((change) => change.cut === edge.edge);
    const set = find((change) => change.edge === edge.edge);
    const value = cut ? 0 : set ? set.probability : edge.probability;
    return el('div', { class: 'form' },
      el('h4', {}, edge.label),
      el('div', { class: 'actions' },
        button(cut ? 'Restore the relation' : 'Cut the relation', () => (cut ? drop(cut) : put({ cut: edge.edge })), { id: 'cut-edge', 'aria-pressed': String(Boolean(cut)) }),
        set ? button('As recorded', () => drop(set)) : null),
      slider('Probability', value, (probability) => ({ edge: edge.edge, probability }), { id: 'edge-probability' }));
  }

  function partyForm(party) {
    const said = find((change) => change.observe === party.id);
    const control = find((change) => change.control === party.id);
    const states = Object.entries(app.STATES).map(([name, words]) => button(words, () => {
      if (said && said.state === name) drop(said);
      else put({ observe: party.id, state: name });
    }, { 'aria-pressed': String(Boolean(said && said.state === name)), 'data-state': name }));
    return el('div', { class: 'form' },
      el('h4', {}, party.name),
      el('div', { class: 'actions', role: 'group', 'aria-label': 'What is said of it' }, el('span', { class: 'muted' }, 'It turns out: '), states),
      slider('Control there stops', control ? control.effect : 0, (effect) => ({ control: party.id, effect }), { id: 'control-effect' }),
      el('p', { class: 'muted small' }, 'A control takes this share off every probability that the party guards: data it holds, systems it runs, supplies it needs.'),
      control ? button('Remove the control', () => drop(control)) : null,
      edgesInto(party));
  }

  function edgesInto(party) {
    const into = relations.filter((edge) => edge.to === party.id || (edge.from === party.id && edge.from === edge.to));
    if (into.length === 0) return null;
    return el('details', { open: into.length <= 3 }, el('summary', {}, `Relations that bring harm to ${party.name}`), into.slice(0, 12).map(edgeRow));
  }

  function edgeRow(edge) {
    const cut = find((change) => change.cut === edge.edge);
    return el('p', { class: 'edge-row' },
      button(cut ? 'Restore' : 'Cut', () => (cut ? drop(cut) : put({ cut: edge.edge })), { 'aria-pressed': String(Boolean(cut)), 'aria-label': `${cut ? 'Restore' : 'Cut'}: ${edge.label}` }),
      ' ', button(edge.label, () => { app.selectEdge(edge.id); app.showTab('whatif'); }, { class: 'inline' }),
      el('span', { class: 'muted' }, ` p ${app.probability(edge.probability)}`));
  }

  function form() {
    const chosen = state.selection;
    if (chosen && chosen.kind === 'edge' && app.edge.get(chosen.id).kind !== 'origin') return edgeForm(app.edge.get(chosen.id));
    if (chosen && chosen.kind === 'party') return partyForm(app.party.get(chosen.id));
    return el('p', {}, 'Choose a party or an arrow, in the graph or below, and change it: cut a relation, set its '
      + 'probability, say that a party is confirmed or denies, or add a control.');
  }

  function pickers() {
    const party = el('select', { onchange: (e) => e.target.value && app.selectParty(e.target.value) },
      el('option', { value: '' }, 'Party …'), data.parties.slice(0, 500).map((p) => el('option', { value: p.id }, p.name)));
    const edge = el('select', { onchange: (e) => e.target.value && app.selectEdge(e.target.value) },
      el('option', { value: '' }, 'Relation …'), relations.slice(0, 500).map((item) => el('option', { value: item.id }, item.label)));
    return el('div', { class: 'actions' },
      el('label', {}, el('span', { class: 'visually-hidden' }, 'Choose a party'), party),
      el('label', {}, el('span', { class: 'visually-hidden' }, 'Choose a relation'), edge));
  }

  function changeList() {
    if (history.now.length === 0) return el('p', { class: 'muted' }, 'Nothing is changed: all numbers are those of the analysis.');
    return el('ul', { class: 'changes' }, history.now.map((change) => {
      const words = scenario.describe(change, data);
      return el('li', {}, button('×', () => drop(change), { 'aria-label': `Remove: ${words}`, class: 'remove' }), ' ', words);
    }));
  }

  function results() {
    if (state.sampled === null) return null;
    const rows = data.parties
      .filter((party) => state.sampled.parties.has(party.id))
      .map((party) => [party, state.sampled.parties.get(party.id)])
      .sort(([p, a], [q, b]) => Math.abs(b.score - q.score.posterior) - Math.abs(a.score - p.score.posterior));
    return [
      el('p', { class: 'sampled' }, `Sampled in the page: ${app.count(state.sampled.worlds)} worlds in ${Math.round(state.sampled.time)} ms,`
        + ` ± is a 95 % interval. What moved less is not marked. Before: the ${data.engine.method === 'exact' ? 'exact' : 'sampled'} numbers of the analysis.`),
      totals(rows),
      el('table', { class: 'plain', id: 'whatif-scores' }, el('thead', {}, el('tr', {}, ['Party', 'Score', '±', 'P(harmed)'].map((head) => el('th', { scope: 'col' }, head)))),
        el('tbody', {}, rows.slice(0, 30).map(([party, now]) => el('tr', { 'data-id': party.id },
          el('th', { scope: 'row' }, button(party.name, () => app.selectParty(party.id), { class: 'inline' })),
          el('td', { class: 'num' }, `${app.decimal(party.score.posterior)} → ${app.decimal(now.score)}`),
          el('td', { class: 'num' }, app.decimal(now.halfWidth)),
          el('td', { class: 'num' }, app.change(app.percent(party.probability.harmed.posterior), app.percent(now.harmed))))))),
    ];
  }

  function totals(rows) {
    const radius = data.blast_radius;
    const downstream = rows.filter(([party]) => !party.is_origin);
    const move = (of) => downstream.reduce((sum, [party, now]) => sum + of(party, now), 0);
    const score = radius.total_score.posterior + move((party, now) => now.score - party.score.posterior);
    const harmed = radius.expected_harmed_parties.posterior + move((party, now) => now.harmed - party.probability.harmed.posterior);
    return app.facts([
      ['Total score', `${app.decimal(radius.total_score.posterior)} → ${app.decimal(Math.max(score, 0))}`],
      ['Expected harmed parties', `${app.decimal(radius.expected_harmed_parties.posterior)} → ${app.decimal(Math.max(harmed, 0))}`],
    ]);
  }

  function toolbar() {
    return el('div', { class: 'actions', role: 'toolbar', 'aria-label': 'What-if tools' },
      button('Undo', app.undo, { id: 'undo', disabled: history.past.length === 0 }),
      button('Redo', app.redo, { id: 'redo', disabled: history.future.length === 0 }),
      button('Reset', () => step(scenario.reset), { id: 'reset', disabled: history.now.length === 0 }),
      button('Save scenario', save, { id: 'save-scenario', disabled: history.now.length === 0 }),
      button('Copy link', copyLink, { id: 'copy-link', disabled: history.now.length === 0 }));
  }

  function copyLink() {
    const done = () => app.announce('Link copied');
    if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(done, done);
  }

  const parts = {};

  function render() {
    const body = app.byId('whatif');
    const focused = body.contains(document.activeElement) ? document.activeElement.id : '';
    app.fill(body, toolbar(), parts.list = el('div', {}, changeList()), parts.form = el('div', {}, form()), pickers(), parts.results = el('div', {}, results()));
    if (focused && app.byId(focused)) app.byId(focused).focus({ preventScroll: true });
  }

  function showSampled() {
    const note = app.byId('sampled-note');
    note.hidden = state.sampled === null;
    if (state.sampled !== null) {
      note.textContent = `What if: ${app.plural(state.sampled.parties.size, 'score')} changed, sampled in the page`;
    }
    app.fill(parts.results, results());
  }

  app.startWhatIf = function () {
    render();
    app.watch(['sampled'], showSampled);
    app.watch(['selection'], render);
    globalThis.addEventListener('hashchange', readFragment);
    readFragment();
  };
}(globalThis.BlastPage = globalThis.BlastPage || {}));
