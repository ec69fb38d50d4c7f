// The node's figures, a tile each.
import { recent } from './charts.js';
import { byId, el, svg, text } from './dom.js';
import { bytes, count, ms, short } from './format.js';

const WIDTH = 120;
const HEIGHT = 26;
const SAMPLES = 60;

class Tile {
  constructor(label, spark) {
    this.value = el('span.value', {}, '–');
    this.unit = el('span.value-unit');
    this.more = el('span.more', {}, '\u00a0');
    this.root = el('div.tile', {}, el('span.label', {}, label), el('span.reading', {}, this.value, this.unit), this.more);
    if (spark) {
      this.line = svg('path', { class: 'spark-line' });
      this.area = svg('path', { class: 'spark-area' });
      const drawing = svg('svg', { class: 'spark', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
      drawing.append(this.area, this.line);
      this.root.append(drawing);
    }
    byId('overview').append(this.root);
  }

  show(value, more, unit = '') {
    text(this.value, value);
    text(this.unit, unit);
    text(this.more, more || '\u00a0');
  }

  draw(values) {
    const top = Math.max(...values.map((v) => v ?? 0), 1e-9);
    const step = WIDTH / (SAMPLES - 1);
    const from = WIDTH - (values.length - 1) * step;
    const points = values.map((v, i) => `${(from + i * step).toFixed(1)} ${(HEIGHT - 2 - ((v ?? 0) / top) * (HEIGHT - 4)).toFixed(1)}`);
    const line = points.length ? `M${points.join('L')}` : '';
    this.line.setAttribute('d', line);
    this.area.setAttribute('d', line ? `${line}L${WIDTH} ${HEIGHT}L${from.toFixed(1)} ${HEIGHT}Z` : '');
  }
}

const published = new Tile('Published', true);
const delivered = new Tile('Delivered', true);
const commit = new Tile('Commit time');
const stored = new Tile('Stored');
const connections = new Tile('Connections');
const subscribers = new Tile('Subscribers');

let lastCommit = null;

/** The newest in the history: a page that opens on a quiet node shows it too. */
function measured() {
  const p50 = recent('commitP50', 300);
  const p99 = recent('commitP99', 300);
  const at = p50.findLastIndex((value) => value != null);
  return at < 0 ? null : { p50: p50[at], p99: p99[at] };
}

export function show(state) {
  const { figures, rates } = state;
  published.show(short(rates.published), `${count(figures.published)} since start`, '/s');
  published.draw(recent('published', SAMPLES));
  delivered.show(short(rates.delivered), `${count(figures.delivered)} since start`, '/s');
  delivered.draw(recent('delivered', SAMPLES));
  const idle = state.commit.p50 == null;
  if (!idle) lastCommit = state.commit;
  else lastCommit ??= measured();
  if (lastCommit) {
    const [value, unit] = ms(lastCommit.p50).split(' ');
    commit.show(value, `p50 · p99 ${ms(lastCommit.p99)}`, ` ${unit}`);
  } else {
    commit.show('–', 'nothing measured yet');
  }
  commit.root.classList.toggle('idle', idle);
  stored.show(short(figures.stored), bytes(figures.storedBytes) + (figures.scheduled ? ` · ${short(figures.scheduled)} scheduled` : ''));
  connections.show(short(figures.connections), 'all doors');
  subscribers.show(short(figures.subscribers), `${short(figures.topics)} ${figures.topics === 1 ? 'topic' : 'topics'}`);
}
