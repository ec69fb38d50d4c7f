// Messages as they come, newest first. Everything in them was written by strangers and is shown as text.
import { byId, copyButton, el, lesson, text } from './dom.js';
import { bytes, clock, count, path, prettyJson } from './format.js';

const KEPT = 200;
const PREVIEW = 240;

const place = byId('tail-body');
const note = byId('tail-note');
const input = byId('tail-filter');
let followed = '#';
/** Whether the node has messages that this filter matches: then silence needs another explanation. */
let stored = false;
let paused = false;
/** What came while paused: the newest are kept, older ones only counted. */
let waiting = [];
let missed = 0;
let skipped = 0;
let problem = '';
let open = () => {};

export function begin(onOpen) {
  open = onOpen;
  byId('tail-form').addEventListener('submit', (event) => {
    event.preventDefault();
    follow(input.value.trim() || '#');
  });
  byId('tail-pause').addEventListener('click', () => pause(!paused));
  byId('tail-clear').addEventListener('click', () => {
    waiting = [];
    missed = skipped = 0;
    empty();
    tell();
  });
  const linked = new URLSearchParams(location.hash.slice(1)).get('tail');
  follow(linked || '#', !linked);
}

export const filter = () => followed;

/** Whether a message of this topic would be seen here. */
export function covers(topic) {
  const f = followed.split('/');
  const t = topic.split('/');
  if ((f[0] === '+' || f[0] === '#') && topic.startsWith('$')) return false;
  for (let i = 0; i < f.length; i++) {
    if (f[i] === '#') return true;
    if (i >= t.length || (f[i] !== '+' && f[i] !== t[i])) return false;
  }
  return f.length === t.length;
}

export function follow(wanted, first = false) {
  followed = wanted;
  input.value = wanted;
  waiting = [];
  missed = skipped = 0;
  problem = '';
  stored = false;
  pause(false);
  empty();
  tell();
  if (!first) history.replaceState(null, '', `#${new URLSearchParams({ tail: wanted })}`);
  open(wanted);
}

function pause(on) {
  paused = on;
  byId('tail-pause').setAttribute('aria-pressed', String(on));
  text(byId('tail-pause'), on ? 'Resume' : 'Pause');
  if (!on && waiting.length) {
    insert(waiting);
    waiting = [];
    missed = 0;
  }
  tell();
}

export function show(data) {
  if (data.filter !== undefined) problem = '';
  if (data.problem) problem = data.problem.detail + (data.problem.retryable ? ' Trying again.' : '');
  if (data.gap) {
    problem = `${data.gap > 0 ? count(data.gap) : 'Some'} messages are gone: retention took them before they were shown.`;
  }
  skipped += data.skipped ?? 0;
  if (data.messages?.length) {
    if (paused) {
      waiting.push(...data.messages);
      missed += data.messages.length;
      if (waiting.length > KEPT) waiting = waiting.slice(-KEPT);
    } else {
      insert(data.messages);
    }
  }
  tell();
}

function tell() {
  const parts = [];
  if (problem) parts.push(problem);
  if (paused) parts.push(missed ? `Paused. ${count(missed)} came meanwhile.` : 'Paused.');
  if (skipped) parts.push(`${count(skipped)} not shown: more than a person can read.`);
  text(note, parts.join(' '));
  note.hidden = !parts.length;
  note.classList.toggle('problem', Boolean(problem));
}

export function know({ topics }) {
  if (!topics) return;
  const now = topics.rows.some((topic) => topic.messages > 0 && covers(topic.name));
  if (now === stored) return;
  stored = now;
  if (place.firstElementChild?.classList.contains('lesson')) empty();
}

function empty() {
  const follow = `curl -N '${location.origin}/t/${path(followed)}?follow'`;
  place.replaceChildren(stored
    ? lesson('Quiet. What is published from now on appears here. Choose a topic to see its newest messages.', follow)
    : lesson('Nothing yet. Messages appear here once they are durable. Publish one below, or:',
      `curl -d 'hello' ${location.origin}/t/${/[+#]/.test(followed) ? 'greetings' : path(followed)}`, follow));
}

function insert(messages) {
  if (place.firstElementChild?.classList.contains('lesson')) place.replaceChildren();
  const fragment = document.createDocumentFragment();
  for (const message of messages.slice(-KEPT).reverse()) fragment.append(entry(message));
  place.prepend(fragment);
  while (place.children.length > KEPT) place.lastElementChild.remove();
}

const size = (text64) => Math.floor(text64.length * 3 / 4) - (text64.endsWith('==') ? 2 : text64.endsWith('=') ? 1 : 0);

function preview(message) {
  if (message.bytes !== undefined) return [`${bytes(message.bytes)}, not shown here`, true];
  if (message.body64 !== undefined) return [`${bytes(size(message.body64))} of binary data`, true];
  const line = message.body.slice(0, PREVIEW * 2).replace(/\s+/g, ' ').trim().slice(0, PREVIEW);
  return line ? [line, false] : ['empty', true];
}

function entry(message) {
  const [line, aside] = preview(message);
  const button = el('button.line', { type: 'button', 'aria-expanded': 'false' },
    el('time.when', { datetime: new Date(message.time).toISOString() }, clock(message.time, true)),
    el('span.where', { title: message.topic }, message.topic),
    el('span.offset', {}, count(message.offset)),
    el(aside ? 'span.what.aside' : 'span.what', {}, line));
  const item = el('article.message', {}, button);
  let detail = null;
  button.addEventListener('click', () => {
    detail ??= details(message);
    const closed = detail.parentNode === null;
    button.setAttribute('aria-expanded', String(closed));
    if (closed) item.append(detail);
    else detail.remove();
    // Browsers keep what is read in its place while more comes above, except at the very top.
    if (closed && place.scrollTop === 0) place.scrollTop = 1;
  });
  return item;
}

function details(message) {
  const list = el('dl.facts');
  const fact = (name, ...value) => list.append(el('div', {}, el('dt', {}, name), el('dd', {}, ...value)));
  fact('Time', new Date(message.time).toISOString());
  if (message.cursor) fact('Cursor', el('code', {}, message.cursor), copyButton(message.cursor));
  if (message.key) fact('Key', el('code', {}, message.key));
  if (message.format) fact('Format', message.contentType ? `${message.format} · ${message.contentType}` : message.format);
  for (const [name, value] of Object.entries(message.headers ?? {})) fact(name, el('code', {}, value));
  const detail = el('div.detail', {}, list);
  if (message.bytes !== undefined) {
    const href = `t/${path(message.topic)}?from=${message.offset}&limit=1`;
    detail.append(el('p.note', {}, `${bytes(message.bytes)} are too many for this page. `, el('a', { href, target: '_blank', rel: 'noopener' }, 'Open it alone')));
  } else {
    const body = message.body ?? message.body64;
    const shown = (message.body !== undefined && message.format === 'JSON' && prettyJson(body)) || body;
    detail.append(el('div.body', {}, el('pre', {}, shown), copyButton(body, 'Copy body')));
  }
  return detail;
}
