// The list of conversations, and the search for people. As many rows are made as somebody scrolls to.
import { el, text } from '../console/dom.js';
import { count } from '../console/format.js';
import * as book from './book.js';
import { read } from './nodes.js';
import * as outbox from './outbox.js';
import * as presence from './presence.js';
import * as route from './route.js';
import { isMe, key } from './session.js';
import { initials, preview, tint, when, whole } from './words.js';

const STEP = 50;
const SEARCH_MS = 180;
const FOUND = 50;
/** Whoever has nobody to write to yet sees who comes. */
const NOBODY_MS = 10000;

const list = document.getElementById('people-list');
const find = document.getElementById('find');
const said = document.getElementById('people-said');

const chats = el('ul.rows', { 'aria-label': 'Conversations' });
const others = el('ul.rows', { 'aria-label': 'Accounts' });
const othersTitle = el('h2.rows-title', {}, 'Accounts');
const empty = el('p.people-none');
const more = el('p.people-more', { 'aria-hidden': 'true' });
const rows = new Map();

let shown = STEP;
let open = '';
let isListed = false;
/** What the cluster has for the words searched for: {query, names, more}; null: not asked yet. */
let found = null;
let timer = 0;
let abort = new AbortController();
let isDrawing = false;

export function begin() {
  list.append(empty, chats, othersTitle, others, more);
  find.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(search, SEARCH_MS);
    shown = STEP;
    draw();
  });
  find.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && find.value) {
      event.stopPropagation();
      clear();
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      links()[0]?.focus();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      links()[0]?.click();
    }
  });
  list.addEventListener('keydown', walk);
  list.addEventListener('click', (event) => {
    const link = event.target.closest('a.person');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    route.go(link.dataset.name);
    if (find.value) clear();
  });
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) further();
  }, { root: list, rootMargin: '300px' }).observe(more);
  setInterval(() => { if (isListed && book.isEmpty() && !document.hidden && !query()) search(); }, NOBODY_MS);
  draw();
}

function clear() {
  find.value = '';
  search();
  draw();
}

const links = () => [...list.querySelectorAll('a.person')];

function walk(event) {
  const all = links();
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  if (to < 0) find.focus();
  else all[Math.min(to, all.length - 1)].focus();
}

/** The list of mails is there for the first time. */
export function listed() {
  isListed = true;
  if (book.isEmpty()) search();
  draw();
}

export function opened(name) {
  open = name;
  draw();
}

export function focusOpen(name) {
  const link = name && rows.get(key(name))?.link;
  if (link?.isConnected) link.focus();
  else find.focus();
}

/** Of whom a row is on the page. */
export const names = () => links().map((link) => link.dataset.name);

const query = () => find.value.trim().toLowerCase();

async function search() {
  abort.abort();
  abort = new AbortController();
  const wanted = query();
  if (!wanted && !book.isEmpty()) {
    found = null;
    draw();
    return;
  }
  // No name holds a wildcard; whoever writes one means it.
  const match = `*${wanted.slice(0, 64)}*`;
  try {
    const { accounts, next } = await read(`/v1/accounts?limit=${FOUND}&match=${encodeURIComponent(match)}`, { signal: abort.signal });
    found = { query: wanted, names: accounts.map((account) => account.username), more: next !== null };
  } catch (failure) {
    if (failure.name === 'AbortError') return;
    found = { query: wanted, names: [], problem: failure.message };
  }
  draw();
  const people = links().length;
  if (wanted) text(said, people === 1 ? '1 person found' : `${count(people)} people found`);
  presence.look();
}

function further() {
  const asked = query();
  if (shown < book.all().length) {
    shown += STEP;
    draw();
  } else if (!asked && !book.isComplete()) {
    book.older().catch(() => {});
  }
}

/** Once for all that changes in one turn. */
export function draw() {
  if (isDrawing) return;
  isDrawing = true;
  setTimeout(() => {
    isDrawing = false;
    show();
  });
}

function show() {
  const asked = query();
  const known = book.all();
  const matching = asked ? known.filter((one) => one.key.includes(asked)) : known;
  const visible = matching.slice(0, shown);
  arrange(chats, visible.map((one) => row(one.name)));
  for (const one of visible) if (!one.last && !outbox.to(one.name).length) book.look(one);

  const isFound = found && found.query === asked;
  const strangers = isFound ? found.names.filter((name) => !isMe(name) && !matching.some((one) => one.key === key(name))) : [];
  arrange(others, strangers.map(row));
  othersTitle.hidden = !strangers.length;
  text(othersTitle, asked ? 'Others with an account' : 'People with an account');
  chats.hidden = !visible.length;
  others.hidden = !strangers.length;

  let words = '';
  if (isFound && found.problem) words = found.problem;
  else if (asked && isFound && !visible.length && !strangers.length) words = `Nobody has “${asked}” in their name.`;
  else if (asked && !isFound && !visible.length) words = 'Searching…';
  else if (isFound && found.more) words = '';
  else if (!asked && isListed && !known.length) words = strangers.length ? 'No conversations yet. Write to somebody:' : 'No conversations yet, and nobody else has an account.';
  else if (!isListed && !known.length) words = 'Loading…';
  text(empty, words);
  empty.hidden = !words;
  text(more, isFound && found.more ? 'Type more of the name to find others.' : shown < matching.length || !asked && isListed && !book.isComplete() ? '…' : '');
}

function arrange(into, wanted) {
  let at = into.firstChild;
  for (const { item } of wanted) {
    if (item === at) at = at.nextSibling;
    else into.insertBefore(item, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function row(name) {
  if (!rows.has(key(name))) rows.set(key(name), make(name));
  const made = rows.get(key(name));
  update(name, made);
  return made;
}

function make(name) {
  const face = el('span.face', { 'aria-hidden': 'true' }, initials(name));
  face.classList.add(tint(name));
  const here = el('span.here', { hidden: '' }, el('span.unseen', {}, 'here now'));
  const time = el('time.row-time');
  const words = el('span.row-words', { dir: 'auto' });
  const badge = el('span.row-unread', { hidden: '' });
  const link = el('a.person', { href: route.to(name) },
    el('span.face-with', {}, face, here),
    el('span.row-name', {}, el('bdi', {}, name)), time, words, badge);
  link.dataset.name = name;
  return { item: el('li', {}, link), link, here, time, words, badge };
}

function update(name, { link, here, time, words, badge }) {
  const one = book.find(name);
  const waiting = outbox.to(name).at(-1);
  const at = waiting?.time ?? one?.last?.time ?? 0;
  here.hidden = presence.isOnline(name) !== true;
  text(time, at ? when(at) : '');
  if (at) {
    time.dateTime = new Date(at).toISOString();
    time.title = whole(at);
  }
  if (waiting) {
    text(words, `${waiting.state === 'failed' || waiting.isLate ? 'Not sent: ' : 'You: '}${preview(waiting.content)}`);
  } else {
    const last = one?.last;
    text(words, last ? `${isMe(last.from) && !isMe(last.to) ? 'You: ' : ''}${preview(last.content)}` : '');
  }
  words.classList.toggle('bad', waiting?.state === 'failed' || waiting?.isLate === true);
  const unread = one?.unread ?? 0;
  badge.hidden = !unread;
  if (unread) badge.replaceChildren(unread > 999 ? '999+' : count(unread), el('span.unseen', {}, ' unread'));
  link.classList.toggle('has-unread', unread > 0);
  if (key(open) === key(name)) link.setAttribute('aria-current', 'page');
  else link.removeAttribute('aria-current');
}
