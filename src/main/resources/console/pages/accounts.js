// Accounts and what each may: the list with limits and rules for all, or one account with its tokens, rules and sessions.
import { copyButton, el, lesson, text } from '../dom.js';
import { count } from '../format.js';

const PAGE = 200;
const day = (ms) => (ms ? new Date(ms).toISOString().slice(0, 10) : '');

function field(id, label, input, note = '') {
  input.id = id;
  return el('div.field', {}, el('label', { for: id }, label, note ? el('span.unit', {}, ` ${note}`) : ''), input);
}

const input = (more = {}) => el('input', { autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', ...more });

function choice(options) {
  return el('select', {}, ...options.map(([value, label]) => el('option', { value }, label ?? value)));
}

function panel(id, title, ...content) {
  return el('section.panel', { 'aria-labelledby': id }, el('div.panel-head', {}, el('h2', { id }, title)), ...content);
}

function table(label, heads, rows, none) {
  return el('div.scroll', { tabindex: '0', role: 'region', 'aria-label': label },
    el('table', {}, el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)))),
      el('tbody', {}, ...(rows.length ? rows : [el('tr', {}, el('td.none', { colspan: heads.length }, none))]))));
}

function button(label, act, more = {}, kind = '') {
  const made = el(`button${kind}`, { type: 'button', ...more }, label);
  made.addEventListener('click', act);
  return made;
}

/** A visit of the page: what it asks ends with it. */
class Visit {
  constructor(root, params, app) {
    Object.assign(this, { root, params, app, left: new AbortController() });
  }

  get(path) {
    return this.app.request('GET', path, { signal: this.left.signal });
  }

  /** Says how it went; true when it went well. */
  async does(method, path, body, said) {
    try {
      const answer = await this.app.request(method, path, { body });
      this.app.say(said);
      return answer ?? true;
    } catch (refused) {
      this.app.say(refused.message, true);
      return null;
    }
  }

  /** place: of what could not be shown. */
  failed(refused, place) {
    const { app, left: { signal } } = this;
    if (signal.aborted) return;
    if (refused.status !== 401 || !place || app.user) {
      app.say(refused.message, true);
    } else if (app.user === null) {
      this.isOpen(place);
    } else {
      // What it means is known once the node has said whether it asks anybody.
      const stop = app.whenState(() => {
        stop();
        this.failed(refused, place);
      });
      signal.addEventListener('abort', stop);
    }
  }

  /** What only an admin is told is not asked for where nobody is asked who it is: nobody is an admin there. */
  async admin(path, place) {
    await this.app.asked;
    this.left.signal.throwIfAborted();
    if (this.app.user !== null) return this.get(path);
    this.isOpen(place);
    return null;
  }

  isOpen(place) {
    place.replaceChildren(el('p.note', {}, 'This node runs without --auth: everybody may everything, and nobody is the admin who could change this.'));
    for (const its of place.parentNode.querySelectorAll('form, details')) its.hidden = true;
  }

  form(fields, label, act) {
    const send = el('button.primary', { type: 'submit' }, label);
    const form = el('form.fields', {}, ...fields, el('div.field.sends', {}, send));
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      send.disabled = true;
      try {
        if (await act()) form.reset();
      } finally {
        send.disabled = false;
      }
    });
    return form;
  }
}

// Rules, of one account or of all.

function rules(visit, account) {
  const place = el('div', {}, el('p.note', {}, 'Loading'));
  const filter = input({ required: '', placeholder: 'orders/#', maxlength: '2048' });
  const action = choice([['publish'], ['subscribe'], ['manage']]);
  const allow = choice([['true', 'may'], ['false', 'must not']]);
  const who = account ? `?account=${encodeURIComponent(account)}` : '';

  async function load() {
    try {
      const { rules: all } = await visit.admin(`v1/access${who}`, place) ?? {};
      if (!all) return;
      place.replaceChildren(table('Table of rules', ['Rule', 'Topics', ''], all.map((rule) => el('tr', {},
        el('td', {}, `${rule.allow ? 'may' : 'must not'} ${rule.action}`),
        el('td.words', {}, rule.filter),
        el('td.num', {}, button('Remove', async () => {
          const sure = rule.allow || await visit.app.confirm({ title: `Remove the rule that forbids ${rule.action} ${rule.filter}?`, text: 'Who may by another rule, or by being an admin, may from then on.', yes: 'Remove it', grave: true });
          if (!sure) return;
          const of = new URLSearchParams({ filter: rule.filter, action: rule.action, ...(account ? { account } : {}) });
          if (await visit.does('DELETE', `v1/access?${of}`, undefined, 'The rule is gone.')) load();
        }, { 'aria-label': `Remove the rule ${rule.action} ${rule.filter}` }, '.quiet')))),
      account ? 'No rule of its own: what all members may, and no more.' : 'No rule for all: members may what their own rules say.'));
    } catch (refused) {
      visit.failed(refused, place);
    }
  }
  load();
  const prefix = account ? 'rule' : 'rule-all';
  return panel(`${prefix}-title`, account ? 'What it may' : 'What every member may', place,
    visit.form([field(`${prefix}-allow`, account ? 'It' : 'Members', allow), field(`${prefix}-action`, 'Do', action),
      field(`${prefix}-filter`, 'Topics', filter, 'a filter')], 'Set the rule', async () => {
      const done = await visit.does('PUT', 'v1/access', { ...(account ? { account } : {}), filter: filter.value.trim(), action: action.value, allow: allow.value === 'true' }, 'The rule holds, on every node.');
      if (done) load();
      return done;
    }),
    el('p.note', {}, 'A rule that forbids wins over every one that allows. Admins may everything.'));
}

// Limits.

function limits(visit) {
  const place = el('div', {}, el('p.note', {}, 'Loading'));
  const name = input({ required: '', placeholder: 'sensors', maxlength: '64' });
  const account = input({ placeholder: 'all accounts', maxlength: '64' });
  const topic = input({ placeholder: 'all topics', maxlength: '2048' });
  const per = choice([['account', 'each has it'], ['all', 'all share it']]);
  const messages = input({ type: 'number', min: '1', placeholder: 'no limit' });
  const size = input({ placeholder: 'no limit, e.g. 10MiB' });
  const connections = input({ type: 'number', min: '1', placeholder: 'no limit' });

  async function load() {
    try {
      const { limits: all } = await visit.get('v1/limits?limit=1000');
      place.replaceChildren(table('Table of limits', ['Limit', 'Of', 'Topics', 'Messages/s', 'Bytes/s', 'Connections', ''], all.map((limit) => el('tr', {},
        el('td', {}, limit.name),
        el('td', {}, limit.account ?? (limit.per === 'all' ? 'all together' : 'each account')),
        el('td.words', {}, limit.topic ?? ''),
        ...[limit.messagesPerSecond, limit.bytesPerSecond, limit.connections].map((figure) => el('td.num', {}, figure ? count(figure) : '')),
        el('td.num', {}, button('Remove', async () => {
          const sure = await visit.app.confirm({ title: `Remove the limit ${limit.name}?`, text: 'Whom it held back may go on as fast as other limits and the cluster allow.', yes: 'Remove it', grave: true });
          if (sure && await visit.does('DELETE', `v1/limits/${encodeURIComponent(limit.name)}`, undefined, `${limit.name} limits nothing any more.`)) load();
        }, { 'aria-label': `Remove the limit ${limit.name}` }, '.quiet')))), 'No limits: everybody may publish as fast as the cluster takes it.'));
    } catch (refused) {
      visit.failed(refused, place);
    }
  }
  load();
  return panel('limits-title', 'Limits', place,
    el('details', {}, el('summary', {}, 'Set a limit'), visit.form([
      field('limit-name', 'Name', name), field('limit-account', 'Account', account, 'optional'), field('limit-topic', 'Topics', topic, 'optional'),
      field('limit-per', 'Without an account', per), field('limit-messages', 'Messages', messages, 'per second'),
      field('limit-bytes', 'Bytes', size, 'per second'), field('limit-connections', 'Connections', connections),
    ], 'Set the limit', async () => {
      const body = { per: per.value };
      if (account.value.trim()) body.account = account.value.trim();
      if (topic.value.trim()) body.topic = topic.value.trim();
      if (messages.value) body.messagesPerSecond = Number(messages.value);
      if (size.value.trim()) body.bytesPerSecond = size.value.trim();
      if (connections.value) body.connections = Number(connections.value);
      const done = await visit.does('PUT', `v1/limits/${encodeURIComponent(name.value.trim())}`, body, 'The limit holds, at every node for itself.');
      if (done) load();
      return done;
    })));
}

// All accounts.

function list(visit) {
  const { app, root, params } = visit;
  const find = el('input', { type: 'search', id: 'accounts-find', 'data-slash': '', placeholder: 'Filter by name', 'aria-label': 'Filter accounts by name, * stands for anything', autocomplete: 'off', spellcheck: 'false' });
  const place = el('div', { id: 'accounts-body' });
  const more = button('More', () => load(next), {}, '.quiet');
  const name = input({ required: '', maxlength: '64', pattern: '[A-Za-z0-9][A-Za-z0-9._@\\-]{0,63}', title: 'Letters, digits, . _ - @' });
  const password = input({ type: 'password', required: '', autocomplete: 'new-password', maxlength: '1024' });
  const role = choice([['member'], ['admin']]);
  let next = null;
  let found = [];
  let asked = 0;
  let timer = 0;

  async function load(after) {
    const mine = ++asked;
    const wanted = find.value.trim();
    const query = new URLSearchParams({ limit: PAGE, ...(after ? { after } : {}), ...(wanted ? { match: /[*?]/.test(wanted) ? wanted : `*${wanted}*` } : {}) });
    try {
      const page = await visit.get(`v1/accounts?${query}`);
      if (mine !== asked) return;
      found = after ? [...found, ...page.accounts] : page.accounts;
      next = page.next;
      more.hidden = !next;
      place.replaceChildren(table('Table of accounts', ['Account', 'Role', 'Sessions', 'Tokens', 'Since'], found.map((its) => el('tr', {},
        el('td.name', {}, el('a.link', { href: app.link('accounts', its.username) }, its.username)),
        el('td', {}, its.role === 'admin' ? el('span.badge.leads', {}, 'admin') : its.role ?? ''),
        el('td.num', {}, count(its.sessions ?? 0)), el('td.num', {}, count(its.tokens ?? 0)), el('td.num', {}, day(its.created)))),
      wanted ? 'No account is called that.' : 'No accounts yet.'));
    } catch (refused) {
      visit.failed(refused);
    }
  }

  find.value = params.query.get('find') ?? '';
  find.addEventListener('input', () => {
    app.remember({ query: { find: find.value.trim() } });
    clearTimeout(timer);
    timer = setTimeout(() => load(), 150);
  });
  more.hidden = true;
  root.append(
    el('section.panel.accounts', { 'aria-labelledby': 'accounts-title' },
      el('div.panel-head', {}, el('h2', { id: 'accounts-title' }, 'All accounts'), find), place, more),
    panel('create-title', 'New account', visit.form([field('create-name', 'Username', name), field('create-password', 'Password', password), field('create-role', 'Role', role)], 'Create', async () => {
      const username = name.value.trim();
      const done = await visit.does('POST', 'v1/accounts', { username, password: password.value, role: role.value }, `${username} is there.`);
      if (done) load();
      return done;
    })),
    rules(visit, ''), limits(visit));
  load();
  return () => clearTimeout(timer);
}

// One account.

function tokens(visit, username) {
  const path = `v1/accounts/${encodeURIComponent(username)}/tokens`;
  const place = el('div', {}, el('p.note', {}, 'Loading'));
  const made = el('div', { role: 'status' });
  const name = input({ required: '', maxlength: '64', placeholder: 'deploy' });
  const scopes = input({ placeholder: 'publish:orders/# subscribe:orders/#' });
  const lifetime = input({ placeholder: '90d', pattern: '[0-9]+(ms|s|m|h|d)', title: 'A whole number and ms, s, m, h or d' });

  async function load() {
    try {
      const { tokens: all } = await visit.admin(path, place) ?? {};
      if (!all) return;
      place.replaceChildren(table('Table of tokens', ['Token', 'May', 'Made', 'Ends', ''], all.map((token) => el('tr', {},
        el('td', {}, token.name),
        el('td.words', {}, token.scopes?.length ? token.scopes.join(' ') : 'all that the account may'),
        el('td', {}, day(token.created)), el('td', {}, token.expires ? day(token.expires) : 'never'),
        el('td.num', {}, button('Revoke', async () => {
          const sure = await visit.app.confirm({ title: `Revoke ${token.name}?`, text: 'What shows it is turned away at once, on every node. It cannot be given back.', yes: 'Revoke', grave: true });
          if (sure && await visit.does('DELETE', `${path}?name=${encodeURIComponent(token.name)}`, undefined, `${token.name} holds no longer.`)) load();
        }, { 'aria-label': `Revoke ${token.name}` }, '.quiet')))), 'No tokens for programs.'));
    } catch (refused) {
      visit.failed(refused, place);
    }
  }
  load();
  return panel('tokens-title', 'Tokens for programs', place, visit.form([
    field('token-name', 'Name', name), field('token-scopes', 'May', scopes, 'empty: all that the account may'), field('token-lifetime', 'Lives', lifetime, 'empty: until revoked'),
  ], 'Make a token', async () => {
    const body = { name: name.value.trim() };
    if (scopes.value.trim()) body.scopes = scopes.value.trim().split(/[\s,]+/);
    if (lifetime.value.trim()) body.lifetime = lifetime.value.trim();
    const answer = await visit.does('POST', path, body, `${body.name} is made.`);
    if (!answer) return null;
    made.replaceChildren(el('div.lesson', {}, el('p', {}, 'It is shown this once:'), el('div.command', {}, el('code', { id: 'token-made' }, answer.token), copyButton(answer.token))));
    load();
    return answer;
  }), made);
}

function one(visit) {
  const { app, root, params: { name } } = visit;
  const path = `v1/accounts/${encodeURIComponent(name)}`;
  const facts = el('dl.facts');
  const role = choice([['member'], ['admin']]);
  const password = input({ type: 'password', required: '', autocomplete: 'new-password', maxlength: '1024' });
  role.id = 'account-role';

  async function change() {
    const wanted = role.value;
    const sure = wanted !== 'admin' || await app.confirm({ title: `Make ${name} an admin?`, text: 'It may read and write everything, delete it, change the cluster, and make other admins.', yes: 'Make it an admin', grave: true });
    if (sure) await visit.does('PUT', `${path}/role`, { role: wanted }, wanted === 'admin' ? `${name} may everything.` : `${name} may what rules say.`);
    if (!visit.left.signal.aborted) load();
  }

  async function load() {
    try {
      const its = await visit.get(path);
      role.value = its.role ?? 'member';
      facts.replaceChildren(...[['Since', day(its.created)], ['Sessions', count(its.sessions ?? 0)], ['Tokens', count(its.tokens ?? 0)], ['Password', its.hasPassword ? 'yes' : 'none']]
        .map(([fact, value]) => el('div', {}, el('dt', {}, fact), el('dd', {}, value))));
    } catch (refused) {
      visit.failed(refused);
    }
  }

  async function end() {
    const sure = await app.confirm({ title: `End all sessions of ${name}?`, text: 'Whoever is logged in as it, on any node, has to log in again. Tokens for programs stay.', yes: 'End them', grave: true });
    if (sure && await visit.does('DELETE', `${path}/sessions`, undefined, 'All sessions have ended.')) load();
  }

  async function remove() {
    const sure = await app.confirm({ title: `Delete ${name}?`, text: 'Its sessions, tokens, rules and all its mail go with it, for those it wrote to as well. This cannot be taken back.', yes: 'Delete', typed: name });
    if (sure && await visit.does('DELETE', path, undefined, `${name} is gone.`)) app.go('accounts');
  }

  root.append(
    panel('account-title', 'What it is', facts,
      el('div.fields', {}, el('div.field', {}, el('label', { for: 'account-role' }, 'Role'), role),
        el('div.field.sends', {}, button('Change the role', change, { id: 'account-role-change' }))),
      visit.form([field('account-password', 'New password', password, 'ends its sessions')], 'Change the password', async () => {
        const done = await visit.does('PUT', `${path}/password`, { new: password.value }, 'The password is another.');
        if (done) load();
        return done;
      }),
      el('div.actions', {}, button('End all sessions', end), button('Delete the account', remove, {}, '.grave'))),
    tokens(visit, name), rules(visit, name));
  load();
  return () => {};
}

export default {
  title: 'Accounts',
  show(root, params, app) {
    const visit = new Visit(root, params, app);
    const stop = params.name ? one(visit) : list(visit);
    if (!params.name) {
      root.append(el('section.panel', {}, lesson('The same at a terminal:', './skein users list', './skein users create anna', './skein users allow anna publish "orders/#"')));
    }
    return () => {
      visit.left.abort();
      stop();
    };
  },
};
