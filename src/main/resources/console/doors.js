// The members' HTTP doors. The console speaks to one, at first the one that served it; when that one does not answer, to
// the next. Others are known from the node's own word about its members. The list is the browser client's.
import { Nodes, isLocalhost } from './client.js';

/** A node of whose stream nothing came for so long is doubted. */
export const SILENT_MS = 6000;

const own = location.origin;

let known = [own];
let heardAt = -Infinity;
const nodes = new Nodes([own], { learned: (all) => { known = all; } });

/** What is put before a path: '' where the page came from; else 'http://host:port/'. */
export const base = () => (nodes.current === own ? '' : `${nodes.current}/`);
export const count = () => nodes.count;

/** As URLs, the one that is spoken to first. */
export const all = () => [nodes.current, ...known.filter((node) => node !== nodes.current)];

/** act(): another one is spoken to than before */
export const whenMoved = (act) => nodes.whenMoved(act);

/** Cookies go to where the page came from by themselves, and to other members (which allow it to each other) when asked. */
export const credentials = (which = base()) => (which ? 'include' : 'same-origin');

/** The stream came from the one that is spoken to. */
export function heard() {
  heardAt = performance.now();
}

/** It does not answer: whoever asks next asks another one. which: as base() was */
export function failed(which) {
  heardAt = -Infinity;
  nodes.failed(which ? which.slice(0, -1) : own);
}

/** One request broke, which says little of a node whose stream goes on. */
export function doubt(which) {
  if (performance.now() - heardAt > SILENT_MS) failed(which);
}

/** Where the page was opened as localhost the others are asked so too: its policy and its cookie know that name. */
function underThisName(address) {
  try {
    const url = new URL(address.includes('://') ? address : `${location.protocol}//${address}`);
    if (isLocalhost(url) && isLocalhost(location)) url.hostname = location.hostname;
    return url.origin;
  } catch {
    return '';
  }
}

/** members: of a state, {httpAddress} */
export function learn(members) {
  nodes.learn(members.map(({ httpAddress }) => ({ httpAddress: underThisName(httpAddress) })));
}
