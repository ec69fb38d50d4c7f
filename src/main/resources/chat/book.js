// Everybody one has mail with: the newest mail of each, and how many are unread. What happens is put in as it comes; the
// node's own count is asked for again after it, because only the node knows all.
import { read as readFrom } from './nodes.js';
import { isMe, key } from './session.js';

const PAGE = 200;
/** A first look goes back until so many people are found, or so many pages. */
const ENOUGH_PEOPLE = 30;
const MOST_PAGES = 5;
const COUNT_AGAIN_MS = 300;

/** {name, key, unread, last, at}: at is the time of the newest mail, written or stored. */
const people = new Map();
/** Of this visit: what a list that was asked for earlier still has, or does not know yet. */
const gone = new Set();
const read = new Set();
/** Marked here, and not yet known to have arrived. */
const marking = new Map();

let changed;
let oldest = null;
let hasOlder = true;
let isReading = false;
let timer = 0;

export function begin(told) {
  changed = told;
}

export const partner = (mail) => (isMe(mail.from) ? mail.to : mail.from);
export const isGone = (mail) => gone.has(mail.id);
export const find = (name) => people.get(key(name));
export const isEmpty = () => people.size === 0;
export const isComplete = () => !hasOlder;

export function unread() {
  let sum = 0;
  for (const person of people.values()) sum += person.unread;
  return sum;
}

/** Newest first. */
export const all = () => [...people.values()].sort((a, b) => b.at - a.at || (a.key < b.key ? -1 : 1));

export function person(name) {
  if (!people.has(key(name))) people.set(key(name), { name, key: key(name), unread: 0, last: null, at: 0 });
  return people.get(key(name));
}

/** A mail that somebody told of, now or of long ago. */
export function know(mail) {
  if (gone.has(mail.id)) return;
  if (read.has(mail.id)) mail.read = true;
  const one = person(partner(mail));
  if (!one.last || mail.id >= one.last.id) {
    one.last = mail;
    one.at = mail.time;
  }
}

export function arrived(mail) {
  know(mail);
  const one = find(partner(mail));
  if (one && !isMe(mail.from) && !mail.read) {
    one.unread++;
    countSoon();
  }
  changed();
}

export function wereRead(ids) {
  for (const id of ids) read.add(id);
  for (const { last } of people.values()) if (last && read.has(last.id)) last.read = true;
  countSoon();
  changed();
}

export function wereDeleted(ids) {
  for (const id of ids) gone.add(id);
  for (const one of people.values()) if (one.last && gone.has(one.last.id)) look(one);
  countSoon();
  changed();
}

export function accountGone(name) {
  people.delete(key(name));
  countSoon();
  changed();
}

/** They are seen here; that is on its way to the node. */
export function markRead(one, ids) {
  one.unread = Math.max(0, one.unread - ids.length);
  marking.set(one.key, (marking.get(one.key) ?? 0) + ids.length);
  for (const id of ids) read.add(id);
  if (one.last && read.has(one.last.id)) one.last.read = true;
  changed();
}

export function marked(one, ids) {
  marking.set(one.key, Math.max(0, (marking.get(one.key) ?? 0) - ids.length));
  countSoon();
}

function countSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => count().catch(() => {}), COUNT_AGAIN_MS);
}

async function count() {
  const { byAccount } = await readFrom('/v1/mail/unread');
  const left = new Map(Object.entries(byAccount).map(([name, n]) => [key(name), [name, n]]));
  for (const one of people.values()) one.unread = 0;
  for (const [name, n] of left.values()) {
    const one = person(name);
    one.unread = Math.max(0, n - (marking.get(one.key) ?? 0));
  }
  changed();
}

/** The newest of it, again: something may have been missed. */
export async function relist() {
  const isFirst = oldest === null;
  const [page] = await Promise.all([readFrom(`/v1/mail?limit=${PAGE}`), count()]);
  const listed = new Set(page.messages.map((mail) => mail.id));
  const from = page.messages.at(-1)?.id ?? 0;
  const to = page.messages[0]?.id ?? Infinity;
  for (const one of people.values()) {
    if (one.last && one.last.id >= from && one.last.id <= to && !listed.has(one.last.id)) look(one);
  }
  page.messages.forEach(know);
  if (isFirst) {
    oldest = from;
    hasOlder = page.next !== null;
    for (let pages = 1; hasOlder && people.size < ENOUGH_PEOPLE && pages < MOST_PAGES; pages++) await older();
  }
  changed();
}

/** Goes further back, for people one has not heard of in a while. */
export async function older() {
  if (!hasOlder || isReading || oldest === null) return;
  isReading = true;
  try {
    const page = await readFrom(`/v1/mail?limit=${PAGE}&before=${oldest}`);
    page.messages.forEach(know);
    oldest = page.messages.at(-1)?.id ?? oldest;
    hasOlder = page.next !== null && page.messages.length > 0;
    changed();
  } finally {
    isReading = false;
  }
}

/** Its newest mail is not known, or no longer there. */
export async function look(one) {
  if (one.isLooked) return;
  one.isLooked = true;
  one.last = null;
  try {
    const { messages } = await readFrom(`/v1/mail?with=${encodeURIComponent(one.name)}&limit=1`);
    if (messages.length) know(messages[0]);
    else if (!one.unread && !one.last) people.delete(one.key);
    changed();
  } catch {
    // The next list says it.
  } finally {
    one.isLooked = false;
  }
}
