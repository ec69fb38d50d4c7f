// The way in: logging in, and making an account where everybody may.
import { byId, text } from '../console/dom.js';
import { ask, newKey } from './nodes.js';
import { begin as keep } from './session.js';

const name = byId('entry-name');
const password = byId('entry-password');
const problem = byId('entry-problem');
const go = byId('entry-go');
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

let isNew = false;
let isBusy = false;

/** @param done is called when somebody is in; words are said first, if any */
export function show(words, done) {
  byId('entry').hidden = false;
  mode(false);
  say(words, true);
  byId('entry-switch').addEventListener('click', () => {
    mode(!isNew);
    say('');
    name.focus();
  });
  byId('entry-show').addEventListener('click', (event) => {
    const isShown = password.type === 'password';
    password.type = isShown ? 'text' : 'password';
    event.target.setAttribute('aria-pressed', String(isShown));
    password.focus();
  });
  byId('entry-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isBusy || !isComplete()) return;
    isBusy = true;
    go.disabled = true;
    say('');
    try {
      await enter();
      byId('entry').hidden = true;
      done();
    } catch (failure) {
      wrong(failure);
    } finally {
      isBusy = false;
      go.disabled = false;
    }
  });
  name.focus();
}

function mode(toNew) {
  isNew = toNew;
  text(byId('entry-title'), isNew ? 'Create an account' : 'Log in');
  text(go, isNew ? 'Create account' : 'Log in');
  text(byId('entry-ask'), isNew ? 'Here already?' : 'Not here yet?');
  text(byId('entry-switch'), isNew ? 'Log in' : 'Create an account');
  byId('entry-hint').hidden = !isNew;
  password.autocomplete = isNew ? 'new-password' : 'current-password';
}

function say(words, isNews = false) {
  text(problem, words);
  problem.hidden = !words;
  problem.classList.toggle('news', isNews);
  if (!words) for (const field of [name, password]) field.removeAttribute('aria-invalid');
}

function invalid(field, words) {
  say(words);
  field.setAttribute('aria-invalid', 'true');
  field.focus();
}

function isComplete() {
  say('');
  name.value = name.value.trim();
  if (!name.value) invalid(name, 'A name is needed.');
  else if (isNew && !NAME.test(name.value)) invalid(name, 'A name is made of letters A-Z, digits and . _ - @, and begins with a letter or a digit.');
  else if (!password.value) invalid(password, 'A password is needed.');
  else return true;
  return false;
}

async function enter() {
  const account = { username: name.value, password: password.value };
  if (isNew) await ask('POST', '/v1/accounts', { body: account, key: newKey() });
  const { token, expires, username } = await ask('POST', '/v1/sessions', { body: account });
  password.value = '';
  keep({ username, token, expires, stays: byId('entry-stay').checked });
}

function wrong(failure) {
  if (isNew && (failure.status === 401 || failure.status === 403)) {
    mode(false);
    say('Here only an administrator makes accounts. Ask for one, then log in.');
    name.focus();
  } else if (failure.code === 'wrong-password') {
    invalid(password, 'There is no such account, or the password is wrong.');
    password.select();
  } else if (isNew && failure.status === 409) {
    invalid(name, `There is an account ${name.value} already. Log in, or choose another name.`);
  } else {
    say(failure.message);
  }
}
