// The shell: which page is open, the way to the others, focus and title.
//
// A page is pages/NAME.js and a link in index.html's navigation: <a data-page="NAME" data-key="LETTER" href="#/NAME">.
// Its module is loaded when it is first needed (the others a moment after the first one is there, so that they still open
// when the node that served them has died) and exports
//
//   export default {
//     title: 'Topics',                  // or ({name, query}) => 'orders/eu': head of the page and part of the tab's title
//     show(root, params, app) { ...; return () => {}; },   // what it returns is called when the page is left
//   };
//
// show is called at each visit, and again when somebody goes to another name or query of the same page. root is the page's
// own element (a <section class="page">): the one that index.html has as #page-NAME, which stays as the page leaves it, else
// one that is empty at each visit. Panels in it are
// <section class="panel"> with a <div class="panel-head"><h2>; the head of the page itself (h1) is the shell's.
// params: {page, name, query}: #/topics/orders/eu?find=cup has the name 'orders/eu' and the query {find: 'cup'}.
//
// app:
//   app.state                           the newest state of the node's stream (StateJson.java has its shape), or null
//   app.served                          id of the node that served the page, where that is known
//   app.user                            who is logged in; null where nobody is asked, undefined as long as nobody knows
//   app.asked                           a Promise: app.user is known, or the stream that says so does not come for now
//   app.whenState(act) -> stop          act(state) now, if there is one, and with each that comes, once a second
//   app.whenNode(act) -> stop           act(id) when the console speaks to another node than before
//   app.request(method, path, {body, text, headers, signal}) -> Promise of the answer's JSON (null when it has none)
//                                       path without a slash before it: 'v1/settings'; body is sent as JSON. Goes to the node
//                                       that the console speaks to. Throws SkeinError {message: a sentence, status, code}.
//   app.base()                          '' or 'http://other:8081/': put before a path for a plain link (a backup, a file)
//   app.link(page, name, {query}) -> '#/...'   app.go(page, name, {query})    app.remember({query}) (no step back)
//   app.confirm({title, text, yes, typed, grave}) -> Promise of true or false; typed: what has to be typed first
//   app.say(sentence, failed)           the line below the page's head, read out by screen readers; '' takes it away
//   app.tail(filter, act) -> stop       messages of the filter as the node's stream samples them, one user at a time
//
// Beside it pages use dom.js (el, text, attribute, facts, copyButton, lesson), format.js (count, bytes, ms, ago, clock, ...),
// table.js (Table: sorted by its heads, rows kept) and confirm.js. A search field with data-slash takes the key "/".
import { byId, el, text } from './dom.js';
import { here, link } from './route.js';

const main = byId('main');
const head = byId('page-title');
const crumb = byId('page-crumb');
const links = [...document.querySelectorAll('#pages a[data-page]')];

let app = null;
let shown = '';
let root = null;
let leave = null;
let visit = 0;
let node = '';
/** Not of index.html: made here, and emptied when they are left. */
const made = new WeakSet();

export const pages = () => links.map((a) => ({ page: a.dataset.page, key: a.dataset.key, title: a.textContent.trim() }));

export function begin(given) {
  app = given;
  // The router has the hash: a link to a part of the page would be a page of that name.
  document.querySelector('.skip').addEventListener('click', (event) => {
    event.preventDefault();
    head.focus();
  });
  addEventListener('hashchange', () => open(true));
  open(false);
}

/** The pages that are not there yet; nothing waits for them. */
export function fetchAll() {
  const idle = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 200));
  idle(() => links.forEach((a) => load(a.dataset.page).catch(() => {})));
}

export function entitle(id) {
  node = id;
  retitle();
}

function retitle() {
  document.title = [head.textContent, node, 'Skein'].filter(Boolean).join(' · ');
}

const load = (page) => import(`./pages/${page}.js`);

function place(page) {
  const known = byId(`page-${page}`);
  if (known) return known;
  const empty = el('section.page', { id: `page-${page}` });
  made.add(empty);
  main.append(empty);
  return empty;
}

/** focus: whether a person came here from another page of the console. */
async function open(focus) {
  const params = here();
  const known = links.some((a) => a.dataset.page === params.page);
  const mine = ++visit;
  const before = shown;
  close();
  shown = `${params.page}/${params.name}`;
  for (const a of links) {
    if (a.dataset.page === params.page) {
      a.setAttribute('aria-current', 'page');
      a.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    } else {
      a.removeAttribute('aria-current');
    }
  }
  app.say('');
  if (!known) {
    entitleAs('No such page', '');
    app.say(`The console has no page ${params.page}.`, true);
    return;
  }
  const a = links.find((its) => its.dataset.page === params.page);
  entitleAs(params.name || a.textContent.trim(), params.name ? params.page : '', a.textContent.trim());
  let page;
  try {
    page = (await load(params.page)).default;
  } catch {
    if (mine === visit) app.say('This page could not be loaded: the node that served the console does not answer. Reload when it is back.', true);
    return;
  }
  if (mine !== visit) return;
  // Not before: what is clicked while nobody listens would be lost.
  root = place(params.page);
  root.hidden = false;
  const title = typeof page.title === 'function' ? page.title(params) : params.name || page.title;
  entitleAs(title, params.name ? params.page : '', a.textContent.trim());
  leave = page.show(root, params, app) ?? null;
  main.dataset.open = location.hash;
  if (focus && before !== shown) {
    scrollTo(0, 0);
    comesFrom(before, params).focus({ preventScroll: true });
  }
}

/** Where the focus goes: who comes back from one thing to its list stands on that one again. */
function comesFrom(before, { page, name }) {
  const of = before.slice(page.length + 1);
  const back = !name && of && before.startsWith(`${page}/`) && root.querySelector(`a[href="${CSS.escape(link(page, of))}"]`);
  return back && back.checkVisibility() ? back : head;
}

function close() {
  // A question is about the page that is open: another one does not answer it.
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close('');
  leave?.();
  leave = null;
  if (root) {
    root.hidden = true;
    if (made.has(root)) root.replaceChildren();
  }
  root = null;
}

function entitleAs(title, page, of) {
  text(head, title);
  crumb.hidden = !page;
  if (page) {
    crumb.setAttribute('href', link(page));
    text(crumb, of);
  }
  head.classList.toggle('mono', Boolean(page));
  retitle();
}
