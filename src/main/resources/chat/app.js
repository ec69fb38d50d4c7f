// Puts the page together: who is here, which conversation is open, what happens.
import { byId, text } from '../console/dom.js';
import * as account from './account.js';
import * as book from './book.js';
import * as composer from './composer.js';
import * as contacts from './contacts.js';
import * as conversation from './conversation.js';
import * as entry from './entry.js';
import * as live from './live.js';
import { ask, door, learn, whenStale } from './nodes.js';
import * as outbox from './outbox.js';
import * as presence from './presence.js';
import * as route from './route.js';
import { forget, isMe, key, session, whenEndedElsewhere } from './session.js';
import { day, preview } from './words.js';

const LEFT = 'skein.chat.left';
const NEWS_MS = 6000;
/** A node that dies is left in less time than that mostly; nobody needs to read of it twice. */
const LOST_MS = 700;
const AGAIN_MS = 4000;

const strip = byId('strip');
const pulse = byId('pulse');

let isFirst = true;
let node = '';
let stripTimer = 0;
let lostTimer = 0;
let catchUpTimer = 0;
let isStale = false;

if (session) enter();
else entry.show(farewell(), enter);

/** What the last visit ended with. */
function farewell() {
  const words = sessionStorage.getItem(LEFT) ?? '';
  sessionStorage.removeItem(LEFT);
  return words;
}

/** Whoever goes leaves nothing behind for the next one at this screen. */
function goAway(words) {
  composer.forget();
  outbox.forget();
  leave(words);
}

function leave(words) {
  forget();
  if (words) sessionStorage.setItem(LEFT, words);
  location.replace(location.pathname + location.search);
}

/** The session is over; whoever ends the account here hears that first, whatever comes first by the wire. */
function ended(words) {
  if (!account.isEnding()) leave(words);
}

function enter() {
  byId('chat').hidden = false;
  byId('skip').hidden = false;
  pulse.hidden = false;
  account.begin(goAway);
  book.begin(peopleChanged);
  contacts.begin();
  composer.begin(outbox.write);
  conversation.begin((words) => tell(words, 'bad', NEWS_MS));
  outbox.begin({ changed: outboxChanged, sent });
  presence.begin(() => [conversation.openWith(), ...contacts.names()].filter(Boolean), () => {
    contacts.draw();
    conversation.tellPresence();
  });
  live.begin({ event: happened, opened, lost, ended });
  whenStale(() => {
    isStale = true;
    tell('The cluster has no leader now. You see what one node knows; what you write is kept and sent later.', 'bad', 0);
    catchUpSoon();
  });
  route.whenChanged(follow);
  follow();
  keys();
  whenEndedElsewhere(() => leave('You logged out in another tab.'));
  let today = day(Date.now());
  setInterval(() => {
    if (day(Date.now()) === today) return;
    today = day(Date.now());
    contacts.draw();
    conversation.newDay();
  }, 30000);
}

// Conversations

function follow() {
  const name = route.open();
  const before = conversation.openWith();
  if (key(name) === key(before)) return;
  if (name) {
    document.body.dataset.open = 'true';
    conversation.open(name);
    if (composer.takesKeys) composer.focus();
    else byId('talk-name').focus();
    presence.look();
  } else {
    delete document.body.dataset.open;
    conversation.close();
    contacts.focusOpen(before);
  }
  contacts.opened(name);
}

function keys() {
  byId('back').addEventListener('click', route.back);
  byId('home').addEventListener('click', (event) => {
    event.preventDefault();
    if (route.open()) route.back();
  });
  byId('skip').addEventListener('click', (event) => {
    event.preventDefault();
    if (route.open()) composer.focus();
    else byId('find').focus();
  });
  addEventListener('keydown', (event) => {
    if (document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape' && route.open() && !event.isComposing) {
      route.back();
    } else if (event.key === '/' && !event.target.closest('input, textarea')) {
      event.preventDefault();
      byId('find').focus();
    }
  });
}

function peopleChanged() {
  contacts.draw();
  const unread = book.unread();
  document.title = unread ? `(${unread > 999 ? '999+' : unread}) Skein chat` : 'Skein chat';
}

// What is written here

function outboxChanged(whom) {
  const waiting = outbox.to(whom).at(-1);
  if (waiting) book.person(whom).at = Math.max(book.person(whom).at, waiting.time);
  if (waiting && !waiting.wasTried) conversation.wrote(whom);
  else conversation.changed(whom);
  peopleChanged();
}

function sent({ to, content }, { id, time }) {
  arrive({ id, from: session.username, to, content, time, read: false });
}

// What happens

function arrive(mail) {
  if (outbox.holds(mail)) return;
  book.arrived(mail);
  const isOpen = conversation.arrived(mail);
  if (!isMe(mail.from)) text(byId('talk-said'), isOpen ? `${mail.from}: ${preview(mail.content)}` : `New message from ${mail.from}`);
}

function happened(name, data) {
  if (name === 'message') {
    arrive(data);
  } else if (name === 'read') {
    book.wereRead(data.ids);
    conversation.wereRead(data.ids);
  } else if (name === 'deleted') {
    book.wereDeleted(data.ids);
    conversation.wereDeleted(data.ids);
  } else if (name === 'account-gone') {
    book.accountGone(data.username);
    outbox.forgetTo(data.username);
    conversation.accountGone(data.username);
  } else if (name === 'gap') {
    catchUp();
  }
}

// The node

function opened(id) {
  clearTimeout(lostTimer);
  document.body.dataset.connection = 'live';
  pulse.title = 'Connected';
  text(byId('node'), id);
  if (node && node !== id) tell(`${node} does not answer. Going on with ${id}.`, 'good', NEWS_MS);
  else tell('', '', 0);
  node = id;
  catchUp();
  outbox.retryLate();
  ask('GET', '/v1/cluster').then(({ members }) => learn(members)).catch(() => {});
  presence.look();
}

async function catchUp() {
  const wasStale = isStale;
  isStale = false;
  try {
    if (!isFirst) conversation.refresh();
    await book.relist();
    if (isFirst) {
      isFirst = false;
      contacts.listed();
      // What came while the list was made is in it; the conversation may have been asked for before.
      conversation.refresh();
    }
    if (wasStale && !isStale) tell('', '', 0);
  } catch (failure) {
    if (failure.status === 401) return;
    isStale ||= wasStale;
    tell(failure.message, 'bad', NEWS_MS);
    if (failure.retryable) catchUpSoon();
  }
}

function catchUpSoon() {
  clearTimeout(catchUpTimer);
  catchUpTimer = setTimeout(catchUp, AGAIN_MS);
}

/** @param isLong every node was tried */
function lost(sentence, isLong) {
  document.body.dataset.connection = 'lost';
  pulse.title = 'Connection lost';
  const words = () => tell(isLong
    ? `${sentence || 'No node can be reached.'} Trying again. What you write is kept and sent then.`
    : `${node || new URL(door()).host} does not answer. Trying another node.`, 'bad', 0);
  clearTimeout(lostTimer);
  if (isLong || !strip.hidden) words();
  else lostTimer = setTimeout(words, LOST_MS);
}

/** @param ms until it goes; 0: until something else is told */
function tell(words, kind, ms) {
  clearTimeout(stripTimer);
  text(strip, words);
  strip.className = `strip ${kind}`;
  strip.hidden = !words;
  if (ms) stripTimer = setTimeout(() => { strip.hidden = true; }, ms);
}
