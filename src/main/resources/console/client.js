// Skein for browsers: publish, subscribe and work over a WebSocket, at whichever node of a cluster answers.
//
//   import { connect } from "http://127.0.0.1:8080/client.js";
//   const skein = await connect({ nodes: ['http://127.0.0.1:8080', 'http://127.0.0.1:8081'], token: '' });
//   const { offset } = await skein.publish('orders/7', { id: 7 });
//   for await (const message of skein.subscribe('orders/#', { from: 'earliest' })) console.log(message.body);
//   skein.work('billing', async (message) => { await charge(message.body); });
//
// A lost connection is made again, here or at another node: subscriptions go on behind the last message that came, what
// was published and not answered is sent again under its key and stored once.

const ATTEMPT_MS = 8000;
const OPENING_MS = 4000;
const PING_MS = 10000;
const NO_LEADER = 'no-leader';
/** A node without a leader for so long is left. */
const ILL_MS = 3000;
/** Of a node that is left: so long it may still answer what it was asked. */
const LINGER_MS = 100;
const MAX_WAIT_MS = 4000;
const MOST_NODES = 16;
/** Asked and not answered, at most. */
const MAX_ASKED = 10000;
const MAX_ASKED_CHARS = 16 << 20;
/** Of joined commands, in characters; and what a node takes in one frame, in bytes: for a larger one it ends the connection. */
const MAX_FRAME = 1 << 20;
const MAX_COMMAND = 8 << 20;
/** Of the reason of a nack, in characters: as UTF-8 at most three times as many bytes, of which a node takes 1,024. */
const MAX_REASON = 340;
/** By whoever looked for the key first: had an earlier try been taken so far, the answer were that one's. */
const DECIDED = [
  'aborted', 'idempotency-key-reused', 'invalid-format', 'not-scheduled', 'sequence-gap', 'too-many-idempotency-keys', 'too-many-producers',
  'too-many-scheduled', 'too-many-topics', 'too-many-ttl', 'topic-full', 'unknown-topic', 'wrong-offset',
];

/**
 * outcome: 'refused', the answer is no; 'unavailable', not done, another try may do; 'unknown', it may have been done.
 * code: the node's, or closed, connection-lost, timeout, client-full, unreachable. status: of HTTP, 0 without an answer.
 */
export class SkeinError extends Error {
  name = 'SkeinError';

  constructor(message, { code = '', outcome = 'refused', status = 0, waitMs = 0, facts = {} } = {}) {
    super(message);
    Object.assign(this, { code, outcome, status, waitMs, facts, retryable: outcome !== 'refused' });
  }
}

const outcomeOf = (said, passing) => (said.outcome === 'unknown' ? 'unknown' : passing ? 'unavailable' : 'refused');

/** What an HTTP answer says no with. */
export async function refusal(answer) {
  const said = await answer.json().catch(() => ({ outcome: answer.status >= 500 && answer.status !== 503 ? 'unknown' : '' }));
  const { status } = answer;
  const { code = '' } = said;
  const passing = status >= 500 && status !== 507 || status === 408 || status === 429 && code !== 'too-many-attempts';
  return new SkeinError(said.detail ?? said.title ?? `the node answered ${status}`, {
    code, status, outcome: outcomeOf(said, passing), waitMs: 1000 * (Number(answer.headers.get('Retry-After')) || 0), facts: said,
  });
}

export const unreachable = (outcome = 'unavailable') => new SkeinError('no node can be reached', { code: 'unreachable', outcome });

/** What others do goes wrong for them alone. */
function guarded(act) {
  try {
    act();
  } catch (failure) {
    reportError(failure);
  }
}

export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** To be the same after a retry; not randomUUID, which only pages of a secure origin have. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const isLoopback = ({ hostname }) => /^(localhost|.+\.localhost|127\.[\d.]+|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]+\])\.?$/.test(hostname);

const isWildcard = ({ hostname }) => ['0.0.0.0', '[::]', '[::ffff:0:0]'].includes(hostname);

/** Three names of one door; others of this machine may be others'. */
export const isLocalhost = ({ hostname }) => ['localhost', '127.0.0.1', '[::1]'].includes(hostname);

/**
 * Whether an address that a node tells may get the token: loopback is another machine for whoever is not on the node's, and
 * nothing is said in clear to the members of a node that speaks TLS.
 */
function mayFollow(told, current) {
  if (!/^https?:$/.test(told.protocol) || current.protocol === 'https:' && told.protocol !== 'https:') return false;
  return isLoopback(current) || !isLoopback(told) && !isWildcard(told);
}

/** The same door, perhaps under another of its names. */
function isSame(one, other) {
  const [a, b] = [new URL(one), new URL(other)];
  return a.origin === b.origin || a.protocol === b.protocol && a.port === b.port && isLocalhost(a) && isLocalhost(b);
}

const originOf = (node, base) => new URL(node.replace(/^ws/, 'http'), base).origin;

/** The members' HTTP doors. One is asked; when it does not answer, the next one is. */
export class Nodes {
  #given;
  #all;
  #at = 0;
  #movers = [];
  #token;
  #learned;
  #credentials;

  /** known: what learned(all) was told on an earlier visit; token: a function; credentials: as fetch has them */
  constructor(given, { known = [], token = () => '', learned = () => {}, credentials = 'same-origin' } = {}) {
    this.#given = given.map((node) => originOf(node, globalThis.location?.href));
    const from = this.#given[0] && new URL(this.#given[0]);
    this.#all = [...new Set([...this.#given, ...known.filter((one) => !from || URL.canParse(one) && mayFollow(new URL(one), from))])];
    this.#token = token;
    this.#learned = learned;
    this.#credentials = credentials;
  }

  get current() { return this.#all[this.#at]; }

  get count() { return this.#all.length; }

  /** Told when another one is to be used than before. */
  whenMoved(act) { this.#movers.push(act); }

  /** It does not answer: whoever asks next asks another one. */
  failed(which) {
    if (which !== this.current || this.count < 2) return;
    this.#at = (this.#at + 1) % this.count;
    for (const act of this.#movers) act();
  }

  /** members: of /v1/cluster */
  learn(members) {
    const { current } = this;
    const found = [...this.#given];
    for (const { httpAddress } of members) {
      try {
        const asked = new URL(current);
        const node = originOf(httpAddress.includes('://') ? httpAddress : `${asked.protocol}//${httpAddress}`);
        if (!mayFollow(new URL(node), asked)) continue;
        if (!found.some((known) => isSame(known, node)) && found.length < MOST_NODES) found.push(node);
      } catch {
        // No address that a browser could use.
      }
    }
    if (!found.includes(current)) found.push(current);
    this.#all = found;
    this.#at = found.indexOf(current);
    this.#learned(found);
  }

  /** Steps of waiting: none while there are nodes not yet tried, then longer and longer, never all clients at once. */
  waitBefore(attempt) {
    const rounds = Math.floor(attempt / this.count);
    return rounds === 0 ? 0 : Math.min(MAX_WAIT_MS, 200 * 2 ** rounds) * (0.75 + Math.random() / 2);
  }

  /** Once and of one node. */
  async once(method, path, { body, key, signal, headers = {} } = {}, where = this.current) {
    const token = this.#token();
    const limits = [AbortSignal.timeout(ATTEMPT_MS), ...signal ? [signal] : []];
    let answer;
    let said = null;
    try {
      answer = await fetch(where + path, {
        method,
        headers: {
          Accept: 'application/json',
          ...token && { Authorization: `Bearer ${token}` },
          ...key && { 'Idempotency-Key': key },
          ...body !== undefined && { 'Content-Type': 'application/json' },
          ...headers,
        },
        signal: AbortSignal.any(limits),
        cache: 'no-store',
        credentials: this.#credentials,
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      if (answer.ok && answer.status !== 204) said = await answer.json();
    } catch (failure) {
      if (signal?.aborted) throw failure;
      throw unreachable(method === 'GET' ? 'unavailable' : 'unknown');
    }
    if (!answer.ok) throw await refusal(answer);
    return said;
  }

  /**
   * The answer's JSON, of whatever node answers within patienceMs. again: it may be asked twice; what writes needs a key.
   * Throws SkeinError, or what aborts it.
   */
  async request(method, path, { patienceMs = 20000, again = true, signal, ...rest } = {}) {
    const until = performance.now() + patienceMs;
    let aside = 0;
    let told = null;
    for (let attempt = 1; ; attempt++) {
      const where = this.#all[(this.#at + aside) % this.count];
      let refused;
      try {
        return await this.once(method, path, { signal, ...rest }, where);
      } catch (failure) {
        if (!(failure instanceof SkeinError)) throw failure;
        refused = failure;
      }
      // A token that was made a moment ago may not be known everywhere yet.
      const isEarly = refused.status === 401 && this.#token() && attempt === 1;
      if (!refused.retryable && !isEarly || !again && refused.outcome === 'unknown') throw refused;
      // What a node says tells more than that another one says nothing.
      if (refused.status) told = refused;
      if (performance.now() > until) throw told ?? refused;
      if (refused.status === 0 && where === this.current) {
        this.failed(where);
        aside = 0;
      } else if (refused.status !== 429) {
        aside++;
      }
      const wait = isEarly ? 300 : Math.max(this.waitBefore(attempt), refused.status === 429 ? refused.waitMs : 0);
      if (wait) await pause(wait);
      signal?.throwIfAborted();
    }
  }
}

/** A body as the protocol has it: text, bytes, or what JSON says it with. */
function bodyOf(body) {
  if (typeof body === 'string') return { body };
  if (!(body instanceof ArrayBuffer || ArrayBuffer.isView(body))) return { body: JSON.stringify(body), format: 'JSON' };
  const bytes = body instanceof ArrayBuffer ? new Uint8Array(body) : new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  let binary = '';
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return { body64: btoa(binary) };
}

const lostError = () => new SkeinError('the connection was lost before the answer came', { code: 'connection-lost', outcome: 'unknown' });

/** What goes on over connections, each of which knows it under another name. */
class Flow {
  #isUnled = false;
  name = '';
  asked = false;
  isOver = false;
  /** Settles once: when a node has it, or will not. */
  ready = new Promise((resolve, reject) => { this.begun = resolve; this.refused = reject; });

  constructor(line) {
    this.line = line;
    this.ready.catch(() => {});
  }

  ask() {
    if (this.asked || this.isOver || !this.line.isUp) return;
    this.asked = true;
    this.line.ask(this.command(), { ms: Infinity, taken: (reply) => this.#named(reply) }).catch((failure) => {
      if (!failure.retryable) {
        this.over(failure);
        return;
      }
      if (failure.code === NO_LEADER) {
        this.#isUnled = true;
        this.line.health(NO_LEADER);
      }
      this.again();
    });
  }

  #named(reply) {
    if (this.isOver) {
      this.line.say({ op: 'unsubscribe', sub: reply.sub });
      return;
    }
    if (this.#isUnled) this.line.health('ok');
    this.#isUnled = false;
    this.name = reply.sub;
    this.line.named.set(reply.sub, this);
    this.opened(reply);
    this.begun(this);
  }

  again() {
    this.lost();
    setTimeout(() => this.ask(), 200);
  }

  lost() {
    this.line.named.delete(this.name);
    this.name = '';
    this.asked = false;
  }

  pushed(push) {
    if (push.messages) {
      for (const message of push.messages) {
        if (message.body64 !== undefined) message.bytes = Uint8Array.from(atob(message.body64), (char) => char.charCodeAt(0));
      }
      this.came(push.messages);
    } else if (push.gap) {
      this.gap(push.gap);
    } else if (push.status) {
      this.line.health(push.status);
    } else if (push.ended) {
      if (push.retry) this.again();
      else this.over(new SkeinError(`the node ended it: ${push.ended}`, { code: push.ended }));
    }
  }

  /** failure: undefined when its user wants no more of it. */
  over(failure) {
    if (this.isOver) return;
    this.isOver = true;
    this.line.flows.delete(this);
    if (this.name && this.line.isUp) this.line.say({ op: 'unsubscribe', sub: this.name });
    this.lost();
    this.refused(failure ?? new SkeinError('it was closed', { code: 'closed' }));
    guarded(() => this.ended(failure));
  }

  close() { this.over(); }
}

/** Messages of topics, in order: to be iterated, or handed one by one to a function that may take its time. */
class Subscription extends Flow {
  /** After the last message that was handed out; resumes on any node. */
  cursor = '';
  #received = '';
  #came = [];
  #used = 0;
  /** Whoever waits for the next message, in order. */
  #wakes = [];
  #failure;
  #signal;
  #aborted = () => this.close();

  constructor(line, filters, { from = 'latest', credit = 256, onGap, signal }) {
    super(line);
    Object.assign(this, { filters: [filters].flat(), from, credit });
    this.onGap = onGap ?? (({ lost }) => console.warn(`Skein: ${lost > 0 ? lost : 'some'} messages of ${this.filters} are gone; see onGap`));
    this.#signal = signal;
    if (signal?.aborted) this.close();
    else signal?.addEventListener('abort', this.#aborted);
  }

  command() {
    this.#used = 0;
    return { op: 'subscribe', topic: this.filters, from: this.#received || String(this.from), credit: this.credit - this.waiting };
  }

  /** Messages that are here and were not handed out. */
  get waiting() { return this.#came.filter((one) => !one.gap).length; }

  opened({ cursor }) {
    this.#received ||= cursor;
    this.cursor ||= cursor;
    // What was handed out since it was asked for.
    this.#give();
  }

  /** Half of it at once, that there be few such commands. */
  #give() {
    if (!this.name || this.#used * 2 < this.credit) return;
    this.line.say({ op: 'credit', sub: this.name, n: this.#used });
    this.#used = 0;
  }

  #wake() {
    for (const wake of this.#wakes.splice(0)) wake();
  }

  came(messages) {
    this.#received = messages.at(-1).cursor;
    this.#came.push(...messages);
    this.#wake();
  }

  gap(gap) {
    this.#received = gap.resumedAt;
    this.#came.push({ gap });
    this.#wake();
  }

  ended(failure) {
    this.#failure = failure;
    this.#signal?.removeEventListener('abort', this.#aborted);
    this.#wake();
  }

  async next() {
    for (;;) {
      if (this.isOver && !this.#failure) return { done: true, value: undefined };
      const next = this.#came.shift();
      if (next?.gap) {
        this.cursor = next.gap.resumedAt;
        this.onGap(next.gap);
      } else if (next) {
        this.cursor = next.cursor;
        this.#used++;
        this.#give();
        return { done: false, value: next };
      } else if (this.isOver) {
        throw this.#failure;
      } else {
        await new Promise((resolve) => { this.#wakes.push(resolve); });
      }
    }
  }

  async return() {
    this.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() { return this; }

  async hand(handler, onEnd) {
    try {
      for await (const message of this) {
        try {
          await handler(message);
        } catch (failure) {
          reportError(failure);
        }
      }
      onEnd();
    } catch (failure) {
      onEnd(failure);
    }
  }
}

/** A no to what is said again: an earlier try may have been taken. */
const doubted = ({ isAgain }, no) => (isAgain ? new SkeinError(no.message, { code: no.code, outcome: 'unknown', facts: no.facts }) : no);

/** A longer one would be refused, and the message with it. Not between the halves of a character. */
const cut = (reason) => String(reason).slice(0, MAX_REASON).replace(/[\ud800-\udbff]$/, '').toWellFormed();

/** Messages of a durable subscription, each lent until it is settled. */
class Worker extends Flow {
  #hand = new Set();
  #owed = 0;
  #unsaid = [];
  #beats = new Set();

  constructor(line, subscription, handler, { credit = 16, lease = 30000, consumer, onEnd = () => {} }) {
    super(line);
    Object.assign(this, { subscription, handler, credit, lease, consumer, onEnd });
  }

  command() {
    this.#owed = 0;
    const room = Math.max(0, this.credit - this.#hand.size);
    return { op: 'subscribe', subscription: this.subscription, consumer: this.consumer, credit: room, lease: `${this.lease}ms` };
  }

  opened() {
    for (const one of this.#unsaid.splice(0)) this.#say(one);
    this.#give();
  }

  came(messages) {
    for (const message of messages) this.#work(message);
  }

  async #work(message) {
    const { lease } = message;
    this.#hand.add(lease);
    let settled;
    const settle = (op, more) => {
      settled ??= new Promise((done, failed) => this.#say({ op, lease, more, done, failed }));
      settled.catch(() => {});
      if (this.#hand.delete(lease)) this.#owed++;
      queueMicrotask(() => this.#give());
      return settled;
    };
    message.ack = () => settle('ack');
    message.nack = ({ delay, reason } = {}) => settle('nack', {
      delay: delay === undefined ? undefined : `${delay}ms`, reason: reason === undefined ? undefined : cut(reason),
    });
    const beat = setInterval(() => {
      if (this.name && !settled) this.line.say({ op: 'extend', sub: this.name, leases: [lease], lease: `${this.lease}ms` });
    }, this.lease / 3);
    this.#beats.add(beat);
    try {
      await this.handler(message);
      if (!settled) message.ack();
    } catch (failure) {
      if (!settled) message.nack({ reason: failure?.message ?? failure });
    } finally {
      this.#beats.delete(beat);
      clearInterval(beat);
    }
  }

  /** After the acknowledgements that made the room. */
  #give() {
    if (!this.#owed || !this.name) return;
    this.line.say({ op: 'credit', sub: this.name, n: this.#owed });
    this.#owed = 0;
  }

  async #say(one) {
    if (this.isOver) {
      one.failed(doubted(one, new SkeinError('the worker is closed', { code: 'closed' })));
      return;
    }
    if (!this.name) {
      this.#unsaid.push(one);
      return;
    }
    try {
      const { refused } = await this.line.ask({ op: one.op, sub: this.name, leases: [one.lease], ...one.more });
      if (!refused.length) one.done();
      else one.failed(doubted(one, new SkeinError('the lease is gone', { code: refused[0].code })));
    } catch (failure) {
      if (!failure.retryable) {
        one.failed(doubted(one, failure));
        return;
      }
      one.isAgain ||= failure.outcome === 'unknown';
      if (failure.code !== 'connection-lost') await pause(200);
      this.#say(one);
    }
  }

  gap() {}

  ended(failure) {
    for (const beat of this.#beats) clearInterval(beat);
    for (const one of this.#unsaid.splice(0)) this.#say(one);
    this.onEnd(failure);
  }
}

/** Whether it is refused only because a topic, a disk or a limit is full. */
const isForRoom = ({ code }) => /^(topic-full|disk-full|rate-limited|too-many-.+)$/.test(code);

const bytesOf = (text) => new TextEncoder().encode(text).length;

/** The WebSocket to one of the nodes; looks for another when it is lost. */
class Line {
  flows = new Set();
  named = new Map();
  isUp = false;
  /** Which it is. */
  node = '';
  #nodes;
  #token;
  #told;
  #learns;
  #socket = null;
  #attempt = 0;
  #timer;
  #ill;
  /** When the first publish was refused for want of a leader, with none decided since; undefined: none was. */
  #refusingSince;
  /** What is published now would be lost with it. */
  #isLeaving = false;
  #openedAt = 0;
  #heard = false;
  #pinged = false;
  #lastId = 0;
  /** Not answered; of those, sent, by id; and to be sent when there is a connection. */
  #asked = new Set();
  #sent = new Map();
  #waiting = [];
  #chars = 0;
  #out = [];
  #over = null;

  constructor(nodes, token, learns, told) {
    this.#nodes = nodes;
    this.#token = token;
    this.#learns = learns;
    this.#told = (change) => guarded(() => told(change));
    globalThis.addEventListener?.('online', this.#online);
    this.#open();
  }

  #online = () => {
    if (!this.#socket && !this.#over) this.#open();
  };

  #open() {
    clearTimeout(this.#timer);
    let socket;
    try {
      socket = new WebSocket(`${this.#nodes.current.replace(/^http/, 'ws')}/ws`, 'skein.v1.json');
    } catch {
      // The page's policy does not let it go there.
      this.#later(this.#nodes.current);
      return;
    }
    this.#socket = socket;
    this.#heard = this.#pinged = false;
    const node = this.node = this.#nodes.current;
    this.#timer = setTimeout(() => this.#lost(socket, node), OPENING_MS);
    socket.onopen = () => socket.send(JSON.stringify({ id: 0, op: 'hello', token: this.#token() || undefined }));
    socket.onmessage = ({ data }) => {
      this.#heard = true;
      for (const line of data.split('\n')) if (socket === this.#socket) this.#take(JSON.parse(line), socket, node);
    };
    socket.onclose = ({ code, reason }) => this.#lost(socket, node, code, reason);
  }

  #take(said, socket, node) {
    if (said.id === undefined && said.sub !== undefined) {
      this.named.get(said.sub)?.pushed(said);
    } else if (said.id === 0) {
      if (said.error) this.end(problem(said.error));
      else this.#up(socket, node);
    } else {
      const one = this.#sent.get(said.id);
      this.#sent.delete(said.id);
      if (!one) return;
      const { id, ok, error, ...reply } = said;
      if (error) {
        this.#failed(one, problem(error));
      } else {
        // Written, so there is a leader.
        if (one.isPublish) this.health('ok');
        // At once: what follows in this frame may be for a subscription that this names.
        one.taken(reply);
        this.#done(one).resolve(reply);
      }
    }
  }

  #up(socket, node) {
    clearTimeout(this.#timer);
    this.isUp = true;
    this.#openedAt = performance.now();
    this.#watch(socket, node);
    for (const one of this.#waiting.splice(0)) this.#send(one);
    for (const flow of this.flows) flow.ask();
    this.#told({ state: 'up', node });
    if (this.#learns) this.#nodes.once('GET', '/v1/cluster').then(({ members }) => this.#nodes.learn(members)).catch(() => {});
  }

  #watch(socket, node) {
    this.#timer = setTimeout(() => {
      if (!this.#heard && this.#pinged) {
        this.#lost(socket, node);
        return;
      }
      this.#pinged = !this.#heard;
      this.#heard = false;
      if (this.#pinged) this.say({ op: 'ping', id: ++this.#lastId });
      this.#watch(socket, node);
    }, PING_MS);
  }

  /** A node that knows no leader may have been cut off from the others. */
  health(status) {
    if (status === 'ok') {
      clearTimeout(this.#ill);
      this.#ill = undefined;
      this.#refusingSince = undefined;
    } else if (this.#nodes.count > 1) {
      this.#ill ??= setTimeout(() => {
        this.#ill = undefined;
        this.#leave();
      }, ILL_MS);
    }
  }

  /** A publish was refused for want of a leader. Nobody says when that is over: only one that comes later counts. */
  #unled() {
    const now = performance.now();
    this.#refusingSince ??= now;
    if (now - this.#refusingSince >= ILL_MS) this.#leave();
  }

  /** Once it has answered, when there is another one to be tried: it may say of all the rest that nothing was done. */
  #leave() {
    const socket = this.#socket;
    const { node } = this;
    if (this.#isLeaving || !socket || this.#nodes.count < 2) return;
    this.#isLeaving = true;
    setTimeout(() => this.#lost(socket, node), LINGER_MS);
  }

  #lost(socket, node, code = 1006, reason = '') {
    if (socket !== this.#socket) return;
    this.#socket = null;
    socket.close();
    const wasUp = this.isUp;
    this.isUp = false;
    this.health('ok');
    this.#isLeaving = false;
    this.#out = [];
    if (code >= 4500 && code < 5000) {
      this.end(new SkeinError(reason || 'the node closed the connection for good', { code: code === 4504 ? 'unauthenticated' : 'refused' }));
      return;
    }
    for (const flow of this.flows) flow.lost();
    const sent = [...this.#sent.values()];
    this.#sent.clear();
    const kept = sent.filter((one) => one.isKept);
    for (const one of kept) one.told = lostError();
    this.#waiting.unshift(...kept);
    for (const one of sent) if (!one.isKept) this.#done(one).reject(lostError());
    if (wasUp && performance.now() - this.#openedAt > 5000) this.#attempt = 0;
    this.#later(node);
    if (wasUp) this.#told({ state: 'down', node, reason });
  }

  #later(node) {
    this.#nodes.failed(node);
    this.#timer = setTimeout(() => this.#open(), this.#nodes.waitBefore(++this.#attempt) || 50 * Math.random());
  }

  /** isKept: it may be sent twice, and is sent again after a lost connection; waits: and when there is no room for it. */
  ask(command, { isKept = false, waits = true, ms = 30000, taken = () => {} } = {}) {
    return new Promise((resolve, reject) => {
      const text = JSON.stringify(command);
      const chars = 100 + text.length;
      const one = { text, isPublish: command.op === 'publish', isKept, waits, taken, resolve, reject, until: performance.now() + ms, chars, tries: 0 };
      if (this.#over) {
        reject(this.#over);
      } else if (chars * 3 > MAX_COMMAND && chars - text.length + bytesOf(text) > MAX_COMMAND) {
        // The node would end the connection, and with it all else that is under way.
        reject(new SkeinError(`it would be more than ${MAX_COMMAND >> 20} MiB as JSON`, { code: 'too-large' }));
      } else if (this.#asked.size > 0 && (this.#asked.size >= MAX_ASKED || this.#chars + one.chars > MAX_ASKED_CHARS)) {
        reject(new SkeinError(`${this.#asked.size} commands wait for their answers`, { code: 'client-full', outcome: 'unavailable' }));
      } else {
        this.#asked.add(one);
        this.#chars += one.chars;
        if (ms < Infinity) one.timer = setTimeout(() => this.#late(one), ms);
        this.#sendOrKeep(one);
      }
    });
  }

  #sendOrKeep(one) {
    if (this.isUp && !(this.#isLeaving && one.isPublish)) this.#send(one);
    else this.#waiting.push(one);
  }

  #send(one) {
    one.id = ++this.#lastId;
    this.#sent.set(one.id, one);
    this.#put(`{"id":${one.id},${one.text.slice(1)}`);
  }

  #late(one) {
    const isOut = this.#sent.delete(one.id);
    this.#waiting = this.#waiting.filter((other) => other !== one);
    const late = new SkeinError('no answer in time', { code: 'timeout', outcome: isOut ? 'unknown' : 'unavailable' });
    // What was said of an earlier try does not tell of the one that is out.
    this.#done(one).reject(isOut ? late : one.told ?? late);
  }

  #done(one) {
    clearTimeout(one.timer);
    this.#asked.delete(one);
    this.#chars -= one.chars;
    return one;
  }

  #failed(one, failure) {
    const wait = Math.min(1000, 25 * 2 ** one.tries++);
    const mayBeAgain = one.isKept && failure.retryable && (one.waits || !isForRoom(failure)) && performance.now() + wait < one.until;
    const isDecided = DECIDED.includes(failure.code);
    if (isDecided) this.health('ok');
    else if (one.isPublish && failure.code === NO_LEADER) this.#unled();
    // What a refusal says is true of this try; an earlier one may have been taken, or be taken when a no is for a moment.
    const isDoubtful = one.told?.outcome === 'unknown' && !(isDecided && !failure.retryable);
    if (!mayBeAgain) {
      this.#done(one).reject(isDoubtful ? one.told : failure);
      return;
    }
    if (!isDoubtful) one.told = failure;
    setTimeout(() => {
      if (this.#asked.has(one)) this.#sendOrKeep(one);
    }, wait);
  }

  /** Joined with what else is said in this turn. */
  say(command) { this.#put(JSON.stringify(command)); }

  #put(text) {
    if (!this.#out.length) queueMicrotask(() => this.#flush());
    this.#out.push(text);
  }

  #flush() {
    const out = this.#out.splice(0);
    if (this.#socket?.readyState !== 1) return;
    let frame = '';
    for (const text of out) {
      if (frame && frame.length + text.length > MAX_FRAME) {
        this.#socket.send(frame);
        frame = '';
      }
      frame += frame ? `\n${text}` : text;
    }
    if (frame) this.#socket.send(frame);
  }

  end(why) {
    if (this.#over) return;
    this.#over = why;
    this.#flush();
    clearTimeout(this.#timer);
    globalThis.removeEventListener?.('online', this.#online);
    for (const flow of [...this.flows]) flow.over(why.code === 'closed' ? undefined : why);
    this.#flush();
    const socket = this.#socket;
    this.#socket = null;
    this.isUp = false;
    socket?.close(1000);
    const { message, code } = why;
    for (const one of [...this.#asked]) {
      const isUnknown = this.#sent.has(one.id) || one.told?.outcome === 'unknown';
      this.#done(one).reject(isUnknown ? new SkeinError(message, { code, outcome: 'unknown' }) : why);
    }
    this.#sent.clear();
    this.#waiting = [];
    this.#told({ state: 'closed', reason: why.message, error: why });
  }
}

const problem = (said) => new SkeinError(said.message, { code: said.code, outcome: outcomeOf(said, said.retryable), facts: said });

class Client {
  #nodes;
  #line;

  constructor(nodes, line) {
    this.#nodes = nodes;
    this.#line = line;
  }

  /** The URL of the node that serves, or is tried next. */
  get node() { return this.#line.node; }

  get isConnected() { return this.#line.isUp; }

  /**
   * options: key, headers, contentType, format, delay ('10m'), ttl, expectOffset; id: stored once, however often it is
   * published under it, by default one of its own; timeoutMs; waits (false: a full topic or disk, or a limit, is told at
   * once, and not waited for). Resolves to {offset, cursor}, or {cursor, due} with a delay.
   */
  publish(topic, body, { id = newKey(), timeoutMs = 30000, waits = true, ...options } = {}) {
    const command = { op: 'publish', topic, ...bodyOf(body), ...options, idempotencyKey: id || undefined };
    return this.#line.ask(command, { isKept: !!id, waits, ms: timeoutMs });
  }

  /** All or nothing. messages: [{topic, body, ...}]. Resolves to [{offset, cursor}]. */
  async publishAll(messages, { id = newKey(), timeoutMs = 30000 } = {}) {
    const list = messages.map(({ body, ...message }) => ({ ...message, ...bodyOf(body) }));
    const command = { op: 'publish', messages: list, atomic: true, idempotencyKey: id || undefined };
    return (await this.#line.ask(command, { isKept: !!id, ms: timeoutMs })).results;
  }

  /**
   * filters: one, or a list. options: from (latest, earliest, a cursor, an offset, a time, '-15m'), credit (messages that
   * are here and not handed out, at most), onGap({requested, resumedAt, lost}; lost is -1 when nobody knows), signal, and
   * with a handler onEnd(error?). Without a handler the subscription is iterated. It has ready, cursor and close().
   */
  subscribe(filters, options = {}, handler = undefined) {
    const subscription = new Subscription(this.#line, filters, options);
    this.#begin(subscription);
    if (handler) subscription.hand(handler, options.onEnd ?? ((failure) => { if (failure) reportError(failure); }));
    return subscription;
  }

  /**
   * Works for a durable subscription: what handler(message) returns is awaited, then the message is acknowledged; when it
   * throws, the message is given back. Or the handler says message.ack() or message.nack({delay, reason}). options: credit
   * (handlers at a time), lease (ms; goes on as long as a handler works), consumer, onEnd(error?).
   */
  work(subscription, handler, options = {}) {
    return this.#begin(new Worker(this.#line, subscription, handler, options));
  }

  #begin(flow) {
    if (!flow.isOver) this.#line.flows.add(flow);
    flow.ask();
    return flow;
  }

  /** As Nodes.request. */
  request(method, path, options) { return this.#nodes.request(method, path, options); }

  close() { this.#line.end(new SkeinError('the client was closed', { code: 'closed' })); }
}

/**
 * Resolves to a client when a node answers. options: nodes (URLs), learn (false: no other members are tried), token (or a
 * function that returns it), timeoutMs, onConnection({state: 'up' | 'down' | 'closed', node, reason, error}).
 */
export function connect({ nodes = [globalThis.location.origin], token = '', learn = true, timeoutMs = 10000, onConnection = () => {} } = {}) {
  const shown = typeof token === 'function' ? token : () => token;
  return new Promise((resolve, reject) => {
    const all = new Nodes(nodes, { token: shown });
    const timer = setTimeout(() => line.end(unreachable()), timeoutMs);
    const line = new Line(all, shown, learn, (change) => {
      clearTimeout(timer);
      if (change.state === 'up') resolve(new Client(all, line));
      else if (change.state === 'closed') reject(change.error);
      onConnection(change);
    });
  });
}
