/* How parties and edges look, said once for the canvas and for the SVG export. */
(function (app) {
  'use strict';

  const { width: WIDTH, height: HEIGHT } = app.data.card;
  const FAR = 0.66; // scale below which the second line of a card could not be read
  app.FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

  /* Bands by a palette that keeps its order in lightness and under colour blindness, by a
     letter, and by the width of the border. Channels by colour and by what runs under the line. */
  const BANDS = {
    critical: { light: ['#9d0b3b', '#ffffff'], dark: ['#d8326b', '#ffffff'], border: 3 },
    high: { light: ['#d9560b', '#000000'], dark: ['#ee7a30', '#000000'], border: 2.25 },
    medium: { light: ['#f2b544', '#000000'], dark: ['#f0b94f', '#000000'], border: 1.5 },
    low: { light: ['#a9cfe6', '#000000'], dark: ['#8fbfdc', '#000000'], border: 1 },
    none: { light: ['#c9ccd1', '#000000'], dark: ['#767d87', '#ffffff'], border: 1 },
  };
  const THEMES = {
    light: {
      canvas: '#fbfbfc',
      card: '#ffffff',
      text: '#15181d',
      quiet: '#56606c',
      border: '#8d96a1',
      accent: '#0b5fce',
      origin: '#1d2127',
      onOrigin: '#ffffff',
      custody: '#47525f',
      access: '#7a3fa0',
      dependency: '#0a746c',
      origin_edge: '#47525f',
    },
    dark: {
      canvas: '#14171b',
      card: '#20252b',
      text: '#eef0f3',
      quiet: '#a4adb8',
      border: '#6b7580',
      accent: '#6cb0ff',
      origin: '#eef0f3',
      onOrigin: '#15181d',
      custody: '#a9b4c0',
      access: '#c99af0',
      dependency: '#4fc4b6',
      origin_edge: '#a9b4c0',
    },
  };
  const FAMILIES = {
    oem: 'circle',
    tier1: 'square',
    tier2: 'square',
    tier3: 'square',
    'it-provider': 'diamond',
    'software-vendor': 'diamond',
    'engineering-service': 'diamond',
    'data-space': 'diamond',
    logistics: 'hexagon',
    'dealer-group': 'hexagon',
    'marketing-agency': 'hexagon',
    finance: 'hexagon',
    'data-subjects': 'triangle',
    other: 'pentagon',
  };
  app.FAMILY_WORDS = [
    ['circle', 'carmaker'],
    ['square', 'supplier, tier 1 to 3'],
    ['diamond', 'IT, software, engineering, data space'],
    ['hexagon', 'logistics, dealers, marketing, finance'],
    ['triangle', 'people whose data is held'],
    ['pentagon', 'other'],
  ];

  app.theme = () => document.documentElement.dataset.theme;
  app.colours = (theme = app.theme()) => THEMES[theme];
  app.bandLook = function (band, theme = app.theme()) {
    const look = BANDS[band];
    return { fill: look[theme][0], ink: look[theme][1], border: look.border };
  };
  app.bandLetter = (band) => (band === 'none' ? '–' : band[0].toUpperCase());
  app.family = (role) => FAMILIES[role] || 'pentagon';

  const CORNERS = {
    square: [4, -Math.PI / 4, 1.13],
    diamond: [4, 0, 1.12],
    hexagon: [6, 0, 1.05],
    pentagon: [5, -Math.PI / 2, 1.08],
    triangle: [3, -Math.PI / 2, 1.25],
  };

  /** Corners of a role's shape around (x, y); null for a circle. */
  app.corners = function (family, x, y, radius) {
    if (family === 'circle') return null;
    const [n, turn, grow] = CORNERS[family];
    const lift = family === 'triangle' ? radius * 0.22 : 0;
    return Array.from({ length: n }, (_, i) => {
      const angle = turn + (i * 2 * Math.PI) / n;
      return [x + radius * grow * Math.cos(angle), y + lift + radius * grow * Math.sin(angle)];
    });
  };

  const measure = document.createElement('canvas').getContext('2d');
  const cuts = new Map();

  /** Text cut to a width [px] in a font of some weight and size, with an ellipsis. */
  app.cutText = function (text, weight, size, width) {
    const ems = Math.floor((width / size) * 10) / 10;
    const key = `${weight}|${ems}|${text}`;
    if (!cuts.has(key)) cuts.set(key, cut(text, weight, ems));
    return cuts.get(key);
  };

  /* Measured at 10 px, since widths grow with the font; the first guess is by proportion. */
  function cut(text, weight, ems) {
    measure.font = `${weight} 10px ${app.FONT}`;
    const room = ems * 10;
    const whole = measure.measureText(text).width;
    if (whole <= room) return text;
    let length = Math.ceil((text.length * room) / whole);
    while (length > 1 && measure.measureText(`${text.slice(0, length)}…`).width > room) length -= 1;
    return `${text.slice(0, length).trimEnd()}…`;
  }

  /** What stands on a card, whoever draws it. */
  app.card = function (id) {
    const party = app.party.get(id);
    if (party === undefined) return foldCard(app.fold.get(id));
    const now = app.now(party);
    const band = app.bandOf(now.score);
    return {
      title: party.name,
      line: party.is_origin ? 'breached here' : `${app.scoreChange(party)} · ${app.now(party).verdict}`,
      family: app.family(party.role),
      band,
      letter: party.is_origin ? '!' : app.bandLetter(band),
      isBold: party.role === 'oem',
      isOrigin: party.is_origin,
      isWeak: app.isWeak(party.certainty),
    };
  };

  function foldCard(fold) {
    const isOpen = app.state.unfolded.has(fold.id);
    const top = app.party.get(fold.members[0]);
    return {
      title: `${app.count(fold.members.length)} × ${app.ROLES[fold.role]}`,
      line: isOpen ? 'unfolded below; open to fold' : `scores up to ${app.scoreText(app.now(top).score)}`,
      family: app.family(fold.role),
      band: app.bandNow(top),
      letter: isOpen ? '−' : '+',
      isFold: true,
    };
  }

  app.fold = new Map(app.data.folds.map((fold) => [fold.id, fold]));
  app.foldOf = new Map();
  for (const fold of app.data.folds) {
    for (const member of fold.members) app.foldOf.set(member, fold.id);
  }

  /* -- canvas -------------------------------------------------------------------------------- */

  function trace(ctx, family, x, y, radius) {
    const corners = app.corners(family, x, y, radius);
    ctx.beginPath();
    if (corners === null) ctx.arc(x, y, radius, 0, 2 * Math.PI);
    else corners.forEach(([cx, cy], i) => (i ? ctx.lineTo(cx, cy) : ctx.moveTo(cx, cy)));
    ctx.closePath();
  }

  function box(ctx, x, y, inset) {
    ctx.beginPath();
    ctx.roundRect(x - WIDTH / 2 + inset, y - HEIGHT / 2 + inset, WIDTH - 2 * inset, HEIGHT - 2 * inset, 7);
  }

  /** Draw a card; mark is {isSelected, isLit, isGhost}; scale is that of the picture. */
  app.drawCard = function (ctx, id, x, y, mark, scale) {
    const card = app.card(id);
    const colours = app.colours();
    const band = app.bandLook(card.band);
    ctx.save();
    if (mark.isGhost) ctx.globalAlpha = 0.28;
    drawBox(ctx, card, x, y, mark, colours, band);
    if (scale < FAR) drawFarFace(ctx, card, x, y, colours, band, scale);
    else drawFace(ctx, card, x, y, colours, band);
    ctx.restore();
  };

  function drawBox(ctx, card, x, y, mark, colours, band) {
    if (card.isFold) {
      box(ctx, x + 4, y + 4, 0);
      ctx.fillStyle = colours.border;
      ctx.fill();
    }
    box(ctx, x, y, 0);
    ctx.fillStyle = card.isOrigin ? colours.origin : colours.card;
    ctx.fill();
    ctx.lineWidth = card.isOrigin ? 1 : band.border;
    ctx.strokeStyle = mark.isLit ? colours.accent : card.band === 'none' ? colours.border : band.fill;
    box(ctx, x, y, ctx.lineWidth / 2);
    ctx.stroke();
    if (!mark.isSelected) return;
    box(ctx, x, y, -4);
    ctx.lineWidth = 3;
    ctx.strokeStyle = colours.accent;
    ctx.stroke();
  }

  function drawSign(ctx, card, x, y, colours, band) {
    trace(ctx, card.family, x, y, 12.5);
    ctx.fillStyle = card.isOrigin ? colours.onOrigin : band.fill;
    ctx.fill();
    ctx.fillStyle = card.isOrigin ? colours.origin : band.ink;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.font = `700 12px ${app.FONT}`;
    ctx.fillText(card.letter, x, y + 0.5);
    ctx.textAlign = 'left';
    ctx.fillStyle = card.isOrigin ? colours.onOrigin : colours.text;
  }

  function drawFace(ctx, card, x, y, colours, band) {
    const left = x - WIDTH / 2;
    drawSign(ctx, card, left + 22, y, colours, band);
    ctx.font = `${titleWeight(card)} 13px ${app.FONT}`;
    ctx.fillText(app.cutText(card.title, titleWeight(card), 13, WIDTH - 52), left + 43, y - 7.5);
    ctx.font = `11.5px ${app.FONT}`;
    if (!card.isOrigin) ctx.fillStyle = colours.quiet;
    ctx.fillText(app.cutText(card.line, 400, 11.5, WIDTH - 52), left + 43, y + 9.5);
  }

  /** From afar only the name, as large as the card allows; carmakers may use more room. */
  function drawFarFace(ctx, card, x, y, colours, band, scale) {
    const left = x - WIDTH / 2;
    drawSign(ctx, card, left + 22, y, colours, band);
    const isWide = card.isBold && scale < 0.4;
    const size = Math.min(11 / scale, isWide ? 40 : 24);
    const title = app.cutText(card.title, titleWeight(card), size, isWide ? WIDTH : WIDTH - 48);
    ctx.font = `${titleWeight(card)} ${size}px ${app.FONT}`;
    if (isWide) {
      ctx.lineWidth = 4 / scale;
      ctx.lineJoin = 'round';
      ctx.strokeStyle = colours.card;
      ctx.strokeText(title, left + 40, y + 1);
    }
    ctx.fillText(title, left + 40, y + 1);
  }

  const titleWeight = (card) => (card.isBold || card.isOrigin ? 700 : 500);
  app.titleWeight = titleWeight;

  /* -- edges --------------------------------------------------------------------------------- */

  /** Look of an edge as vis-network options that depend on theme and highlight. */
  app.edgeLook = function (channel, isWeak, width, mark) {
    const colours = app.colours();
    const colour = mark.isLit ? colours.accent : colours[channel] || colours.custody;
    const opacity = mark.isGhost ? 0.12 : mark.isLit ? 1 : isWeak ? 0.5 : 0.85;
    return {
      color: { color: colour, highlight: colour, hover: colour, opacity, inherit: false },
      background: underlay(channel, colour, width, mark),
    };
  };

  /** A tube under access, beads under dependency, nothing under custody. */
  function underlay(channel, colour, width, mark) {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
    const strength = mark.isGhost ? 0.08 : 0.3;
    return {
      enabled: channel === 'access' || channel === 'dependency',
      color: `rgba(${r},${g},${b},${strength})`,
      size: width + (channel === 'access' ? 7 : 5),
      dashes: channel === 'dependency' ? [5, 9] : false,
    };
  }
})((globalThis.BlastPage = globalThis.BlastPage || {}));
