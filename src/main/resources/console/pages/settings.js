// Every setting of the node that is shown, as it is in force, and who said so.
import { el, lesson, text } from '../dom.js';

const SOURCES = { flag: 'flag', environment: 'environment', file: 'file', default: 'default' };

function shown(setting) {
  if (setting.secret) return setting.set ? '(set, never shown)' : '';
  return setting.value;
}

function row(setting) {
  const value = shown(setting);
  const differs = setting.source !== 'default';
  return el(`tr${differs ? '.said' : ''}`, {},
    el('th.name', { scope: 'row' }, el('code', {}, setting.name)),
    el('td.words.value', {}, value || el('span.unit', {}, 'empty')),
    el('td', {}, el(`span.badge${differs ? '.leads' : ''}`, {}, SOURCES[setting.source] ?? setting.source)),
    el('td.about', {}, setting.about, el('span.unit', {}, ` ${setting.environment}`,
      differs && !setting.secret && setting.default !== setting.value ? `, default ${setting.default || 'empty'}` : '')));
}

export default {
  title: 'Settings',
  show(root, { query }, app) {
    const find = el('input', { type: 'search', id: 'settings-find', 'data-slash': '', placeholder: 'Filter', 'aria-label': 'Filter settings by name, value or what they are', autocomplete: 'off', spellcheck: 'false' });
    const only = el('input', { type: 'checkbox', id: 'settings-only' });
    const where = el('span');
    const count = el('span.count');
    const body = el('tbody');
    const none = el('p.note', { role: 'status' });
    find.value = query.get('find') ?? '';
    only.checked = query.has('said');
    root.append(el('section.panel.settings', { 'aria-labelledby': 'settings-title' },
      el('div.panel-head', {}, el('h2', { id: 'settings-title' }, 'In force ', where, count),
        el('div.filters', {}, el('label.check', { for: 'settings-only' }, only, ' Only what was said'), find)),
      el('div.scroll', { tabindex: '0', role: 'region', 'aria-label': 'Table of settings' },
        el('table', {}, el('thead', {}, el('tr', {}, ...['Setting', 'Value', 'From', 'Is'].map((head) => el('th', { scope: 'col' }, head)))), body)),
      none,
      lesson('They are read once, at the start: a flag wins over its variable, that over the file, that over the default. What a node would start with:', './skein config')));

    const left = new AbortController();
    let all = [];

    function draw() {
      const wanted = find.value.trim().toLowerCase();
      const found = all.filter((setting) => (!only.checked || setting.source !== 'default')
        && `${setting.name} ${shown(setting)} ${setting.source} ${setting.environment} ${setting.about}`.toLowerCase().includes(wanted));
      body.replaceChildren(...found.map(row));
      text(count, all.length ? `${found.length} of ${all.length}` : '');
      text(none, all.length && !found.length ? 'No setting is like that.' : '');
    }

    function changed() {
      app.remember({ query: { find: find.value.trim(), said: only.checked ? '1' : '' } });
      draw();
    }

    find.addEventListener('input', changed);
    only.addEventListener('change', changed);
    function load() {
      app.request('GET', 'v1/settings', { signal: left.signal }).then((answer) => {
        all = answer.settings;
        text(where, `at ${answer.node} `);
        draw();
      }).catch((refused) => { if (!left.signal.aborted) app.say(refused.message, true); });
    }

    load();
    const stop = app.whenNode(load);
    return () => {
      stop();
      left.abort();
    };
  },
};
