// One's own account: logging out, and deleting it.
import { byId, text } from '../console/dom.js';
import { ask, newKey } from './nodes.js';
import { session } from './session.js';
import { dateOf, initials, tint } from './words.js';

const dialog = byId('account');
const problem = byId('account-problem');
const password = byId('account-password');

/** Somebody is deleting the account on this page: its session ends with it, which is no news. */
let ending = false;
export const isEnding = () => ending;

/** @param left what to do when this is nobody's page any more; gets a sentence */
export function begin(left) {
  const name = session.username;
  for (const face of [byId('account-face'), byId('me-face')]) {
    text(face, initials(name));
    face.classList.add(tint(name));
  }
  text(byId('me-name'), name);
  byId('me').setAttribute('aria-label', `Your account: ${name}`);
  text(byId('account-name'), name);
  text(byId('account-until'), `Logged in ${session.stays ? 'on this device' : 'in this tab'} until ${dateOf(session.expires)}.`);
  byId('account-user').value = name;
  byId('me').addEventListener('click', () => {
    byId('account-end').open = false;
    password.value = '';
    say('');
    dialog.showModal();
    byId('account-close').focus();
  });
  byId('account-close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  byId('account-out').addEventListener('click', () => logOut(left));
  byId('account-form').addEventListener('submit', (event) => {
    event.preventDefault();
    remove(left);
  });
}

function say(words) {
  text(problem, words);
  problem.hidden = !words;
}

async function logOut(left) {
  byId('account-out').disabled = true;
  let words = '';
  try {
    await ask('DELETE', '/v1/sessions/current', { patienceMs: 3000 });
  } catch (failure) {
    if (failure.status !== 401) words = 'No node could be told; elsewhere the session goes on until it expires.';
  }
  left(words);
}

async function remove(left) {
  if (!password.value) {
    say('Your password is needed for this.');
    password.focus();
    return;
  }
  const button = byId('account-delete');
  button.disabled = true;
  ending = true;
  say('');
  try {
    await ask('DELETE', `/v1/accounts/${encodeURIComponent(session.username)}`, { body: { password: password.value }, key: newKey() });
    left('Your account and all its mail are deleted.');
  } catch (failure) {
    // Asked again after an answer that got lost.
    if (failure.status === 404) left('Your account and all its mail are deleted.');
    else say(failure.code === 'wrong-password' ? 'That is not your password.' : failure.message);
    ending = false;
    button.disabled = false;
    password.select();
  }
}
