// Where one writes. What is not sent yet stays with its conversation, also over a reload.
import { byId, text } from '../console/dom.js';
import { count } from '../console/format.js';
import { key, session } from './session.js';

const MAX_BYTES = 64 << 10;
const encoder = new TextEncoder();
/** On a telephone Enter is for a new line: there is no Shift to hold. */
const isTouch = matchMedia('(pointer: coarse)').matches;

const field = byId('compose-text');
const problem = byId('compose-problem');
const send = byId('compose-send');

let drafts = {};
let name = '';
let act;

const store = () => `skein.chat.drafts.${key(session.username)}`;

/** @param doing gets (name, content) */
export function begin(doing) {
  act = doing;
  try {
    drafts = JSON.parse(sessionStorage.getItem(store())) ?? {};
  } catch {
    drafts = {};
  }
  if (isTouch) field.setAttribute('enterkeyhint', 'enter');
  field.addEventListener('input', () => {
    remember();
    fit();
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing || event.shiftKey) return;
    if (isTouch && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    submit();
  });
  byId('compose').addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  // The keyboard of a telephone stays when its button is touched.
  send.addEventListener('pointerdown', (event) => event.preventDefault());
}

export function open(whom) {
  name = whom;
  field.value = drafts[key(name)] ?? '';
  field.placeholder = `Message to ${name}`;
  field.setAttribute('aria-label', `Message to ${name}`);
  fit();
}

export function forget() {
  sessionStorage.removeItem(store());
}

export function focus() {
  field.focus();
}

/** Also as a start for the rest of the page: a letter typed anywhere goes here. */
export const takesKeys = !isTouch;

function remember() {
  if (field.value) drafts[key(name)] = field.value;
  else delete drafts[key(name)];
  try {
    sessionStorage.setItem(store(), JSON.stringify(drafts));
  } catch {
    // Only this page knows it then.
  }
}

/** As high as its text, up to what the style sheet allows. */
function fit() {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + 2}px`;
  const over = field.value.length * 3 > MAX_BYTES ? encoder.encode(field.value).length - MAX_BYTES : 0;
  text(problem, over > 0 ? `A message has at most 64 KiB; this one is ${count(over)} bytes too long.` : '');
  problem.hidden = over <= 0;
  send.disabled = over > 0 || !field.value.trim();
}

function submit() {
  if (send.disabled) return;
  // A half of a pair, left by cutting a text somewhere, is no character; U+0000 nobody sees.
  const content = (field.value.toWellFormed?.() ?? field.value).replaceAll('\0', '').replace(/\s+$/, '');
  field.value = '';
  remember();
  fit();
  field.focus();
  act(name, content);
}
