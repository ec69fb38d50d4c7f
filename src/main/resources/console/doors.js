// The members' HTTP doors. The console speaks to one, at first the one that served it; when that one does not answer, to
// the next. Others are known from the node's own word about its members.
const MOST = 16;
const isLoopback = (url) => ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);

/** base: '' is where the page came from; else 'http://host:port/'. */
let doors = [''];
let at = 0;
const movers = [];

/** What is put before a path. */
export const base = () => doors[at];
export const count = () => doors.length;
export const whenMoved = (act) => movers.push(act);

/** Cookies go to where the page came from by themselves, and to other members (which allow it to each other) when asked. */
export const credentials = (which = base()) => (which ? 'include' : 'same-origin');

/** It does not answer: whoever asks next asks another one. */
export function failed(which) {
  if (which !== base() || doors.length < 2) return;
  at = (at + 1) % doors.length;
  for (const act of movers) act(base());
}

/** This page's own door under the name that its member has. */
const isOwn = (url) => url.origin === location.origin || (url.port === location.port && isLoopback(url) && isLoopback(location));

/** members: of a state, {httpAddress} */
export function learn(members) {
  const found = [''];
  for (const { httpAddress } of members) {
    if (!httpAddress || found.length >= MOST) continue;
    try {
      const url = new URL(httpAddress.includes('://') ? httpAddress : `${location.protocol}//${httpAddress}`);
      // Where the page was opened as localhost the others are asked so too: its policy and its cookie know that name.
      if (isLoopback(url) && isLoopback(location)) url.hostname = location.hostname;
      if (!isOwn(url) && !found.includes(url.href)) found.push(url.href);
    } catch {
      // No address that a browser could use.
    }
  }
  const current = base();
  if (!found.includes(current)) found.push(current);
  doors = found;
  at = doors.indexOf(current);
}
