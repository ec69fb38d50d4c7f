// The table of topics.
import { address } from './ask.js';
import { byId, el, lesson, text } from './dom.js';
import { ago, bytes, count, short } from './format.js';
import { link } from './route.js';
import { Table } from './table.js';

const COLUMNS = [
  { key: 'name', label: 'Topic', first: 1 },
  { key: 'rate', label: 'Rate', unit: '/s', first: -1, show: (t) => short(t.rate) },
  { key: 'messages', label: 'Messages', first: -1, show: (t) => short(t.messages), title: (t) => count(t.messages) },
  { key: 'bytes', label: 'Size', first: -1, show: (t) => bytes(t.bytes) },
  { key: 'next', label: 'Next', first: -1, show: (t) => count(t.next), title: (t) => `next offset; kept from ${count(t.low)}` },
  { key: 'last', label: 'Last', first: -1, show: (t, now) => (t.next ? ago(now - t.last) : '–') },
];

const table = new Table(COLUMNS, opener, (tr, topic) => tr.classList.toggle('busy', topic.rate >= 0.05));
const field = byId('topics-filter');
let latest = null;
let filter = '';
let remember = () => {};

field.addEventListener('input', () => {
  filter = field.value.trim().toLowerCase();
  remember({ find: field.value.trim() });
  if (latest) draw();
});
table.whenSorted((sort) => remember({ sort }));

export function show(query, app) {
  remember = (changes) => app.remember({ query: changes });
  field.value = query.get('find') ?? '';
  filter = field.value.toLowerCase();
  table.sort(query.get('sort') ?? '');
  return app.whenState((state) => {
    if (!state.topics) return;
    latest = state;
    draw();
  });
}

function opener(name) {
  return el('a.link', { href: link('topics', name), title: `Open ${name}` }, name);
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
        `curl -d 'hello' ${address('t/greetings')}`));
    }
    return;
  }
  const found = filter ? all.filter((topic) => topic.name.toLowerCase().includes(filter)) : all;
  table.draw(place, found, latest.at, new Set(all.map((topic) => topic.name)), `No topic has “${filter}” in its name.`);
}
