// Who is here now, as far as the cluster says; a cluster that does not say shows nobody.
import { askLightly, pause } from './nodes.js';
import { isMe, key } from './session.js';

const EVERY_MS = 10000;
/** A node that does not know what it is asked will not know it soon. */
const UNKNOWN_MS = 120000;
const MOST = 50;

let wanted = () => [];
let changed = () => {};
let online = new Set();
let isKnown = false;
let isAsking = false;
let notBefore = 0;

/** @param names a function: whose presence is shown, the most important first */
export function begin(names, told) {
  wanted = names;
  changed = told;
  document.addEventListener('visibilitychange', () => { if (!document.hidden) look(); });
  run();
}

async function run() {
  for (;;) {
    await look();
    await pause(EVERY_MS);
  }
}

/** true, false, or null: nobody knows */
export const isOnline = (name) => (isKnown ? online.has(key(name)) : null);

export async function look() {
  const names = [...new Set(wanted().filter((name) => !isMe(name)))].slice(0, MOST);
  if (isAsking || document.hidden || !names.length || performance.now() < notBefore) return;
  isAsking = true;
  try {
    const said = await askLightly('GET', `/v1/mail/presence?of=${names.map(encodeURIComponent).join(',')}`);
    online = new Set(said.online.map(key));
    isKnown = true;
  } catch (failure) {
    isKnown = false;
    if (failure.status === 404) notBefore = performance.now() + UNKNOWN_MS;
  } finally {
    isAsking = false;
  }
  changed();
}
