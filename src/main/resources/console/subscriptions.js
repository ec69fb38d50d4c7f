// The table of durable subscriptions, and the one that is opened.
import { attribute, byId, el, lesson, text } from './dom.js';
import { ago, count, short } from './format.js';
import * as lag from './lag.js';
import * as subscription from './subscription.js';
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
  const open = s.name === subscription.opened();
  attribute(tr.querySelector('.link'), 'aria-expanded', open);
  const badge = tr.querySelector('.badge');
  if (badge.hidden === s.paused) badge.hidden = !s.paused;
  tr.classList.toggle('open', open);
  tr.classList.toggle('busy', s.rate >= 0.05);
  tr.classList.toggle('buried', s.dead > 0);
});
let latest = null;
let filter = '';

export function begin() {
  byId('subscriptions-filter').addEventListener('input', (event) => {
    filter = event.target.value.trim().toLowerCase();
    draw();
  });
  subscription.begin(draw);
}

export function show(state) {
  if (state.subscriptions) {
    latest = state;
    const { at, rows } = state.subscriptions;
    for (const row of rows) lag.add(row.name, at, row);
    lag.keep(new Set([...rows.map((row) => row.name), subscription.opened()]));
    draw();
  }
  subscription.show(state);
}

function cell(name) {
  const button = el('button.link', { type: 'button', title: name, 'aria-controls': 'subscription', 'data-subscription': name }, name);
  button.addEventListener('click', () => subscription.toggle(name));
  return el('span.named', {}, button, el('span.badge.warn', { hidden: '' }, 'paused'));
}

function draw() {
  if (!latest) return;
  const { total, rows: all } = latest.subscriptions;
  text(byId('subscriptions-count'), total ? count(total) : '');
  const note = byId('subscriptions-note');
  note.hidden = total <= all.length;
  text(note, `The ${count(all.length)} that lag most of ${count(total)} subscriptions.`);
  byId('subscriptions-filter').hidden = !total;
  const place = byId('subscriptions-body');
  if (!total) {
    if (!place.querySelector('.lesson')) {
      place.replaceChildren(lesson('No durable subscriptions. One remembers what was acknowledged, and lends each message to one worker at a time:',
        "./skein subscriptions billing --filter 'orders/#' --from earliest",
        `curl -X PUT -H 'Content-Type: application/json' -d '{"filter":"orders/#","from":"earliest"}' ${location.origin}/v1/subscriptions/billing`));
    }
    return;
  }
  const items = all.map((row) => ({ ...row, rate: lag.rate(row.name) }));
  const found = filter ? items.filter((s) => s.name.toLowerCase().includes(filter) || s.filter.toLowerCase().includes(filter)) : items;
  table.draw(place, found, latest.at, new Set(all.map((row) => row.name)), `No subscription has “${filter}” in its name or filter.`);
}
