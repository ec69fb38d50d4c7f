// How the node and its cluster are, and what needs somebody.
import * as attention from '../attention.js';
import { Chart, FROM_ZERO, LOGARITHMIC } from '../charts.js';
import { Flock } from '../cluster.js';
import { byId, text } from '../dom.js';
import { ms, short } from '../format.js';
import * as figures from '../overview.js';

const flock = new Flock(byId('flock'), byId('lead-word'));
let charts = null;

function show(state) {
  figures.show(state);
  attention.show(state);
  const { members } = state;
  byId('cluster').hidden = members.length < 2;
  if (members.length < 2) return;
  text(byId('cluster-count'), `${members.length} members`);
  flock.show(state);
}

export default {
  title: 'Overview',
  show(root, params, app) {
    charts ??= [
      new Chart('rate', [
        { column: 'published', label: 'Published', colour: '--accent', fill: '--accent-wash', swatch: 'one' },
        { column: 'delivered', label: 'Delivered', colour: '--second', swatch: 'two', width: 1.25 },
      ], short, FROM_ZERO),
      new Chart('commit', [
        { column: 'commitP50', label: 'p50', colour: '--accent', fill: '--accent-wash', swatch: 'one' },
        { column: 'commitP99', label: 'p99', colour: '--second', swatch: 'two', width: 1.25 },
      ], ms, LOGARITHMIC),
    ];
    charts.forEach((chart) => chart.draw());
    return app.whenState(show);
  },
};
