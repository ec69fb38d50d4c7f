// Five minutes of rates and times, and the charts of other panels. uPlot is a classic script that comes first and leaves one global.
import { byId, el, text } from './dom.js';
import { clock, ms, short } from './format.js';

const { uPlot } = globalThis;
const SPAN = 300;
const COLUMNS = ['published', 'delivered', 'fsyncP50', 'fsyncP99', 'commitP50', 'commitP99'];

const data = { at: [], ...Object.fromEntries(COLUMNS.map((name) => [name, []])) };

/** The last samples of a column, for sparklines. */
export const recent = (name, samples) => data[name].slice(-samples);

const colours = new Map();

function colour(name) {
  if (!colours.has(name)) {
    colours.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  }
  return colours.get(name);
}

/** Points with nothing beside them, which a line alone would not show. */
function lonely(plot, series) {
  const values = plot.data[series];
  const found = [];
  for (let i = 0; i < values.length; i++) {
    if (values[i] != null && values[i - 1] == null && values[i + 1] == null) found.push(i);
  }
  return found;
}

const charts = [];

/** Lines over the last five minutes, in a host #id-chart with a legend #id-legend. source: columns, {at} in seconds. */
export class Chart {
  constructor(id, lines, format, y, source = data, span = SPAN) {
    this.span = span;
    this.source = source;
    this.host = byId(`${id}-chart`);
    this.lines = lines;
    this.format = format;
    this.label = this.host.getAttribute('aria-label');
    this.values = lines.map((line) => el('b', {}, '–'));
    this.time = el('span.legend-time');
    byId(`${id}-legend`).append(this.time, ...lines.map((line, i) =>
      el('span', {}, el(`i.swatch.${line.swatch}`), `${line.label} `, this.values[i])));
    this.plot = new uPlot({
      ...this.size(),
      padding: [10, 24, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'skein' }, points: { size: 7, width: 2, fill: () => colour('--surface') } },
      scales: {
        x: { range: () => { const end = this.source.at.at(-1) ?? Date.now() / 1000; return [end - this.span, end]; } },
        y,
      },
      axes: [
        { stroke: () => colour('--muted'), font: '11px system-ui, sans-serif', size: 26, gap: 6, space: 52, grid: { show: false }, ticks: { show: false },
          values: (_, splits) => splits.map((t) => clock(t * 1000).slice(0, t % 60 ? 8 : 5)) },
        { stroke: () => colour('--muted'), font: '11px system-ui, sans-serif', size: 44, gap: 8, space: 38, ticks: { show: false },
          grid: { stroke: () => colour('--line'), width: 1, filter: y.distr ? decades : (_, splits) => splits }, values: (_, splits) => splits.map((v) => (v == null ? '' : v < 10 ? String(+v.toFixed(2)) : short(v))) },
      ],
      series: [{}, ...lines.map((line) => ({
        stroke: () => colour(line.colour),
        fill: line.fill && (() => colour(line.fill)),
        width: line.width ?? 1.6,
            points: { show: true, size: 4, width: 0, fill: () => colour(line.colour), filter: lonely },
      }))],
      hooks: { setCursor: [() => this.legend()] },
    }, this.columns(), this.host);
    new ResizeObserver(() => {
      const size = this.size();
      if (size.width !== this.plot.width || size.height !== this.plot.height) this.plot.setSize(size);
    }).observe(this.host);
    charts.push(this);
  }

  size() {
    return { width: Math.max(200, this.host.clientWidth), height: Math.max(120, this.host.clientHeight) };
  }

  columns() {
    return [this.source.at, ...this.lines.map((line) => this.source[line.column])];
  }

  draw() {
    this.plot.setData(this.columns());
    this.legend();
  }

  /** What is under the pointer, else the newest. */
  legend() {
    if (!this.plot) return;
    const { source } = this;
    const under = this.plot.cursor.idx;
    const at = under ?? source.at.length - 1;
    text(this.time, under == null ? '' : clock(source.at[under] * 1000));
    this.lines.forEach((line, i) => {
      let value = source[line.column][at];
      // The newest of a quiet node may be a while ago.
      for (let back = at - 1; value == null && under == null && back >= 0; back--) value = source[line.column][back];
      text(this.values[i], this.format(value ?? null));
    });
    if (under == null) {
      this.host.setAttribute('aria-label', `${this.label}: ${this.lines.map((line, i) => `${line.label} ${this.values[i].textContent}`).join(', ')}`);
    }
  }
}

/** Those of the node's own figures, where they can be seen. */
function drawOwn() {
  for (const chart of charts) if (chart.source === data && chart.host.checkVisibility()) chart.draw();
}

const decades = (_, splits) => splits.map((v) => (Number.isInteger(+Math.log10(v).toFixed(6)) ? v : null));

/** Whole decades: one slow disk second must not flatten all others. */
export const LOGARITHMIC = {
  distr: 3,
  range: (_, min, max) => {
    const from = 10 ** Math.floor(Math.log10(Math.max(min ?? 0.1, 0.001)));
    return [from, Math.max(from * 10, 10 ** Math.ceil(Math.log10(max ?? 1)))];
  },
};

/** From nothing up, and never flat. */
export const FROM_ZERO = { range: (_, min, max) => [0, Math.max(4, (max ?? 0) * 1.12)] };

addEventListener('skein-theme', () => {
  colours.clear();
  charts.forEach((chart) => chart.plot.redraw(false, true));
});

export function begin(history) {
  data.at = history.at.map((t) => t / 1000);
  COLUMNS.forEach((name) => { data[name] = history[name]; });
  drawOwn();
}

export function add(state) {
  const at = state.at / 1000;
  if (data.at.length && at <= data.at.at(-1)) return;
  data.at.push(at);
  data.published.push(state.rates.published);
  data.delivered.push(state.rates.delivered);
  data.fsyncP50.push(state.fsync.p50);
  data.fsyncP99.push(state.fsync.p99);
  data.commitP50.push(state.commit.p50);
  data.commitP99.push(state.commit.p99);
  while (data.at.length > 1 && data.at[0] < at - SPAN) {
    data.at.shift();
    COLUMNS.forEach((name) => data[name].shift());
  }
  drawOwn();
}
