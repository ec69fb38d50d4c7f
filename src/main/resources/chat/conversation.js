// The conversation that is open: its messages, oldest first; more are loaded where somebody scrolls up to.
import { confirmed } from '../console/confirm.js';
import { byId, el, text } from '../console/dom.js';
import { some } from '../console/format.js';
import * as book from './book.js';
import * as composer from './composer.js';
import * as letter from './mail.js';
import { ask, newKey, read } from './nodes.js';
import * as outbox from './outbox.js';
import * as presence from './presence.js';
import * as seen from './seen.js';
import { isMe, key } from './session.js';
import * as walk from './walk.js';
import { day, dayName, initials, tint } from './words.js';

const PAGE = 50;
const MOST_AT_ONCE = 1000;
/** With more on the page the oldest go when nobody looks at them. */
const MOST_SHOWN = 600;
const RUN_MS = 5 * 60000;
const NEAR_PX = 60;

const body = byId('talk-body');
const list = byId('mails');
const start = byId('talk-start');
const newest = byId('to-newest');

let name = '';
/** By id, oldest first. */
let mails = [];
let hasOlder = false;
let isLoaded = false;
let isLoading = false;
/** What is new since it was looked at last: {id, count} of the first. */
let divider = null;
/** Arrived below what is seen. */
let below = 0;
let abort = new AbortController();
let problem;

/** Of the page, by key: m12, p3fa.., d2026-1-1, new */
const made = new Map();
const doing = { remove, retry: outbox.retry, discard: outbox.discard };

/** @param telling is told sentences about what went wrong */
export function begin(telling) {
  problem = telling;
  body.addEventListener('scroll', scrolled, { passive: true });
  seen.begin(body);
  walk.begin(list, remove, composer.focus);
  newest.addEventListener('click', () => {
    toBottom();
    composer.focus();
  });
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) older();
  }, { root: body, rootMargin: '400px 0px 0px' }).observe(start);
  // The keyboard of a telephone takes half of the height.
  let height = 0;
  new ResizeObserver(() => {
    if (isLoaded && isNear(height)) toBottom();
    height = body.clientHeight;
  }).observe(body);
}

export const openWith = () => name;

export function open(whom) {
  close();
  name = whom;
  seen.open(name);
  byId('talk-in').hidden = false;
  byId('talk-none').hidden = true;
  text(byId('talk-name'), name);
  const face = byId('talk-face');
  text(face, initials(name));
  face.className = `face ${tint(name)}`;
  byId('compose').hidden = false;
  composer.open(name);
  tellPresence();
  text(start, 'Loading…');
  load();
}

export function close() {
  abort.abort();
  abort = new AbortController();
  seen.close();
  name = '';
  mails = [];
  hasOlder = isLoaded = isLoading = false;
  divider = null;
  below = 0;
  made.clear();
  list.replaceChildren();
  newest.hidden = true;
  byId('talk-in').hidden = true;
  byId('talk-none').hidden = false;
}

const withPartner = (more) => `/v1/mail?with=${encodeURIComponent(name)}&${more}`;

async function load() {
  const { signal } = abort;
  const unread = book.find(name)?.unread ?? 0;
  isLoading = true;
  try {
    const limit = Math.min(MOST_AT_ONCE, Math.max(PAGE, unread + 10));
    const page = await read(withPartner(`limit=${limit}`), { signal });
    if (!page.messages.length) await meet(signal);
    if (signal.aborted) return;
    merge(page);
    isLoaded = true;
    const first = mails.filter((mail) => !mail.read && !isMe(mail.from));
    if (first.length) divider = { id: first[0].id, count: first.length };
    draw();
    const line = made.get('new')?.item;
    if (line) body.scrollTop = line.offsetTop - body.clientHeight / 4;
    else toBottom();
  } catch (failure) {
    if (signal.aborted) return;
    if (failure.status === 404) nobody();
    else retryable(failure);
  } finally {
    if (!signal.aborted) isLoading = false;
  }
}

/** Somebody whom one never wrote with: is there such a person? */
async function meet(signal) {
  const { username } = await read(`/v1/accounts/${encodeURIComponent(name)}`, { signal });
  if (username !== name) {
    name = username;
    text(byId('talk-name'), name);
    composer.open(name);
  }
}

function nobody() {
  text(start, `There is no account ${name}.`);
  byId('compose').hidden = true;
}

function retryable(failure) {
  start.replaceChildren(failure.message, ' ', el('button.inline', { type: 'button', onclick: load }, 'Try again'));
}

/** A page from the newest on is all there is in its range; what came after it was asked for stays. */
function merge(page) {
  const top = page.messages[0]?.id ?? 0;
  const kept = mails.filter((mail) => mail.id > top);
  const known = page.messages.filter((mail) => !book.isGone(mail)).reverse();
  for (const mail of page.messages) book.know(mail);
  mails = [...known.filter((mail) => !outbox.holds(mail)), ...kept];
  hasOlder = page.next !== null;
}

/** Something may have been missed: as much as there is on the page, again. */
export async function refresh() {
  if (!name || isLoading) return;
  if (!isLoaded) {
    load();
    return;
  }
  const { signal } = abort;
  try {
    const limit = Math.min(MOST_AT_ONCE, Math.max(PAGE, mails.length + 10));
    merge(await read(withPartner(`limit=${limit}`), { signal }));
    draw();
  } catch (failure) {
    if (!signal.aborted && failure.status !== 401) problem(failure.message);
  }
}

async function older() {
  if (!isLoaded || !hasOlder || isLoading || !mails.length) return;
  const { signal } = abort;
  isLoading = true;
  try {
    const page = await read(withPartner(`limit=${PAGE}&before=${mails[0].id}`), { signal });
    if (signal.aborted) return;
    const first = mails[0]?.id ?? Infinity;
    mails = [...page.messages.filter((mail) => mail.id < first && !book.isGone(mail)).reverse(), ...mails];
    hasOlder = page.next !== null;
    draw();
  } catch (failure) {
    if (!signal.aborted) problem(failure.message);
  } finally {
    if (!signal.aborted) isLoading = false;
  }
  // A page that fills no screen leaves its beginning in sight, and nothing is told again.
  if (hasOlder && body.scrollTop < NEAR_PX) setTimeout(older, 200);
}

/** A mail with whomever; true when it is of the conversation that is open. */
export function arrived(mail) {
  if (!isOpen(book.partner(mail)) || book.isGone(mail)) return false;
  if (!isLoaded) return true;
  const at = mails.findIndex((other) => other.id >= mail.id);
  if (at >= 0 && mails[at].id === mail.id) return true;
  if (at < 0) mails.push(mail);
  else mails.splice(at, 0, mail);
  if (!isMe(mail.from) && !mail.read) {
    if (document.hidden && !divider) divider = { id: mail.id, count: 1 };
    else if (divider && mail.id > divider.id && document.hidden) divider.count++;
    if (!isNear()) below++;
  }
  draw();
  return true;
}

const isOpen = (whom) => name !== '' && key(whom) === key(name);

/** What one writes is seen at once. */
export function wrote(whom) {
  if (!isOpen(whom)) return;
  divider = null;
  draw();
  toBottom();
}

export function changed(whom) {
  if (isOpen(whom)) draw();
}

export function wereRead(ids) {
  const known = new Set(ids);
  const touched = mails.filter((mail) => known.has(mail.id));
  for (const mail of touched) mail.read = true;
  if (touched.length) draw();
}

export function wereDeleted(ids) {
  const known = new Set(ids);
  const before = mails.length;
  const at = walk.focused();
  mails = mails.filter((mail) => !known.has(mail.id));
  if (mails.length === before) return;
  draw();
  if (at >= 0 && !list.contains(document.activeElement)) walk.focus(at);
}

export function accountGone(whom) {
  if (!isOpen(whom)) return;
  mails = [];
  hasOlder = false;
  draw();
  text(start, `${name} has deleted this account. All its mail is gone, with you too.`);
  byId('compose').hidden = true;
  tellPresence();
}

export function tellPresence() {
  const said = name && !byId('compose').hidden ? presence.isOnline(name) : null;
  text(byId('talk-presence'), isMe(name) ? 'Notes to yourself' : said === null ? '' : said ? 'Here now' : 'Away');
  byId('talk-presence').classList.toggle('online', said === true);
}

/** The day has changed: Today is Yesterday. */
export function newDay() {
  for (const [id, { item, time }] of made) if (id.startsWith('d')) text(item.firstChild, dayName(time));
}

// Drawing

function items() {
  const wanted = [];
  const waiting = outbox.to(name);
  const all = [...mails, ...waiting.map((entry) => ({ entry, from: null, time: entry.time }))];
  let lastDay = '';
  all.forEach((mail, i) => {
    const thisDay = day(mail.time);
    if (thisDay !== lastDay) wanted.push({ id: `d${thisDay}`, time: mail.time });
    if (divider && mail.id === divider.id) wanted.push({ id: 'new' });
    const isFirst = thisDay !== lastDay || !together(all[i - 1], mail) || divider?.id === mail.id;
    const next = all[i + 1];
    const isLast = !next || !together(mail, next) || day(next.time) !== thisDay || divider?.id === next.id;
    lastDay = thisDay;
    wanted.push({ id: mail.entry ? `p${mail.entry.key}` : `m${mail.id}`, mail, isFirst, isLast });
  });
  return wanted;
}

const isOwn = (mail) => mail.entry !== undefined || isMe(mail.from);
const together = (one, next) => one && isOwn(one) === isOwn(next) && next.time - one.time < RUN_MS;

function draw() {
  if (!isLoaded) return;
  const wasNear = isNear();
  trim(wasNear);
  const anchor = wasNear ? null : anchored();
  const wanted = items();
  const ids = new Set(wanted.map((item) => item.id));
  for (const [id, { item }] of made) {
    if (ids.has(id)) continue;
    seen.drop(item);
    item.remove();
    made.delete(id);
  }
  let at = list.firstChild;
  for (const one of wanted) {
    const { item } = shape(one);
    if (item === at) at = at.nextSibling;
    else list.insertBefore(item, at);
  }
  walk.stop();
  tellStart();
  if (wasNear) toBottom();
  else if (anchor) body.scrollTop += anchor.item.getBoundingClientRect().top - anchor.top;
  tellNewest();
}

function shape(one) {
  if (one.id === 'new') return line();
  if (!one.mail) return dayLine(one);
  const { entry } = one.mail;
  const mail = entry ? { from: me(), content: entry.content, time: entry.time } : one.mail;
  let shown = made.get(one.id);
  if (!shown) {
    shown = letter.make(mail, doing);
    if (!entry) shown.item.dataset.id = mail.id;
    if (!entry && !mail.read && !isMe(mail.from)) seen.watch(shown.item, mail);
    made.set(one.id, shown);
  }
  const state = !entry ? (isMe(mail.from) ? (mail.read ? 'read' : 'sent') : '') : entry.state === 'failed' || entry.isLate ? 'failed' : 'sending';
  letter.update(shown, { ...one, state, reason: !entry ? '' : entry.isLate ? 'Not sent yet: no node takes it now. It is tried again by itself.' : `Not sent. ${entry.reason}`, entry }, doing);
  return shown;
}

function me() {
  return document.getElementById('me-name').textContent;
}

function dayLine({ id, time }) {
  if (!made.has(id)) made.set(id, { item: el('li.day', {}, el('span', {}, dayName(time))), time });
  return made.get(id);
}

function line() {
  if (!made.has('new')) made.set('new', { item: el('li.new', {}, el('span')) });
  const shown = made.get('new');
  text(shown.item.firstChild, `${divider.count} new`);
  return shown;
}

function trim(isBottom) {
  if (isBottom && mails.length > MOST_SHOWN) {
    mails = mails.slice(-MOST_SHOWN * 2 / 3);
    hasOlder = true;
  }
}

function tellStart() {
  if (hasOlder) text(start, 'Loading older messages…');
  else if (mails.length) text(start, `The beginning of your messages with ${name}.`);
  else if (outbox.to(name).length) text(start, '');
  else text(start, isMe(name) ? 'A place for notes to yourself.' : `No messages with ${name} yet. Say hello.`);
}

// Scrolling

const isNear = (height = body.clientHeight) => body.scrollHeight - body.scrollTop - height < NEAR_PX;

function toBottom() {
  body.scrollTop = body.scrollHeight;
}

/** The first message in sight, so that it can stay where it is. */
function anchored() {
  const { top } = body.getBoundingClientRect();
  for (const item of list.children) {
    const box = item.getBoundingClientRect();
    if (box.bottom > top) return { item, top: box.top };
  }
  return null;
}

function scrolled() {
  if (isNear()) below = 0;
  tellNewest();
}

function tellNewest() {
  newest.hidden = !isLoaded || isNear(body.clientHeight + 200);
  text(newest, below ? `↓ ${below} new` : '↓');
  newest.setAttribute('aria-label', below ? `To the newest: ${some(below, 'new message')}` : 'To the newest message');
}

// Deleting

async function remove(id) {
  const at = walk.placeOf(id);
  const whom = isMe(name) ? 'It is gone for good.' : `It goes for you and for ${name}, for good.`;
  const isSure = await confirmed('Delete this message?', whom, 'Delete');
  walk.focus(at);
  if (!isSure) return;
  try {
    // What is refused is not there any more, which is as good.
    await ask('POST', '/v1/mail/delete', { body: { ids: [id] }, key: newKey() });
    book.wereDeleted([id]);
    wereDeleted([id]);
  } catch (failure) {
    problem(failure.message);
  }
}
