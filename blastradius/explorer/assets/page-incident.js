/* The tabs on the incident and on the assumptions; the printed report holds both. */
(function (app) {
  'use strict';

  const { data, el, section, facts, sources, range } = app;

  function haul(volume) {
    if (volume === null) return '';
    const text = app.sizes(volume);
    return text && volume.basis ? `${text} (${volume.basis.replace(/-/g, ' ')})` : text;
  }

  function incidentRows() {
    const { incident } = data;
    return [
      ['Incident', incident.id ? [incident.name, ' ', el('code', {}, incident.id)] : incident.name],
      [
        'Status',
        incident.hypothetical
          ? 'hypothetical: nothing says that this breach happened'
          : `breach ${incident.status}; evidence ${incident.certainty}`,
      ],
      [
        'Started at',
        data.parties
          .filter((party) => party.is_origin)
          .map((party) => party.name)
          .join(', '),
      ],
      ['Actor', incident.actor],
      ['Actions', incident.actions.join(', ')],
      ['Window', [incident.window, incident.window_note].filter(Boolean).join(', ')],
      ['Became known', incident.disclosed],
      ['What happened', incident.summary],
      ['Taken', [incident.varieties.join(', '), incident.data_description].filter(Boolean).join('. ')],
      ['Volume', haul(incident.volume)],
      [
        'Demand',
        incident.demand && `${app.amount(incident.demand.amount)} ${incident.demand.currency || ''}`,
      ],
      [
        'Sources disagree',
        incident.disagreements.length
          ? el(
              'ul',
              {},
              incident.disagreements.map((text) => el('li', {}, text)),
            )
          : '',
      ],
      ['Note', incident.note],
      ['Other incidents', incident.other_incidents.join(', ')],
    ];
  }

  function optionWords(value) {
    if (Array.isArray(value)) return value.map(optionWords).join(', ');
    const isRecord = typeof value === 'object' && value !== null;
    return isRecord ? Object.values(value).map(optionWords).join(' ') : String(value);
  }

  function provenanceRows() {
    const { provenance, engine } = data;
    const precision =
      engine.half_width === null ? '' : `; 95 % interval ±${app.probability(engine.half_width)}`;
    const { observations, observation_files: files, ...others } = provenance.options;
    const options = Object.entries(others)
      .filter(
        ([, value]) =>
          value !== null && value !== false && value !== '' && !(Array.isArray(value) && !value.length),
      )
      .map(([key, value]) => `${key} ${optionWords(value)}`);
    return [
      ['Graph', [data.graph.name, ' ', el('code', {}, data.graph.sha256.slice(0, 16))]],
      ['Program', `blastradius ${provenance.version}`],
      ['Engine', `${engine.method}: ${engine.reason}${precision}`],
      ['Options', options.join('; ')],
      ['Statements', observations.length ? `${app.count(observations.length)} beyond those of the graph` : ''],
      [
        'Files of them',
        files.length
          ? el(
              'ul',
              {},
              files.map((file) =>
                el(
                  'li',
                  {},
                  `${file.name} (${app.plural(file.statements, 'statement', 'statements')}) `,
                  el('code', {}, file.sha256.slice(0, 16)),
                ),
              ),
            )
          : '',
      ],
    ];
  }

  /** What was said and is counted, but may not be meant so. */
  app.lookAgain = function () {
    if (data.cautions.length === 0) return null;
    return section(
      'Look again: counted as it stands, perhaps not meant so',
      el(
        'ul',
        {},
        data.cautions.map((text) => el('li', {}, `${text}.`)),
      ),
    );
  };

  app.incidentPage = () => [
    facts(incidentRows()),
    section('Sources of the incident', sources(data.incident.sources)),
    groupsBlock(),
    section('Limits', el('p', {}, `${data.limits}.`), el('p', {}, '“No recorded path” is never “safe”.')),
    app.lookAgain(),
    section('Where this comes from', facts(provenanceRows())),
  ];

  function groupsBlock() {
    if (data.groups.length === 0) return null;
    return section(
      'Groups of companies: any member harmed',
      el(
        'table',
        { class: 'plain' },
        el(
          'tbody',
          {},
          data.groups.map((group) =>
            el(
              'tr',
              {},
              el('th', { scope: 'row' }, group.name),
              el('td', {}, app.scoreText(group.score.posterior)),
              el('td', {}, app.bandChip(group.band)),
              el('td', {}, group.members.map(app.name).join(', ')),
            ),
          ),
        ),
      ),
    );
  }

  app.assumptionsPage = function () {
    if (data.assumptions.length === 0)
      return [el('p', {}, 'No number of this answer is an assumption: all are written in the graph.')];
    const heads = ['What is taken for granted', 'Value', 'Basis', 'Arrows', 'Source'];
    return [
      el(
        'p',
        {},
        'Where the graph gives no number, one of these stands in. The range of every score comes from their low and high ends.',
      ),
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
          data.assumptions.map((item) =>
            el(
              'tr',
              {},
              el('th', { scope: 'row' }, item.meaning, ' ', el('code', {}, item.key)),
              [
                `${app.probability(item.value)}${range(item.low, item.high)}`,
                item.basis,
                app.count(item.arcs),
                item.source,
              ].map((text) => el('td', {}, text)),
            ),
          ),
        ),
      ),
    ];
  };
})((globalThis.BlastPage = globalThis.BlastPage || {}));
