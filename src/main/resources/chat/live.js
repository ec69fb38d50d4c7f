// What happens to one's mail, as it happens: /v1/mail/stream, on whatever node serves it. Server-Sent Events read with
// fetch rather than EventSource: that can send the token in a header, and sees the status of an answer.
import { ask, count, door, failed, refusal, unreachable, waitBefore, whenMoved } from './nodes.js';
import { session } from './session.js';

/** A comment comes every 15 s. */
const SILENT_MS = 25000;
const OPENING_MS = 8000;
const MAX_EVENT = 4 << 20;

let handlers;
let abort = null;
let timer = 0;
let attempt = 0;
let where = '';
let isOpen = false;
let heard = 0;

/** handlers: event(name, data), opened(node), lost(sentence, isLong), ended(sentence) */
export function begin(given) {
  handlers = given;
  whenMoved(() => { if (abort && where !== door()) connect(); });
  setInterval(() => {
    if (abort && performance.now() - heard > (isOpen ? SILENT_MS : OPENING_MS)) lost(unreachable());
  }, 1000);
  addEventListener('online', () => { if (!isOpen) connect(); });
  // A page put aside for the back button would go on listening.
  addEventListener('pagehide', close);
  addEventListener('pageshow', (event) => { if (event.persisted && session) connect(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden && !abort && session) connect(); });
  connect();
}

function close() {
  clearTimeout(timer);
  abort?.abort();
  abort = null;
  isOpen = false;
}

async function connect() {
  close();
  if (!session) return;
  const own = abort = new AbortController();
  where = door();
  heard = performance.now();
  try {
    const answer = await fetch(`${where}/v1/mail/stream`, {
      signal: own.signal,
      cache: 'no-store',
      credentials: 'omit',
      headers: { Accept: 'text/event-stream', Authorization: `Bearer ${session.token}` },
    });
    if (own.signal.aborted) return;
    if (!answer.ok) throw await refusal(answer);
    await read(answer.body.pipeThrough(new TextDecoderStream()).getReader(), own.signal);
    if (!own.signal.aborted) lost(unreachable());
  } catch (failure) {
    if (own.signal.aborted) return;
    if (failure.status === 401) doubt();
    else lost(failure.status === undefined ? unreachable() : failure);
  }
}

async function read(reader, signal) {
  let buffer = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done || signal.aborted) return;
    heard = performance.now();
    buffer += value;
    let end;
    while ((end = buffer.indexOf('\n\n')) >= 0) {
      dispatch(buffer.slice(0, end));
      if (signal.aborted) return;
      buffer = buffer.slice(end + 2);
    }
    if (buffer.length > MAX_EVENT) throw unreachable();
  }
}

function dispatch(block) {
  let name = 'message';
  let text = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) name = line.slice(7);
    else if (line.startsWith('data: ')) text += line.slice(6);
  }
  if (!text) return;
  const data = JSON.parse(text);
  if (name === 'open') {
    isOpen = true;
    attempt = 0;
    handlers.opened(data.node);
  } else if (name === 'status') {
    // What passes ends the stream or does not; its end says which.
    if (!data.retryable) doubt();
  } else {
    handlers.event(name, data);
  }
}

function lost(why) {
  close();
  failed(where);
  attempt++;
  handlers.lost(why.status ? why.message : '', attempt > count());
  timer = setTimeout(connect, waitBefore(attempt) || 50);
}

/** One node says that this session holds no longer: so say all, or it is behind. */
async function doubt() {
  close();
  try {
    await ask('GET', '/v1/sessions/current');
    lost(unreachable());
  } catch (failure) {
    if (failure.status === 401) handlers.ended('Your session has ended. Log in again.');
    else lost(failure);
  }
}
