/* The ranking table and the filters, which hold for the graph as well. */
(function (app) {
  'use strict';

  const { data, state, el } = app;
  const CHUNK = 150; // rows made at a time: thousands would delay the first look
  let rowsWanted = CHUNK;

  const order = (list) => (value) => list.indexOf(value);
  const bandOrder = order(['none', 'low', 'medium', 'high', 'critical']);
  const verdictOrder = order(['no recorded path', 'unlikely', 'possible', 'likely', 'confirmed']);
  const certaintyOrder = order([null, 'assumed', 'inferred', 'reported', 'documented']);

  /* Each column: heading, what it sorts by, what its cell holds. */
  const COLUMNS = [
    {
      id: 'rank',
      head: '#',
      sort: (p) => (p.rank === null ? 0 : p.rank),
      cell: (p) => p.rank ?? '',
      isNumber: true,
    },
    { id: 'name', head: 'Party', sort: (p) => p.name.toLowerCase(), cell: nameCell },
    { id: 'score', head: 'Score', sort: (p) => app.now(p).score, cell: scoreCell, isDown: true },
    {
      id: 'band',
      head: 'Band',
      sort: (p) => bandOrder(app.bandNow(p)),
      cell: (p) => app.bandChip(app.bandNow(p)),
      isDown: true,
    },
    {
      id: 'verdict',
      head: 'Verdict',
      sort: (p) => verdictOrder(app.now(p).verdict),
      cell: (p) => app.now(p).verdict,
      isDown: true,
    },
    {
      id: 'exposed',
      head: 'P(exposed)',
      sort: (p) => app.now(p).exposed,
      cell: (p) => app.eventChange(p, 'exposed'),
      isDown: true,
    },
    {
      id: 'harmed',
      head: 'P(harmed)',
      sort: (p) => app.now(p).harmed,
      cell: (p) => app.eventChange(p, 'harmed'),
      isDown: true,
    },
    { id: 'risk', head: 'At risk', sort: app.atRisk, cell: app.atRisk },
    { id: 'through', head: 'Through', sort: app.through, cell: app.through },
    { id: 'said', head: 'Said', sort: app.said, cell: app.said, isDown: true },
    {
      id: 'certainty',
      head: 'Certainty',
      sort: (p) => certaintyOrder(p.certainty),
      cell: (p) => p.certainty || '–',
      isDown: true,
    },
  ];

  app.bandChip = function (band) {
    return el(
      'span',
      { class: `chip band-${band}` },
      el('b', { 'aria-hidden': 'true' }, app.bandLetter(band)),
      ` ${band}`,
    );
  };

  function nameCell(party) {
    return el(
      'button',
      {
        type: 'button',
        class: 'name',
        tabindex: -1,
        'data-id': party.id,
        title: app.ROLES[party.role],
      },
      party.name,
    );
  }

  function scoreCell(party) {
    const now = app.now(party);
    const [low, high] = [party.score.low, party.score.high].map(app.scoreText);
    const ends = now.isChanged ? ` ±${app.decimal(now.halfWidth)}` : low !== high && ` (${low}–${high})`;
    return [app.scoreChange(party), ends && el('span', { class: 'muted' }, ends)];
  }

  /* -- rows ---------------------------------------------------------------------------------- */

  /** Parties listed now, sorted: those of the graph's selection, origins left out. */
  function listed() {
    const shown = app.shown();
    const column = COLUMNS.find(({ id }) => id === state.sort.column);
    const sign = state.sort.down ? -1 : 1;
    return data.parties
      .filter((party) => !party.is_origin && shown.has(party.id))
      .map((party) => [column.sort(party), party])
      .sort(([a, p], [b, q]) => (a < b ? -sign : a > b ? sign : p.rank - q.rank))
      .map(([, party]) => party);
  }
  app.listed = listed;

  function row(party) {
    const classes = [
      app.now(party).isChanged && 'changed',
      state.hop !== null && !(party.hops <= state.hop) && 'later',
    ]
      .filter(Boolean)
      .join(' ');
    return el(
      'tr',
      {
        'data-id': party.id,
        class: classes || null,
        'aria-selected': String(app.selected('party', party.id)),
      },
      COLUMNS.map((column) => {
        const tag = column.id === 'name' ? 'th' : 'td';
        const scope = tag === 'th' ? { scope: 'row' } : {};
        return el(tag, { ...scope, class: `col-${column.id}` }, column.cell(party));
      }),
    );
  }

  function renderRows() {
    const parties = listed();
    const body = app.byId('table').tBodies[0];
    const hasFocus = body.contains(document.activeElement);
    app.fill(body, parties.slice(0, rowsWanted).map(row));
    if (parties.length > rowsWanted) body.append(moreRow(parties.length));
    if (parties.length === 0) body.append(emptyRow());
    const total = data.parties.filter((party) => !party.is_origin).length;
    app.byId('count').textContent =
      parties.length === total
        ? app.plural(total, 'party', 'parties')
        : `${app.count(parties.length)} of ${app.plural(total, 'party', 'parties')}`;
    markSelected(false);
    if (hasFocus) focusRow(current());
  }

  function moreRow(total) {
    const more = el('button', { type: 'button', onclick: showMore }, `Show more of ${app.count(total)}`);
    return el('tr', { class: 'more' }, el('td', { colspan: COLUMNS.length }, more));
  }

  function emptyRow() {
    const text = data.parties.some((party) => !party.is_origin)
      ? 'No party passes the filter.'
      : 'No recorded path to another party. That is not the same as safe.';
    return el('tr', {}, el('td', { colspan: COLUMNS.length, class: 'muted' }, text));
  }

  function showMore() {
    rowsWanted += CHUNK * 4;
    renderRows();
  }

  /** Make all rows, for printing. */
  app.showAllRows = function () {
    rowsWanted = Infinity;
    renderRows();
  };

  /* -- selection ----------------------------------------------------------------------------- */

  const rows = () => [...app.byId('table').tBodies[0].querySelectorAll('tr[data-id]')];
  const current = () => rows().find((tr) => tr.getAttribute('aria-selected') === 'true') || rows()[0];

  function markSelected(mayScroll) {
    for (const tr of rows()) {
      tr.setAttribute('aria-selected', String(app.selected('party', tr.dataset.id)));
      tr.querySelector('.name').tabIndex = -1;
    }
    const chosen = current();
    if (chosen === undefined) return;
    chosen.querySelector('.name').tabIndex = 0;
    if (mayScroll && chosen.getAttribute('aria-selected') === 'true') {
      chosen.scrollIntoView({ block: 'nearest' });
    }
  }

  function focusRow(tr) {
    if (tr) tr.querySelector('.name').focus({ preventScroll: true });
  }

  function onKey(event) {
    if (!event.target.classList.contains('name')) return;
    const all = rows();
    const at = all.indexOf(event.target.closest('tr'));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || !all[to]) return;
    event.preventDefault();
    app.selectParty(all[to].dataset.id);
    focusRow(rows().find((tr) => tr.dataset.id === all[to].dataset.id));
  }

  function onClick(event) {
    const tr = event.target.closest('tr[data-id]');
    if (tr) app.selectParty(tr.dataset.id);
  }

  /* -- sorting ------------------------------------------------------------------------------- */

  function renderHead() {
    app.fill(
      app.byId('table').tHead,
      el(
        'tr',
        {},
        COLUMNS.map((column) => {
          const isSorted = state.sort.column === column.id;
          const sorted = state.sort.down ? 'descending' : 'ascending';
          const arrow = el(
            'span',
            { 'aria-hidden': 'true', class: 'arrow' },
            isSorted ? (state.sort.down ? '▼' : '▲') : '',
          );
          return el(
            'th',
            { scope: 'col', class: `col-${column.id}`, 'aria-sort': isSorted ? sorted : 'none' },
            el(
              'button',
              { type: 'button', 'data-column': column.id, onclick: () => sortBy(column) },
              column.head,
              arrow,
            ),
          );
        }),
      ),
    );
  }

  function sortBy(column) {
    const isSame = state.sort.column === column.id;
    app.set({ sort: { column: column.id, down: isSame ? !state.sort.down : Boolean(column.isDown) } });
    app.byId('table').tHead.querySelector(`[data-column="${column.id}"]`).focus();
  }

  /* -- filters ------------------------------------------------------------------------------- */

  function choices() {
    const present = (all, of) =>
      all.filter((value) => data.parties.some((party) => of(party).includes(value)));
    const varieties = [...new Set(data.parties.flatMap((party) => Object.keys(party.varieties)))].sort();
    return [
      ['role', 'Role', present(Object.keys(app.ROLES), (p) => [p.role]), (v) => app.ROLES[v]],
      ['band', 'Band', app.BANDS.filter((band) => band !== 'none'), (v) => v],
      ['variety', 'Data', varieties, (v) => v],
      ['channel', 'Channel', Object.keys(app.CHANNELS), (v) => `${v}: ${app.CHANNELS[v]}`],
      ['certainty', 'Certainty', app.CERTAINTIES, (v) => v],
    ];
  }

  function setFilter(key, value) {
    rowsWanted = CHUNK;
    app.set({ filter: { ...state.filter, [key]: value } });
  }

  function select([key, label, values, words]) {
    return el(
      'label',
      { class: 'field' },
      el('span', { class: 'visually-hidden' }, label),
      el(
        'select',
        { id: `filter-${key}`, onchange: (event) => setFilter(key, event.target.value) },
        el('option', { value: '' }, `${label}: any`),
        values.map((value) => el('option', { value }, words(value))),
      ),
    );
  }

  function minimumField() {
    const output = el('output', { for: 'filter-minimum' }, '0%');
    const input = el('input', {
      type: 'range',
      id: 'filter-minimum',
      min: 0,
      max: 100,
      step: 5,
      value: 0,
      oninput: (event) => {
        output.textContent = `${event.target.value}%`;
        setFilter('minimum', event.target.value / 100);
      },
    });
    return el('label', { class: 'field range' }, 'P(harmed) ≥ ', input, output);
  }

  function buildFilters() {
    const reset = el(
      'button',
      { type: 'button', id: 'filter-reset', hidden: true, onclick: resetFilters },
      'Clear',
    );
    app.fill(app.byId('filters'), choices().map(select), minimumField(), reset);
    let timer = 0;
    app.byId('search').addEventListener('input', (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => setFilter('search', event.target.value), data.parties.length > 500 ? 120 : 0);
    });
    app.byId('search').addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      const [first] = listed();
      if (first) app.selectParty(first.id);
    });
  }

  function resetFilters() {
    for (const field of app.byId('filters').querySelectorAll('select')) field.value = '';
    app.byId('filter-minimum').value = 0;
    app.byId('filter-minimum').dispatchEvent(new Event('input'));
    app.byId('search').value = '';
    app.set({
      filter: { search: '', role: '', band: '', variety: '', channel: '', certainty: '', minimum: 0 },
    });
    app.byId('search').focus();
  }
  app.resetFilters = resetFilters;

  app.isFiltered = () => Object.values(state.filter).some(Boolean);

  app.startTable = function () {
    buildFilters();
    renderHead();
    renderRows();
    const table = app.byId('table');
    table.tBodies[0].addEventListener('click', onClick);
    table.tBodies[0].addEventListener('keydown', onKey);
    app.watch(['filter', 'story', 'sort', 'sampled', 'hop'], renderRows);
    app.watch(['sort'], renderHead);
    app.watch(['selection'], () => markSelected(true));
    app.watch(['filter'], () => {
      app.byId('filter-reset').hidden = !app.isFiltered();
    });
  };
})((globalThis.BlastPage = globalThis.BlastPage || {}));
