// A message as people read it. Everything in it was written by strangers and is shown as text.
import { address, ask } from './ask.js';
import { copyButton, el, text } from './dom.js';
import { bytes, clock, count, path, prettyJson, prettyXml, quoted, some } from './format.js';

const PREVIEW = 240;

const size = (text64) => Math.floor(text64.length * 3 / 4) - (text64.endsWith('==') ? 2 : text64.endsWith('=') ? 1 : 0);

/** One line, and whether it is about the body rather than of it. */
export function preview(message) {
  if (message.bytes !== undefined) return [`${bytes(message.bytes)}, not shown here`, true];
  if (message.body64 !== undefined) return [`${bytes(size(message.body64))} of binary data`, true];
  const line = message.body.slice(0, PREVIEW * 2).replace(/\s+/g, ' ').trim().slice(0, PREVIEW);
  return line ? [line, false] : ['empty', true];
}

/** A line that opens to all there is of the message; show(message) says which, so that lines can be used again. */
export class Line {
  #message = null;
  #detail = null;
  #when = el('time.when');
  #where = el('span.where');
  #offset = el('span.offset');
  #what = el('span.what');
  #button = el('button.line', { type: 'button', 'aria-expanded': 'false' }, this.#when, this.#where, this.#offset, this.#what);
  root = el('article.message', {}, this.#button);

  /** opened(isOpen): told when a person opens or closes it. date: with the day; key: the key in place of the topic. */
  constructor({ opened = () => {}, date = false, key = false } = {}) {
    this.date = date;
    this.key = key;
    this.#button.addEventListener('click', () => opened(this.toggle()));
  }

  get isOpen() {
    return this.#detail !== null;
  }

  get message() {
    return this.#message;
  }

  show(message) {
    this.#message = message;
    const [line, aside] = preview(message);
    const at = new Date(message.time);
    this.#when.setAttribute('datetime', at.toISOString());
    text(this.#when, this.date ? `${at.toISOString().slice(0, 10)} ${clock(message.time, true)}` : clock(message.time, true));
    const where = this.key ? message.key ?? '' : message.topic;
    this.#where.title = where;
    text(this.#where, where);
    text(this.#offset, count(message.offset));
    this.#what.className = aside ? 'what aside' : 'what';
    text(this.#what, line);
    if (this.#detail) this.toggle();
    return this;
  }

  toggle() {
    if (this.#detail) {
      this.#detail.remove();
      this.#detail = null;
    } else {
      this.#detail = details(this.#message);
      this.root.append(this.#detail);
    }
    this.#button.setAttribute('aria-expanded', String(this.isOpen));
    return this.isOpen;
  }
}

/** All there is of it. */
export function details(message) {
  const list = el('dl.facts');
  const fact = (name, ...value) => list.append(el('div', {}, el('dt', {}, name), el('dd', {}, ...value)));
  fact('Time', new Date(message.time).toISOString());
  if (message.cursor) fact('Cursor', el('code', {}, message.cursor), copyButton(message.cursor));
  if (message.key) fact('Key', el('code', {}, message.key));
  if (message.format) fact('Format', message.contentType ? `${message.format} · ${message.contentType}` : message.format);
  for (const [name, value] of Object.entries(message.headers ?? {})) fact(name, el('code', {}, value));
  const detail = el('div.detail', {}, list);
  if (message.bytes !== undefined) {
    const href = address(`t/${path(message.topic)}?from=${message.offset}&limit=1`);
    detail.append(el('p.note', {}, `${bytes(message.bytes)} are too many for this page. `, el('a', { href, target: '_blank', rel: 'noopener' }, 'Open it alone')));
  } else {
    const body = message.body ?? message.body64;
    detail.append(el('div.body', {}, el('pre', { tabindex: '0', role: 'region', 'aria-label': 'Body' }, pretty(message) ?? body), copyButton(body, 'Copy body')));
  }
  if (message.cursor) detail.append(more(message));
  return detail;
}

const pretty = ({ body, format }) => (body === undefined ? null : format === 'JSON' ? prettyJson(body) : format === 'XML' ? prettyXml(body) : null);

function more(message) {
  const place = el('div.trace', { 'aria-live': 'polite' });
  const trace = el('button.quiet', { type: 'button' }, 'Trace');
  trace.addEventListener('click', async () => {
    trace.disabled = true;
    try {
      place.replaceChildren(...traced(await ask('GET', `v1/messages/${encodeURIComponent(message.cursor)}/trace?level=none`)));
    } catch (failure) {
      place.replaceChildren(el('p.note.problem', {}, failure.message));
    }
    trace.disabled = false;
  });
  const buttons = el('div.actions.bits', {}, trace,
    copyButton(`curl ${quoted(address(`t/${path(message.topic)}?from=${message.offset}&limit=1`))}`, 'Copy as curl'));
  if (message.body !== undefined) buttons.append(copyButton(again(message), 'Copy curl to publish it again'));
  return el('div', {}, buttons, place);
}

/** The publish that would make this message once more. Raw: a body that begins with @ names no file. */
function again({ topic, body, key, headers, contentType }) {
  const fields = [contentType && `Content-Type: ${contentType}`, key && `Skein-Key: ${key}`,
    ...Object.entries(headers ?? {}).map(([name, value]) => (name === 'traceparent' ? '' : `Skein-Header-${name}: ${value}`))].filter(Boolean);
  return ['curl', ...fields.flatMap((field) => ['-H', quoted(field)]), '--data-raw', quoted(body), quoted(address(`t/${path(topic)}`))].join(' ');
}

const HOW = { waiting: 'waits to be handed out', leased: 'is on loan', delayed: 'comes back after a time', ready: 'came back and waits',
  marked: 'is on its way to the dead letters', dead: 'is one of the dead letters', acknowledged: 'was acknowledged',
  'dead-lettered': 'was copied to the dead letters', settled: 'is done with' };

function traced(trace) {
  const lines = [`Accepted at ${new Date(trace.time).toISOString()} as entry ${count(trace.index)}${trace.door ? ` over ${trace.door}` : ''}.`];
  if (trace.traceparent) lines.push(`It carries the trace ${trace.traceparent}.`);
  for (const s of trace.subscriptions) {
    lines.push([`${s.subscription}: it ${HOW[s.status] ?? s.status}`,
      s.consumer && `with ${s.consumer}`, s.deliveries && `after ${some(s.deliveries, 'delivery', 'deliveries')}`].filter(Boolean).join(', ') + '.');
  }
  if (!trace.subscriptions.length) lines.push('No durable subscription follows its topic.');
  return [el('ul.reasons', {}, ...lines.map((line) => el('li', {}, line)))];
}
