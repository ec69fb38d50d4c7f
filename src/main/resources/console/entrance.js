// Who looks at the page: the log in form, and who is logged in. A session is a cookie that no script sees; a token that
// somebody gave instead is kept for this tab alone.
import { byId, text } from './dom.js';
import * as doors from './doors.js';

const TOKEN = 'skein.token';

const said = byId('entrance-said');
const logIn = byId('login');
const username = byId('login-username');
const password = byId('login-password');

let user = null;
let again = 0;
let enter = () => {};

/** Of a session at a member of another host, whose cookie this page's browser would not keep: for as long as the page is open. */
let borrowed = '';

export const token = () => sessionStorage.getItem(TOKEN) || borrowed;
const isElsewhere = () => Boolean(doors.base()) && new URL(doors.base()).hostname !== location.hostname;
const at = (path) => doors.base() + path;

/** Header with the token, if somebody gave one in this tab; the cookie goes by itself. */
export function authorization() {
  return token() ? { Authorization: `Bearer ${token()}` } : {};
}

/** entered: called when another try to get in makes sense. */
export function begin(entered) {
  enter = entered;
  byId('login-form').addEventListener('submit', (event) => {
    event.preventDefault();
    tryPassword();
  });
  byId('token-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const field = byId('token');
    // A header field carries these only, and no token has others.
    if (/^[\x21-\x7e]+$/.test(field.value.trim())) {
      sessionStorage.setItem(TOKEN, field.value.trim());
      say('');
      enter();
    } else {
      say('A token is of Latin letters, digits and signs, without spaces.');
    }
    field.value = '';
  });
  byId('logout').addEventListener('click', logOut);
  byId('other-logout').addEventListener('click', logOut);
}

/** The node lets this page in. name: null when it asks nobody who it is. */
export function show(name) {
  if (user && user !== name) {
    // What the page holds was shown to somebody else.
    beginAnew();
    return;
  }
  user = name;
  text(byId('who-name'), name ?? '');
  byId('who').hidden = !name;
  byId('logout').hidden = !name;
  text(byId('logout'), leaving());
}

/** status: 401, nobody it knows; 403, somebody who is no admin. */
export async function denied(status) {
  byId('who').hidden = true;
  byId('logout').hidden = true;
  byId('entrance-form').hidden = status === 403;
  byId('entrance-other').hidden = status !== 403;
  if (status === 403) {
    text(byId('entrance-title'), 'For admins');
    text(byId('other-name'), 'You are logged in.');
    text(byId('other-logout'), leaving());
    say('');
    byId('other-logout').focus();
    const name = await whoAmI();
    if (name) text(byId('other-name'), `You are logged in as ${name}.`);
    return;
  }
  text(byId('entrance-title'), 'Log in');
  if (token()) {
    sessionStorage.removeItem(TOKEN);
    borrowed = '';
    say('That token is not known here, was revoked, or is over.');
  } else if (user) {
    say('Your session is over. Log in to go on.');
  }
  (username.value ? password : username).focus();
}

async function whoAmI() {
  try {
    const answer = await fetch(at('v1/sessions/current'), { headers: authorization(), cache: 'no-store', credentials: doors.credentials() });
    return answer.ok ? (await answer.json()).username : null;
  } catch {
    return null;
  }
}

async function tryPassword() {
  if (logIn.getAttribute('aria-disabled') === 'true') return;
  logIn.setAttribute('aria-disabled', 'true');
  say('');
  let why = {};
  try {
    const answer = await fetch(at('v1/sessions'), {
      method: 'POST',
      credentials: doors.credentials(),
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      cache: 'no-store',
      body: JSON.stringify({ username: username.value.trim(), password: password.value, cookie: !isElsewhere() }),
    });
    if (answer.ok && isElsewhere()) borrowed = (await answer.json()).token;
    if (!answer.ok) why = refusal(answer, await answer.json().catch(() => null));
  } catch {
    why = { sentence: 'The node could not be reached. Try again.' };
  }
  logIn.setAttribute('aria-disabled', 'false');
  if (why.sentence) {
    say(why.sentence, why.wait);
    password.focus();
    password.select();
  } else {
    password.value = '';
    enter();
  }
}

/** {sentence, wait}: in seconds, where another try would be refused before. */
function refusal(answer, problem) {
  if (answer.status === 429) {
    const wait = Number(answer.headers.get('Retry-After')) || 1;
    const why = problem?.code === 'too-many-attempts' ? 'Too many wrong passwords.' : 'Too many log in at this moment.';
    return { sentence: `${why} Try again in ${wait} s.`, wait };
  }
  if (answer.status === 400 || answer.status === 401) return { sentence: 'The username or the password is wrong.' };
  if (answer.status === 503) return { sentence: 'This node cannot look now: it reaches no majority, or has too much to do. Try again in a moment.' };
  return { sentence: problem?.detail ? `The node refused: ${problem.detail}.` : `The node answered ${answer.status}.` };
}

function say(sentence, wait = 0) {
  clearTimeout(again);
  text(said, sentence);
  said.hidden = !sentence;
  if (wait) again = setTimeout(() => say('You can try again now.'), wait * 1000);
}

/** A token that somebody gave goes on elsewhere; a session ends. */
const isGiven = () => sessionStorage.getItem(TOKEN) !== null;
const leaving = () => (isGiven() ? 'Forget the token' : 'Log out');

/** At a node that answers: nothing stays of what the page showed. */
function beginAnew() {
  if (doors.base()) location.assign(doors.base());
  else location.reload();
}

async function logOut() {
  if (isGiven()) {
    sessionStorage.removeItem(TOKEN);
  } else {
    try {
      const answer = await fetch(at('v1/sessions/current'), { method: 'DELETE', headers: authorization(), cache: 'no-store', credentials: doors.credentials() });
      // 401: it was over already.
      if (!answer.ok && answer.status !== 401) throw new Error(`It answered ${answer.status}.`);
    } catch {
      const button = byId('entrance-other').hidden ? byId('logout') : byId('other-logout');
      text(button, 'Not logged out: try again');
      return;
    }
  }
  beginAnew();
}
