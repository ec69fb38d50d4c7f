// One message on the page, as an element that changes with it.
import { copy, el, svg, text } from '../console/dom.js';
import { isMe } from './session.js';
import { clock, isOnlyPictures, parts, whole } from './words.js';

const LONG_TEXT = 1500;
const LONG_LINES = 24;

const STATES = {
  sending: ['Sending', 'M8 4.2v4l2.4 1.6M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8z'],
  sent: ['Sent', 'M3 8.6 6.4 12 13 4.4'],
  read: ['Read', 'M1 8.6 4.4 12 11 4.4M7.6 11.6l.4.4 7-7.6'],
};

/** doing: {remove(id), retry(entry), discard(entry)} */
export function make(mail, doing) {
  const words = el('span.words');
  for (const part of parts(mail.content)) {
    words.append(part.href ? el('a', { href: part.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, part.text) : part.text);
  }
  const bubble = el('div.bubble', { dir: 'auto' }, words);
  if (mail.content.length > LONG_TEXT || mail.content.split('\n', LONG_LINES + 1).length > LONG_LINES) bubble.append(fold(words));
  if (isOnlyPictures(mail.content)) words.classList.add('large');
  const icon = svg('path', {});
  const sign = svg('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' });
  sign.append(icon);
  const state = el('span.unseen');
  const at = el('time', { datetime: new Date(mail.time).toISOString(), title: whole(mail.time) }, clock(mail.time));
  const under = el('span.under', {}, at);
  if (isMe(mail.from)) under.append(sign, state);
  bubble.append(under);
  const item = el('li.mail', { tabindex: '-1' },
    el('span.unseen', {}, isMe(mail.from) ? 'You: ' : `${mail.from}: `), bubble);
  item.classList.add(isMe(mail.from) ? 'mine' : 'theirs');
  const made = { item, bubble, icon, state, at, acts: null, note: null };
  acts(made, mail, doing);
  return made;
}

function fold(words) {
  words.classList.add('folded');
  const button = el('button.inline.unfold', { type: 'button', 'aria-expanded': 'false', tabindex: '-1' }, 'Show all');
  button.addEventListener('click', () => {
    const isFolded = words.classList.toggle('folded');
    button.setAttribute('aria-expanded', String(!isFolded));
    text(button, isFolded ? 'Show all' : 'Show less');
  });
  return button;
}

function acts(made, mail, doing) {
  const copying = el('button.quiet', { type: 'button', tabindex: '-1' }, 'Copy');
  copying.addEventListener('click', () => copy(mail.content, copying));
  made.acts = el('div.acts', {}, copying);
  if (mail.id) {
    made.acts.append(el('button.quiet.delete', { type: 'button', tabindex: '-1', onclick: () => doing.remove(mail.id) }, 'Delete'));
  }
  made.item.append(made.acts);
}

/** @param look {state, reason, entry, isFirst, isLast}: where it stands within a run of one sender, what became of it */
export function update(made, look, doing) {
  const { item, icon, state } = made;
  item.classList.toggle('first', look.isFirst);
  item.classList.toggle('last', look.isLast);
  if (made.shown === `${look.state} ${look.reason}`) return;
  made.shown = `${look.state} ${look.reason}`;
  item.classList.toggle('pending', look.state === 'sending');
  item.classList.toggle('failed', look.state === 'failed');
  item.dataset.state = look.state;
  const [name, path] = STATES[look.state] ?? ['', ''];
  text(state, name);
  icon.setAttribute('d', path);
  made.note?.remove();
  made.note = null;
  if (look.state === 'failed') {
    made.note = el('div.not-sent', {},
      el('span', {}, look.reason),
      el('button', { type: 'button', onclick: () => doing.retry(look.entry) }, 'Try again'),
      el('button.quiet', { type: 'button', onclick: () => doing.discard(look.entry) }, 'Discard'));
    item.append(made.note);
  }
}
