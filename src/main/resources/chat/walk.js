// Messages by keyboard: the list is one stop of Tab, arrows go from one message to the next.

let list;
let remove;
let leave;

/** @param removing gets the id of the message that is to go; leaving is called below the newest */
export function begin(of, removing, leaving) {
  list = of;
  remove = removing;
  leave = leaving;
  list.addEventListener('keydown', step);
  list.addEventListener('focusin', (event) => reach(event.target.closest('li.mail')));
  // From outside Tab comes to a message, not to one of its buttons.
  list.addEventListener('focusout', (event) => {
    if (!list.contains(event.relatedTarget)) for (const button of list.querySelectorAll('button[tabindex="0"]')) button.tabIndex = -1;
  });
}

const letters = () => [...list.querySelectorAll('li.mail')];

/** -1: none */
export const focused = () => letters().indexOf(document.activeElement?.closest('li.mail'));

export const placeOf = (id) => letters().findIndex((item) => Number(item.dataset.id) === id);

/** There is a message that Tab comes to. */
export function stop() {
  if (!list.querySelector('li.mail[tabindex="0"]')) list.querySelector('li.mail:last-child')?.setAttribute('tabindex', '0');
}

function reach(item) {
  if (!item) return;
  for (const other of list.querySelectorAll('[tabindex="0"]')) if (!item.contains(other)) other.tabIndex = -1;
  item.tabIndex = 0;
  for (const button of item.querySelectorAll('.acts button, .unfold')) button.tabIndex = 0;
}

/** The message at that place, or the nearest one. */
export function focus(place) {
  const all = letters();
  const item = all[Math.max(0, Math.min(place, all.length - 1))];
  if (!item) {
    leave();
    return;
  }
  reach(item);
  item.focus();
  item.scrollIntoView({ block: 'nearest' });
}

function step(event) {
  const all = letters();
  const at = focused();
  if (at < 0) return;
  if (event.key === 'Delete' && all[at] === document.activeElement && all[at].dataset.id) {
    event.preventDefault();
    remove(Number(all[at].dataset.id));
    return;
  }
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  if (to >= all.length) leave();
  else focus(to);
}
