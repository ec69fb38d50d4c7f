// The keyboard: g and a letter goes to a page, / to the filter, ? shows the keys. They can be turned off (WCAG 2.1.4), and
// do nothing while somebody writes.
import { byId, el } from './dom.js';
import { link } from './route.js';
import { pages } from './shell.js';

const KEPT = 'skein.keys';
const SECOND_MS = 1500;

const dialog = byId('keys');
const wanted = byId('keys-on');
let first = -Infinity;

function areOn() {
  try {
    return localStorage.getItem(KEPT) !== 'off';
  } catch {
    return true;
  }
}

export function begin() {
  byId('keys-list').append(...pages().flatMap(({ key, title }) => [
    el('dt', {}, el('kbd', {}, 'g'), ' ', el('kbd', {}, key)), el('dd', {}, title)]),
  el('dt', {}, el('kbd', {}, '/')), el('dd', {}, 'To the filter of the page'),
  el('dt', {}, el('kbd', {}, 'p')), el('dd', {}, 'Pause or resume the live tail'),
  el('dt', {}, el('kbd', {}, 'Esc')), el('dd', {}, 'From one thing back to its list'),
  el('dt', {}, el('kbd', {}, '?')), el('dd', {}, 'This list'));
  wanted.checked = areOn();
  wanted.addEventListener('change', () => {
    try {
      localStorage.setItem(KEPT, wanted.checked ? 'on' : 'off');
    } catch {
      // Until the next reload, then.
    }
  });
  byId('keys-open').addEventListener('click', () => dialog.showModal());
  byId('keys-close').addEventListener('click', () => dialog.close());
  addEventListener('keydown', press);
}

const writes = (element) => element instanceof HTMLElement
  && (element.isContentEditable || element.matches('input:not([type=checkbox], [type=radio]), textarea, select'));

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !wanted.checked) return;
  if (writes(event.target) || document.querySelector('dialog[open]') || document.body.classList.contains('outside')) return;
  const { key } = event;
  if (performance.now() - first < SECOND_MS) {
    first = -Infinity;
    const page = pages().find((its) => its.key === key);
    if (page) {
      event.preventDefault();
      location.hash = link(page.page);
    }
  } else if (key === 'g') {
    first = performance.now();
  } else if (key === '/') {
    const field = [...document.querySelectorAll('#main [data-slash]')].find((its) => its.checkVisibility());
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  } else if (key === 'p') {
    const pause = byId('tail-pause');
    if (pause.checkVisibility()) pause.click();
  } else if (key === '?') {
    event.preventDefault();
    dialog.showModal();
  } else if (key === 'Escape') {
    const crumb = byId('page-crumb');
    if (!crumb.hidden) crumb.click();
  }
}
