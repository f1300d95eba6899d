/* The panel on what if: what is changed, forms to change more, and what comes of it. */
(function (app) {
  'use strict';

  const { data, state, el, whatIf } = app;

  const button = (text, act, extra = {}) => el('button', { type: 'button', onclick: act, ...extra }, text);
  const relations = data.edges.filter((edge) => edge.kind !== 'origin');
  const find = (test) => app.changes().find(test);

  function slider(label, value, make, extra = {}) {
    const text = (v) => `${Math.round(v * 100)}%`;
    const output = el('output', {}, text(value));
    const input = el('input', {
      type: 'range',
      min: 0,
      max: 100,
      step: 1,
      value: Math.round(value * 100),
      ...extra,
      oninput: (event) => {
        output.textContent = text(event.target.value / 100);
        whatIf.preview(make(event.target.value / 100));
      },
      onchange: (event) => whatIf.put(make(event.target.value / 100)),
    });
    return el('label', { class: 'slider' }, el('span', {}, label), input, output);
  }

  function edgeForm(edge) {
    const cut = find((change) => change.cut === edge.edge);
    const set = find((change) => change.edge === edge.edge);
    const value = cut ? 0 : set ? set.probability : edge.probability;
    return el(
      'div',
      { class: 'form' },
      el('h4', {}, edge.label),
      el(
        'div',
        { class: 'actions' },
        button(
          cut ? 'Restore the relation' : 'Cut the relation',
          () => (cut ? whatIf.drop(cut) : whatIf.put({ cut: edge.edge })),
          { id: 'cut-edge', 'aria-pressed': String(Boolean(cut)) },
        ),
        set ? button('As recorded', () => whatIf.drop(set)) : null,
      ),
      slider('Probability', value, (probability) => ({ edge: edge.edge, probability }), {
        id: 'edge-probability',
      }),
    );
  }

  function partyForm(party) {
    const said = find((change) => change.observe === party.id);
    const control = find((change) => change.control === party.id);
    const states = Object.entries(app.STATES).map(([name, words]) =>
      button(
        words,
        () => {
          if (said && said.state === name) whatIf.drop(said);
          else whatIf.put({ observe: party.id, state: name });
        },
        { 'aria-pressed': String(Boolean(said && said.state === name)), 'data-state': name },
      ),
    );
    return el(
      'div',
      { class: 'form' },
      el('h4', {}, party.name),
      el(
        'div',
        { class: 'actions', role: 'group', 'aria-label': 'What is said of it' },
        el('span', { class: 'muted' }, 'It turns out: '),
        states,
      ),
      slider(
        'Control there stops',
        control ? control.effect : 0,
        (effect) => ({ control: party.id, effect }),
        { id: 'control-effect' },
      ),
      el(
        'p',
        { class: 'muted small' },
        'A control takes this share off every probability that the party guards: data it holds, systems it runs, supplies it needs.',
      ),
      control ? button('Remove the control', () => whatIf.drop(control)) : null,
      edgesInto(party),
    );
  }

  function edgesInto(party) {
    const into = relations.filter(
      (edge) => edge.to === party.id || (edge.from === party.id && edge.from === edge.to),
    );
    if (into.length === 0) return null;
    return el(
      'details',
      { open: into.length <= 3 },
      el('summary', {}, `Relations that bring harm to ${party.name}`),
      into.slice(0, 12).map(edgeRow),
    );
  }

  function edgeRow(edge) {
    const cut = find((change) => change.cut === edge.edge);
    return el(
      'p',
      { class: 'edge-row' },
      button(cut ? 'Restore' : 'Cut', () => (cut ? whatIf.drop(cut) : whatIf.put({ cut: edge.edge })), {
        'aria-pressed': String(Boolean(cut)),
        'aria-label': `${cut ? 'Restore' : 'Cut'}: ${edge.label}`,
      }),
      ' ',
      button(
        edge.label,
        () => {
          app.selectEdge(edge.id);
          app.showTab('whatif');
        },
        { class: 'inline' },
      ),
      el('span', { class: 'muted' }, ` p ${app.probability(edge.probability)}`),
    );
  }

  function form() {
    const chosen = state.selection;
    if (chosen && chosen.kind === 'edge' && app.edge.get(chosen.id).kind !== 'origin')
      return edgeForm(app.edge.get(chosen.id));
    if (chosen && chosen.kind === 'party') return partyForm(app.party.get(chosen.id));
    return el(
      'p',
      {},
      'Choose a party or an arrow, in the graph or below, and change it: cut a relation, set its ' +
        'probability, say that a party is confirmed or denies, or add a control.',
    );
  }

  function pickers() {
    const party = el(
      'select',
      { onchange: (e) => e.target.value && app.selectParty(e.target.value) },
      el('option', { value: '' }, 'Party …'),
      data.parties.slice(0, 500).map((p) => el('option', { value: p.id }, p.name)),
    );
    const edge = el(
      'select',
      { onchange: (e) => e.target.value && app.selectEdge(e.target.value) },
      el('option', { value: '' }, 'Relation …'),
      relations.slice(0, 500).map((item) => el('option', { value: item.id }, item.label)),
    );
    return el(
      'div',
      { class: 'actions' },
      el('label', {}, el('span', { class: 'visually-hidden' }, 'Choose a party'), party),
      el('label', {}, el('span', { class: 'visually-hidden' }, 'Choose a relation'), edge),
    );
  }

  function changeList() {
    if (app.changes().length === 0)
      return el('p', { class: 'muted' }, 'Nothing is changed: all numbers are those of the analysis.');
    return el(
      'ul',
      { class: 'changes' },
      app.changes().map((change) => {
        const words = BlastScenario.describe(change, data);
        return el(
          'li',
          {},
          button('×', () => whatIf.drop(change), { 'aria-label': `Remove: ${words}`, class: 'remove' }),
          ' ',
          words,
        );
      }),
    );
  }

  function results() {
    if (state.sampled === null) return null;
    const rows = data.parties
      .filter((party) => state.sampled.parties.has(party.id))
      .map((party) => [party, state.sampled.parties.get(party.id)])
      .sort(
        ([p, a], [q, b]) => Math.abs(b.score - q.score.posterior) - Math.abs(a.score - p.score.posterior),
      );
    return [
      el(
        'p',
        { class: 'sampled' },
        `Sampled in the page: ${app.count(state.sampled.worlds)} worlds in ${Math.round(state.sampled.time)} ms,` +
          ` ± is a 95 % interval. What moved less is not marked. Before: the ${data.engine.method === 'exact' ? 'exact' : 'sampled'} numbers of the analysis.`,
      ),
      el(
        'table',
        { class: 'plain', id: 'whatif-scores' },
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            ['Party', 'Score', '±', 'P(harmed)'].map((head) => el('th', { scope: 'col' }, head)),
          ),
        ),
        el(
          'tbody',
          {},
          rows.slice(0, 30).map(([party, now]) =>
            el(
              'tr',
              { 'data-id': party.id },
              el(
                'th',
                { scope: 'row' },
                button(party.name, () => app.selectParty(party.id), { class: 'inline' }),
              ),
              el('td', { class: 'num' }, `${app.decimal(party.score.posterior)} → ${app.decimal(now.score)}`),
              el('td', { class: 'num' }, app.decimal(now.halfWidth)),
              el(
                'td',
                { class: 'num' },
                app.change(app.percent(party.probability.harmed.posterior), app.percent(now.harmed)),
              ),
            ),
          ),
        ),
      ),
    ];
  }

  function toolbar() {
    return el(
      'div',
      { class: 'actions', role: 'toolbar', 'aria-label': 'What-if tools' },
      button('Undo', whatIf.undo, { id: 'undo', disabled: whatIf.history().past.length === 0 }),
      button('Redo', whatIf.redo, { id: 'redo', disabled: whatIf.history().future.length === 0 }),
      button('Reset', whatIf.reset, { id: 'reset', disabled: app.changes().length === 0 }),
      button('Save scenario', whatIf.save, { id: 'save-scenario', disabled: app.changes().length === 0 }),
      button('Copy link', copyLink, { id: 'copy-link', disabled: app.changes().length === 0 }),
    );
  }

  function copyLink() {
    const done = () => app.announce('Link copied');
    if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(done, done);
  }

  app.showChanges = function () {
    const body = app.byId('whatif');
    const focused = body.contains(document.activeElement) ? document.activeElement.id : '';
    app.fill(
      body,
      toolbar(),
      changeList(),
      form(),
      pickers(),
      el('div', { id: 'whatif-results' }, results()),
    );
    if (focused && app.byId(focused)) app.byId(focused).focus({ preventScroll: true });
  };

  app.showNote = function () {
    const words = [
      state.sampled && `What if: ${app.plural(state.sampled.parties.size, 'score')} changed, sampled in the page`,
      whatIf.notice(),
    ].filter(Boolean);
    app.byId('sampled-note').hidden = words.length === 0;
    app.byId('sampled-note').textContent = words.join('. ');
  };

  function showSampled() {
    app.showNote();
    app.fill(app.byId('whatif-results'), results());
  }

  app.startPanel = function () {
    app.watch(['sampled'], showSampled);
    app.watch(['selection'], app.showChanges);
  };
})((globalThis.BlastPage = globalThis.BlastPage || {}));
