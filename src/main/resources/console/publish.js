// The publish box: the same POST that curl would make.
import { ask } from './ask.js';
import { byId, copyButton, el, text } from './dom.js';
import { count, path } from './format.js';
import { link } from './route.js';

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
  return app.whenState(offer);
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
  const headers = { 'Content-Type': TYPES[form.elements.format.value] };
  // Header fields carry Latin letters only; the query takes the rest.
  let query = '';
  if (/^[\x21-\x7e]+$/.test(key.value)) headers['Skein-Key'] = key.value;
  else if (key.value) query = `?${new URLSearchParams({ 'Skein-Key': key.value })}`;
  try {
    query = options(headers, query);
  } catch (wrong) {
    failed({ message: wrong.message, status: 400, code: 'header' });
    return;
  }
  send.disabled = true;
  try {
    stored(await ask('POST', `t/${path(name)}${query}`, { text: body.value, headers }));
  } catch (failure) {
    failed(failure);
  } finally {
    send.disabled = false;
  }
}

/** What stands in the folded part: as header fields where they can be, else in the query. */
function options(headers, query) {
  const more = new URLSearchParams(query);
  const put = (name, value) => {
    if (/^[\x20-\x7e]*$/.test(value)) headers[name] = value;
    else more.set(name, value);
  };
  for (const line of byId('publish-headers').value.split('\n')) {
    if (!line.trim()) continue;
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (!name) throw new Error(`“${line.trim()}” is no header: write name: value.`);
    put(`Skein-Header-${name}`, value);
  }
  if (byId('publish-delay').value.trim()) put('Skein-Delay', byId('publish-delay').value.trim());
  if (byId('publish-ttl').value.trim()) put('Skein-TTL', byId('publish-ttl').value.trim());
  return more.size ? `?${more}` : '';
}

function stored(ack) {
  const parts = [el('span.done', {}, ack.offset === undefined ? `Accepted${ack.due ? `, due ${new Date(ack.due).toISOString()}` : ''}` : `Stored at offset ${count(ack.offset)}`),
    el('code', {}, ack.cursor ?? ''), copyButton(ack.cursor ?? '', 'Copy cursor')];
  if (ack.topic) parts.push(el('a', { href: link('tail', '', { filter: ack.topic }) }, `Follow ${ack.topic}`));
  result.className = 'result';
  result.replaceChildren(...parts);
}

function failed({ message, status, code }) {
  result.className = 'result failed';
  const line = el('span');
  text(line, message);
  result.replaceChildren(el('strong', {}, status ? code.replaceAll('-', ' ') || `Status ${status}` : 'No answer'), line);
}
