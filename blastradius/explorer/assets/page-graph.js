/* The graph: what is drawn, folding, highlighting, replay. vis-network draws, never moves. */
(function (app) {
  'use strict';

  const { vis } = globalThis;
  const { data, state } = app;
  const near = new Map(data.drawing.nodes.map((node) => [node.id, node]));
  const drawn = new Map(data.drawing.edges.map((edge) => [edge.id, edge]));
  const nodes = new vis.DataSet();
  const edges = new vis.DataSet();
  const SMALLEST = 0.5; // scale below which names could not be read
  let network = null;
  let marks = new Map(); // node id -> {isSelected, isLit, isGhost}
  let looks = new Map(); // edge id -> look as text, to update only what changes

  /* -- what is drawn ------------------------------------------------------------------------- */

  const stands = (id) => {
    const fold = app.foldOf.get(id);
    return fold === undefined || state.unfolded.has(fold) || isStory(id) ? id : fold;
  };
  const isStory = (id) => state.story !== null && app.storyOf(state.story).has(id);
  const hopOf = (party) => (party.hops === null ? Infinity : party.hops);

  /** Parties on the way to shown ones, drawn faintly so that no path hangs in the air. */
  function between(shown) {
    const found = new Set();
    for (const id of shown) {
      const [best] = app.party.get(id).paths;
      for (const edge of best ? app.edgesOfPath(best) : []) {
        for (const end of [edge.from, edge.to]) if (!shown.has(end)) found.add(end);
      }
    }
    return found;
  }

  /** Return what should be drawn now: nodes with marks, and edges with looks. */
  function picture() {
    const shown = app.shown();
    const faint = between(shown);
    const lit = state.lit || state.pinned;
    const litNodes = new Set();
    if (lit) for (const id of lit) litNodes.add(app.edge.get(id).from).add(app.edge.get(id).to);
    const wanted = new Map();
    for (const party of data.parties) {
      if (!shown.has(party.id) && !faint.has(party.id)) continue;
      if (state.hop !== null && hopOf(party) > state.hop) continue;
      const id = stands(party.id);
      const mark = wanted.get(id) || { isGhost: true, isLit: false, isSelected: false };
      mark.isGhost = mark.isGhost && (faint.has(party.id) || (lit !== null && !litNodes.has(party.id)));
      mark.isLit = mark.isLit || litNodes.has(party.id);
      wanted.set(id, mark);
    }
    for (const id of state.unfolded) if (!wanted.has(id)) wanted.set(id, { isGhost: false });
    const chosen = state.selection && state.selection.kind !== 'edge' ? stands(state.selection.id) : null;
    if (wanted.has(chosen)) wanted.get(chosen).isSelected = true;
    return { wanted, wantedEdges: edgesBetween(wanted, lit) };
  }

  /* With very many arrows none can be followed: then only those of the most probable paths are
     drawn, of a group that to its highest score, and all of the selected party. */
  const MANY = 500;
  const isCrowded = data.edges.length > MANY;
  const onBestPaths = new Set();
  if (isCrowded) {
    for (const party of data.parties) {
      const fold = app.fold.get(app.foldOf.get(party.id));
      if (fold && fold.members[0] !== party.id) continue;
      for (const edge of party.paths.length ? app.edgesOfPath(party.paths[0]) : []) onBestPaths.add(edge.id);
    }
  }

  function isDrawn(edge, from, to, lit) {
    if (edge.from === edge.to || edge.kind === 'origin' || from === to) return false;
    if (!isCrowded || onBestPaths.has(edge.id) || (lit !== null && lit.has(edge.id))) return true;
    const chosen = state.selection;
    return chosen !== null && [edge.id, from, to].includes(chosen.id);
  }

  /** Edges between what is drawn; those of folded parties are merged by channel. */
  function edgesBetween(wanted, lit) {
    const found = new Map();
    for (const edge of data.edges) {
      const from = stands(edge.from);
      const to = stands(edge.to);
      if (!wanted.has(from) || !wanted.has(to) || !isDrawn(edge, from, to, lit)) continue;
      const isWhole = from === edge.from && to === edge.to;
      const id = isWhole ? edge.id : `merged/${from}/${to}/${edge.channel}`;
      const look = found.get(id) || newLook(edge, id, from, to, isWhole);
      look.isLit = look.isLit || (lit !== null && lit.has(edge.id)) || app.selected('edge', edge.id);
      look.isGhost =
        (lit !== null && !look.isLit) ||
        look.whatIf === 'cut' ||
        wanted.get(from).isGhost ||
        wanted.get(to).isGhost;
      found.set(id, look);
    }
    return found;
  }

  function newLook(edge, id, from, to, isWhole) {
    return {
      id,
      from,
      to,
      channel: edge.channel,
      isWeak: app.isWeak(edge.certainty),
      isLit: false,
      isGhost: false,
      probability: edge.probability,
      base: isWhole ? drawn.get(edge.id) : null,
      whatIf: app.changeWords(edge),
    };
  }

  /* -- bringing vis-network up to date ------------------------------------------------------- */

  function refresh() {
    const { wanted, wantedEdges } = picture();
    marks = wanted;
    syncNodes(wanted);
    syncEdges(wantedEdges);
    if (network !== null) network.redraw();
  }

  function syncNodes(wanted) {
    nodes.remove(nodes.getIds().filter((id) => !wanted.has(id)));
    const missing = [...wanted.keys()].filter((id) => nodes.get(id) === null);
    nodes.add(missing.map((id) => near.get(id)));
  }

  function syncEdges(wanted) {
    const gone = edges.getIds().filter((id) => !wanted.has(id));
    edges.remove(gone);
    gone.forEach((id) => looks.delete(id));
    const fresh = [];
    for (const look of wanted.values()) {
      const options = edgeOptions(look);
      const text = JSON.stringify(options);
      if (looks.get(look.id) !== text) fresh.push(options);
      looks.set(look.id, text);
    }
    edges.update(fresh);
  }

  function edgeOptions(look) {
    const base = look.base || {
      id: look.id,
      from: look.from,
      to: look.to,
      width: 2,
      dashes: look.isWeak ? [9, 7] : false,
    };
    const colours = app.colours();
    return {
      smooth: data.drawing.options.edges.smooth,
      ...base,
      ...app.edgeLook(look.channel, look.isWeak, base.width, look),
      label: look.whatIf || (look.isLit && look.base ? app.probability(look.probability) : ' '),
      font: {
        size: 12,
        face: app.FONT,
        color: colours.text,
        strokeWidth: 4,
        strokeColor: colours.canvas,
      },
    };
  }

  /* -- vis-network --------------------------------------------------------------------------- */

  function renderer({ ctx, id, x, y }) {
    return {
      drawNode() {
        app.drawCard(ctx, id, x, y, marks.get(id) || {}, network === null ? 1 : network.getScale());
      },
      nodeDimensions: data.card,
    };
  }

  function build() {
    const options = structuredClone(data.drawing.options);
    options.nodes.ctxRenderer = renderer;
    options.autoResize = false; // it changes the scale; see `resized`
    if (isCrowded) {
      options.interaction.hideEdgesOnDrag = true;
      options.interaction.hideEdgesOnZoom = true;
    }
    network = new vis.Network(app.byId('graph'), { nodes, edges }, options);
    app.network = network;
    const canvas = app.byId('graph').querySelector('canvas');
    canvas.setAttribute('role', 'presentation');
    network.on('click', onClick);
    network.on('doubleClick', (event) => event.nodes.length && toggleFold(event.nodes[0]));
    network.on('oncontext', onContext);
    network.on('hoverNode', (event) => describe(nodeWords(event.node)));
    network.on('hoverEdge', (event) => describe(edgeWords(event.edge)));
    network.on('blurNode', () => describe(''));
    network.on('blurEdge', () => describe(''));
  }

  function onClick(event) {
    app.byId('graph').focus({ preventScroll: true });
    const [node] = event.nodes;
    if (node !== undefined) selectNode(node);
    else if (event.edges.length && app.edge.has(event.edges[0])) app.selectEdge(event.edges[0]);
    else app.set({ selection: null, lit: null, pinned: null });
    network.unselectAll();
  }

  function selectNode(id) {
    if (app.party.has(id)) app.selectParty(id);
    else app.set({ selection: { kind: 'fold', id }, lit: null, pinned: null });
  }

  function onContext(event) {
    event.event.preventDefault();
    const node = network.getNodeAt(event.pointer.DOM);
    if (node === undefined) return;
    selectNode(node);
    const frame = app.byId('graph').getBoundingClientRect();
    app.openMenu(frame.left + event.pointer.DOM.x, frame.top + event.pointer.DOM.y);
  }

  const describe = (text) => {
    app.byId('hover').textContent = text;
  };

  function nodeWords(id) {
    const card = app.card(id);
    return `${card.title}: ${card.line}`;
  }

  function edgeWords(id) {
    const edge = app.edge.get(id);
    if (!edge) return 'several relations of folded parties';
    return `${edge.label}: probability ${app.probability(edge.probability)}, ${edge.certainty}`;
  }

  /* -- folding ------------------------------------------------------------------------------- */

  function toggleFold(id) {
    if (!app.fold.has(id)) return;
    const unfolded = new Set(state.unfolded);
    if (!unfolded.delete(id)) unfolded.add(id);
    app.set({ unfolded });
    if (unfolded.has(id)) network.moveTo({ position: near.get(app.fold.get(id).members[0]), scale: 0.6 });
    app.announce(`${app.card(id).title}: ${unfolded.has(id) ? 'unfolded' : 'folded'}`);
  }
  app.toggleFold = toggleFold;

  function sayFolded() {
    const open = data.folds.filter((fold) => !state.unfolded.has(fold.id));
    const count = open.reduce((sum, fold) => sum + fold.members.length, 0);
    const note = app.byId('folded');
    note.hidden = count === 0 && !isCrowded;
    note.textContent =
      `${app.plural(count, 'party', 'parties')} of low score folded into ` +
      `${app.plural(open.length, 'group')} by role and hop (marked +). The table lists them all.` +
      (isCrowded
        ? ' Only arrows of most probable paths are drawn; choose a party to see all of its arrows.'
        : '');
  }

  /* -- view ---------------------------------------------------------------------------------- */

  /** Where the last fit put the middle of the drawing, and its scale; null before the first. */
  let fitted = null;
  /** Middle of the pane when it last changed its size. */
  let paneMiddle = { x: 0, y: 0 };

  const origin = () => network.canvasToDOM({ x: 0, y: 0 });

  /** Tell whether nobody has chosen another view since it was fitted. */
  function isFitted() {
    if (fitted === null) return true;
    const { x, y } = origin();
    const isMoved = Math.hypot(x - fitted.x, y - fitted.y) > 1;
    return network.getScale() === fitted.scale && !isMoved;
  }

  /** Show everything, but never so small that nothing can be read: then from the breach on. */
  function fit() {
    const spots = Object.values(network.getPositions());
    const pane = app.byId('graph');
    if (spots.length === 0 || pane.clientWidth === 0) return;
    const range = (values, size) => [
      Math.min(...values) - size / 2 - 20,
      Math.max(...values) + size / 2 + 20,
    ];
    const [left, right] = range(
      spots.map((spot) => spot.x),
      data.card.width,
    );
    const [top, bottom] = range(
      spots.map((spot) => spot.y),
      data.card.height,
    );
    const scale = Math.min(pane.clientWidth / (right - left), pane.clientHeight / (bottom - top), 1.15);
    if (scale >= SMALLEST) {
      network.moveTo({ scale, position: { x: (left + right) / 2, y: (top + bottom) / 2 } });
    } else {
      const middle =
        pane.clientHeight / SMALLEST > bottom - top ? (top + bottom) / 2 : near.get(data.parties[0].id).y;
      network.moveTo({ scale: SMALLEST, position: { x: left + pane.clientWidth / 2 / SMALLEST, y: middle } });
    }
    fitted = { scale: network.getScale(), ...origin() };
  }
  app.fit = fit;

  /** Fill the pane as it is now: with everything, or with what somebody chose to look at. */
  function resized() {
    const wasFitted = isFitted();
    const view = { scale: network.getScale(), position: network.DOMtoCanvas(paneMiddle) };
    network.redraw();
    if (wasFitted) fit();
    else network.moveTo(view);
    findMiddle();
  }

  function findMiddle() {
    const pane = app.byId('graph');
    paneMiddle = { x: pane.clientWidth / 2, y: pane.clientHeight / 2 };
  }

  app.zoom = (factor) => network.moveTo({ scale: network.getScale() * factor });

  /** Bring a party into view without changing the scale; do nothing if it is in view. */
  function bringIntoView(id) {
    if (nodes.get(id) === null) return;
    const at = network.canvasToDOM(network.getPosition(id));
    const pane = app.byId('graph');
    if (at.x > 0 && at.y > 0 && at.x < pane.clientWidth && at.y < pane.clientHeight) return;
    network.moveTo({
      position: network.getPosition(id),
      animation: app.prefersReducedMotion() ? false : { duration: 250 },
    });
  }

  Object.assign(app, { selectNode, nodeWords, bringIntoView });
  app.positions = () => network.getPositions();
  app.drawnEdges = () => edges.get();
  app.markOf = (id) => marks.get(id) || {};

  /* -- stories, paths, replay ---------------------------------------------------------------- */

  app.tellStory = function (id) {
    app.set({ story: id, selection: { kind: 'party', id }, lit: null, pinned: null });
    fit();
    app.announce(`Only the story of ${app.name(id)} is shown`);
  };

  app.endStory = function () {
    app.set({ story: null, lit: null, pinned: null });
    fit();
    app.announce('Everything is shown');
  };

  app.pinPath = function (id, index = 0) {
    const path = app.party.get(id).paths[index];
    if (!path) return;
    const lit = new Set(app.edgesOfPath(path).map((edge) => edge.id));
    app.set({ selection: { kind: 'party', id }, pinned: lit, lit: null });
    app.announce(
      `Most probable path: ${[...path.arcs].map((arc) => app.edgeOfArc.get(arc).label).join('; ')}`,
    );
  };

  const lastHop = Math.max(0, ...data.parties.map((party) => party.hops || 0));

  /** Replay: -1 goes back, +1 goes on; past the last hop everything is shown. */
  app.replay = function (step) {
    let hop = state.hop === null ? (step > 0 ? 0 : lastHop) : state.hop + step;
    if (hop < 0 || hop > lastHop) hop = null;
    const lit =
      hop === null
        ? null
        : new Set(
            data.edges
              .filter(
                (e) =>
                  e.from !== e.to &&
                  app.party.get(e.to).hops === hop &&
                  app.party.get(e.from).hops === hop - 1,
              )
              .map((e) => e.id),
          );
    app.set({ hop, lit: null, pinned: lit && lit.size ? lit : null });
    const count = data.parties.filter((party) => party.hops === hop).length;
    app.announce(
      hop === null ? 'All hops are shown' : `Hop ${hop}: ${app.plural(count, 'party', 'parties')}`,
    );
  };

  /* -- start --------------------------------------------------------------------------------- */

  app.startGraph = function () {
    refresh();
    build();
    fit();
    findMiddle();
    sayFolded();
    app.watch(
      ['selection', 'lit', 'pinned', 'story', 'hop', 'filter', 'unfolded', 'sampled', 'theme'],
      refresh,
    );
    app.watch(['unfolded'], sayFolded);
    app.watch(['selection'], () => {
      const chosen = state.selection;
      if (chosen && chosen.kind === 'party' && document.activeElement !== app.byId('graph')) {
        bringIntoView(stands(chosen.id));
      }
    });
    app.watch(['story'], () => {
      app.byId('story-back').hidden = state.story === null;
    });
    app.watch(['hop'], () => {
      app.byId('replay-where').textContent =
        state.hop === null ? 'all hops' : `hop ${state.hop} of ${lastHop}`;
    });
    if ('ResizeObserver' in globalThis) {
      let isFirst = true;
      new ResizeObserver(() => {
        if (!isFirst) resized();
        isFirst = false;
      }).observe(app.byId('graph'));
    }
  };
})((globalThis.BlastPage = globalThis.BlastPage || {}));
