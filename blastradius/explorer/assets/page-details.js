/* What is said of the selected party or relation, and the tabs of the panel. */
(function (app) {
  'use strict';

  const { data, state, el } = app;

  /* -- pieces -------------------------------------------------------------------------------- */

  const section = (title, ...content) => el('section', { class: 'block' }, el('h3', {}, title), ...content);

  function facts(rows) {
    return el(
      'dl',
      { class: 'facts' },
      rows
        .filter(([, value]) => value !== null && value !== '' && value !== undefined)
        .map(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]),
    );
  }

  const button = (text, act, extra = {}) => el('button', { type: 'button', onclick: act, ...extra }, text);

  const partyButton = (id) =>
    app.party.has(id) ? button(app.name(id), () => app.selectParty(id), { class: 'inline' }) : app.name(id);

  function sources(indexes) {
    if (indexes.length === 0) return el('p', { class: 'warn small' }, 'no source recorded');
    return el(
      'ul',
      { class: 'sources' },
      indexes.map((index) => {
        const source = data.sources[index];
        return el(
          'li',
          {},
          app.link(source.title, source.url),
          el('span', { class: 'muted' }, ` (${source.tier})`),
          source.supports && el('span', { class: 'muted' }, `: ${source.supports}`),
        );
      }),
    );
  }

  function folded(indexes, isOpen) {
    if (indexes.length <= 3) return sources(indexes);
    return el(
      'details',
      { open: isOpen },
      el('summary', {}, app.plural(indexes.length, 'source')),
      sources(indexes),
    );
  }

  const range = (low, high) => (low === high ? '' : ` (${app.probability(low)}–${app.probability(high)})`);

  Object.assign(app, { section, facts, sources, range });

  /* -- a party ------------------------------------------------------------------------------- */

  function partyPage(party) {
    return [
      el(
        'div',
        { class: 'title' },
        el('h3', { id: 'chosen' }, party.name),
        app.bandChip(app.bandNow(party)),
        el('span', { class: 'muted' }, `${app.ROLES[party.role]} · ${app.now(party).verdict}`),
      ),
      el(
        'div',
        { class: 'actions' },
        button('Shortest path to here', () => app.pinPath(party.id)),
        button("Only this party's story", () => app.tellStory(party.id)),
        button('What if …', () => app.showTab('whatif', true)),
      ),
      partyFacts(party),
      pathsBlock(party),
      withoutBlock(party),
      observationsBlock(party),
      datasetsBlock(party),
    ];
  }

  const EVENTS = {
    exposed: 'its data is disclosed',
    compromised: 'the attacker controls its systems',
    disrupted: 'its operations are down',
    harmed: 'any of these',
  };

  function scoreWords(score) {
    const [prior, posterior, low, high] = [score.prior, score.posterior, score.low, score.high].map(
      app.scoreText,
    );
    const ends = low === high ? '' : ` (range ${low}–${high})`;
    return prior === posterior
      ? `${posterior}${ends}`
      : `${prior} before, ${posterior} after what was said${ends}`;
  }

  function partyFacts(party) {
    const { score } = party;
    const now = app.now(party);
    const varieties = Object.entries(party.varieties).map(
      ([kind, chance]) => `${kind} ${app.percentChange(chance)}`,
    );
    return facts(
      [
        ['Score', scoreWords(score)],
        now.isChanged && [
          'What if',
          el(
            'span',
            { class: 'sampled' },
            `${app.decimal(now.score)} ± ${app.decimal(now.halfWidth)}, sampled in the page`,
          ),
        ],
        ...Object.entries(EVENTS).map(([event, what]) => [
          `P(${event})`,
          [app.percentChange(party.probability[event]), el('span', { class: 'muted' }, ` ${what}`)],
        ]),
        ['By kind of data', varieties.join(', ')],
        ['Expected loss', app.sizes(party.expected)],
        ['Hops', party.hops === null ? 'no recorded path, which is not an all-clear' : app.count(party.hops)],
        ['Certainty', party.certainty && `${party.certainty}: the weakest step of the most probable path`],
      ].filter(Boolean),
    );
  }

  function pathsBlock(party) {
    if (party.paths.length === 0) {
      return section('Paths', el('p', {}, 'No recorded path. That is not the same as safe.'));
    }
    return section(
      'Most probable paths',
      el('p', { class: 'muted small' }, 'Point at a path to light it up in the graph; click to keep it lit.'),
      el(
        'ol',
        { class: 'paths' },
        party.paths.map((path, index) => pathItem(party, path, index)),
      ),
    );
  }

  function pathItem(party, path, index) {
    const edges = app.edgesOfPath(path);
    const ids = new Set(edges.map((edge) => edge.id));
    const way = [...new Set(edges.flatMap((edge) => [edge.from, edge.to]))].map(app.name).join(' → ');
    const light = () => app.set({ lit: ids });
    const dim = () => app.set({ lit: null });
    const head = button(
      [
        `${way} `,
        el(
          'span',
          { class: 'muted' },
          `${path.event}, p ${app.probability(path.probability)}, ${path.certainty}`,
        ),
      ],
      () => app.pinPath(party.id, index),
      { class: 'path', onfocus: light, onblur: dim },
    );
    return el(
      'li',
      { onpointerenter: light, onpointerleave: dim },
      head,
      el('ol', { class: 'steps' }, path.arcs.map(stepItem)),
    );
  }

  function stepItem(arc) {
    const edge = app.edgeOfArc.get(arc);
    const dataset = datasetName(arc);
    return el(
      'li',
      {},
      button(dataset ? `${edge.label}: “${dataset}”` : edge.label, () => app.selectEdge(edge.id), {
        class: 'inline',
      }),
      el(
        'span',
        { class: 'muted' },
        ` p ${app.probability(data.network.sure[arc] ? 1 : data.network.probability[arc])},` +
          ` ${app.BASIS[edge.basis]}; ${edge.certainty}`,
      ),
      edge.kind === 'origin' ? null : el('div', { class: 'small muted' }, edge.basis_note),
      edge.kind === 'origin' ? null : folded(edge.sources),
    );
  }

  const datasets = new Map(data.parties.flatMap((party) => party.datasets.map((item) => [item.id, item])));
  function datasetName(arc) {
    const id = data.network.dataset[arc];
    if (id === null) return '';
    const item = datasets.get(id);
    return (item && item.name) || id;
  }

  function withoutBlock(party) {
    const rows = Object.entries(data.without)
      .filter(([, scores]) => Object.hasOwn(scores, party.id))
      .map(([edge, scores]) => [edgeNamed(edge), scores[party.id]])
      .filter(([edge]) => edge)
      .sort(([, a], [, b]) => a - b);
    if (rows.length === 0) return null;
    return section(
      'Score without one relation',
      el(
        'table',
        { class: 'plain' },
        el(
          'tbody',
          {},
          rows.map(([edge, score]) =>
            el(
              'tr',
              {},
              el(
                'th',
                { scope: 'row' },
                button(edge.label, () => app.selectEdge(edge.id), { class: 'inline' }),
              ),
              el('td', {}, `${app.decimal(party.score.posterior)} → ${app.decimal(score)}`),
            ),
          ),
        ),
      ),
    );
  }

  const edgeNamed = (name) => data.edges.find((edge) => edge.edge === name);

  function observationsBlock(party) {
    if (party.observations.length === 0) return null;
    return section(
      'What was said',
      el(
        'ul',
        {},
        party.observations.map((item) =>
          el(
            'li',
            {},
            el('b', {}, `${app.name(item.subject)} ${item.event}: ${app.STATES[item.state] || item.state}`),
            el(
              'span',
              { class: 'muted' },
              `; ${ratioWords(item.likelihood_ratio)} (evidence: ${item.certainty})`,
            ),
            item.note && el('div', { class: 'note' }, item.note),
            folded(item.sources),
          ),
        ),
      ),
    );
  }

  function ratioWords(ratio) {
    if (ratio === 1) return 'speaks neither for nor against it';
    const strength = app.probability(ratio > 1 ? ratio : 1 / ratio);
    return `speaks ${strength}:1 ${ratio > 1 ? 'for' : 'against'} it`;
  }

  function datasetsBlock(party) {
    if (party.datasets.length === 0) return null;
    const heads = ['Data', 'Disclosed', 'Kinds', 'Size', 'Held by', 'Certainty'];
    return section(
      'Data within reach',
      el(
        'div',
        { class: 'scroll-x', tabindex: 0, role: 'region', 'aria-label': 'Data within reach' },
        el(
          'table',
          { class: 'plain' },
          el(
            'thead',
            {},
            el(
              'tr',
              {},
              heads.map((head) => el('th', { scope: 'col' }, head)),
            ),
          ),
          el(
            'tbody',
            {},
            party.datasets.map((item) =>
              el(
                'tr',
                {},
                el('th', { scope: 'row' }, item.name || item.id),
                [
                  app.percentChange(item.probability),
                  item.varieties.join(', '),
                  app.sizes(item) || 'not stated',
                  item.holders.map(app.name).join(', '),
                  item.certainty,
                ].map((text) => el('td', {}, text)),
              ),
            ),
          ),
        ),
      ),
    );
  }

  /* -- a relation ---------------------------------------------------------------------------- */

  /* Notes on the graph and the incident say it themselves. */
  function whereFrom({ basis, basis_note: note }) {
    return basis === 'graph' || basis === 'incident' ? note : `${app.BASIS[basis]}: ${note}`;
  }

  function edgePage(edge) {
    const names = [...new Set(edge.arcs.map(datasetName).filter(Boolean))];
    return [
      el('div', { class: 'title' }, el('h3', { id: 'chosen' }, edge.label)),
      edge.kind === 'origin'
        ? null
        : el(
            'div',
            { class: 'actions' },
            button('What if …', () => app.showTab('whatif', true)),
          ),
      facts([
        ['Harm goes', [partyButton(edge.from), edge.from === edge.to ? '' : [' → ', partyButton(edge.to)]]],
        [
          'Channel',
          edge.kind === 'origin'
            ? 'where the breach starts'
            : `${edge.channel}: ${app.CHANNELS[edge.channel]}`,
        ],
        ['Probability', `${app.probability(edge.probability)}${range(edge.low, edge.high)}`],
        ['Where from', whereFrom(edge)],
        ['Certainty', edge.certainty],
        ['Data', names.join('; ')],
        ['About', edge.note],
        ['Id', el('code', {}, edge.edge)],
      ]),
      section('Evidence', sources(edge.sources)),
      withoutEdge(edge),
    ];
  }

  function withoutEdge(edge) {
    const scores = Object.hasOwn(data.without, edge.edge) ? data.without[edge.edge] : null;
    if (scores === null) return null;
    const rows = Object.entries(scores)
      .map(([id, score]) => [app.party.get(id), score])
      .sort(([p, a], [q, b]) => a - p.score.posterior - (b - q.score.posterior));
    return section(
      'Scores without it',
      el(
        'table',
        { class: 'plain' },
        el(
          'tbody',
          {},
          rows.map(([party, score]) =>
            el(
              'tr',
              {},
              el('th', { scope: 'row' }, partyButton(party.id)),
              el('td', {}, `${app.decimal(party.score.posterior)} → ${app.decimal(score)}`),
            ),
          ),
        ),
      ),
    );
  }

  function foldPage(fold) {
    const isOpen = state.unfolded.has(fold.id);
    return [
      el(
        'div',
        { class: 'title' },
        el(
          'h3',
          { id: 'chosen' },
          `${app.plural(fold.members.length, 'party', 'parties')}: ${app.ROLES[fold.role]}`,
        ),
      ),
      el(
        'div',
        { class: 'actions' },
        button(isOpen ? 'Fold' : 'Unfold in the graph', () => app.toggleFold(fold.id)),
      ),
      el(
        'ul',
        {},
        fold.members
          .slice(0, 50)
          .map((id) => el('li', {}, partyButton(id), ` ${app.scoreText(app.now(app.party.get(id)).score)}`)),
      ),
      fold.members.length > 50
        ? el(
            'p',
            { class: 'muted' },
            `and ${app.count(fold.members.length - 50)} more: filter the table by role`,
          )
        : null,
    ];
  }

  function renderDetails() {
    const body = app.byId('details');
    const chosen = state.selection;
    if (chosen === null) app.fill(body, emptyPage());
    else if (chosen.kind === 'party') app.fill(body, partyPage(app.party.get(chosen.id)));
    else if (chosen.kind === 'edge') app.fill(body, edgePage(app.edge.get(chosen.id)));
    else app.fill(body, foldPage(app.fold.get(chosen.id)));
  }

  function emptyPage() {
    return [
      el(
        'p',
        {},
        'Choose a party or an arrow to see why: its paths, their evidence, and the score without each relation.',
      ),
      app.lookAgain(),
      data.next_steps.length ? section('What to do first', nextSteps()) : null,
    ];
  }

  function nextSteps() {
    return el(
      'ol',
      {},
      data.next_steps.map((step) =>
        el(
          'li',
          {},
          `${step.text[0].toUpperCase()}${step.text.slice(1)}. `,
          step.swing > 0
            ? el('span', { class: 'muted' }, `can move the total score by ${app.decimal(step.swing)}`)
            : null,
        ),
      ),
    );
  }

  /* -- tabs ---------------------------------------------------------------------------------- */

  const TABS = ['details', 'whatif', 'incident', 'assumptions'];

  app.showTab = function (name, mayFocus) {
    for (const tab of TABS) {
      const head = app.byId(`tab-${tab}`);
      head.setAttribute('aria-selected', String(tab === name));
      head.tabIndex = tab === name ? 0 : -1;
      app.byId(tab).hidden = tab !== name;
    }
    if (mayFocus) app.byId(name).focus();
  };

  function onTabKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const at = TABS.findIndex((tab) => `tab-${tab}` === event.target.id);
    const next = TABS[(at + step + TABS.length) % TABS.length];
    app.showTab(next);
    app.byId(`tab-${next}`).focus();
    event.preventDefault();
  }

  app.startDetails = function () {
    renderDetails();
    app.fill(app.byId('incident'), app.incidentPage());
    app.fill(app.byId('assumptions'), app.assumptionsPage());
    for (const tab of TABS) {
      app.byId(`tab-${tab}`).addEventListener('click', () => app.showTab(tab));
      app.byId(`tab-${tab}`).addEventListener('keydown', onTabKey);
    }
    app.watch(['selection', 'sampled', 'unfolded'], renderDetails);
    app.watch(['selection'], () => {
      app.byId('details').scrollTop = 0;
      if (state.selection !== null && app.byId('whatif').hidden) app.showTab('details');
    });
  };
})((globalThis.BlastPage = globalThis.BlastPage || {}));
