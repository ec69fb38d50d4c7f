// Requests to the public API of the node that the console speaks to. What goes wrong is told as a sentence.
import * as doors from './doors.js';
import { authorization } from './entrance.js';

export class Refused extends Error {
  /** status 0: nobody answered */
  constructor(sentence, status, code = '', outcome = '') {
    super(sentence);
    Object.assign(this, { status, code, outcome });
  }
}

function sentence(words) {
  const upper = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}

/**
 * The answer's JSON, null when it has none. Throws Refused, or what aborts it. body is sent as JSON, text as it is. What
 * only reads is asked of the other members when the one that was asked is not there; what writes may have been done.
 */
export async function ask(method, url, { body, text, headers: more, signal } = {}) {
  const headers = { Accept: 'application/json', ...authorization(), ...more };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const content = body === undefined ? text : JSON.stringify(body);
  for (let tries = method === 'GET' ? doors.count() : 1; ; tries--) {
    const base = doors.base();
    let answer;
    try {
      answer = await fetch(base + url, { method, headers, signal, cache: 'no-store', credentials: doors.credentials(base), body: content });
    } catch (failure) {
      if (signal?.aborted) throw failure;
      doors.failed(base);
      if (tries > 1) continue;
      throw new Refused(`The node could not be reached${method === 'GET' ? '' : '; whether it was done is not known'}.`, 0, '', 'unknown');
    }
    const said = await answer.json().catch(() => null);
    if (answer.ok) return said;
    const why = sentence(said?.detail ?? said?.title ?? `The node answered ${answer.status}`);
    throw new Refused(said?.outcome === 'unknown' ? `${why} It may have been done.` : why, answer.status, said?.code, said?.outcome);
  }
}
