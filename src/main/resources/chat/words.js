// Times, names and texts as people read them, in the reader's own time zone.

const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const weekday = new Intl.DateTimeFormat('en', { weekday: 'long' });
const date = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const dateAndYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
const shortDate = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const shortDateAndYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

export const clock = (ms) => time.format(ms);
export const whole = (ms) => full.format(ms);

/** 3 April 2025 */
export const dateOf = (ms) => dateAndYear.format(ms);

/** Local; the same for all times of one day. */
export function day(ms) {
  const t = new Date(ms);
  return `${t.getFullYear()}-${t.getMonth() + 1}-${t.getDate()}`;
}

/** Days from that one to this one, by the calendar: a day of a clock change has 23 or 25 hours. */
function daysAgo(ms) {
  const noon = (t) => new Date(t.getFullYear(), t.getMonth(), t.getDate(), 12).getTime();
  return Math.round((noon(new Date()) - noon(new Date(ms))) / 86400000);
}

const isThisYear = (ms) => new Date(ms).getFullYear() === new Date().getFullYear();

/** Today, Yesterday, Tuesday, Friday 3 April, 3 April 2025 */
export function dayName(ms) {
  const ago = daysAgo(ms);
  if (ago === 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  if (ago > 1 && ago < 7) return weekday.format(ms);
  return (isThisYear(ms) ? date : dateAndYear).format(ms);
}

/** 14:02, Yesterday, Tuesday, 3 Apr, 3 Apr 2025 */
export function when(ms) {
  const ago = daysAgo(ms);
  if (ago === 0) return clock(ms);
  if (ago === 1) return 'Yesterday';
  if (ago > 1 && ago < 7) return weekday.format(ms);
  return (isThisYear(ms) ? shortDate : shortDateAndYear).format(ms);
}

/** The first two letters that say something: anna.b -> AB, bob -> B */
export function initials(name) {
  const parts = name.split(/[._@-]+/).filter(Boolean);
  return (parts.length > 1 ? parts[0][0] + parts[1][0] : name.slice(0, 1)).toUpperCase();
}

const TINTS = 6;

/** Always the same for a name. */
export function tint(name) {
  let sum = 0;
  for (const letter of name.toLowerCase()) sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
  return `tint-${sum % TINTS}`;
}

export const preview = (content) => content.slice(0, 200).replace(/\s+/g, ' ').trim();

const smile = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f|\s)+$/u;

/** Up to three pictures and nothing else. */
export const isOnlyPictures = (content) => content.length <= 24 && smile.test(content)
  && [...new Intl.Segmenter().segment(content.replace(/\s/g, ''))].length <= 3;

const LINK = /https?:\/\/[^\s<>"'`\\]+/g;

/** [{text, href}]: the parts of a text; only what is an http address as it stands is a link. */
export function parts(content) {
  const found = [];
  let from = 0;
  for (const match of content.matchAll(LINK)) {
    const address = match[0].replace(/[.,:;!?)\]}]+$/, '');
    if (!isPlain(address)) continue;
    if (match.index > from) found.push({ text: content.slice(from, match.index) });
    found.push({ text: address, href: address });
    from = match.index + address.length;
  }
  if (from < content.length) found.push({ text: content.slice(from) });
  return found;
}

/** No name and password before the host, which would make another one seem to be it. */
function isPlain(address) {
  try {
    const url = new URL(address);
    return url.username === '' && url.password === '' && /^[\x21-\x7e]+$/.test(address);
  } catch {
    return false;
  }
}
