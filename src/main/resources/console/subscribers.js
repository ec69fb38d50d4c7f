// Who listens now.
import { address } from './ask.js';
import { byId, el, lesson, text } from './dom.js';
import { count } from './format.js';

let shown = '';

export function show(state) {
  if (!state.subscribers) return;
  const { total, rows } = state.subscribers;
  text(byId('subscribers-count'), total ? count(total) : '');
  const note = byId('subscribers-note');
  note.hidden = total <= rows.length;
  text(note, `${count(rows.length)} of ${count(total)}.`);
  const key = JSON.stringify(rows);
  if (key === shown) return;
  shown = key;
  const place = byId('subscribers-body');
  if (!rows.length) {
    place.replaceChildren(lesson('Nobody listens. Follow everything from a terminal:',
      `curl -N '${address('t/%23?follow')}'`));
    return;
  }
  place.replaceChildren(el('table', {},
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Door'), el('th.peer', { scope: 'col' }, 'Peer'), el('th', { scope: 'col' }, 'Filter'),
      el('th.num', { scope: 'col' }, 'Delivered'), el('th', { scope: 'col' }, 'State'))),
    el('tbody', {}, ...rows.map((s) => el('tr', { title: `${s.id}, ${s.peer}, at ${s.cursor}` },
      el('td', {}, s.door),
      el('td.mono.peer', {}, s.peer),
      el('td.name', {}, s.filters.join(', ')),
      el('td.num', {}, count(s.delivered)),
      el('td', {}, el(`i.dot.${s.behind ? 'warn' : 'good'}`), s.behind ? 'catching up' : 'live'))))));
}
