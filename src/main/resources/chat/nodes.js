// The members' HTTP doors: the browser client's, with what this page keeps of them, and its sentences.
import { Nodes, SkeinError, newKey, pause, refusal as noOf, unreachable as noAnswer } from '../console/client.js';
import { session } from './session.js';

export { newKey, pause };

const KEY = 'skein.chat.doors';
const STALE_MS = 4000;
const own = location.origin;

function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY)) ?? [];
    return kept.filter((door) => typeof door === 'string' && door !== own).slice(0, 16);
  } catch {
    return [];
  }
}

function keep(all) {
  try {
    localStorage.setItem(KEY, JSON.stringify(all.slice(1)));
  } catch {
    // Asked for again next time.
  }
}

const nodes = new Nodes([own], { known: remembered(), token: () => session?.token, learned: keep, credentials: 'omit' });

export const door = () => nodes.current;
export const count = () => nodes.count;
export const whenMoved = (act) => nodes.whenMoved(act);
export const failed = (which) => nodes.failed(which);
export const learn = (members) => nodes.learn(members);
export const waitBefore = (attempt) => nodes.waitBefore(attempt);

function sentence(failure) {
  if (failure instanceof SkeinError) {
    const words = failure.message.charAt(0).toUpperCase() + failure.message.slice(1);
    failure.message = /[.!?]$/.test(words) ? words : `${words}.`;
  }
  return failure;
}

export const refusal = async (answer) => sentence(await noOf(answer));
export const unreachable = () => sentence(noAnswer());

/** Once and of one node: nothing depends on it. */
export const askLightly = (method, path) => nodes.once(method, path);

/**
 * The answer's JSON, of whatever node answers. Everything that the chat asks may be asked again: what writes has a key.
 * Throws SkeinError, whose message is a sentence, or what aborts it.
 */
export const ask = (method, path, options) => nodes.request(method, path, options).catch((failure) => { throw sentence(failure); });

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
