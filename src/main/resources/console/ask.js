// Requests to the node's public API. What goes wrong is told as a sentence.
import { authorization } from './entrance.js';

export class Refused extends Error {
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

function sentence(words) {
  const upper = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}

/** The answer's JSON, null when it has none. Throws Refused, or what aborts it. */
export async function ask(method, url, { body, signal } = {}) {
  const headers = { Accept: 'application/json', ...authorization() };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let answer;
  try {
    answer = await fetch(url, { method, headers, signal, cache: 'no-store', body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw new Refused(`The node could not be reached${method === 'GET' ? '' : '; whether it was done is not known'}.`, 0);
  }
  const said = await answer.json().catch(() => null);
  if (answer.ok) return said;
  const why = sentence(said?.detail ?? said?.title ?? `The node answered ${answer.status}`);
  throw new Refused(said?.outcome === 'unknown' ? `${why} It may have been done.` : why, answer.status);
}
