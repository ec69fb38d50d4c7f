// What is in sight of somebody, of the conversation that is open, is marked as read; nothing else is. Many at a time.
import * as book from './book.js';
import { ask, newKey } from './nodes.js';

const SOON_MS = 250;
const AGAIN_MS = 3000;

/** Not read yet: element and its mail. */
const unread = new Map();
const inSight = new Set();
const toMark = new Set();

let observer;
let partner = '';
let timer = 0;

/** @param root what the messages scroll in */
export function begin(root) {
  observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) inSight.add(target);
      else inSight.delete(target);
    }
    mark();
  }, { root });
  document.addEventListener('visibilitychange', mark);
}

export function open(name) {
  partner = name;
}

export function close() {
  send();
  partner = '';
  for (const item of [...unread.keys()]) drop(item);
}

export function watch(item, mail) {
  unread.set(item, mail);
  observer.observe(item);
}

export function drop(item) {
  unread.delete(item);
  inSight.delete(item);
  observer.unobserve(item);
}

function mark() {
  if (document.hidden || !partner) return;
  const now = [];
  for (const item of [...inSight]) {
    const mail = unread.get(item);
    if (!mail.read) now.push(mail.id);
    mail.read = true;
    drop(item);
  }
  if (!now.length) return;
  for (const id of now) toMark.add(id);
  book.markRead(book.person(partner), now);
  if (!timer) timer = setTimeout(send, SOON_MS);
}

async function send() {
  clearTimeout(timer);
  timer = 0;
  if (!toMark.size) return;
  const ids = [...toMark];
  const name = partner;
  toMark.clear();
  try {
    await ask('POST', '/v1/mail/read', { body: { ids }, key: newKey() });
  } catch (failure) {
    // They were seen all the same; whoever opens the conversation anew sees them as unread again.
    if (failure.retryable && partner === name) {
      for (const id of ids) toMark.add(id);
      if (!timer) timer = setTimeout(send, AGAIN_MS);
      return;
    }
  }
  book.marked(book.person(name), ids);
}
