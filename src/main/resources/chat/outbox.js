// What was written and is not known to be stored: sent one after the other, each with a key of its own, so that however
// often it is tried, and on whichever node, it is stored once. Kept over a reload.
import { ask, newKey } from './nodes.js';
import { isMe, key as same, session } from './session.js';

/** Longer than a change of leaders takes; then it says so, and goes on trying. */
const PATIENCE_MS = 10000;
const AGAIN_MS = 3000;

/** {key, to, content, time, state: 'waiting'|'sending'|'failed', reason, wasTried, isLate} in the order written. */
let entries = [];
let isSending = false;
let handlers;
let timer = 0;

const store = () => `skein.chat.outbox.${same(session.username)}`;

/** handlers: changed(to), sent(entry, {id, time}) */
export function begin(given) {
  handlers = given;
  try {
    entries = JSON.parse(sessionStorage.getItem(store())) ?? [];
  } catch {
    entries = [];
  }
  for (const entry of entries) if (entry.state === 'sending') entry.state = 'waiting';
  send();
}

function keep() {
  if (!session) return;
  try {
    sessionStorage.setItem(store(), JSON.stringify(entries));
  } catch {
    // Too much for the browser: it is still sent from here.
  }
}

export const to = (name) => entries.filter((entry) => same(entry.to) === same(name));

export const isEmpty = () => entries.length === 0;

/**
 * Whether this mail may be one of those whose answer is still awaited: it is shown when that is known, or it would be
 * there twice for a moment.
 */
export function holds(mail) {
  return isMe(mail.from) && entries.some((entry) => entry.wasTried && (entry.state !== 'failed' || entry.isLate)
    && entry.content === mail.content && same(entry.to) === same(mail.to));
}

export function write(name, content) {
  entries.push({ key: newKey(), to: name, content, time: Date.now(), state: 'waiting', reason: '', wasTried: false });
  keep();
  handlers.changed(name);
  send();
}

export function retry(entry) {
  Object.assign(entry, { state: 'waiting', reason: '', isLate: false });
  keep();
  handlers.changed(entry.to);
  send();
}

export function discard(entry) {
  entries = entries.filter((other) => other !== entry);
  keep();
  handlers.changed(entry.to);
}

/** What nobody took yet, perhaps because no node could. */
export function retryLate() {
  clearTimeout(timer);
  for (const entry of entries) if (entry.state === 'failed' && entry.isLate) entry.state = 'waiting';
  send();
}

export function forget() {
  entries = [];
  sessionStorage.removeItem(store());
}

/** The account they were for is gone. */
export function forgetTo(name) {
  entries = entries.filter((entry) => same(entry.to) !== same(name));
  keep();
}

async function send() {
  if (isSending) return;
  isSending = true;
  let entry;
  while (session && (entry = entries.find((one) => one.state === 'waiting'))) await attempt(entry);
  isSending = false;
}

async function attempt(entry) {
  Object.assign(entry, { state: 'sending', wasTried: true });
  keep();
  handlers.changed(entry.to);
  try {
    const stored = await ask('POST', '/v1/mail', {
      body: { to: entry.to, content: entry.content },
      key: entry.key,
      patienceMs: PATIENCE_MS,
    });
    entries = entries.filter((other) => other !== entry);
    keep();
    handlers.sent(entry, stored);
  } catch (failure) {
    fail(entry, failure);
    if (failure.retryable) {
      // What nobody took nobody takes now: the others would each wait as long.
      for (const other of entries) if (other.state === 'waiting') fail(other, failure);
      clearTimeout(timer);
      timer = setTimeout(retryLate, AGAIN_MS);
    }
  }
  handlers.changed(entry.to);
}

function fail(entry, failure) {
  Object.assign(entry, { state: 'failed', reason: failure.message, isLate: failure.retryable });
  keep();
  handlers.changed(entry.to);
}
