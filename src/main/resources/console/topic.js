// One topic: its figures, its messages, how it keeps them, and its end.
import * as browse from './browse.js';
import { byId, facts, text } from './dom.js';
import { ago, bytes, count, path, short } from './format.js';
import { link } from './route.js';

const fact = facts(byId('topic-facts'));
const form = byId('topic-form');
const field = (name) => form.elements[name];

let app = null;
let name = '';
let abort = new AbortController();

form.addEventListener('submit', (event) => {
  event.preventDefault();
  save();
});
byId('topic-delete').addEventListener('click', remove);

const url = () => `v1/topics/${path(name)}`;

export function show(wanted, query, given) {
  app = given;
  name = wanted;
  byId('topic-follow').setAttribute('href', link('tail', '', { filter: name }));
  text(byId('topic-said'), '');
  abort = new AbortController();
  load();
  const stops = [browse.show(name, query, app), app.whenState(know)];
  return () => {
    abort.abort();
    stops.forEach((stop) => stop());
  };
}

function know({ topics, at }) {
  const row = topics?.rows.find((topic) => topic.name === name);
  browse.know(row);
  if (!row) return;
  fact('Messages', short(row.messages), ` ${bytes(row.bytes)}`);
  fact('Offsets', row.messages ? `${count(row.low)} to ${count(row.next - 1)}` : 'none', row.messages ? '' : ` next ${count(row.next)}`);
  fact('Published', `${short(row.rate)}/s`);
  fact('Last', row.next ? `${ago(Math.max(0, at - row.last))} ago`.replace('now ago', 'now') : 'never');
}

async function load() {
  const { signal } = abort;
  try {
    const config = await app.request('GET', `${url()}?level=none`, { signal });
    if (signal.aborted) return;
    fill(config);
    byId('topic-known').hidden = false;
  } catch {
    // Where there is no such topic, the messages' panel says so.
    if (!signal.aborted) byId('topic-known').hidden = true;
  }
}

function fill({ retention, onFull, format, ttl, created }) {
  field('maxAge').value = retention.maxAge ?? '';
  field('maxBytes').value = retention.maxBytes == null ? '' : size(retention.maxBytes);
  field('maxMessages').value = retention.maxMessages ?? '';
  field('acknowledged').checked = retention.acknowledged;
  field('onFull').value = onFull;
  field('format').value = format ?? '';
  field('ttl').value = ttl ?? '';
  if (created) fact('Made', new Date(created).toISOString().slice(0, 19).replace('T', ' '));
}

/** 1073741824 is 1GiB; what is no round number stays one. */
function size(n) {
  for (const [unit, by] of [['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 2 ** 10]]) if (n && n % by === 0) return `${n / by}${unit}`;
  return String(n);
}

function say(words, failed = false) {
  const said = byId('topic-said');
  text(said, words);
  said.classList.toggle('problem', failed);
}

async function save() {
  const said = (input) => field(input).value.trim() || null;
  const number = (words) => (words !== null && /^\d+$/.test(words) ? Number(words) : words);
  const config = {
    retention: { maxAge: said('maxAge'), maxBytes: number(said('maxBytes')), maxMessages: number(said('maxMessages')), acknowledged: field('acknowledged').checked },
    onFull: said('onFull'),
    format: said('format'),
    ttl: said('ttl'),
  };
  const { signal } = abort;
  try {
    const saved = await app.request('PUT', url(), { body: config });
    if (signal.aborted) return;
    fill(saved);
    say('Saved. What is beyond the new limits goes within a second.');
  } catch (failure) {
    if (!signal.aborted) say(failure.message, true);
  }
}

async function remove() {
  const path = url();
  const { signal } = abort;
  const sure = await app.confirm({
    title: `Delete the topic ${name}?`,
    text: 'Its messages are gone on every node, for good, and durable subscriptions pass them over. The next publish makes a new topic of this name that begins at offset 0.',
    yes: 'Delete the topic',
    typed: name,
  });
  if (!sure) return;
  try {
    await app.request('DELETE', path);
    if (!signal.aborted) app.go('topics');
  } catch (failure) {
    if (!signal.aborted) say(failure.message, true);
  }
}
