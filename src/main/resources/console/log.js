// The node's log, from the first entry it keeps to the last.
import { byId, copyButton, el, facts, text } from './dom.js';
import { bytes, count } from './format.js';

const SEGMENTS = [
  { name: 'settled', label: 'settled in rows', from: 'first', to: 'settled', inclusive: 1 },
  { name: 'applied', label: 'applied, in memory', from: 'settled', to: 'applied', inclusive: 0 },
  { name: 'committed', label: 'committed, not applied', from: 'applied', to: 'commit', inclusive: 0 },
  { name: 'open', label: 'not committed', from: 'commit', to: 'last', inclusive: 0 },
];

const bar = byId('logbar');
for (const segment of SEGMENTS) {
  segment.element = el(`span.segment.${segment.name}`);
  bar.append(segment.element);
  segment.count = el('b', {}, '0');
  byId('log-legend').append(el('span', {}, el(`i.swatch.${segment.name}`), `${segment.label} `, segment.count));
}

const fact = facts(byId('log-facts'));

let hash = '';
let hashCopy = null;

export function show(state) {
  const { log, node, figures } = state;
  for (const segment of SEGMENTS) {
    const entries = Math.max(0, log[segment.to] - log[segment.from] + segment.inclusive);
    // By the logarithm: ten entries in flight are to be seen beside ten million settled ones.
    segment.element.style.flexGrow = entries ? Math.log2(1 + entries) : 0;
    segment.element.hidden = !entries;
    segment.element.title = `${count(entries)} ${segment.label}`;
    text(segment.count, count(entries));
  }
  bar.setAttribute('aria-label', `Log from ${log.first} to ${log.last}: settled ${log.settled}, applied ${log.applied}, committed ${log.commit}`);

  const behind = (n) => (n > 0 ? ` −${count(n)}` : '');
  fact('Term', count(log.term));
  fact('First', count(log.first));
  fact('Settled', count(log.settled), behind(log.applied - log.settled));
  fact('Applied', count(log.applied), behind(log.commit - log.applied));
  fact('Commit', count(log.commit), behind(log.last - log.commit));
  fact('Last', count(log.last));
  const { dd } = fact('State hash', log.stateHash, ` at ${count(log.applied)} `);
  dd.parentNode.classList.add('wide');
  dd.firstChild.classList.add('mono');
  fact('Leader', node.leader || 'unknown', node.leaderAddress && node.leader !== node.id ? ` ${node.leaderAddress}` : '');
  fact('Durable', node.durable === 'quorum' ? 'on a majority' : 'in memory only');
  fact('Database', bytes(figures.databaseBytes));
  fact('WAL', bytes(figures.walBytes));
  if (hash !== log.stateHash) {
    hash = log.stateHash;
    hashCopy?.remove();
    hashCopy = copyButton(hash);
    hashCopy.setAttribute('aria-label', 'Copy the state hash');
    dd.append(hashCopy);
  }
}
