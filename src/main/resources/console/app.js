// Puts the console together: one stream in, the head of the page above, and the page that is open below (shell.js).
import * as charts from './charts.js';
import { ask } from './ask.js';
import { confirmed } from './confirm.js';
import { byId, text } from './dom.js';
import * as doors from './doors.js';
import * as entrance from './entrance.js';
import * as head from './head.js';
import * as keys from './keys.js';
import * as route from './route.js';
import * as shell from './shell.js';
import { Stream } from './stream.js';

const lost = byId('lost');
const pulse = byId('pulse');
const told = new Set();
const movers = new Set();
let retryAt = 0;
let listener = null;
let fetched = false;
let tellUser = () => {};
let from = '';

/** A page that stumbles is reported, and takes nothing else with it. */
function safely(act, data) {
  try {
    act(data);
  } catch (failure) {
    reportError(failure);
  }
}

const app = {
  state: null,
  served: '',
  user: undefined,
  asked: new Promise((resolve) => { tellUser = resolve; }),

  whenState(act) {
    told.add(act);
    if (app.state) act(app.state);
    return () => told.delete(act);
  },

  whenNode(act) {
    movers.add(act);
    return () => movers.delete(act);
  },

  request: ask,
  base: doors.base,
  link: (page, name, { query } = {}) => route.link(page, name, query),
  go(page, name, { query } = {}) { location.hash = route.link(page, name, query); },
  remember: ({ query }) => route.remember(query),
  confirm: ({ title, text: sentence, yes, typed, grave }) => confirmed(title, sentence, yes, { typed, grave }),

  say(sentence, failed = false) {
    const line = byId('page-said');
    text(line, sentence);
    line.hidden = !sentence;
    line.classList.toggle('problem', failed);
  },

  tail(filter, act) {
    listener = act;
    stream.follow(filter);
    return () => {
      if (listener !== act) return;
      listener = null;
      stream.follow('');
    };
  },
};

const stream = new Stream({
  event(name, data) {
    if (name === 'state') {
      app.state = data;
      doors.learn(data.members);
      charts.add(data);
      head.show(data);
      shell.entitle(data.node.id);
      tellWho(data.node.id);
      for (const act of [...told]) safely(act, data);
      if (!fetched) shell.fetchAll();
      fetched = true;
    } else if (name === 'tail') {
      if (listener) safely(listener, data);
    } else if (name === 'hello') {
      app.user = data.user;
      tellUser();
      entrance.show(data.user);
      text(byId('version'), data.version);
      charts.begin(data.history);
    }
  },

  connection({ state, retryMs, reason, status }) {
    document.body.dataset.connection = state;
    pulse.title = { live: 'Connected', lost: 'Connection lost', denied: 'Not logged in' }[state];
    if (state !== 'lost') document.body.classList.toggle('outside', state === 'denied');
    byId('entrance').hidden = !document.body.classList.contains('outside');
    lost.hidden = state !== 'lost';
    retryAt = state === 'lost' ? Date.now() + retryMs : 0;
    if (state === 'denied') entrance.denied(status);
    // Perhaps for as long as the page is open: pages ask as if somebody were asked who he is.
    if (state === 'lost') tellUser();
    if (state === 'lost') text(byId('lost-text'), `Connection to the node lost. ${reason}`);
    countDown();
  },
});

/** Which node speaks, once it is another than the one that was asked first. */
function tellWho(id) {
  if (id === from) return;
  const before = from;
  from = id;
  if (before) for (const act of [...movers]) safely(act, id);
  const elsewhere = doors.base();
  if (!elsewhere) app.served ||= id;
  byId('moved').hidden = !elsewhere;
  if (elsewhere && before) text(byId('moved-text'), `${before} does not answer. The console now speaks to ${id} at ${new URL(elsewhere).host}.`);
}

/** Apart from the sentence, so that a screen reader is not told every second. */
function countDown() {
  const seconds = Math.ceil((retryAt - Date.now()) / 1000);
  text(byId('lost-wait'), !retryAt ? '' : seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again.');
}
setInterval(countDown, 1000);

entrance.begin(() => stream.enter());
shell.begin(app);
keys.begin();
stream.enter();
