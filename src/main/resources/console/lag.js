// What this page has seen of each durable subscription in the last minutes.
/** Seconds. */
export const SPAN = 900;
const RATE_OVER = 5;

const COLUMNS = ['lag', 'inFlight', 'acknowledged'];
const seen = new Map();

/** Columns, times in seconds by the node's clock. */
export function of(name) {
  if (!seen.has(name)) seen.set(name, { at: [], ...Object.fromEntries(COLUMNS.map((column) => [column, []])) });
  return seen.get(name);
}

/** at: milliseconds; what is not newer than the last is passed over. */
export function add(name, at, figures, leastApart = 0) {
  const its = of(name);
  const last = its.at.at(-1);
  const seconds = at / 1000;
  if (last !== undefined && (seconds <= last || seconds - last < leastApart)) return;
  its.at.push(seconds);
  for (const column of COLUMNS) its[column].push(figures[column]);
  while (its.at[0] < seconds - SPAN) {
    its.at.shift();
    for (const column of COLUMNS) its[column].shift();
  }
}

/** points: {time, lag, inFlight}, oldest first, as the node kept them: what came before the first that this page saw. */
export function recall(name, points) {
  const its = of(name);
  const begun = its.at[0] ?? Infinity;
  const older = points.filter((point) => point.time / 1000 < begun);
  its.at.unshift(...older.map((point) => point.time / 1000));
  its.lag.unshift(...older.map((point) => point.lag));
  its.inFlight.unshift(...older.map((point) => point.inFlight));
  its.acknowledged.unshift(...older.map(() => null));
}

/** Acknowledged a second, over the last few; null when it was seen once only. */
export function rate(name) {
  const { at, acknowledged } = of(name);
  const last = at.length - 1;
  if (last < 1) return null;
  let from = last - 1;
  if (acknowledged[from] === null) return null;
  while (from > 0 && acknowledged[from - 1] !== null && at[last] - at[from - 1] <= RATE_OVER) from--;
  return Math.max(0, acknowledged[last] - acknowledged[from]) / (at[last] - at[from]);
}

/** The others are forgotten. */
export function keep(names) {
  for (const name of seen.keys()) if (!names.has(name)) seen.delete(name);
}
