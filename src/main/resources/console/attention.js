// What needs somebody, made of what the node says of itself: each line leads to the page where something can be done.
import { byId, el, text } from './dom.js';
import { bytes, count, duration, some } from './format.js';
import { healthWord, isGrave } from './head.js';
import { link } from './route.js';

/** Entries that a member may lack for a moment; milliseconds that a message may wait; of the disk what should be free. */
const BEHIND = 10_000;
const WAITS_MS = 5 * 60_000;
const FREE_SHARE = 0.1;
const FREE_BYTES = 2 * 2 ** 30;
const FREE_LEAST = 256 * 2 ** 20;
/** Of a kind so many lines at most; the rest is counted. */
const MOST = 4;

const place = byId('attention-list');
const rows = new Map();

/** Lines {key, kind: bad|warn|note, words, href}, the gravest first. */
export function concerns({ node, log, members, figures, disk, backups, subscriptions, at }) {
  const found = [];
  const cluster = link('cluster');
  const say = (kind, key, words, href = cluster) => found.push({ kind, key, words, href });

  if (node.health !== 'ok') say(isGrave(node.health) ? 'bad' : 'warn', 'health', `${node.id}: ${healthWord(node.health).toLowerCase()}`);
  if (!node.leader && node.health !== 'no-leader') say('bad', 'leader', 'No leader is known: nothing can be published');
  const voters = members.filter((m) => m.voter);
  if (voters.filter((m) => m.reachable).length <= voters.length / 2) say('bad', 'majority', `${node.id} reaches no majority of the voters`);
  if (node.durable !== 'quorum') say('warn', 'durable', 'Messages are acknowledged before they are on the disk (--durability relaxed)');
  for (const m of members) {
    if (m.id === node.id) continue;
    const behind = node.leader === node.id && m.matchIndex >= 0 ? log.commit - m.matchIndex : 0;
    const lacks = behind > BEHIND ? `, ${count(behind)} entries behind` : '';
    if (!m.reachable) say('bad', `member ${m.id}`, `${m.id} cannot be reached${lacks}`);
    else if (lacks) say('warn', `member ${m.id}`, `${m.id} is ${count(behind)} entries behind`);
  }
  if (disk?.total && disk.free < Math.max(FREE_LEAST, Math.min(FREE_BYTES, disk.total * FREE_SHARE))) {
    say(disk.free < FREE_LEAST ? 'bad' : 'warn', 'disk', `${bytes(disk.free)} of ${bytes(disk.total)} are free where the data of ${node.id} is (${bytes(figures.databaseBytes)})`);
  }
  if (backups?.everyMs) {
    const age = at - backups.last;
    if (!backups.last) say('warn', 'backup', `${node.id} has made no backup yet; it should every ${duration(backups.everyMs)}`);
    else if (age > 2 * backups.everyMs) say('warn', 'backup', `The newest backup of ${node.id} is ${duration(age)} old; it should make one every ${duration(backups.everyMs)}`);
  }

  const rowsOf = subscriptions?.rows ?? [];
  const dead = rowsOf.filter((s) => s.dead > 0);
  const stuck = rowsOf.filter((s) => !s.paused && s.lag > 0 && s.oldest != null && at - s.oldest > WAITS_MS);
  const paused = rowsOf.filter((s) => s.paused && s.lag > 0);
  const each = (kind, list, of, words) => {
    for (const s of list.slice(0, MOST)) say(kind, `${of} ${s.name}`, words(s), link('subscriptions', s.name));
    if (list.length > MOST) say(kind, `${of} more`, `${some(list.length - MOST, 'more subscription')} like that`, link('subscriptions'));
  };
  each('bad', dead, 'dead', (s) => `${s.name} has ${some(s.dead, 'dead letter')}`);
  each('warn', stuck, 'stuck', (s) => `${s.name} is ${some(s.lag, 'message')} behind; the oldest waits for ${duration(at - s.oldest)}`);
  each('warn', paused, 'paused', (s) => `${s.name} is paused with ${some(s.lag, 'message')} waiting`);
  if (backups && !backups.everyMs) say('note', 'backup', `${node.id} makes no backups by itself (--backup-dir)`);
  const order = ['bad', 'warn', 'note'];
  return found.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

export function show(state) {
  const found = concerns(state);
  const grave = found.filter((c) => c.kind !== 'note').length;
  text(byId('attention-count'), grave ? count(grave) : '');
  byId('attention-none').hidden = grave > 0;
  const wanted = new Set(found.map((c) => c.key));
  for (const [key, row] of rows) {
    if (!wanted.has(key)) {
      row.root.remove();
      rows.delete(key);
    }
  }
  found.forEach((concern, i) => {
    if (!rows.has(concern.key)) rows.set(concern.key, make());
    const { root, dot, a } = rows.get(concern.key);
    dot.className = `dot ${concern.kind === 'note' ? '' : concern.kind}`;
    a.setAttribute('href', concern.href);
    text(a, concern.words);
    if (place.children[i] !== root) place.insertBefore(root, place.children[i] ?? null);
  });
}

function make() {
  const dot = el('i.dot');
  const a = el('a', {});
  return { dot, a, root: el('li', {}, dot, a) };
}
