// Messages as they come, newest first. Everything in them was written by strangers and is shown as text.
import { byId, el, lesson, text } from './dom.js';
import { covers } from './filter.js';
import { clock, count, path } from './format.js';
import { details, preview } from './message.js';

const KEPT = 200;

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
let app = null;
let stop = () => {};

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

/** query: {filter, paused}. What it returns ends it. */
export function show(query, given) {
  app = given;
  const wanted = query.get('filter') || '#';
  follow(wanted, query.get('paused') === 'true');
  return () => stop();
}

function follow(wanted, begunPaused = false) {
  followed = wanted;
  input.value = wanted;
  waiting = [];
  missed = skipped = 0;
  problem = '';
  stored = false;
  pause(begunPaused);
  empty();
  tell();
  app.remember({ query: { filter: wanted === '#' ? '' : wanted } });
  if (app.state) know(app.state);
  stop = app.tail(wanted, take);
}

function pause(on) {
  paused = on;
  byId('tail-pause').setAttribute('aria-pressed', String(on));
  text(byId('tail-pause'), on ? 'Resume' : 'Pause');
  app.remember({ query: { paused: on } });
  if (!on && waiting.length) {
    insert(waiting);
    waiting = [];
    missed = 0;
  }
  tell();
}

function take(data) {
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
  const now = topics.rows.some((topic) => topic.messages > 0 && covers(topic.name, followed));
  if (now === stored) return;
  stored = now;
  if (place.firstElementChild?.classList.contains('lesson')) empty();
}

function empty() {
  const follow = `curl -N '${location.origin}/t/${path(followed)}?follow'`;
  place.replaceChildren(stored
    ? lesson('Quiet. What is published from now on appears here. Choose a topic to see its newest messages.', follow)
    : lesson('Nothing yet. Messages appear here once they are durable. Publish one under Topics, or:',
      `curl -d 'hello' ${location.origin}/t/${/[+#]/.test(followed) ? 'greetings' : path(followed)}`, follow));
}

function insert(messages) {
  if (place.firstElementChild?.classList.contains('lesson')) place.replaceChildren();
  const fragment = document.createDocumentFragment();
  for (const message of messages.slice(-KEPT).reverse()) fragment.append(entry(message));
  place.prepend(fragment);
  while (place.children.length > KEPT) place.lastElementChild.remove();
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
