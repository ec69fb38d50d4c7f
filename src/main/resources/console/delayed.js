// Messages that wait for their time.
import { byId, el, text } from './dom.js';
import { count, duration } from './format.js';
import { preview } from './message.js';
import { link } from './route.js';

const LIMIT = 1000;
const SHOWN = 100;
const AGAIN_MS = 5000;

const panel = byId('delayed');
const place = byId('delayed-body');
const note = byId('delayed-note');
const rows = new Map();

let app = null;
let topic = '';
let abort = new AbortController();
let lookedAt = 0;
let scheduled = 0;

/** name: of the topic whose page this is, '' for all */
export function show(name, given) {
  app = given;
  topic = name;
  abort = new AbortController();
  lookedAt = 0;
  panel.hidden = true;
  const stop = app.whenState((state) => {
    scheduled = state.figures.scheduled;
    for (const row of rows.values()) text(row.due, dueIn(row.at, state.at));
    if (!scheduled) draw([], false);
    else if (performance.now() - lookedAt > AGAIN_MS || !lookedAt) look();
  });
  return () => {
    stop();
    abort.abort();
    rows.clear();
    place.replaceChildren();
  };
}

const dueIn = (at, now) => (at > now ? `in ${duration(at - now)}` : 'now');

async function look() {
  lookedAt = performance.now();
  const { signal } = abort;
  try {
    const page = await app.request('GET', `v1/scheduled?level=none&limit=${LIMIT}`, { signal });
    draw(page.messages.filter((message) => !topic || message.topic === topic).slice(0, SHOWN), page.messages.length === LIMIT);
  } catch {
    // Asked again a little later.
  }
}

function draw(messages, cut) {
  panel.hidden = !messages.length && !rows.size;
  text(byId('delayed-count'), messages.length ? count(topic ? messages.length : scheduled) : '');
  note.hidden = !cut && messages.length < SHOWN;
  text(note, cut ? `Looked at the first ${count(LIMIT)} of ${count(scheduled)} that wait.` : `The first ${count(SHOWN)}.`);
  const wanted = new Set(messages.map((message) => message.cursor));
  for (const [cursor, row] of rows) {
    if (!wanted.has(cursor)) {
      row.root.remove();
      rows.delete(cursor);
    }
  }
  messages.forEach((message, i) => {
    if (!rows.has(message.cursor)) rows.set(message.cursor, make(message));
    const { root } = rows.get(message.cursor);
    if (place.children[i] !== root) place.insertBefore(root, place.children[i] ?? null);
  });
  if (!messages.length) panel.hidden = true;
}

function make(message) {
  const [line] = preview(message);
  const due = el('span.when', { title: new Date(message.due).toISOString() }, dueIn(message.due, app.state?.at ?? Date.now()));
  const cancel = el('button.act', { type: 'button', 'aria-label': `Cancel the message for ${message.topic} due ${new Date(message.due).toISOString()}` }, 'Cancel');
  cancel.addEventListener('click', () => ask(message));
  return {
    at: message.due,
    due,
    root: el('li', {}, due, el('a.where', { href: link('topics', message.topic) }, message.topic), el('span.what', {}, line), cancel),
  };
}

async function ask(message) {
  const sure = await app.confirm({
    title: 'Cancel this message?',
    text: `It is for ${message.topic}, due ${new Date(message.due).toISOString()}, and will never be delivered.`,
    yes: 'Cancel the message',
  });
  if (!sure) return;
  try {
    await app.request('DELETE', `v1/scheduled/${encodeURIComponent(message.cursor)}`);
    app.say('Cancelled.');
  } catch (failure) {
    app.say(failure.message, true);
  }
  look();
}
