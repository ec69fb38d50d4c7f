// The table of topics. Rows are kept from state to state, so that a pointer or the keyboard stays where it is.
import { byId, el, lesson, text } from './dom.js';
import { ago, bytes, count, path, short } from './format.js';

const COLUMNS = [
  { key: 'name', label: 'Topic', first: 1, show: null },
  { key: 'rate', label: 'Rate', unit: '/s', first: -1, show: (t) => short(t.rate) },
  { key: 'messages', label: 'Messages', first: -1, show: (t) => short(t.messages), title: (t) => count(t.messages) },
  { key: 'bytes', label: 'Size', first: -1, show: (t) => bytes(t.bytes) },
  { key: 'next', label: 'Next', first: -1, show: (t) => count(t.next), title: (t) => `next offset; kept from ${count(t.low)}` },
  { key: 'last', label: 'Last', first: -1, show: (t, now) => (t.next ? ago(now - t.last) : '–') },
];

const rows = new Map();
let latest = null;
let sort = { key: 'name', way: 1 };
let filter = '';
let follow = () => {};
let table = null;
let body = null;

export function begin(onFollow) {
  follow = onFollow;
  byId('topics-filter').addEventListener('input', (event) => {
    filter = event.target.value.trim().toLowerCase();
    if (latest) draw();
  });
}

export function show(state) {
  if (!state.topics) return;
  latest = state;
  draw();
}

function build() {
  const heads = COLUMNS.map((column) => {
    const button = el('button.sort', { type: 'button' }, column.label, el('span.unit', {}, column.unit ?? ''));
    const head = el(column.key === 'name' ? 'th' : 'th.num', { scope: 'col' }, button);
    button.addEventListener('click', () => {
      sort = sort.key === column.key ? { key: column.key, way: -sort.way } : { key: column.key, way: column.first };
      sorted();
      draw();
    });
    return head;
  });
  const sorted = () => heads.forEach((head, i) => {
    if (COLUMNS[i].key === sort.key) head.setAttribute('aria-sort', sort.way > 0 ? 'ascending' : 'descending');
    else head.removeAttribute('aria-sort');
  });
  sorted();
  body = el('tbody');
  table = el('table.sortable', {}, el('thead', {}, el('tr', {}, ...heads)), body);
}

function row(name) {
  if (!rows.has(name)) {
    const button = el('button.link', { type: 'button', title: `Follow ${name}` }, name);
    button.addEventListener('click', () => follow(name));
    const cells = COLUMNS.slice(1).map(() => el('td.num'));
    rows.set(name, { tr: el('tr', {}, el('td.name', {}, button), ...cells), cells });
  }
  return rows.get(name);
}

function draw() {
  const { total, rows: all } = latest.topics;
  text(byId('topics-count'), total ? count(total) : '');
  const note = byId('topics-note');
  note.hidden = total <= all.length;
  text(note, `The ${count(all.length)} most active of ${count(total)} topics.`);
  const place = byId('topics-body');
  if (!total) {
    if (!place.querySelector('.lesson')) {
      place.replaceChildren(lesson('No topics yet. The first message makes one:',
        `curl -d 'hello' ${location.origin}/t/${path('greetings')}`));
    }
    return;
  }
  if (!table) build();
  if (table.parentNode !== place) place.replaceChildren(table);

  const found = filter ? all.filter((topic) => topic.name.toLowerCase().includes(filter)) : all.slice();
  found.sort((a, b) => sort.way * (sort.key === 'name' ? 0 : a[sort.key] - b[sort.key]) || (sort.key === 'name' ? sort.way : 1) * (a.name < b.name ? -1 : 1));
  const wanted = found.map((topic) => {
    const { tr, cells } = row(topic.name);
    COLUMNS.slice(1).forEach((column, i) => {
      text(cells[i], column.show(topic, latest.at));
      if (column.title) cells[i].title = column.title(topic);
    });
    tr.classList.toggle('busy', topic.rate >= 0.05);
    return tr;
  });
  const names = new Set(all.map((topic) => topic.name));
  for (const name of rows.keys()) if (!names.has(name)) rows.delete(name);
  const same = wanted.length === body.children.length && wanted.every((tr, i) => tr === body.children[i]);
  if (!wanted.length) {
    body.replaceChildren(el('tr', {}, el('td.none', { colspan: COLUMNS.length }, `No topic has “${filter}” in its name.`)));
  } else if (!same) {
    const focused = document.activeElement;
    body.replaceChildren(...wanted);
    if (focused && focused !== document.activeElement && body.contains(focused)) focused.focus({ preventScroll: true });
  }
}
