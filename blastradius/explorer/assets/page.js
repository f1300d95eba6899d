/* Puts the page together: header, legend, help, theme, and the keys that work everywhere. */
(function (app) {
  'use strict';

  const { data, state, el } = app;

  function header() {
    const { incident } = data;
    app.byId('headline').textContent = data.headline;
    const label = app.byId('tlp');
    label.hidden = data.tlp === null;
    label.dataset.tlp = data.tlp ?? '';
    label.textContent = app.tlpLabel();
    const parts = [
      incident.hypothetical ? 'Hypothetical: nothing says that this breach happened' : `${incident.name}`,
      incident.window && `window ${incident.window}`,
      incident.varieties.length && `taken: ${incident.varieties.join(', ')}`,
      incident.actor,
    ].filter(Boolean);
    app.fill(
      app.byId('facts'),
      parts.join(' · '),
      el('span', { class: 'limit' }, ' “No recorded path” is never “safe”.'),
    );
  }

  /** The three figures: before and after what was said, or before and after a what-if. */
  function figures() {
    const radius = data.blast_radius;
    const downstream = data.parties.filter((party) => !party.is_origin);
    const now = downstream.map(app.now);
    const sum = (of) => now.reduce((total, values) => total + of(values), 0);
    const figure = ({ prior, posterior }, of) =>
      state.sampled === null
        ? app.change(app.decimal(prior), app.decimal(posterior))
        : app.change(app.decimal(posterior), app.decimal(sum(of)));
    const reachable = now.filter((values) => values.harmed > 0).length;
    app.byId('figures').classList.toggle('sampled', state.sampled !== null);
    app.fill(
      app.byId('figures'),
      [
        [
          'Reachable parties',
          state.sampled === null
            ? app.count(radius.reachable_parties)
            : app.change(app.count(radius.reachable_parties), app.count(reachable)),
          'parties that harm can reach at all, however unlikely',
        ],
        [
          'Expected harmed parties',
          figure(radius.expected_harmed_parties, (values) => values.harmed),
          'the sum of their probabilities of harm, before and after what was said',
        ],
        [
          'Total score',
          figure(radius.total_score, (values) => values.score),
          'the sum of their scores, which weighs how bad it is',
        ],
      ].map(([name, value, meaning]) =>
        el('div', { title: meaning }, el('dt', {}, name), el('dd', {}, value)),
      ),
    );
  }

  /* -- legend -------------------------------------------------------------------------------- */

  const svg = (width, height, ...children) =>
    app.svgElement(
      'svg',
      { width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' },
      ...children,
    );

  function shapeSign(family) {
    const colours = app.colours();
    const corners = app.corners(family, 9, 9, 6.5);
    return svg(
      18,
      18,
      corners === null
        ? app.svgElement('circle', { cx: 9, cy: 9, r: 6.5, fill: colours.quiet })
        : app.svgElement('polygon', {
            points: corners.map((c) => c.join(',')).join(' '),
            fill: colours.quiet,
          }),
    );
  }

  function lineSign(channel, { width = 2, isWeak = false } = {}) {
    const colour = app.colours()[channel];
    const line = { d: 'M2 8H34', stroke: colour, fill: 'none' };
    return svg(
      44,
      16,
      channel === 'custody'
        ? null
        : app.svgElement('path', {
            ...line,
            'stroke-opacity': 0.35,
            'stroke-width': width + (channel === 'access' ? 7 : 5),
            'stroke-dasharray': channel === 'dependency' ? '4 6' : null,
          }),
      app.svgElement('path', {
        ...line,
        'stroke-width': width,
        'stroke-dasharray': isWeak ? '6 4' : null,
        opacity: isWeak ? 0.6 : null,
      }),
      app.svgElement('polygon', { points: '42,8 33,4 33,12', fill: colour, opacity: isWeak ? 0.6 : null }),
    );
  }

  function legend() {
    const item = (sign, words) => el('li', {}, sign, el('span', {}, words));
    app.fill(
      app.byId('legend-body'),
      el(
        'ul',
        {},
        app.BANDS.filter((b) => b !== 'none').map((band) =>
          item(
            app.bandChip(band),
            { critical: 'score from 75', high: 'from 50', medium: 'from 25', low: 'above 0' }[band],
          ),
        ),
      ),
      el(
        'ul',
        {},
        Object.entries(app.CHANNELS).map(([channel, words]) =>
          item(lineSign(channel), `${channel}: ${words}`),
        ),
        item(lineSign('custody', { width: 5 }), 'wider: more probable'),
        item(lineSign('custody', { isWeak: true }), 'dashed, lighter: inferred or assumed'),
      ),
      el(
        'ul',
        {},
        app.FAMILY_WORDS.map(([family, words]) => item(shapeSign(family), words)),
      ),
    );
  }

  /* -- help, theme --------------------------------------------------------------------------- */

  const KEYS = [
    ['/', 'search'],
    ['Arrow keys', 'move in the graph or in the table'],
    ['Enter', 'details of the party; unfold a group'],
    ['M', 'menu of the party'],
    ['P', 'shortest path to the party'],
    ['S', "only this party's story"],
    ['Esc', 'back: path, story, filter, selection'],
    ['[ and ]', 'replay hop by hop'],
    ['+ - 0', 'zoom, show all (in the graph)'],
    ['Ctrl Z, Ctrl Y', 'undo and redo a what-if'],
    ['?', 'this help'],
  ];

  function help() {
    const dialog = app.byId('help');
    const close = el('button', { type: 'button', onclick: () => dialog.close() }, 'Close');
    app.fill(
      dialog,
      el('h2', { id: 'help-title' }, 'Keys'),
      el(
        'dl',
        { class: 'facts' },
        KEYS.map(([key, what]) => [el('dt', {}, el('kbd', {}, key)), el('dd', {}, what)]),
      ),
      el('p', { class: 'muted' }, 'This page is one file. It fetches nothing and sends nothing.'),
      close,
    );
    dialog.showModal();
  }

  function setTheme(theme) {
    document.documentElement.dataset.theme = theme;
    const button = app.byId('theme');
    button.textContent = theme === 'dark' ? 'Light' : 'Dark';
    button.setAttribute('aria-pressed', String(theme === 'dark'));
    app.set({ theme });
  }

  /* -- keys ---------------------------------------------------------------------------------- */

  const chosenParty = () => (state.selection && state.selection.kind === 'party' ? state.selection.id : null);

  function back() {
    if (state.lit || state.pinned) app.set({ lit: null, pinned: null });
    else if (state.story !== null) app.endStory();
    else if (state.hop !== null) app.set({ hop: null });
    else if (app.isFiltered()) app.resetFilters();
    else app.set({ selection: null });
  }

  const PLAIN = {
    '/': () => app.byId('search').focus(),
    '?': help,
    '[': () => app.replay(-1),
    ']': () => app.replay(1),
    p: () => chosenParty() && app.pinPath(chosenParty()),
    s: () => chosenParty() && app.tellStory(chosenParty()),
    Escape: back,
  };

  function onKey(event) {
    const isTyping = event.target.matches('input[type=search], select, textarea');
    if ((event.ctrlKey || event.metaKey) && !isTyping) {
      const act = { z: app.whatIf.undo, y: app.whatIf.redo }[event.key.toLowerCase()];
      if (!act) return;
      act();
      event.preventDefault();
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey || app.byId('help').open) return;
    if (isTyping && event.key !== 'Escape') return;
    const act = PLAIN[event.key];
    if (!act) return;
    act();
    event.preventDefault();
  }

  function start() {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    setTheme(dark.matches ? 'dark' : 'light');
    header();
    figures();
    app.watch(['sampled'], figures);
    app.byId('legend').open = innerWidth > 1000;
    legend();
    app.startGraph();
    app.startKeys();
    app.startTable();
    app.startDetails();
    app.startExport();
    app.startPanel();
    app.startWhatIf();
    app.watch(['theme'], legend);
    dark.addEventListener('change', (event) => setTheme(event.matches ? 'dark' : 'light'));
    const click = (id, act) => app.byId(id).addEventListener('click', act);
    click('theme', () => setTheme(app.theme() === 'dark' ? 'light' : 'dark'));
    click('help-open', help);
    click('fit', app.fit);
    click('zoom-in', () => app.zoom(1.25));
    click('zoom-out', () => app.zoom(0.8));
    click('replay-next', () => app.replay(1));
    click('replay-back', () => app.replay(-1));
    click('story-back', app.endStory);
    click('skip', (event) => {
      event.preventDefault(); // the address is for what-ifs
      app.byId('ranking').focus();
    });
    document.addEventListener('keydown', onKey);
    document.documentElement.dataset.ready = 'true';
  }

  start();
})((globalThis.BlastPage = globalThis.BlastPage || {}));
