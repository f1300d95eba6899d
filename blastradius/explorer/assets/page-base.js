/* What all parts of the page share: its data, its state, elements made without markup, numbers. */
(function (app) {
  'use strict';

  const data = JSON.parse(document.getElementById('page-data').textContent);
  app.data = data;
  app.party = new Map(data.parties.map((party) => [party.id, party]));
  app.edge = new Map(data.edges.map((edge) => [edge.id, edge]));
  const SENTENCES = {
    origin: (from, to) => `${to} is breached`,
    custody: (from, to) => `Data of ${to} that ${from} holds is disclosed`,
    own: (from) => `Data that ${from} keeps itself is disclosed`,
    access: (from, to) => `${to} is compromised through the access that ${from} has`,
    pivot: (from, to) => `${to} is compromised with what is disclosed`,
    outage: (from, to) => `Operations of ${to} stop`,
    dependency: (from, to) => `${to}, which depends on ${from}, is disrupted`,
  };
  for (const edge of data.edges) {
    edge.label = SENTENCES[edge.kind](app.party.get(edge.from).name, app.party.get(edge.to).name);
    edge.basis_note = data.notes[edge.basis_note];
  }
  app.edgeOfArc = new Map();
  for (const edge of data.edges) for (const arc of edge.arcs) app.edgeOfArc.set(arc, edge);
  app.byId = (id) => document.getElementById(id);
  app.name = (id) => (app.party.has(id) ? app.party.get(id).name : id);

  /* -- elements: text only ever enters as text ------------------------------------------- */

  /** Make an element; properties starting with "on" are listeners, others attributes. */
  app.el = function (tag, properties, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(properties || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value === true ? '' : String(value));
    }
    return app.put(node, ...children);
  };

  /** Append children: nodes, texts, or lists of both; null and false are left out. */
  app.put = function (node, ...children) {
    for (const child of children.flat(Infinity)) {
      if (child === null || child === undefined || child === false) continue;
      node.append(child instanceof Node ? child : String(child));
    }
    return node;
  };

  app.fill = function (node, ...children) {
    node.replaceChildren();
    return app.put(node, ...children);
  };

  /** A link for http and https; anything else stays text. */
  app.link = function (text, url) {
    if (!/^https?:\/\//i.test(url || '')) return app.el('span', {}, text);
    return app.el('a', { href: url, rel: 'noopener noreferrer', target: '_blank' }, text);
  };

  app.announce = function (text) {
    app.byId('live').textContent = text;
  };

  /* -- state: one object, changed in one place ------------------------------------------- */

  const listeners = [];
  app.state = {
    selection: null, // {kind: 'party' | 'edge' | 'fold', id}
    lit: null, // Set of edge ids that are highlighted
    pinned: null, // the same, kept after the pointer leaves
    story: null, // id of the party whose story alone is shown
    hop: null, // replay: harm has come this far
    filter: {
      search: '',
      role: '',
      band: '',
      variety: '',
      channel: '',
      certainty: '',
      minimum: 0,
    },
    sort: { column: 'rank', down: false },
    unfolded: new Set(),
    sampled: null, // answer of the what-if, see page-whatif.js
  };

  /** Change the state and tell every part which keys changed. */
  app.set = function (changes) {
    Object.assign(app.state, changes);
    const keys = new Set(Object.keys(changes));
    for (const listener of listeners) listener(keys);
  };

  app.watch = function (keys, listener) {
    listeners.push((changed) => {
      if (keys.some((key) => changed.has(key))) listener(changed);
    });
  };

  app.selectParty = (id) => app.set({ selection: { kind: 'party', id }, lit: null, pinned: null });
  app.selectEdge = (id) => app.set({ selection: { kind: 'edge', id }, lit: null, pinned: null });
  app.selected = (kind, id) =>
    app.state.selection !== null && app.state.selection.kind === kind && app.state.selection.id === id;

  /* -- which parties are shown, the same for graph and table --------------------------------- */

  /** Ids along the recorded paths of a party, itself included. */
  app.storyOf = function (id) {
    const ids = new Set([id]);
    for (const path of app.party.get(id).paths) {
      for (const edge of app.edgesOfPath(path)) ids.add(edge.from).add(edge.to);
    }
    return ids;
  };

  app.edgesOfPath = (path) => path.arcs.map((arc) => app.edgeOfArc.get(arc)).filter(Boolean);

  app.highest = (party) => Math.max(...Object.values(party.probability).map((p) => p.posterior));

  const folded = (text) =>
    text
      .toLowerCase()
      .normalize('NFKD')
      .replace(/[\u0300-\u036f]/g, '');
  const haystacks = new Map();
  function haystack(party) {
    if (!haystacks.has(party.id)) {
      haystacks.set(party.id, folded(`${party.name} ${party.id} ${app.ROLES[party.role]}`));
    }
    return haystacks.get(party.id);
  }

  function passes(party, filter, words) {
    const text = haystack(party);
    return (
      words.every((word) => text.includes(word)) &&
      (!filter.role || party.role === filter.role) &&
      (!filter.band || app.bandNow(party) === filter.band) &&
      (!filter.variety || filter.variety in party.varieties) &&
      (!filter.channel || party.channels.includes(filter.channel)) &&
      (!filter.certainty || party.certainty === filter.certainty) &&
      app.now(party).harmed >= filter.minimum - 1e-9
    );
  }

  /** Ids of the parties that pass story and filter; an origin always does. */
  app.shown = function () {
    const { filter, story } = app.state;
    const words = folded(filter.search).split(/\s+/).filter(Boolean);
    const ids = story === null ? null : app.storyOf(story);
    const shown = new Set();
    for (const party of data.parties) {
      if (ids !== null && !ids.has(party.id)) continue;
      if (party.is_origin || passes(party, filter, words)) shown.add(party.id);
    }
    return shown;
  };

  /* -- numbers: those of the answer, or those sampled in the page ----------------------------- */

  /** Score and probabilities of a party as the page shows them now. */
  app.now = function (party) {
    const sampled = app.state.sampled && app.state.sampled.parties.get(party.id);
    if (sampled) return sampled;
    const chance = (event) => party.probability[event].posterior;
    return {
      score: party.score.posterior,
      exposed: chance('exposed'),
      compromised: chance('compromised'),
      disrupted: chance('disrupted'),
      harmed: chance('harmed'),
      verdict: party.verdict,
      isChanged: false,
    };
  };

  app.bandOf = function (score) {
    if (score >= 75) return 'critical';
    if (score >= 50) return 'high';
    if (score >= 25) return 'medium';
    return score > 0 ? 'low' : 'none';
  };
  app.bandNow = (party) => app.bandOf(app.now(party).score);

  /** Round halves to even, as the reports outside the page do. */
  function toWhole(value) {
    const floor = Math.floor(value);
    if (value - floor !== 0.5) return Math.round(value);
    return floor % 2 === 0 ? floor : floor + 1;
  }

  /** A score without decimals, never rounded into the next band. */
  app.scoreText = function (score) {
    if (score > 0 && score < 1) return '<1';
    if (score > 99 && score < 100) return '>99';
    const rounded = toWhole(score);
    return String(app.bandOf(rounded) === app.bandOf(score) ? rounded : Math.floor(score));
  };

  /** Score before and after: the observations, or the what-if where it moved the score. */
  app.scoreChange = function (party) {
    const now = app.now(party);
    const before = now.isChanged ? party.score.posterior : party.score.prior;
    return app.change(app.scoreText(before), app.scoreText(now.score));
  };

  app.percent = function (probability) {
    const hundredths = probability * 100;
    if (hundredths > 0 && hundredths < 1) return '<1%';
    if (hundredths > 99 && hundredths < 100) return '>99%';
    return `${toWhole(hundredths)}%`;
  };

  app.change = (before, after) => (before === after ? after : `${before} → ${after}`);
  app.percentChange = (e) => app.change(app.percent(e.prior), app.percent(e.posterior));

  /** Probability of an event of a party before and after, as `scoreChange`. */
  app.eventChange = function (party, event) {
    const now = app.now(party);
    const { prior, posterior } = party.probability[event];
    return app.change(app.percent(now.isChanged ? posterior : prior), app.percent(now[event]));
  };
  app.probability = (value) => String(Number(value.toPrecision(3)));
  app.decimal = function (value) {
    if (value > 0 && value < 0.1) return '<0.1';
    return value === 0 || value >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
  };
  app.count = (value) => Math.round(value).toLocaleString('en');
  app.plural = (n, noun, many) => `${app.count(n)} ${n === 1 ? noun : many || `${noun}s`}`;

  /** A large count in words. */
  app.amount = function (value) {
    if (value > 0 && value < 1) return 'fewer than 1';
    for (const [scale, word] of [
      [1e12, 'trillion'],
      [1e9, 'billion'],
      [1e6, 'million'],
    ]) {
      if (value >= scale) return `${Number((value / scale).toPrecision(3))} ${word}`;
    }
    return app.count(value);
  };

  app.bytes = function (value) {
    const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
    let unit = 0;
    let left = value;
    while (left >= 1000 && unit < units.length - 1) {
      left /= 1000;
      unit += 1;
    }
    return `${Number(left.toPrecision(3))} ${units[unit]}`;
  };

  /** Sizes as far as they are stated. */
  app.sizes = function (item) {
    return [
      item.bytes !== null && app.bytes(item.bytes),
      item.documents !== null && `${app.amount(item.documents)} documents`,
      item.records !== null && `${app.amount(item.records)} records`,
    ]
      .filter(Boolean)
      .join(', ');
  };

  /* -- words -------------------------------------------------------------------------------- */

  app.ROLES = {
    oem: 'carmaker',
    tier1: 'tier 1 supplier',
    tier2: 'tier 2 supplier',
    tier3: 'tier 3 supplier',
    'it-provider': 'IT provider',
    'software-vendor': 'software vendor',
    'engineering-service': 'engineering service',
    logistics: 'logistics',
    'dealer-group': 'dealer group',
    'marketing-agency': 'marketing agency',
    finance: 'finance',
    'data-space': 'data space',
    'data-subjects': 'people whose data is held',
    other: 'other',
  };
  app.BANDS = ['critical', 'high', 'medium', 'low', 'none'];
  app.CERTAINTIES = ['documented', 'reported', 'inferred', 'assumed'];
  app.CHANNELS = {
    custody: 'holds data',
    access: 'may enter systems',
    dependency: 'operations depend on it',
  };
  app.STATES = {
    confirmed: 'confirmed',
    reported: 'reported',
    'could-be-affected': 'could be affected',
    denied: 'denied',
  };
  app.BASIS = {
    graph: 'written in the graph',
    measured: 'measured',
    assumed: 'assumed',
    incident: 'fixed by the incident',
    scenario: 'changed by the scenario',
  };
  app.isWeak = (certainty) => certainty === 'inferred' || certainty === 'assumed';

  /** What a party stands to lose: data by kind, systems, operations. */
  app.atRisk = function (party) {
    const kinds = Object.entries(party.varieties)
      .filter(([, chance]) => chance.posterior > 0)
      .map(([kind]) => kind);
    const parts = kinds.length ? [kinds.join(', ')] : [];
    for (const [event, what] of [
      ['compromised', 'systems'],
      ['disrupted', 'operations'],
    ]) {
      const chance = party.probability[event].posterior;
      if (chance >= 0.005) parts.push(`${what} (${app.percent(chance)})`);
    }
    return parts.join('; ');
  };

  /** What was said of a party after the incident, each state once, strongest first. */
  app.said = (party) =>
    Object.entries(app.STATES)
      .filter(([state]) => party.observations.some((item) => item.state === state))
      .map(([, words]) => words)
      .join(', ');
  app.tlpLabel = () => (data.tlp === null ? '' : `TLP:${data.tlp}`);
  app.through = (party) => party.through.map(app.name).join(' → ');

  app.prefersReducedMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
})((globalThis.BlastPage = globalThis.BlastPage || {}));
