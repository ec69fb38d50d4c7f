// The members, their logs, who led when.
import { Chart, LOGARITHMIC } from '../charts.js';
import { Flock } from '../cluster.js';
import { byId, text } from '../dom.js';
import * as elections from '../elections.js';
import { ms, some } from '../format.js';
import * as log from '../log.js';
import * as members from '../members.js';

const flock = new Flock(byId('members'), byId('members-word'), members.dress);
let chart = null;

function show(state) {
  text(byId('members-count'), some(state.members.length, 'member'));
  flock.show(state);
  elections.show(state);
  log.show(state);
}

export default {
  title: 'Cluster',
  show(root, params, app) {
    members.begin(app);
    chart ??= new Chart('fsync', [
      { column: 'fsyncP50', label: 'p50', colour: '--accent', fill: '--accent-wash', swatch: 'one' },
      { column: 'fsyncP99', label: 'p99', colour: '--second', swatch: 'two', width: 1.25 },
    ], ms, LOGARITHMIC);
    chart.draw();
    return app.whenState(show);
  },
};
