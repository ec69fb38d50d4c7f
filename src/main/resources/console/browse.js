// The messages of one topic, a page at a time, by offset: they are dense, so that a page of any place costs the same. A
// search goes backwards through them and says how far it came.
import { address } from './ask.js';
import { byId, lesson, text } from './dom.js';
import { count, path, quoted } from './format.js';
import { Line } from './message.js';

const PAGE = 50;
/** Read at once while searching, and looked through before a person is asked whether to go on. */
const STEP = 500;
const BUDGET = 20_000;

const place = byId('browse-body');
const note = byId('browse-note');
const go = byId('browse-from');
const find = byId('browse-find');
const older = byId('browse-older');
const newer = byId('browse-newer');
const newest = byId('browse-newest');
const more = byId('browse-more');

let app = null;
let topic = '';
let abort = new AbortController();
/** What is shown begins at low and ends before high; null: the newest. */
let low = 0;
let high = null;
const NOTHING = { firstOffset: 0, nextOffset: 0 };
let known = NOTHING;
const lines = [];

byId('browse-form').addEventListener('submit', (event) => {
  event.preventDefault();
  remember(go.value.trim(), find.value.trim());
  look();
});
newest.addEventListener('click', () => move(''));
older.addEventListener('click', () => (find.value.trim() ? search(low) : move(Math.max(known.firstOffset, low - PAGE))));
newer.addEventListener('click', () => move(high + PAGE >= known.nextOffset ? '' : high));

const remember = (from, words) => app.remember({ query: { from, find: words } });

export function show(name, query, given) {
  app = given;
  topic = name;
  known = NOTHING;
  more.hidden = true;
  go.value = query.get('from') ?? '';
  find.value = query.get('find') ?? '';
  look();
  return () => {
    abort.abort();
    place.replaceChildren();
    lines.length = 0;
  };
}

function move(from) {
  find.value = '';
  go.value = String(from);
  remember(go.value, '');
  look();
}

/** What the form says: nothing is the newest page, a number an offset, else a time or how long ago. */
async function look() {
  abort.abort();
  abort = new AbortController();
  const { signal } = abort;
  say('');
  try {
    const found = await app.request('GET', `v1/topics/${path(topic)}?level=none`, { signal });
    if (signal.aborted) return;
    known = found;
    const from = go.value.trim();
    if (find.value.trim()) {
      low = known.nextOffset;
      empty();
      await search(from ? (await placeOf(from, signal)) + 1 : known.nextOffset);
      return;
    }
    low = from ? await placeOf(from, signal) : Math.max(known.firstOffset, known.nextOffset - PAGE);
    high = Math.min(known.nextOffset, low + PAGE);
    const messages = await read(low, high, signal);
    if (signal.aborted) return;
    draw(messages.reverse());
    tell();
  } catch (failure) {
    if (signal.aborted) return;
    empty();
    older.hidden = newer.hidden = newest.hidden = true;
    if (failure.status === 404) {
      place.replaceChildren(lesson('There is no such topic yet. The first message makes it:', `curl -d 'hello' ${quoted(address(`t/${path(topic)}`))}`));
    } else {
      say(failure.message, true);
    }
  }
}

async function placeOf(from, signal) {
  if (/^\d+$/.test(from)) return Math.min(Math.max(Number(from), known.firstOffset), known.nextOffset);
  const page = await app.request('GET', `t/${path(topic)}?level=none&limit=1&from=${encodeURIComponent(from)}`, { signal });
  return page.messages[0]?.offset ?? known.nextOffset;
}

/** The answer may be shorter than what was asked for: it has a limit in bytes too. */
async function read(begin, end, signal) {
  const found = [];
  let at = begin;
  while (at < end) {
    const page = await app.request('GET', `t/${path(topic)}?level=none&from=${at}&limit=${Math.min(1000, end - at)}`, { signal });
    if (!page.messages.length) break;
    found.push(...page.messages.filter((message) => message.offset < end));
    at = page.messages.at(-1).offset + 1;
  }
  return found;
}

/** 'words' anywhere in body, key or headers; 'key:words' in the key; 'name:words' in the header of that name, where there is one. */
function matcher(words) {
  const plain = words.toLowerCase();
  const [, name, rest] = /^([\w-]+):(.*)$/s.exec(plain) ?? [];
  return ({ body = '', key = '', headers = {} }) => {
    const its = Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value.toLowerCase()]);
    if (name === 'key') return key.toLowerCase().includes(rest);
    if (name && its.some(([header, value]) => header === name && value.includes(rest))) return true;
    return body.toLowerCase().includes(plain) || key.toLowerCase().includes(plain) || its.some(([header, value]) => `${header}: ${value}`.includes(plain));
  };
}

async function search(before) {
  abort.abort();
  abort = new AbortController();
  const { signal } = abort;
  const matches = matcher(find.value.trim());
  const end = Math.min(before, known.nextOffset);
  let at = end;
  let found = 0;
  newer.hidden = older.hidden = true;
  newest.hidden = false;
  try {
    while (at > known.firstOffset && found < PAGE && end - at < BUDGET) {
      const begin = Math.max(known.firstOffset, at - STEP);
      const messages = (await read(begin, at, signal)).filter(matches).reverse();
      if (signal.aborted) return;
      at = begin;
      found += messages.length;
      append(messages);
      say(`Looked through offsets ${count(at)} to ${count(known.nextOffset - 1)}: ${count(lines.length)} found.`);
    }
    low = at;
    older.hidden = at <= known.firstOffset;
    text(older, 'Search on');
    if (!lines.length && older.hidden) say(`No message has “${find.value.trim()}” in its body, key or headers.`);
  } catch (failure) {
    if (!signal.aborted) say(failure.message, true);
  }
}

function tell() {
  text(older, 'Older');
  older.hidden = low <= known.firstOffset;
  newer.hidden = high >= known.nextOffset;
  newest.hidden = newer.hidden;
  if (known.nextOffset === known.firstOffset) say('No message is kept now.');
  else say(`Offsets ${count(low)} to ${count(high - 1)} of ${count(known.firstOffset)} to ${count(known.nextOffset - 1)}.`);
}

function say(words, failed = false) {
  text(note, words);
  note.hidden = !words;
  note.classList.toggle('problem', failed);
}

function empty() {
  lines.length = 0;
  place.replaceChildren();
}

function draw(messages) {
  empty();
  append(messages);
}

function append(messages) {
  const fragment = document.createDocumentFragment();
  for (const message of messages) {
    const line = new Line({ date: true, key: true }).show(message);
    lines.push(line);
    fragment.append(line.root);
  }
  place.append(fragment);
}

/** More came than what is shown: of the newest page this is said, not done. */
export function know(row) {
  if (!row || !known.nextOffset || find.value.trim()) return;
  const came = row.next - known.nextOffset;
  more.hidden = came <= 0;
  text(more, `${count(came)} more came: show them`);
}

more.addEventListener('click', () => {
  more.hidden = true;
  move('');
});
