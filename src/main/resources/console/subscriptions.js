// The table of durable subscriptions.
import { address } from './ask.js';
import { byId, el, lesson, text } from './dom.js';
import { ago, count, short } from './format.js';
import * as lag from './lag.js';
import * as plan from './plan.js';
import { here, link } from './route.js';
import { Table } from './table.js';

const figure = (key, label) => ({ key, label, first: -1, show: (s) => short(s[key]), title: (s) => count(s[key]) });

const COLUMNS = [
  { key: 'name', label: 'Name', first: 1 },
  { key: 'filter', label: 'Filter', first: 1, words: true, show: (s) => s.filter, title: (s) => s.filter },
  figure('lag', 'Lag'),
  figure('inFlight', 'In flight'),
  figure('dead', 'Dead'),
  { key: 'oldest', label: 'Oldest', first: -1, value: (s, now) => age(s, now), show: (s, now) => (s.oldest == null ? '–' : ago(Math.max(0, age(s, now)))) },
  figure('redelivered', 'Redelivered'),
  { key: 'rate', label: 'Acked', unit: '/s', first: -1, value: (s) => s.rate ?? -1, show: (s) => short(s.rate) },
];

const age = (s, now) => (s.oldest == null ? -Infinity : now - s.oldest);

const table = new Table(COLUMNS, cell, (tr, s) => {
  const badge = tr.querySelector('.badge');
  if (badge.hidden === s.paused) badge.hidden = !s.paused;
  tr.classList.toggle('busy', s.rate >= 0.05);
  tr.classList.toggle('buried', s.dead > 0);
});
const field = byId('subscriptions-filter');
let latest = null;
let filter = '';
let remember = () => {};

field.addEventListener('input', () => {
  filter = field.value.trim().toLowerCase();
  remember({ find: field.value.trim() });
  draw();
});
byId('subscription-new').addEventListener('click', () => plan.open('', null, (name) => { location.hash = link('subscriptions', name); }));
table.whenSorted((sort) => remember({ sort }));

export function show(query, app) {
  remember = (changes) => app.remember({ query: changes });
  field.value = query.get('find') ?? '';
  filter = field.value.toLowerCase();
  table.sort(query.get('sort') ?? '');
  return app.whenState((state) => {
    if (!state.subscriptions) return;
    latest = state;
    const { at, rows } = state.subscriptions;
    for (const row of rows) lag.add(row.name, at, row);
    lag.keep(new Set([...rows.map((row) => row.name), here().name]));
    draw();
  });
}

function cell(name) {
  return el('span.named', {},
    el('a.link', { href: link('subscriptions', name), title: name, 'data-subscription': name }, name),
    el('span.badge.warn', { hidden: '' }, 'paused'));
}

function draw() {
  if (!latest) return;
  const { total, rows: all } = latest.subscriptions;
  text(byId('subscriptions-count'), total ? count(total) : '');
  const note = byId('subscriptions-note');
  note.hidden = total <= all.length;
  text(note, `The ${count(all.length)} that lag most of ${count(total)} subscriptions.`);
  field.hidden = !total;
  const place = byId('subscriptions-body');
  if (!total) {
    if (!place.querySelector('.lesson')) {
      place.replaceChildren(lesson('No durable subscriptions. One remembers what was acknowledged, and lends each message to one worker at a time:',
        "./skein subscriptions create billing --filter 'orders/#' --from earliest",
        `curl -X PUT -H 'Content-Type: application/json' -d '{"filter":"orders/#","from":"earliest"}' ${address('v1/subscriptions/billing')}`));
    }
    return;
  }
  const items = all.map((row) => ({ ...row, rate: lag.rate(row.name) }));
  const found = filter ? items.filter((s) => s.name.toLowerCase().includes(filter) || s.filter.toLowerCase().includes(filter)) : items;
  table.draw(place, found, latest.at, new Set(all.map((row) => row.name)), `No subscription has “${filter}” in its name or filter.`);
}
