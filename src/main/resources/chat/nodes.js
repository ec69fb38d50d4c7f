// The members' HTTP doors. One is asked; when it does not answer, the next one is.
import { session } from './session.js';

const KEY = 'skein.chat.doors';
const MOST = 16;
const ATTEMPT_MS = 8000;
const PATIENCE_MS = 20000;
const MAX_WAIT_MS = 4000;
const own = location.origin;

let doors = [own, ...remembered()];
let at = 0;
const movers = [];

function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY)) ?? [];
    return kept.filter((door) => typeof door === 'string' && door !== own).slice(0, MOST);
  } catch {
    return [];
  }
}

export const door = () => doors[at];
export const count = () => doors.length;

/** Told when another door is to be used than before. */
export const whenMoved = (act) => movers.push(act);

/** It does not answer: whoever asks next asks another one. */
export function failed(which) {
  if (which === door() && doors.length > 1) {
    at = (at + 1) % doors.length;
    for (const act of movers) act();
  }
}

const isLoopback = (url) => ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);

/** This page's own door under the name that its member has. */
function isOwn(url) {
  return url.origin === own || (url.port === location.port && isLoopback(url) && isLoopback(location));
}

/** @param members of /v1/cluster */
export function learn(members) {
  const found = [own];
  for (const { httpAddress } of members) {
    if (!httpAddress) continue;
    try {
      const url = new URL(httpAddress.includes('://') ? httpAddress : `${location.protocol}//${httpAddress}`);
      if (!isOwn(url) && !found.includes(url.origin) && found.length < MOST) found.push(url.origin);
    } catch {
      // No address that a browser could use.
    }
  }
  const current = door();
  if (!found.includes(current)) found.push(current);
  doors = found;
  at = doors.indexOf(current);
  try {
    localStorage.setItem(KEY, JSON.stringify(doors.slice(1)));
  } catch {
    // Asked for again next time.
  }
}

/** What a node said no to, or that none answered: the message is a sentence. */
export class Refused extends Error {
  /** status 0: nobody answered */
  constructor(sentence, { status = 0, code = '', isPassing = false, waitMs = 0 } = {}) {
    super(sentence);
    Object.assign(this, { status, code, isPassing, waitMs });
  }
}

function sentence(words) {
  const upper = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}

export async function refusal(answer) {
  const said = await answer.json().catch(() => null);
  const why = sentence(said?.detail ?? said?.title ?? `The node answered ${answer.status}`);
  const { status } = answer;
  const code = said?.code ?? '';
  return new Refused(why, {
    status,
    code,
    isPassing: status >= 500 && status !== 507 || status === 408 || status === 429 && code !== 'too-many-attempts',
    waitMs: 1000 * (Number(answer.headers.get('Retry-After')) || 0),
  });
}

export const unreachable = () => new Refused('No node can be reached.', { isPassing: true });

async function once(where, method, path, { body, key, signal }) {
  const headers = { Accept: 'application/json' };
  if (session) headers.Authorization = `Bearer ${session.token}`;
  if (key) headers['Idempotency-Key'] = key;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const limits = [AbortSignal.timeout(ATTEMPT_MS)];
  if (signal) limits.push(signal);
  let answer;
  let said;
  try {
    answer = await fetch(where + path, {
      method,
      headers,
      signal: AbortSignal.any(limits),
      cache: 'no-store',
      credentials: 'omit',
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.ok) said = answer.status === 204 ? null : await answer.json();
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw unreachable();
  }
  if (!answer.ok) throw await refusal(answer);
  return said;
}

export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Steps of waiting: none while there are doors not yet tried, then longer and longer. */
export function waitBefore(attempt) {
  const rounds = Math.floor(attempt / doors.length);
  return rounds === 0 ? 0 : Math.min(MAX_WAIT_MS, 200 * 2 ** rounds) * (0.75 + Math.random() / 2);
}

/** Once and of one node: nothing depends on it. */
export const askLightly = (method, path) => once(door(), method, path, {});

/**
 * The answer's JSON, of whatever node answers. Everything that the chat asks may be asked again: what writes has a key.
 * Throws Refused, or what aborts it.
 */
export async function ask(method, path, { body, key, signal, patienceMs = PATIENCE_MS } = {}) {
  const until = performance.now() + patienceMs;
  let aside = 0;
  let told = null;
  for (let attempt = 1; ; attempt++) {
    const where = doors[(at + aside) % doors.length];
    let refused;
    try {
      return await once(where, method, path, { body, key, signal });
    } catch (failure) {
      if (!(failure instanceof Refused)) throw failure;
      refused = failure;
    }
    // A session that began a moment ago may not be known everywhere yet.
    const isEarly = refused.status === 401 && session && attempt === 1;
    if (!refused.isPassing && !isEarly) throw refused;
    // What a node says tells more than that another one says nothing.
    if (refused.status) told = refused;
    if (performance.now() > until) throw told ?? refused;
    if (refused.status === 0 && where === door()) {
      failed(where);
      aside = 0;
    } else if (refused.status !== 429) {
      aside++;
    }
    const wait = isEarly ? 300 : Math.max(waitBefore(attempt), refused.status === 429 ? refused.waitMs : 0);
    if (wait) await pause(wait);
    signal?.throwIfAborted();
  }
}

const STALE_MS = 4000;
let stale = () => {};

/** Told when something was read that may be old. */
export const whenStale = (act) => { stale = act; };

/** As ask('GET'); where no leader says what is newest, what a node knows. */
export async function read(path, { signal } = {}) {
  try {
    return await ask('GET', path, { signal, patienceMs: STALE_MS });
  } catch (failure) {
    if (failure.status !== 503) throw failure;
    const known = await ask('GET', `${path}${path.includes('?') ? '&' : '?'}level=none`, { signal, patienceMs: STALE_MS });
    stale();
    return known;
  }
}

/** To be the same after a retry; not randomUUID, which only pages of a secure origin have. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
