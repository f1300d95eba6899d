/* Files out of the page: picture as PNG and SVG, table as CSV, and the printed report. */
(function (app) {
  'use strict';

  const { data, el } = app;
  const SVG = 'http://www.w3.org/2000/svg';

  app.download = function (name, type, content) {
    const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    const link = el('a', { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  };

  const word = (text) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');

  /** Name of what is saved; pictures bear the label nowhere else. */
  app.fileName = () =>
    ['blastradius', word(data.target) || 'page', data.tlp && `tlp-${word(data.tlp)}`]
      .filter(Boolean)
      .join('-');

  /* -- CSV ----------------------------------------------------------------------------------- */

  const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

  /** A cell that no spreadsheet takes for a formula. */
  function cell(value) {
    if (value === null || value === undefined) return '';
    if (typeof value === 'number') return String(value);
    const text = FORMULA.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  }

  const CSV = [
    ['rank', (p) => p.rank],
    ['id', (p) => p.id],
    ['name', (p) => p.name],
    ['role', (p) => p.role],
    ['score_prior', (p) => p.score.prior],
    ['score', (p) => p.score.posterior],
    ['score_what_if', (p) => (app.now(p).isChanged ? app.now(p).score : null)],
    ['band', (p) => app.bandNow(p)],
    ['verdict', (p) => app.now(p).verdict],
    ['p_exposed_prior', (p) => p.probability.exposed.prior],
    ['p_exposed', (p) => app.now(p).exposed],
    ['p_harmed_prior', (p) => p.probability.harmed.prior],
    ['p_harmed', (p) => app.now(p).harmed],
    ['at_risk', app.atRisk],
    ['through', app.through],
    ['certainty', (p) => p.certainty],
    ['said', app.said],
    ['tlp', () => app.tlpLabel()],
  ];

  app.csv = function () {
    const rows = [CSV.map(([name]) => name), ...app.listed().map((party) => CSV.map(([, of]) => of(party)))];
    return `${rows.map((values) => values.map(cell).join(',')).join('\n')}\n`;
  };

  /* -- PNG ----------------------------------------------------------------------------------- */

  function png() {
    const canvas = app.byId('graph').querySelector('canvas');
    const copy = document.createElement('canvas');
    copy.width = canvas.width;
    copy.height = canvas.height;
    const ctx = copy.getContext('2d');
    ctx.fillStyle = app.colours().canvas;
    ctx.fillRect(0, 0, copy.width, copy.height);
    ctx.drawImage(canvas, 0, 0);
    copy.toBlob((blob) => app.download(`${app.fileName()}.png`, 'image/png', blob), 'image/png');
  }

  /* -- SVG: the whole picture, made of elements, so that no text can become markup -------------- */

  const s = function (tag, attributes, ...children) {
    const node = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined) node.setAttribute(key, String(value));
    }
    node.append(...children.filter((child) => child !== null));
    return node;
  };
  app.svgElement = s;
  const round = (value) => Math.round(value * 10) / 10;

  function frame(at) {
    const { width, height } = data.card;
    const xs = Object.values(at).map((spot) => spot.x);
    const ys = Object.values(at).map((spot) => spot.y);
    const margin = 24;
    const left = Math.min(...xs) - width / 2 - margin;
    const top = Math.min(...ys) - height / 2 - margin;
    return {
      left,
      top,
      width: Math.max(...xs) + width / 2 + margin - left,
      height: Math.max(...ys) + height / 2 + margin - top,
    };
  }

  /** The picture as an SVG element, in the colours of a theme. */
  app.svg = function (theme = app.theme()) {
    const colours = app.colours(theme);
    const at = app.positions();
    const view = frame(at);
    const root = s('svg', {
      xmlns: SVG,
      viewBox: [view.left, view.top, view.width, view.height].map(round).join(' '),
      width: round(view.width),
      height: round(view.height),
      'font-family': app.FONT,
      role: 'img',
    });
    const title = s('title', {});
    title.textContent = data.headline;
    root.append(
      title,
      s('rect', {
        x: round(view.left),
        y: round(view.top),
        width: round(view.width),
        height: round(view.height),
        fill: colours.canvas,
      }),
    );
    for (const edge of app.drawnEdges()) root.append(edgeShape(edge, at, theme));
    for (const [id, spot] of Object.entries(at)) root.append(cardShape(id, spot, theme));
    return root;
  };

  /** Points on the curve that vis-network draws between two cards. */
  function curve(edge, from, to) {
    const smooth = edge.smooth || data.drawing.options.edges.smooth;
    if (smooth.type === 'cubicBezier') {
      const bend = (to.x - from.x) * smooth.roundness;
      const [a, b] = [
        { x: from.x + bend, y: from.y },
        { x: to.x - bend, y: to.y },
      ];
      return (t) => mix([from, a, b, to], [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3]);
    }
    const turn = smooth.roundness;
    const angle = Math.atan2(from.y - to.y, to.x - from.x) + (turn * Math.PI) / 2;
    const reach = (Math.hypot(to.x - from.x, to.y - from.y) * (1 + turn)) / 2;
    const middle = { x: from.x + reach * Math.cos(angle), y: from.y - reach * Math.sin(angle) };
    return (t) => mix([from, middle, to], [(1 - t) ** 2, 2 * t * (1 - t), t ** 2]);
  }

  const mix = (points, weights) => ({
    x: points.reduce((sum, p, i) => sum + p.x * weights[i], 0),
    y: points.reduce((sum, p, i) => sum + p.y * weights[i], 0),
  });

  function edgeShape(edge, at, theme) {
    const from = at[edge.from];
    const to = at[edge.to];
    const point = curve(edge, from, to);
    const { width, height } = data.card;
    const isInside = (p) => Math.abs(p.x - to.x) < width / 2 && Math.abs(p.y - to.y) < height / 2;
    let end = 48;
    while (end > 1 && isInside(point(end / 48))) end -= 1;
    const dots = Array.from({ length: end + 1 }, (_, i) => point(i / 48));
    const path = `M${dots.map((dot) => `${round(dot.x)} ${round(dot.y)}`).join('L')}`;
    const known = app.edge.get(edge.id);
    const channel = known ? known.channel : edge.id.split('/').pop();
    const colour = app.colours(theme)[channel] || app.colours(theme).custody;
    const line = { d: path, fill: 'none', stroke: colour };
    const size = channel === 'access' ? 7 : 5;
    return s(
      'g',
      { opacity: edge.color.opacity },
      channel === 'custody'
        ? null
        : s('path', {
            ...line,
            'stroke-opacity': 0.35,
            'stroke-width': edge.width + size,
            'stroke-dasharray': channel === 'dependency' ? '5 9' : null,
          }),
      s('path', {
        ...line,
        'stroke-width': edge.width,
        'stroke-dasharray': edge.dashes ? edge.dashes.join(' ') : null,
      }),
      arrowHead(dots, colour, 6 + edge.width),
    );
  }

  function arrowHead(dots, colour, size) {
    const tip = dots[dots.length - 1];
    const tail = dots[Math.max(dots.length - 2, 0)];
    const angle = Math.atan2(tip.y - tail.y, tip.x - tail.x);
    const corner = (turn, far) =>
      `${round(tip.x + far * Math.cos(angle + turn))},${round(tip.y + far * Math.sin(angle + turn))}`;
    return s('polygon', {
      points: [corner(0, 2), corner(2.7, size), corner(-2.7, size)].join(' '),
      fill: colour,
    });
  }

  function cardShape(id, { x, y }, theme) {
    const card = app.card(id);
    const colours = app.colours(theme);
    const band = app.bandLook(card.band, theme);
    const { width, height } = data.card;
    const left = x - width / 2;
    const ink = card.isOrigin ? colours.onOrigin : colours.text;
    const text = (content, attributes) => {
      const node = s('text', attributes);
      node.textContent = content;
      return node;
    };
    const face = { fill: card.isOrigin ? colours.onOrigin : band.fill };
    const corners = app.corners(card.family, left + 22, y, 12.5);
    return s(
      'g',
      { opacity: app.markOf(id).isGhost ? 0.28 : null },
      s('rect', {
        x: round(left),
        y: round(y - height / 2),
        width,
        height,
        rx: 7,
        fill: card.isOrigin ? colours.origin : colours.card,
        stroke: card.band === 'none' ? colours.border : band.fill,
        'stroke-width': band.border,
      }),
      corners === null
        ? s('circle', { cx: round(left + 22), cy: round(y), r: 12.5, ...face })
        : s('polygon', { points: corners.map((c) => c.map(round).join(',')).join(' '), ...face }),
      text(card.letter, {
        x: round(left + 22),
        y: round(y + 4.5),
        'text-anchor': 'middle',
        'font-size': 12,
        'font-weight': 700,
        fill: card.isOrigin ? colours.origin : band.ink,
      }),
      text(app.cutText(card.title, app.titleWeight(card), 13, width - 52), {
        x: round(left + 43),
        y: round(y - 3.5),
        'font-size': 13,
        'font-weight': app.titleWeight(card),
        fill: ink,
      }),
      text(app.cutText(card.line, 400, 11.5, width - 52), {
        x: round(left + 43),
        y: round(y + 13.5),
        'font-size': 11.5,
        fill: card.isOrigin ? ink : colours.quiet,
      }),
    );
  }

  function svgFile() {
    const text = new XMLSerializer().serializeToString(app.svg());
    app.download(`${app.fileName()}.svg`, 'image/svg+xml', text);
  }

  /* -- print --------------------------------------------------------------------------------- */

  /** Lay out a report for paper: incident, picture, table, assumptions, limits. */
  function fillReport() {
    app.showAllRows();
    const copy = app.byId('table').cloneNode(true);
    copy.removeAttribute('id');
    for (const node of copy.querySelectorAll('button'))
      node.replaceWith(node.textContent.replace(/[▲▼]/g, ''));
    app.fill(
      app.byId('report'),
      data.parties.length <= 60 ? el('figure', {}, app.svg('light')) : null,
      el('h2', {}, 'Parties at risk'),
      copy,
      app.state.sampled
        ? el(
            'p',
            {},
            'With what-if changes, sampled in the page: ',
            app
              .changes()
              .map((change) => BlastScenario.describe(change, data))
              .join('; '),
          )
        : null,
      el('h2', {}, 'Incident'),
      app.incidentPage(),
      el('h2', {}, 'Assumptions'),
      app.assumptionsPage(),
    );
  }

  app.startExport = function () {
    const choose = (id, act) =>
      app.byId(id).addEventListener('click', () => {
        app.byId('export-menu').open = false;
        act();
      });
    choose('export-png', png);
    choose('export-svg', svgFile);
    choose('export-csv', () => app.download(`${app.fileName()}.csv`, 'text/csv', app.csv()));
    choose('print', () => globalThis.print());
    const menu = app.byId('export-menu');
    document.addEventListener('pointerdown', (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !menu.open) return;
      menu.open = false;
      menu.querySelector('summary').focus();
      event.stopPropagation();
    });
    globalThis.addEventListener('beforeprint', fillReport);
    globalThis.addEventListener('afterprint', () => app.byId('report').replaceChildren());
  };
})((globalThis.BlastPage = globalThis.BlastPage || {}));
