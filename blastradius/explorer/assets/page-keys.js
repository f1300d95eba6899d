/* The keys of the graph, and the menu of a party. */
(function (app) {
  'use strict';

  const { data, state } = app;

  /* -- keys in the graph --------------------------------------------------------------------- */

  const TURNS = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = state.selection && state.selection.kind !== 'edge' ? state.selection.id : null;
    if (event.key in TURNS) move(chosen, TURNS[event.key]);
    else if (event.key === 'Enter' && app.fold.has(chosen)) app.toggleFold(chosen);
    else if (event.key === 'Enter' && chosen !== null) app.showTab('details', true);
    else if (event.key === '+' || event.key === '=') app.zoom(1.25);
    else if (event.key === '-') app.zoom(0.8);
    else if (event.key === '0') app.fit();
    else if ((event.key === 'm' || event.key === 'ContextMenu') && chosen !== null) menuAtNode(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Go to the nearest party in a direction. */
  function move(from, [dx, dy]) {
    const at = app.network.getPositions();
    if (from === null || !at[from]) return choose(data.parties[0].id);
    let best = null;
    for (const [id, spot] of Object.entries(at)) {
      const ahead = (spot.x - at[from].x) * dx + (spot.y - at[from].y) * dy;
      const aside = Math.abs((spot.x - at[from].x) * dy) + Math.abs((spot.y - at[from].y) * dx);
      const cost = ahead + aside * 2.5;
      if (id !== from && ahead > 1 && (best === null || cost < best.cost)) best = { id, cost };
    }
    return best && choose(best.id);
  }

  function choose(id) {
    app.selectNode(id);
    app.bringIntoView(id);
    app.announce(app.nodeWords(id));
  }

  /* -- menu ---------------------------------------------------------------------------------- */

  function menuAtNode(id) {
    const at = app.network.canvasToDOM(app.network.getPosition(id));
    const frame = app.byId('graph').getBoundingClientRect();
    openMenu(frame.left + at.x, frame.top + at.y);
  }

  function menuItems({ kind, id }) {
    if (kind === 'fold') return [[state.unfolded.has(id) ? 'Fold' : 'Unfold', () => app.toggleFold(id)]];
    return [
      ['Shortest path to here', () => app.pinPath(id)],
      ["Only this party's story", () => app.tellStory(id)],
      ['What if …', () => app.showTab('whatif', true)],
      ['Details', () => app.showTab('details', true)],
    ];
  }

  function openMenu(x, y) {
    const menu = app.byId('menu');
    const items = menuItems(state.selection).map(([text, act]) =>
      app.el(
        'button',
        {
          type: 'button',
          role: 'menuitem',
          tabindex: -1,
          onclick: () => {
            closeMenu();
            act();
          },
        },
        text,
      ),
    );
    app.fill(menu, items);
    menu.hidden = false;
    menu.style.left = `${Math.min(x, innerWidth - menu.offsetWidth - 8)}px`;
    menu.style.top = `${Math.min(y, innerHeight - menu.offsetHeight - 8)}px`;
    items[0].focus();
  }
  app.openMenu = openMenu;

  function closeMenu() {
    const menu = app.byId('menu');
    if (menu.hidden) return;
    menu.hidden = true;
    app.byId('graph').focus({ preventScroll: true });
  }

  function onMenuKey(event) {
    const items = [...app.byId('menu').children];
    const at = items.indexOf(document.activeElement);
    if (event.key === 'Escape') closeMenu();
    else if (event.key === 'ArrowDown') items[(at + 1) % items.length].focus();
    else if (event.key === 'ArrowUp') items[(at + items.length - 1) % items.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  app.startKeys = function () {
    app.byId('graph').addEventListener('keydown', onKey);
    app.byId('menu').addEventListener('keydown', onMenuKey);
    document.addEventListener('pointerdown', (event) => {
      if (!app.byId('menu').contains(event.target)) app.byId('menu').hidden = true;
    });
  };
})((globalThis.BlastPage = globalThis.BlastPage || {}));
