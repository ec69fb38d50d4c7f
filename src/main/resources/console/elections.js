// Who led when, as this node saw it.
import { byId, el, text } from './dom.js';
import { clock, count } from './format.js';

let shown = '';

export function show({ elections = [] }) {
  const key = JSON.stringify(elections);
  if (key === shown) return;
  shown = key;
  byId('elections').hidden = !elections.length;
  if (!elections.length) return;
  const word = (e) => (e.leader ? `${e.leader} leads` : e.role === 'candidate' ? 'no leader, this node stands' : 'no leader known');
  text(byId('elections-last'), `${clock(elections[0].at)} ${word(elections[0])}`);
  byId('elections-list').replaceChildren(...elections.map((e) => el('li', {},
    el('span.when', {}, clock(e.at)), el('span', {}, `term ${count(e.term)}`), el('span', {}, word(e)))));
}
