// One durable subscription, opened: why nothing flows, its lag, its configuration, what can be done with it. Everything
// goes through the node's public API.
import { ask } from './ask.js';
import { Chart, FROM_ZERO } from './charts.js';
import { confirmed } from './confirm.js';
import { byId, el, facts, text } from './dom.js';
import { ago, count, duration, short, some } from './format.js';
import * as lag from './lag.js';
import * as letters from './letters.js';
import * as plan from './plan.js';

const LOOK_MS = 1900;
/** Samples of the list come each second, unless there are many subscriptions. */
const APART_S = 1.6;

const fact = facts(byId('subscription-facts'));
/** Made when the first is opened. */
let chart = null;

const newChart = () => new Chart('lag', [
  { column: 'lag', label: 'Lag', colour: '--accent', fill: '--accent-wash', swatch: 'one' },
  { column: 'inFlight', label: 'In flight', colour: '--second', swatch: 'two', width: 1.25 },
], short, FROM_ZERO, lag.of(name), lag.SPAN);

let name = '';
let info = null;
let abort = new AbortController();
let looking = false;
let lookedAt = 0;
let nodeTime = 0;
/** What the last look complained of. */
let complaint = '';
let app = null;
/** Nothing is open: how it was before. */
let stop = () => {};

byId('subscription-pause').addEventListener('click', pause);
byId('subscription-edit').addEventListener('click', change);
byId('seek-earliest').addEventListener('click', () => seek('earliest'));
byId('seek-latest').addEventListener('click', () => seek('latest'));
byId('subscription-delete').addEventListener('click', remove);
letters.begin(act);

/** What it returns closes it. */
export function open(wanted, given) {
  forget();
  app = given;
  name = wanted;
  letters.open(name);
  chart ??= newChart();
  chart.source = lag.of(name);
  chart.draw();
  stop = app.whenState(show);
  look();
  recall();
  return () => {
    stop();
    forget();
  };
}

/** What is under way for the one that was open says nothing about the next. */
function forget() {
  abort.abort();
  abort = new AbortController();
  looking = false;
  name = '';
  info = null;
  say('');
  byId('subscription-state').hidden = true;
  byId('subscription-why').replaceChildren();
  byId('subscription-holders').replaceChildren();
  byId('subscription-known').hidden = true;
  letters.close();
}

const url = (verb = '') => `v1/subscriptions/${encodeURIComponent(name)}${verb}`;

/** Once a second, with each state of the node. */
function show(state) {
  nodeTime = state.at;
  chart.draw();
  if (performance.now() - lookedAt > LOOK_MS) look();
}

/** What the node has seen of it before this page was open; one that does not keep it says 404. */
async function recall() {
  const { signal } = abort;
  try {
    const { points } = await ask('GET', url('/history'), { signal });
    if (signal.aborted) return;
    lag.recall(name, points);
    chart.draw();
  } catch {
    // The chart begins with what this page sees.
  }
}

async function look() {
  if (looking || !name) return;
  looking = true;
  lookedAt = performance.now();
  const { signal } = abort;
  try {
    const why = await ask('GET', url('/why?level=none'), { signal });
    if (signal.aborted) return;
    info = why;
    if (nodeTime) lag.add(name, nodeTime, why, APART_S);
    tell(why);
    letters.know(why);
  } catch (failure) {
    if (signal.aborted) return;
    if (failure.status === 404) {
      info = null;
      byId('subscription-known').hidden = true;
      byId('subscription-state').hidden = true;
    }
    say(failure.message, true);
    complaint = failure.message;
  } finally {
    if (!signal.aborted) looking = false;
  }
}

/** What a look complained of is taken back by the next that succeeds; what an action said stays. */
function say(words, failed = false) {
  complaint = '';
  const said = byId('subscription-said');
  text(said, words);
  said.hidden = !words;
  said.classList.toggle('problem', failed);
}

const WORDS = { paused: ['Paused', 'warn'], empty: ['Caught up', 'good'], 'no-consumers': ['No consumers', 'warn'], 'no-topics': ['No topics', 'warn'] };

function tell(why) {
  if (complaint) say('');
  // The log's own time stands still while nothing is written.
  const now = Math.max(why.time, nodeTime);
  byId('subscription-known').hidden = false;
  // Between two messages nothing flows for a moment, and yet it does.
  const flowing = why.flowing || (!why.paused && lag.rate(name) > 0);
  const [word, kind] = flowing ? ['Flowing', 'good'] : WORDS[why.reasons[0]?.code] ?? ['Waiting', ''];
  const state = byId('subscription-state');
  state.hidden = false;
  text(state, word);
  state.className = `badge ${kind}`;
  text(byId('subscription-pause'), why.paused ? 'Resume' : 'Pause');
  tellReasons(why, flowing, now);
  tellHolders(why, now);
  chart.draw();

  fact('Lag', count(why.lag), why.lag ? ` ${parts(why)}` : '');
  fact('Oldest', why.oldest == null ? '–' : ago(Math.max(0, now - why.oldest)));
  fact('Delivered', count(why.delivered), why.redelivered ? ` ${count(why.redelivered)} again` : '');
  fact('Acknowledged', count(why.acknowledged));
  fact('Pulls that wait', count(why.waitingPulls), ' at this node');
  fact('Filter', why.filter, ` ${some(why.topics, 'topic')}`);
  fact('Lease', why.lease);
  fact('Deliveries', why.maxDeliveries ? `at most ${count(why.maxDeliveries)}` : 'no limit');
  fact('Backoff', why.backoff.length ? why.backoff.join(', ') : 'none');
  fact('Order', why.order === 'key' ? 'of each key' : 'of each topic');
  fact('Dead letters to', why.deadLetter ?? `$dead/${name}`);
  fact('Made', new Date(why.created).toISOString().slice(0, 19).replace('T', ' '));
}

function parts(why) {
  return [['waiting', why.waiting], ['ready again', why.ready], ['delayed', why.delayed], ['in flight', why.inFlight], ['paced', why.paced]]
    .filter(([, n]) => n).map(([what, n]) => `${count(n)} ${what}`).join(', ');
}

const until = (time, now) => (time ? ` in ${duration(Math.max(0, time - now))}` : '');

/** Text of elements that stay, so that a screen reader is told what changed only. */
function lines(list, wanted) {
  while (list.children.length > wanted.length) list.lastElementChild.remove();
  while (list.children.length < wanted.length) list.append(el('li'));
  wanted.forEach((line, i) => text(list.children[i], line));
}

function tellReasons(why, flowing, now) {
  text(byId('subscription-why-title'), flowing ? 'What flows' : 'Why nothing flows');
  const sentences = why.reasons.map((r) => `${r.detail.charAt(0).toUpperCase()}${r.detail.slice(1)}${until(r.until, now)}.`);
  if (why.flowing) sentences.push('There is something to hand out, and somebody takes it.');
  lines(byId('subscription-why'), sentences);
}

function tellHolders(why, now) {
  const most = why.holders.slice(0, 10);
  lines(byId('subscription-holders'), most.map((h) => `${h.consumer || 'A consumer without a name'} holds ${some(h.messages, 'message')}, the first lease ends${until(h.until, now)}.`));
}

/** One at a time. Buttons are not disabled meanwhile: the keyboard would lose its place. */
let acting = false;

/** Does something and says how it went. */
async function act(doing) {
  if (acting) return;
  acting = true;
  const { signal } = abort;
  try {
    const done = await doing();
    if (!signal.aborted) say(done);
  } catch (failure) {
    if (!signal.aborted) say(failure.message, true);
  } finally {
    acting = false;
  }
  if (!signal.aborted) {
    looking = false;
    await look();
  }
}

function pause() {
  const path = url();
  const paused = !info?.paused;
  act(async () => {
    // A PUT says all there is: what others changed meanwhile shall stay.
    const config = await ask('GET', path);
    await ask('PUT', path, { body: { ...config, paused } });
    return paused ? 'Paused. What is on loan may still be acknowledged.' : 'Resumed.';
  });
}

/** What is shown may be old: the form begins with what is true now. */
async function change() {
  const { signal } = abort;
  try {
    const config = await ask('GET', url());
    if (!signal.aborted) plan.open(name, config, () => act(async () => 'Saved.'));
  } catch (failure) {
    if (!signal.aborted) say(failure.message, true);
  }
}

async function seek(to) {
  const path = url('/seek');
  const sentence = to === 'earliest'
    ? 'Every message that is still kept is handed out again, also those that were acknowledged. Leases are lost.'
    : `What waits${info ? ` (${some(info.lag, 'message')})` : ''} is passed over and not handed out any more. Leases are lost.`;
  if (await confirmed(`Move ${name} to the ${to} message?`, sentence, `Seek to ${to}`)) {
    await act(async () => {
      await ask('POST', path, { body: { to } });
      return `Moved to the ${to} message.`;
    });
  }
}

async function remove() {
  const of = name;
  const path = url();
  if (!await confirmed(`Delete the subscription ${name}?`, 'Where it stands and who holds what is forgotten. Messages, also its dead letters, stay in their topics.', 'Delete')) return;
  await act(async () => {
    await ask('DELETE', path);
    if (of === name) {
      // What is gone is not looked at once more.
      forget();
      app.go('subscriptions');
    }
    return '';
  });
}
