// The one stream that drives the page. Server-Sent Events read with fetch rather than EventSource: that can send a token,
// sees the status of an answer, and does not give up for good when that is not 200.
import * as doors from './doors.js';
import { authorization } from './entrance.js';

const HIDDEN_MS = 60000;
const MAX_WAIT_MS = 10000;
/** A stream that was there for so long was there: what follows is another loss, not another attempt. */
const LIVED_MS = 5000;
const MAX_EVENT = 8 << 20;

async function why(answer) {
  if (answer.status !== 503) return `It answered ${answer.status}.`;
  const problem = await answer.json().catch(() => null);
  return problem?.code === 'no-leader' ? 'It knows no leader, and cannot look who you are.' : 'The node takes no more pages now.';
}

export class Stream {
  #handlers;
  #tail = '';
  #cursor = '';
  #attempt = 0;
  #heard = 0;
  #live = false;
  #liveAt = 0;
  #abort = null;
  #timer = 0;
  #hidden = 0;
  #denied = false;
  #base = '';

  /** handlers: event(name, data), connection({state, retryMs, reason, status}); state: live, lost, denied */
  constructor(handlers) {
    this.#handlers = handlers;
    doors.whenMoved(() => { if (this.#abort && this.#base !== doors.base()) this.#open(); });
    setInterval(() => {
      if (this.#abort && performance.now() - this.#heard > doors.SILENT_MS) this.#lost('The node went silent.');
    }, 1000);
    // A hidden page lets go: browsers allow few connections to one host.
    document.addEventListener('visibilitychange', () => {
      clearTimeout(this.#hidden);
      if (document.hidden) {
        this.#hidden = setTimeout(() => this.#close(), HIDDEN_MS);
      } else {
        this.#again();
      }
    });
    // A page put aside for the back button would go on listening.
    addEventListener('pagehide', () => this.#close());
    addEventListener('pageshow', (event) => { if (event.persisted) this.#open(); });
    addEventListener('online', () => this.#again());
  }

  /** Also changes the filter of the tail, '' for none: the stream is opened anew. */
  follow(filter) {
    if (!filter && !this.#tail) return;
    this.#tail = filter;
    this.#cursor = '';
    this.#open();
  }

  /** Another try, now. */
  enter() {
    this.#open();
  }

  /** Unless it is there, or only another log in would help. */
  #again() {
    if (!this.#abort && !this.#denied) this.#open();
  }

  #close() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
    this.#live = false;
  }

  async #open() {
    this.#close();
    this.#denied = false;
    const abort = this.#abort = new AbortController();
    const base = this.#base = doors.base();
    this.#heard = performance.now();
    const query = new URLSearchParams();
    if (this.#tail) query.set('tail', this.#tail);
    if (this.#cursor) query.set('after', this.#cursor);
    try {
      const answer = await fetch(`${base}console/stream?${query}`, {
        credentials: doors.credentials(base),
        signal: abort.signal,
        cache: 'no-store',
        headers: { Accept: 'text/event-stream', ...authorization() },
      });
      if (abort.signal.aborted) return;
      if (answer.status === 401 || answer.status === 403) {
        this.#close();
        this.#denied = true;
        this.#handlers.connection({ state: 'denied', status: answer.status });
        return;
      }
      if (!answer.ok) throw new Error(await why(answer));
      await this.#read(answer.body.pipeThrough(new TextDecoderStream()).getReader(), abort.signal);
      if (!abort.signal.aborted) this.#lost('The node closed the stream.');
    } catch (failure) {
      if (!abort.signal.aborted) this.#lost(failure instanceof TypeError ? '' : failure.message);
    }
  }

  async #read(reader, signal) {
    let buffer = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done || signal.aborted) return;
      this.#heard = performance.now();
      doors.heard();
      if (!this.#live) {
        this.#live = true;
        this.#liveAt = this.#heard;
        this.#handlers.connection({ state: 'live' });
      }
      buffer += value;
      let end;
      while ((end = buffer.indexOf('\n\n')) >= 0) {
        this.#dispatch(buffer.slice(0, end));
        if (signal.aborted) return;
        buffer = buffer.slice(end + 2);
      }
      if (buffer.length > MAX_EVENT) throw new Error('An event of the stream is too large.');
    }
  }

  #dispatch(block) {
    let name = 'message';
    let data = '';
    for (const line of block.split('\n')) {
      if (line.startsWith('event: ')) name = line.slice(7);
      else if (line.startsWith('data: ')) data += line.slice(6);
      else if (line.startsWith('id: ')) this.#cursor = line.slice(4);
    }
    if (data) this.#handlers.event(name, JSON.parse(data));
  }

  /** The next door at once, while there is one that was not tried yet; then all of them again, after a while. */
  #lost(reason) {
    if (this.#live && performance.now() - this.#liveAt > LIVED_MS) this.#attempt = 0;
    this.#close();
    const round = Math.floor(this.#attempt++ / doors.count());
    const wait = doors.count() > 1 && round === 0 ? 0 : Math.min(MAX_WAIT_MS, 500 * 2 ** round) * (0.75 + Math.random() / 2);
    doors.failed(this.#base);
    this.#handlers.connection({ state: 'lost', retryMs: wait, reason });
    this.#timer = setTimeout(() => this.#open(), wait);
  }
}
