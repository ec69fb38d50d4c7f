// Requests to the public API of the node that the console speaks to. What goes wrong is told as a sentence.
import { SkeinError, pause, refusal } from './client.js';
import * as doors from './doors.js';
import { authorization } from './entrance.js';

const AGAIN_MS = 200;

/** As others write it: a path at the node that the console speaks to now, for a link or a line to copy. */
export const address = (path) => (doors.base() ? doors.base() + path : new URL(path, document.baseURI).href);

function sentence(words) {
  const upper = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}

/** With a message for people: a sentence, and whether it may have been done. */
export function told(failure, doubtful = failure.outcome === 'unknown') {
  const { code, outcome, status, facts } = failure;
  return new SkeinError(sentence(failure.message) + (doubtful ? ' It may have been done.' : ''), { code, outcome, status, facts });
}

async function content(answer, signal, writes) {
  const { status } = answer;
  try {
    const words = await answer.text();
    return words ? JSON.parse(words) : null;
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw told(new SkeinError('the node\'s answer could not be read', { status, outcome: writes ? 'unknown' : 'unavailable' }));
  }
}

/**
 * The answer's JSON, null when it has none. Throws SkeinError, or what aborts it. body is sent as JSON, text as it is. What
 * only reads is asked again, where the node is not there of another one; what writes may have been done.
 */
export async function ask(method, url, { body, text, headers: more, signal } = {}) {
  const writes = method !== 'GET';
  const headers = { Accept: 'application/json', ...authorization(), ...more };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const sent = body === undefined ? text : JSON.stringify(body);
  for (let tries = writes ? 1 : doors.count(); ; tries--) {
    const base = doors.base();
    let answer;
    try {
      answer = await fetch(base + url, { method, headers, signal, cache: 'no-store', credentials: doors.credentials(base), body: sent });
    } catch (failure) {
      if (signal?.aborted) throw failure;
      doors.doubt(base);
      if (tries <= 1) throw new SkeinError(`The node could not be reached${writes ? '; whether it was done is not known' : ''}.`, { code: 'unreachable', outcome: writes ? 'unknown' : 'unavailable' });
      if (base === doors.base()) await pause(AGAIN_MS);
      signal?.throwIfAborted();
      continue;
    }
    if (answer.ok) return content(answer, signal, writes);
    const refused = await refusal(answer);
    signal?.throwIfAborted();
    throw told(refused, writes && refused.outcome === 'unknown');
  }
}
