// The publish box: the same POST that curl would make.
import { byId, copyButton, el, text } from './dom.js';
import { authorization } from './entrance.js';
import { count, path } from './format.js';
import { covers, follow } from './tail.js';

const TYPES = { RAW: 'text/plain; charset=utf-8', JSON: 'application/json', XML: 'application/xml' };

const form = byId('publish-form');
const topic = byId('publish-topic');
const key = byId('publish-key');
const body = byId('publish-body');
const send = byId('publish-send');
const result = byId('publish-result');

export function begin() {
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
}

/** The box writes where the tail looks, unless somebody wrote another topic. */
export function suggest(name) {
  if (!/[+#]/.test(name)) topic.value = name;
}

let offered = '';

export function show(state) {
  const names = (state.topics?.rows ?? []).slice(0, 50).map((row) => row.name);
  if (offered !== names.join('\n')) {
    offered = names.join('\n');
    byId('publish-topics').replaceChildren(...names.map((value) => el('option', { value })));
  }
}

async function publish() {
  if (send.disabled) return;
  const name = topic.value.trim();
  const headers = { 'Content-Type': TYPES[form.elements.format.value], ...authorization() };
  // Header fields carry Latin letters only; the query takes the rest.
  let query = '';
  if (/^[\x21-\x7e]+$/.test(key.value)) headers['Skein-Key'] = key.value;
  else if (key.value) query = `?${new URLSearchParams({ 'Skein-Key': key.value })}`;
  send.disabled = true;
  try {
    const answer = await fetch(`t/${path(name)}${query}`, { method: 'POST', headers, body: body.value });
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) stored(said);
    else failed(said.title ?? `Status ${answer.status}`, said.detail ?? said.code ?? '', said.outcome);
  } catch {
    failed('No answer', 'The node could not be reached; whether the message was stored is not known.', 'unknown');
  } finally {
    send.disabled = false;
  }
}

function stored(ack) {
  const parts = [el('span.done', {}, ack.offset === undefined ? 'Accepted' : `Stored at offset ${count(ack.offset)}`),
    el('code', {}, ack.cursor ?? ''), copyButton(ack.cursor ?? '', 'Copy cursor')];
  if (ack.topic && !covers(ack.topic)) {
    const button = el('button.quiet', { type: 'button' }, `Follow ${ack.topic}`);
    button.addEventListener('click', () => follow(ack.topic));
    parts.push(button);
  }
  result.className = 'result';
  result.replaceChildren(...parts);
}

function failed(title, detail, outcome) {
  result.className = 'result failed';
  const line = el('span');
  text(line, outcome === 'unknown' ? `${detail} It may have been stored.` : detail);
  result.replaceChildren(el('strong', {}, title), line);
}
