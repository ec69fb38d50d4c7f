// The dead letters of the subscription that is open: looked at in their topic, handed out again, forgotten.
import { ask } from './ask.js';
import { confirmed } from './confirm.js';
import { byId, el, text } from './dom.js';
import { covers } from './filter.js';
import { clock, count, path, some } from './format.js';
import { details } from './message.js';

const PAGE = 20;
/** With more than so many on the page a look begins again with the newest. */
const SHOWN = 100;
const AGAIN_MS = 4000;

const place = byId('letters-body');
const filter = byId('letters-filter');
const older = byId('letters-older');

let act = () => {};
let name = '';
let topic = '';
let dead = null;
/** Where the page of letters that is shown begins; what is below is older. */
let from = 0;
let low = 0;
let loadedAt = 0;
let loaded = null;
let abort = new AbortController();
/** By offset in their topic. */
const entries = new Map();

export function begin(doing) {
  act = doing;
  byId('letters-form').addEventListener('submit', (event) => {
    event.preventDefault();
    redrive(chosen());
  });
  byId('letters-discard').addEventListener('click', () => discard(chosen()));
  filter.addEventListener('input', tell);
  older.addEventListener('click', () => load(true));
}

export function open(subscription) {
  name = subscription;
}

export function close() {
  abort.abort();
  abort = new AbortController();
  name = topic = '';
  dead = loaded = null;
  filter.value = '';
  entries.clear();
  place.replaceChildren();
  problem('');
  tell();
}

/** What a look at the subscription says of them; they are looked at again when there are more or fewer. */
export function know(info) {
  topic = info.deadLetter ?? `$dead/${name}`;
  dead = info.dead;
  tell();
  // Without any there may be no topic for them yet.
  if (!dead && !entries.size) return;
  if (loaded !== dead && performance.now() - loadedAt > (loaded === null ? 0 : AGAIN_MS)) load(false);
}

function tell() {
  byId('letters').hidden = dead === null;
  byId('letters-form').hidden = !dead;
  text(byId('letters-count'), dead ? count(dead) : '');
  const all = filter.value.trim() ? 'these' : 'all';
  text(byId('letters-redrive'), `Redrive ${all}`);
  text(byId('letters-discard'), `Discard ${all}`);
  older.hidden = !entries.size || from <= low;
  const wanted = filter.value.trim();
  for (const { root, origin } of entries.values()) root.hidden = Boolean(wanted) && !covers(origin, wanted);
  const note = byId('letters-none');
  note.hidden = Boolean(dead) || entries.size > 0;
}

function problem(words) {
  text(byId('letters-problem'), words);
  byId('letters-problem').hidden = !words;
}

/** The newest letters, or some more below those that are shown. */
async function load(more) {
  loadedAt = performance.now();
  const { signal } = abort;
  const counted = dead;
  try {
    const known = await ask('GET', `v1/topics/${path(topic)}?level=none`, { signal });
    low = known.firstOffset;
    const end = more ? from : known.nextOffset;
    const asMany = !more && entries.size && end - from <= SHOWN ? end - from : PAGE;
    const begin = Math.max(low, end - Math.max(PAGE, asMany));
    const messages = await read(begin, end, signal);
    const stands = await Promise.all(messages.map((letter) => standing(letter, signal)));
    if (signal.aborted) return;
    from = begin;
    for (const [offset, entry] of entries) if (offset < from) drop(offset, entry);
    messages.forEach((letter, i) => put(letter, stands[i]));
    loaded = counted;
    problem('');
  } catch (failure) {
    if (signal.aborted) return;
    loaded = counted;
    if (failure.status === 404) entries.forEach((entry, offset) => drop(offset, entry));
    else problem(failure.message);
  }
  tell();
}

/** The answer may be shorter than what was asked for: it has a limit in bytes too. */
async function read(begin, end, signal) {
  const found = [];
  let at = begin;
  while (at < end) {
    const page = await ask('GET', `t/${path(topic)}?level=none&from=${at}&limit=${end - at}`, { signal });
    if (!page.messages.length) break;
    found.push(...page.messages);
    at = page.messages.at(-1).offset + 1;
  }
  // A topic of dead letters may be that of several subscriptions.
  return found.filter((letter) => letter.offset < end && letter.headers?.['skein-dead-subscription'] === name);
}

/** dead, redriven, or settled: the topic keeps also those that were redriven or forgotten. */
async function standing(letter, signal) {
  if (entries.get(letter.offset)?.stands === 'settled') return 'settled';
  try {
    const trace = await ask('GET', `v1/messages/${encodeURIComponent(letter.cursor)}/trace?level=none&history=false`, { signal });
    const status = trace.subscriptions.find((s) => s.subscription === name)?.status;
    return status === 'dead' ? 'dead' : status && status !== 'settled' ? 'redriven' : 'settled';
  } catch (failure) {
    if (signal.aborted) throw failure;
    return 'settled';
  }
}

const STANDS = { dead: ['dead', 'bad'], redriven: ['redriven', 'warn'], settled: ['done with', ''] };

function put(letter, stands) {
  if (!entries.has(letter.offset)) {
    const entry = make(letter);
    const above = [...entries.keys()].filter((offset) => offset < letter.offset);
    const before = above.length ? entries.get(Math.max(...above)).root : null;
    place.insertBefore(entry.root, before);
    entries.set(letter.offset, entry);
  }
  const entry = entries.get(letter.offset);
  const { badge, root, actions } = entry;
  entry.stands = stands;
  const [word, kind] = STANDS[stands];
  text(badge, word);
  badge.className = `badge ${kind}`;
  root.classList.toggle('past', stands !== 'dead');
  actions.hidden = stands !== 'dead';
}

function drop(offset, entry) {
  entry.root.remove();
  entries.delete(offset);
}

function make(letter) {
  const { headers } = letter;
  const origin = headers['skein-dead-topic'] ?? '';
  const offset = headers['skein-dead-offset'] ?? '';
  const tries = Number(headers['skein-dead-deliveries'] ?? 0);
  const badge = el('span.badge');
  const reason = headers['skein-dead-reason'] || 'no reason given';
  const button = el('button.line', { type: 'button', 'aria-expanded': 'false' },
    el('time.when', { datetime: new Date(letter.time).toISOString() }, clock(letter.time)),
    el('span.where', { title: origin }, origin),
    el('span.offset', { title: 'offset there' }, offset),
    el('span.what', { title: reason }, reason),
    el('span.tries', {}, some(tries, 'delivery', 'deliveries')),
    badge);
  const root = el('article.message.letter', {}, button);
  const one = { filter: { topic: origin, headers: { 'skein-dead-offset': offset } }, words: `the dead letter ${origin} ${offset}`, count: 1 };
  const actions = el('div.actions', {},
    el('button.act', { type: 'button', onclick: () => redrive(one) }, 'Redrive this one'),
    el('button.act', { type: 'button', onclick: () => discard(one) }, 'Discard this one'));
  let detail = null;
  button.addEventListener('click', () => {
    if (!detail) {
      detail = details(letter);
      detail.append(actions);
    }
    const closed = detail.parentNode === null;
    button.setAttribute('aria-expanded', String(closed));
    if (closed) root.append(detail);
    else detail.remove();
  });
  return { root, badge, actions, origin };
}

/** Those that the form means. */
function chosen() {
  const wanted = filter.value.trim();
  return wanted
    ? { filter: wanted, words: `the dead letters that came from ${wanted}` }
    : { words: `all ${some(dead, 'dead letter')}` };
}

const body = ({ filter: of }) => (of ? { filter: of } : {});

/** verb: redrive or discard, of the subscription that is open as it is asked. */
async function settle(verb, which, { asks, does, done: ending }) {
  const of = name;
  const path = `v1/subscriptions/${encodeURIComponent(of)}/${verb}`;
  const label = verb.charAt(0).toUpperCase() + verb.slice(1);
  if (!await confirmed(`${label} ${asks}?`, does, label)) return;
  await act(async () => {
    const { done } = await ask('POST', path, { body: body(which) });
    return `${some(done, 'dead letter')} ${ending}.`;
  });
  if (of === name) load(false);
}

const redrive = (which) => settle('redrive', which, {
  asks: which.words, does: `${name} hands them out again, as if for the first time.`, done: 'handed out again',
});

const discard = (which) => settle('discard', which, {
  asks: which.words, done: 'forgotten',
  does: `${name} forgets them: they cannot be redriven any more. They stay in the topic ${topic} for as long as it keeps them.`,
});
