// Puts the page together: one stream in, each panel shows its part.
import * as cluster from './cluster.js';
import * as charts from './charts.js';
import { byId, text } from './dom.js';
import * as entrance from './entrance.js';
import * as log from './log.js';
import * as overview from './overview.js';
import * as publish from './publish.js';
import { Stream } from './stream.js';
import * as subscribers from './subscribers.js';
import * as subscriptions from './subscriptions.js';
import * as tail from './tail.js';
import * as topics from './topics.js';

const lost = byId('lost');
const pulse = byId('pulse');
let retryAt = 0;

const stream = new Stream({
  event(name, data) {
    if (name === 'state') {
      charts.add(data);
      for (const panel of [overview, cluster, log, topics, subscriptions, publish, subscribers]) panel.show(data);
      tail.know(data);
    } else if (name === 'tail') {
      tail.show(data);
    } else if (name === 'hello') {
      entrance.show(data.user);
      overview.showVersion(data.version);
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
    if (state === 'lost') text(byId('lost-text'), `Connection to the node lost. ${reason}`);
    countDown();
  },
});

/** Apart from the sentence, so that a screen reader is not told every second. */
function countDown() {
  const seconds = Math.ceil((retryAt - Date.now()) / 1000);
  text(byId('lost-wait'), !retryAt ? '' : seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again.');
}
setInterval(countDown, 1000);

entrance.begin(() => stream.enter());
topics.begin((name) => {
  tail.follow(name);
  byId('tail').scrollIntoView({ block: 'nearest' });
});
subscriptions.begin();
publish.begin();
tail.begin((filter) => {
  publish.suggest(filter);
  stream.follow(filter);
});
