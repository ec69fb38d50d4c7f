// A message as people read it. Everything in it was written by strangers and is shown as text.
import { copyButton, el } from './dom.js';
import { bytes, path, prettyJson } from './format.js';

const PREVIEW = 240;

const size = (text64) => Math.floor(text64.length * 3 / 4) - (text64.endsWith('==') ? 2 : text64.endsWith('=') ? 1 : 0);

/** One line, and whether it is about the body rather than of it. */
export function preview(message) {
  if (message.bytes !== undefined) return [`${bytes(message.bytes)}, not shown here`, true];
  if (message.body64 !== undefined) return [`${bytes(size(message.body64))} of binary data`, true];
  const line = message.body.slice(0, PREVIEW * 2).replace(/\s+/g, ' ').trim().slice(0, PREVIEW);
  return line ? [line, false] : ['empty', true];
}

/** All there is of it. */
export function details(message) {
  const list = el('dl.facts');
  const fact = (name, ...value) => list.append(el('div', {}, el('dt', {}, name), el('dd', {}, ...value)));
  fact('Time', new Date(message.time).toISOString());
  if (message.cursor) fact('Cursor', el('code', {}, message.cursor), copyButton(message.cursor));
  if (message.key) fact('Key', el('code', {}, message.key));
  if (message.format) fact('Format', message.contentType ? `${message.format} · ${message.contentType}` : message.format);
  for (const [name, value] of Object.entries(message.headers ?? {})) fact(name, el('code', {}, value));
  const detail = el('div.detail', {}, list);
  if (message.bytes !== undefined) {
    const href = `t/${path(message.topic)}?from=${message.offset}&limit=1`;
    detail.append(el('p.note', {}, `${bytes(message.bytes)} are too many for this page. `, el('a', { href, target: '_blank', rel: 'noopener' }, 'Open it alone')));
  } else {
    const body = message.body ?? message.body64;
    const shown = (message.body !== undefined && message.format === 'JSON' && prettyJson(body)) || body;
    detail.append(el('div.body', {}, el('pre', {}, shown), copyButton(body, 'Copy body')));
  }
  return detail;
}
