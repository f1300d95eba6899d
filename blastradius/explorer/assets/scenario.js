'use strict';

/* What-if scenarios: lists of changes, as values. Nothing here is changed in place, and nothing
 * touches the page. The changes are those of the file format blastradius/scenario/1:
 *
 *   {cut: edge}                          harm no longer takes the edge
 *   {edge, probability}                  each coin of the edge gets this probability
 *   {control: party, effect, note?}      each coin that the party guards is multiplied by 1 - effect
 *   {observe: party, state, event?}      something is said of the party
 *
 * The order of changes does not matter: a cut wins over a probability, controls multiply after
 * both, and the same statement twice is one statement. Names that the page does not know change
 * nothing; `unknown` lists them.
 */
const BlastScenario = (() => {
  const SCHEMA = 'blastradius/scenario/1';
  const STATES = ['confirmed', 'reported', 'could-be-affected', 'denied'];
  const EVENTS = ['exposed', 'compromised', 'disrupted', 'harmed'];
  const FIELDS = {
    cut: [['cut'], []],
    edge: [['edge', 'probability'], []],
    control: [['control', 'effect'], ['note']],
    observe: [['observe', 'state'], ['event']],
  };
  const ID = /^[A-Za-z0-9][A-Za-z0-9._:>+#-]*$/;
  /* Control characters, and halves of surrogate pairs, which no file can hold. */
  const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;
  const MAX_ID = 210;
  const MAX_NOTE = 300;
  const MAX_NAME = 300;
  const MAX_CHANGES = 100;
  const MAX_FRAGMENT = 32768;
  const MAX_UNDO = 200;

  /* -------------------------------------------------------------------- checks */

  const isId = (x) => typeof x === 'string' && x.length <= MAX_ID && ID.test(x);
  const isFraction = (x) => typeof x === 'number' && x >= 0 && x <= 1;
  const isNote = (x) => typeof x === 'string' && x.length <= MAX_NOTE && x.trim() !== ''
    && !UNPRINTABLE.test(x);
  const VALID = {
    cut: isId,
    edge: isId,
    control: isId,
    observe: isId,
    probability: isFraction,
    effect: isFraction,
    note: isNote,
    state: (x) => STATES.includes(x),
    event: (x) => EVENTS.includes(x),
  };

  function kindOf(change) {
    return Object.keys(FIELDS).find((kind) => Object.hasOwn(change, kind));
  }

  /* Tells whether a value from outside is a change: the right fields, no others, in range. */
  function isChange(value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const kind = kindOf(value);
    if (kind === undefined) return false;
    const [needed, allowed] = FIELDS[kind];
    const fields = Object.keys(value);
    return needed.every((field) => fields.includes(field))
      && fields.every((field) => needed.includes(field) || allowed.includes(field))
      && fields.every((field) => VALID[field](value[field]));
  }

  /* Tells whether a value is a list of changes of which the order cannot matter. */
  function areChanges(value) {
    if (!Array.isArray(value) || value.length > MAX_CHANGES || !value.every(isChange)) return false;
    const set = new Map();
    return value.every(({ edge, probability }) => {
      if (edge === undefined) return true;
      const fits = !set.has(edge) || set.get(edge) === probability;
      set.set(edge, probability);
      return fits;
    });
  }

  /* --------------------------------------------------------------------- apply */

  /* The network's numbers under a scenario: {probability, likelihood}, ready for the sampler. */
  function apply({ network, ratios }, changes) {
    return {
      probability: probabilities(network, changes),
      likelihood: likelihood(network, ratios, changes),
    };
  }

  function probabilities(network, changes) {
    const cut = new Set(changes.filter((c) => c.cut !== undefined).map((c) => c.cut));
    const set = new Map(changes.filter((c) => c.edge !== undefined)
      .map((c) => [c.edge, c.probability]));
    const factors = controlFactors(changes);
    return Float64Array.from(network.probability, (given, arc) => {
      if (network.kind[arc] === 'origin') return given; /* where it starts is the question */
      const edge = network.edge[arc];
      if (cut.has(edge)) return 0;
      return (set.get(edge) ?? given) * (factors.get(network.guard[arc]) ?? 1);
    });
  }

  /* Party -> what its controls leave of a probability. Multiplied in one order whatever that of
   * the changes, so that rounding is the same too. */
  function controlFactors(changes) {
    const left = new Map();
    for (const { control, effect } of changes) {
      if (control !== undefined) left.set(control, [...(left.get(control) ?? []), 1 - effect]);
    }
    const product = (values) => values.sort((a, b) => a - b).reduce((x, y) => x * y, 1);
    return new Map([...left].map(([party, values]) => [party, product(values)]));
  }

  function likelihood(network, ratios, changes) {
    const product = new Map(network.likelihood);
    const said = new Set((network.said ?? []).map((statement) => statement.join(' ')));
    for (const change of changes.filter((c) => c.observe !== undefined)) {
      const event = eventOf(network, change);
      const statement = [change.observe, change.state, event].join(' ');
      const node = subject(network, change.observe)?.[event] ?? null;
      /* What cannot happen in this graph weighs nothing: it is the same in every world. */
      if (node === null || said.has(statement)) continue;
      said.add(statement);
      product.set(node, (product.get(node) ?? 1) * ratios[change.state]);
    }
    return [...product].sort(([a], [b]) => a - b);
  }

  function subject(network, party) {
    return Object.hasOwn(network.subjects, party) ? network.subjects[party] : undefined;
  }

  function eventOf(network, { observe, event }) {
    if (event !== undefined) return event;
    return (subject(network, observe)?.exposed ?? null) === null ? 'harmed' : 'exposed';
  }

  /* The changes that name an edge or a party that the page does not know. */
  function unknown({ network }, changes) {
    const edges = new Set(network.edge.filter((_, arc) => network.kind[arc] !== 'origin'));
    const parties = new Set([...Object.keys(network.subjects), ...network.guard]);
    return changes.filter((c) => !(edges.has(c.cut ?? c.edge) || parties.has(c.control ?? c.observe)));
  }

  /* ---------------------------------------------------------------- in words */

  /* A change as one line of plain text, not of markup. */
  function describe(change, pageData) {
    const percent = (x) => `${Number((100 * x).toPrecision(3))}%`;
    const party = (id) => (pageData.parties ?? []).find((p) => p.id === id)?.name ?? id;
    const edge = (id) => {
      const found = (pageData.edges ?? []).find((e) => e.id === id);
      return found ? found.label || `${party(found.from)} → ${party(found.to)}` : id;
    };
    switch (kindOf(change)) {
      case 'cut':
        return `no longer: ${edge(change.cut)}`;
      case 'edge':
        return `probability ${percent(change.probability)}: ${edge(change.edge)}`;
      case 'control': {
        const note = change.note ? `: ${change.note}` : '';
        return `${party(change.control)} takes ${percent(change.effect)} off what it guards${note}`;
      }
      default: {
        const event = change.event ? ` ${change.event}` : '';
        return `${party(change.observe)}${event}: ${change.state.replaceAll('-', ' ')}`;
      }
    }
  }

  /* ------------------------------------------------------------------ fragment */

  /* Rows of the fragment: a letter for the kind, then the fields in this order. */
  const LETTERS = { x: 'cut', p: 'edge', c: 'control', o: 'observe' };
  const VERSION = 'w1.';

  function toRow(change) {
    const kind = kindOf(change);
    const letter = Object.keys(LETTERS).find((key) => LETTERS[key] === kind);
    const row = [letter, ...FIELDS[kind].flat().map((field) => change[field])];
    return row.filter((value) => value !== undefined);
  }

  function fromRow([letter, ...values]) {
    const fields = FIELDS[LETTERS[letter]].flat();
    if (values.length > fields.length) throw new RangeError('row too long');
    return Object.fromEntries(values.map((value, i) => [fields[i], value]));
  }

  /* Changes as text for the address; '' if there are none. All characters are plain in a URL. */
  function toFragment(changes) {
    if (changes.length === 0) return '';
    const bytes = new TextEncoder().encode(JSON.stringify(changes.map(toRow)));
    const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    return VERSION + btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  }

  /* The changes in the text of an address, with or without '#'; [] for no text, null for a text
   * that is not, or not only, what `toFragment` writes. Never throws. */
  function fromFragment(text) {
    try {
      if (typeof text !== 'string' || text.length > MAX_FRAGMENT) return null;
      const body = text.startsWith('#') ? text.slice(1) : text;
      if (body === '') return [];
      if (!/^w1\.[A-Za-z0-9_-]+$/.test(body)) return null;
      const binary = atob(body.slice(VERSION.length).replaceAll('-', '+').replaceAll('_', '/'));
      const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
      const rows = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      const changes = rows.map(fromRow);
      return areChanges(changes) && changes.length > 0 ? changes : null;
    } catch {
      return null;
    }
  }

  /* ---------------------------------------------------------------------- file */

  /* The scenario file that `blastradius analyze --scenario` reads. */
  function toFileText(pageData, changes, name) {
    const title = Array.from(String(name ?? ''), (x) => (UNPRINTABLE.test(x) ? ' ' : x));
    const { target, graph } = pageData;
    const file = {
      schema: SCHEMA,
      name: title.slice(0, MAX_NAME).join('').trim(),
      target,
      graph: { name: graph.name, sha256: graph.sha256 },
      changes,
    };
    return `${JSON.stringify(file, null, 2)}\n`;
  }

  /* ------------------------------------------------------- editing and history */

  /* What a change is about; a list holds one change about each thing. A cut and a probability of
   * one edge are about the same thing to whoever edits it. */
  function about(change) {
    return change.cut !== undefined || change.edge !== undefined
      ? `edge ${change.cut ?? change.edge}`
      : `${kindOf(change)} ${change.control ?? change.observe} ${change.event ?? ''}`;
  }

  /* The changes with one more, in the place of that about the same thing if there is one. */
  function put(changes, change) {
    const at = changes.findIndex((old) => about(old) === about(change));
    return at < 0 ? [...changes, change] : changes.map((old, i) => (i === at ? change : old));
  }

  /* The changes without those about the same thing as this one. */
  function drop(changes, change) {
    return changes.filter((old) => about(old) !== about(change));
  }

  /* A history holds the changes `now`, and those before and after: all values. */
  const history = (now = []) => ({ past: [], now, future: [] });

  function push({ past, now }, changes) {
    return { past: [...past, now].slice(-MAX_UNDO), now: changes, future: [] };
  }

  function undo(state) {
    const { past, now, future } = state;
    if (past.length === 0) return state;
    return { past: past.slice(0, -1), now: past.at(-1), future: [now, ...future] };
  }

  function redo(state) {
    const { past, now, future } = state;
    if (future.length === 0) return state;
    return { past: [...past, now], now: future[0], future: future.slice(1) };
  }

  /* No changes; can itself be undone. */
  function reset(state) {
    return state.now.length === 0 ? state : push(state, []);
  }

  return Object.freeze({
    apply, unknown, describe, isChange, areChanges,
    toFragment, fromFragment, toFileText,
    put, drop, history, push, undo, redo, reset,
  });
})();
