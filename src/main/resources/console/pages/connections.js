// Who stays connected to this node, what they were given and what waits for them. Asked every other second, while somebody
// looks.
import { el, text } from '../dom.js';
import { ago, bytes, count, short } from '../format.js';
import { Table } from '../table.js';

const EVERY_MS = 2000;
const MOST = 1000;

/** What it is for, as one line. */
function what(connection) {
  if (connection.subscription) return `works for ${connection.subscription}`;
  if (connection.filters.length) return connection.filters.join(', ');
  return connection.published ? 'publishes' : '';
}

export default {
  title: 'Connections',
  show(root, { query }, app) {
    const find = el('input', { type: 'search', id: 'connections-find', 'data-slash': '', placeholder: 'Filter', 'aria-label': 'Filter connections by door, peer, principal or topic', autocomplete: 'off', spellcheck: 'false' });
    const where = el('span', {}, 'this node');
    const counted = el('span.count');
    const place = el('div.scroll.tall', { id: 'connections-body', tabindex: '0', role: 'region', 'aria-label': 'Table of connections' });
    const note = el('p.note', { role: 'status' });
    const byName = new Map();
    let before = new Map();
    let all = [];
    let more = false;
    let timer = 0;
    /** Whose they are: ids are of one node. */
    let node = '';
    /** Said of a look that failed; the next that succeeds takes it back. */
    let complained = false;
    let looks = 0;
    const left = new AbortController();

    const table = new Table([
      { key: 'name', label: 'Peer', first: 1 },
      { key: 'door', label: 'Door', first: 1, words: true, show: (its) => its.door },
      { key: 'principal', label: 'Who', first: 1, words: true, show: (its) => its.principal ?? '', value: (its) => its.principal ?? '' },
      { key: 'what', label: 'For', first: 1, words: true, show: what, value: what, title: what },
      { key: 'rate', label: 'Delivered', unit: ' /s', first: -1, show: (its) => short(its.rate) },
      { key: 'delivered', label: 'Delivered', first: -1, show: (its) => count(its.delivered) },
      { key: 'published', label: 'Published', first: -1, show: (its) => count(its.published) },
      { key: 'waitingBytes', label: 'Waiting', first: -1, show: (its) => bytes(its.waitingBytes) },
      { key: 'since', label: 'Since', first: -1, show: (its, now) => ago(now - its.since), title: (its) => new Date(its.since).toISOString() },
    ], (name) => {
      const { peer, id } = byName.get(name);
      const close = el('button.quiet', { type: 'button', 'aria-label': `Close ${peer}` }, 'Close');
      close.addEventListener('click', () => cut(id, peer));
      return el('span.named', {}, el('span.mono', {}, peer), close);
    }, (tr, its) => tr.classList.toggle('busy', its.waitingBytes > 0));
    table.sort(query.get('sort') ?? '');
    table.whenSorted((sort) => app.remember({ query: { sort } }));

    async function cut(id, peer) {
      const of = node;
      const sure = await app.confirm({ title: `Close ${peer}?`, text: 'Its client is told to come again, and most do at once. Whoever is to stay away loses the token or the account instead.', yes: 'Close', grave: true });
      if (!sure) return;
      complained = false;
      if (of !== app.state?.node.id) {
        app.say(`${peer} was one of ${of}, which the console does not speak to any more.`, true);
        return;
      }
      try {
        await app.request('DELETE', `v1/connections/${encodeURIComponent(id)}`);
        app.say(`${peer} was closed.`);
      } catch (refused) {
        app.say(refused.status === 404 ? `${peer} is gone already.` : refused.message, refused.status !== 404);
      }
      again();
    }

    function draw() {
      const wanted = find.value.trim().toLowerCase();
      const found = all.filter((its) => `${its.door} ${its.peer} ${its.principal ?? ''} ${what(its)}`.toLowerCase().includes(wanted));
      text(counted, found.length === all.length ? count(all.length) : `${count(found.length)} of ${count(all.length)}`);
      table.draw(place, found, Date.now(), new Set(byName.keys()), wanted ? 'No connection is like that.' : 'Nobody stays connected. Requests over HTTP that come and go are not among these.');
      text(note, more ? `The first ${count(MOST)} that came; GET /v1/connections has all.` : '');
    }

    async function look() {
      const answer = await app.request('GET', `v1/connections?limit=${MOST}`, { signal: left.signal });
      const now = Date.now();
      if (answer.node !== node) before = new Map();
      node = answer.node;
      text(where, node);
      more = Boolean(answer.next);
      const next = new Map();
      byName.clear();
      all = answer.connections.map((its) => {
        const name = `${its.peer} ${its.id}`;
        const last = before.get(its.id);
        next.set(its.id, { delivered: its.delivered, at: now });
        const rate = last ? (its.delivered - last.delivered) * 1000 / Math.max(1, now - last.at) : 0;
        byName.set(name, its);
        return { ...its, name, rate };
      });
      before = next;
      draw();
    }

    async function again() {
      clearTimeout(timer);
      const mine = ++looks;
      try {
        await look();
        if (complained) app.say('');
        complained = false;
      } catch (refused) {
        if (left.signal.aborted) return;
        app.say(refused.message, true);
        complained = true;
      }
      // Nobody looks at a hidden page, and one look at a time is enough.
      if (!left.signal.aborted && mine === looks && !document.hidden) timer = setTimeout(again, EVERY_MS);
    }

    find.value = query.get('find') ?? '';
    find.addEventListener('input', () => {
      app.remember({ query: { find: find.value.trim() } });
      draw();
    });
    root.append(el('section.panel.connections', { 'aria-labelledby': 'connections-title' },
      el('div.panel-head', {}, el('h2', { id: 'connections-title' }, 'Of ', where, ' ', counted), find), place, note));
    document.addEventListener('visibilitychange', () => { if (!document.hidden) again(); }, { signal: left.signal });
    const stop = app.whenNode(again);
    again();
    return () => {
      stop();
      left.abort();
      clearTimeout(timer);
    };
  },
};
