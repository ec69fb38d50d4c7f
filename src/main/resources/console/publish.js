// The publish box, over the browser client: what is not answered is sent again, here or at another node, and stored once.
import { told } from './ask.js';
import { connect } from './client.js';
import { byId, copyButton, el, text } from './dom.js';
import * as doors from './doors.js';
import { token } from './entrance.js';
import { count } from './format.js';
import { link } from './route.js';

/** As long as somebody waits for an answer before a button. */
const PATIENCE_MS = 10000;
const TYPES = { RAW: 'text/plain; charset=utf-8', JSON: 'application/json', XML: 'application/xml' };

const form = byId('publish-form');
const topic = byId('publish-topic');
const key = byId('publish-key');
const body = byId('publish-body');
const send = byId('publish-send');
const result = byId('publish-result');

form.addEventListener('submit', (event) => {
  event.preventDefault();
  publish();
});
form.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});

/** name: of the topic whose page this is, '' for any */
export function show(name, app) {
  if (name !== shown) {
    topic.value = name;
    result.replaceChildren();
  }
  shown = name;
  left = false;
  const stop = app.whenState(offer);
  return () => {
    stop();
    left = true;
    leave();
  };
}

/** A promise of the client, made for the first message; it goes with the page, once what was sent is answered. */
let client = null;
let left = false;

function skein() {
  const made = client ?? connect({
    nodes: doors.all(), learn: false, token, timeoutMs: PATIENCE_MS,
    onConnection({ state }) { if (state === 'closed' && client === made) client = null; },
  });
  client = made;
  return made;
}

function leave() {
  if (!left || send.disabled) return;
  client?.then((its) => its.close()).catch(() => {});
  client = null;
}

let shown = '';
let offered = '';

function offer(state) {
  const names = (state.topics?.rows ?? []).slice(0, 50).map((row) => row.name);
  if (offered !== names.join('\n')) {
    offered = names.join('\n');
    byId('publish-topics').replaceChildren(...names.map((value) => el('option', { value })));
  }
}

async function publish() {
  if (send.disabled) return;
  const name = topic.value.trim();
  let options;
  try {
    options = chosen();
  } catch (wrong) {
    failed({ message: wrong.message, code: 'header' });
    return;
  }
  send.disabled = true;
  result.className = 'result';
  result.replaceChildren(el('span', {}, 'Sending\u2026'));
  try {
    stored({ topic: name, ...await (await skein()).publish(name, body.value, options) });
  } catch (failure) {
    failed(told(failure));
  } finally {
    send.disabled = false;
    leave();
  }
}

function chosen() {
  const format = form.elements.format.value;
  const options = { format, contentType: TYPES[format], headers: {}, timeoutMs: PATIENCE_MS, waits: false };
  if (key.value) options.key = key.value;
  for (const line of byId('publish-headers').value.split('\n')) {
    if (!line.trim()) continue;
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (!name) throw new Error(`“${line.trim()}” is no header: write name: value.`);
    options.headers[name.toLowerCase()] = value;
  }
  for (const option of ['delay', 'ttl']) {
    const value = byId(`publish-${option}`).value.trim();
    if (value) options[option] = value;
  }
  return options;
}

function stored(ack) {
  const parts = [el('span.done', {}, ack.offset === undefined ? `Accepted${ack.due ? `, due ${new Date(ack.due).toISOString()}` : ''}` : `Stored at offset ${count(ack.offset)}`),
    el('code', {}, ack.cursor ?? ''), copyButton(ack.cursor ?? '', 'Copy cursor')];
  if (ack.topic) parts.push(el('a', { href: link('tail', '', { filter: ack.topic }) }, `Follow ${ack.topic}`));
  result.className = 'result';
  result.replaceChildren(...parts);
}

/** What the client itself says when nobody did. */
const SILENT = new Set(['', 'unreachable', 'timeout', 'connection-lost', 'closed']);

function failed({ message, code }) {
  result.className = 'result failed';
  const line = el('span');
  text(line, message);
  result.replaceChildren(el('strong', {}, SILENT.has(code) ? 'No answer' : code.replaceAll('-', ' ')), line);
}
