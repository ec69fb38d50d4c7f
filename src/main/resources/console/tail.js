// Messages as they come, newest first. Everything in them was written by strangers and is shown as text.
import { address } from './ask.js';
import { byId, lesson, text } from './dom.js';
import { covers } from './filter.js';
import { count, path, quoted } from './format.js';
import { Line } from './message.js';

const KEPT = 200;
/** Between two changes of the list: what moves faster cannot be read. */
const APART_MS = 160;
/** Rates are of the last so many seconds. */
const RATE_S = 3;

const place = byId('tail-body');
const note = byId('tail-note');
const input = byId('tail-filter');
const rate = byId('tail-rate');
/** As they stand, newest first. The last becomes the first when another message comes: no row is made twice. */
let lines = [];
let followed = '#';
/** Whether the node has messages that this filter matches: then silence needs another explanation. */
let stored = false;
let paused = false;
/** What was not drawn yet, oldest first: the newest are kept, older ones only counted. */
let waiting = [];
let missed = 0;
let skipped = 0;
/** Of each second since the filter was set, oldest first: {shown, all}. */
let seconds = [];
let drawnAt = 0;
let drawing = false;
let ticking = 0;
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
  ticking = setInterval(tick, 1000);
  return () => {
    clearInterval(ticking);
    stop();
  };
}

function follow(wanted, begunPaused = false) {
  followed = wanted;
  input.value = wanted;
  waiting = [];
  seconds = [];
  missed = skipped = 0;
  problem = '';
  stored = false;
  text(rate, '');
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
  if (!on) {
    missed = 0;
    drawSoon();
  }
  tell();
}

function take(data) {
  if (data.filter !== undefined) problem = '';
  if (data.problem) problem = data.problem.detail + (data.problem.retryable ? ' Trying again.' : '');
  if (data.gap) {
    problem = `${data.gap > 0 ? count(data.gap) : 'Some'} messages are gone: retention took them before they were shown.`;
  }
  const came = data.messages?.length ?? 0;
  skipped += data.skipped ?? 0;
  const now = seconds.at(-1);
  if (now) {
    now.shown += came;
    now.all += came + (data.skipped ?? 0);
  }
  if (came) {
    waiting.push(...data.messages);
    if (waiting.length > KEPT) waiting = waiting.slice(-KEPT);
    if (paused) missed += came;
    else drawSoon();
  }
  tell();
}

/** Apart from the sentence above the list, so that a screen reader is not told every second. */
function tick() {
  const whole = seconds.slice(-RATE_S);
  seconds = [...whole, { shown: 0, all: 0 }];
  if (!whole.length) return;
  const a = (part) => Math.round(whole.reduce((sum, second) => sum + second[part], 0) / whole.length);
  const [shown, all] = [a('shown'), a('all')];
  text(rate, !all ? '' : shown < all ? `showing ${count(shown)} of ${count(all)}/s` : `${count(all)}/s`);
  rate.title = skipped ? `${count(skipped)} messages were not shown` : '';
}

function tell() {
  const parts = [];
  if (problem) parts.push(problem);
  if (paused) parts.push(missed ? `Paused. ${count(missed)} came meanwhile.` : 'Paused.');
  if (skipped) parts.push('A sample is shown: more comes than a person can read.');
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
  lines = [];
  const follow = `curl -N ${quoted(address(`t/${path(followed)}?follow`))}`;
  place.replaceChildren(stored
    ? lesson('Quiet. What is published from now on appears here. Choose a topic to see its newest messages.', follow)
    : lesson('Nothing yet. Messages appear here once they are durable. Publish one under Topics, or:',
      `curl -d 'hello' ${quoted(address(`t/${/[+#]/.test(followed) ? 'greetings' : path(followed)}`))}`, follow));
}

/** In a frame of the browser's, and not in each of them. */
function drawSoon() {
  if (drawing || paused || !waiting.length) return;
  drawing = true;
  setTimeout(() => requestAnimationFrame(() => {
    drawing = false;
    if (!paused) draw();
  }), Math.max(0, APART_MS - (performance.now() - drawnAt)));
}

function draw() {
  if (!waiting.length) return;
  drawnAt = performance.now();
  if (place.firstElementChild?.classList.contains('lesson')) place.replaceChildren();
  const messages = waiting;
  waiting = [];
  const used = lines.splice(Math.max(0, KEPT - messages.length));
  const fresh = messages.map((message) => (used.pop() ?? new Line({ opened: settle })).show(message)).reverse();
  for (const line of used) line.root.remove();
  place.prepend(...fresh.map((line) => line.root));
  lines = [...fresh, ...lines];
}

/** Browsers keep what is read in its place while more comes above, except at the very top. */
function settle(isOpen) {
  if (isOpen && place.scrollTop === 0) place.scrollTop = 1;
}
