// Numbers, times and texts as people read them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const count = (n) => whole.format(n);

/** At most four figures: 0, 3.2, 48, 1,204, 12.4k, 3.1M */
export function short(n) {
  if (n == null) return '–';
  if (n < 10 && !Number.isInteger(n)) return n < 0.05 ? '0' : n.toFixed(1);
  if (n < 9999.5) return whole.format(n);
  for (const [unit, size] of [['k', 1e3], ['M', 1e6], ['G', 1e9], ['T', 1e12]]) {
    if (n < size * 999.5 || unit === 'T') {
      const value = n / size;
      return (value < 99.95 ? value.toFixed(1) : value.toFixed(0)) + unit;
    }
  }
  return String(n);
}

export function bytes(n) {
  if (n == null) return '–';
  if (n < 1024) return `${n} B`;
  let value = n;
  let unit = '';
  for (unit of ['KiB', 'MiB', 'GiB', 'TiB']) {
    value /= 1024;
    if (value < 999.5) break;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** Milliseconds with three figures: 0.42 ms, 3.18 ms, 12.4 ms, 1.20 s */
export function ms(n, unit = true) {
  if (n == null) return '–';
  const seconds = n >= 1000;
  const value = seconds ? n / 1000 : n;
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(digits) + (unit ? (seconds ? ' s' : ' ms') : '');
}

export function duration(milliseconds) {
  const s = Math.max(0, Math.floor(milliseconds / 1000));
  const d = Math.floor(s / 86400);
  const h = Math.floor(s / 3600) % 24;
  const m = Math.floor(s / 60) % 60;
  if (d) return `${d} d ${h} h`;
  if (h) return `${h} h ${m} min`;
  if (m) return `${m} min ${s % 60} s`;
  return `${s} s`;
}

/** How long ago, coarse. */
export function ago(milliseconds) {
  const s = Math.floor(milliseconds / 1000);
  if (s < 2) return 'now';
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86400)} d`;
}

const two = (n) => String(n).padStart(2, '0');

export function clock(epochMs, millis = false) {
  const t = new Date(epochMs);
  const hms = `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
  return millis ? `${hms}.${String(t.getMilliseconds()).padStart(3, '0')}` : hms;
}

/** 1 message, 2 messages */
export const some = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** What a terminal obeys; a line break within quotes it does not. */
const CONTROLS = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/g;
const utf8 = new TextEncoder();
const escaped = (character) => Array.from(utf8.encode(character), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');

/** As one word of a shell's command line, whatever is in it: bash and zsh, to which a word that begins with = is a command. */
export function quoted(value) {
  if (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(value)) return value;
  return value.search(CONTROLS) < 0
    ? `'${value.replaceAll("'", "'\\''")}'`
    : `$'${value.replace(/[\\']/g, '\\$&').replace(CONTROLS, escaped)}'`;
}

/** A topic or filter as a path: its slashes stay. */
export const path = (topic) => topic.split('/').map(encodeURIComponent).join('/');

/**
 * JSON with line breaks. Works on the text, because parsing would change what was sent: numbers beyond 2^53, repeated
 * names. Null when it is no JSON.
 */
export function prettyJson(source) {
  try {
    JSON.parse(source);
  } catch {
    return null;
  }
  let out = '';
  let depth = 0;
  let previous = '';
  const line = () => '\n' + '  '.repeat(depth);
  for (const token of source.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []) {
    const opened = previous === '{' || previous === '[';
    if (token === '}' || token === ']') {
      depth--;
      if (!opened) out += line();
    } else if (opened || previous === ',') {
      out += line();
    }
    if (token === '{' || token === '[') depth++;
    out += token === ':' ? ': ' : token;
    previous = token;
  }
  return out;
}

/**
 * XML with line breaks: elements that hold only elements are spread over lines, those with text stay as they are. Null
 * when its tags do not match, or when text stands beside elements: white space may mean something there.
 */
export function prettyXml(source) {
  const tokens = source.match(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[?!][^>]*>|<[^>]*>|[^<]+/g) ?? [];
  const open = [];
  const lines = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    const indent = '  '.repeat(open.length);
    if (!token.startsWith('<')) {
      if (token.trim()) return null;
    } else if (token.startsWith('</')) {
      if (open.pop() !== token.slice(2, -1).trim()) return null;
      lines.push('  '.repeat(open.length) + token);
    } else if (/^<[?!]/.test(token) || token.endsWith('/>')) {
      lines.push(indent + token);
    } else {
      const name = /^<([^\s>]+)/.exec(token)?.[1];
      if (!name) return null;
      const [content, end] = [tokens[i + 1] ?? '', tokens[i + 2] ?? ''];
      if (content === `</${name}>`) {
        lines.push(indent + token + content);
        i += 1;
      } else if (end === `</${name}>` && (!content.startsWith('<') || content.startsWith('<!'))) {
        lines.push(indent + token + content + end);
        i += 2;
      } else {
        lines.push(indent + token);
        open.push(name);
      }
    }
  }
  return open.length || !lines.length ? null : lines.join('\n');
}
