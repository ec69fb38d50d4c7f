// SQL over the messages: a statement, what may be asked beside it, the rows below. The statement stands in the address; a
// link that somebody sent fills the field, and whoever opens it asks.
import { copyButton, el, lesson, text } from '../dom.js';
import { bytes, count, some } from '../format.js';

const ROWS = 1000;
const EXAMPLES = [
  ['The last 100 messages of a topic', 'SELECT "offset", time, key, body\nFROM message WHERE topic = \'orders\'\nORDER BY "offset" DESC LIMIT 100'],
  ['How much each topic holds', 'SELECT name, next_offset - low_water AS messages,\n       total_bytes - trimmed_bytes AS bytes\nFROM topic ORDER BY bytes DESC'],
  ['Counted by a field of the JSON', 'SELECT body ->> \'$.customer\' AS customer, count(*) AS orders\nFROM message WHERE topic = \'orders\'\nGROUP BY customer ORDER BY orders DESC'],
  ['Messages a minute', 'SELECT datetime(time / 60000 * 60, \'unixepoch\') AS minute,\n       count(*) AS messages\nFROM message GROUP BY minute ORDER BY minute DESC'],
  ['Subscriptions whose messages come back', 'SELECT name, filter, delivered, redelivered\nFROM subscription WHERE redelivered > 0'],
];

const shown = (value) => (value === null ? '' : String(value));

/** As a spreadsheet takes it from the clipboard. */
const cell = (value) => shown(value).replace(/[\t\r\n]+/g, ' ');

export default {
  title: 'SQL',
  show(root, { query }, app) {
    const area = el('textarea', { id: 'sql-text', rows: '7', spellcheck: 'false', autocapitalize: 'none', autocomplete: 'off', 'data-slash': '' });
    const run = el('button.primary', { type: 'button', id: 'sql-run' }, 'Run');
    const word = el('p.note', { id: 'sql-word', role: 'status' });
    const result = el('div', { id: 'sql-result' });
    const views = el('div.views');
    const off = el('div', { id: 'sql-off' });
    const left = new AbortController();
    let asked = 0;

    const editor = el('section.panel.sql', { 'aria-labelledby': 'sql-title' },
      el('div.panel-head', {}, el('h2', { id: 'sql-title' }, 'Statement')),
      el('div.desk', {},
        el('div', {},
          el('label.unseen', { for: 'sql-text' }, 'SQL statement'), area,
          el('div.actions', {}, run, el('span.hint', {}, el('kbd', {}, 'Ctrl'), ' ', el('kbd', {}, 'Enter'))),
          el('div.examples', {}, el('h3', {}, 'Examples'), el('ul', {}, ...EXAMPLES.map(([label, sql]) => {
            const use = el('button.quiet', { type: 'button' }, label);
            use.addEventListener('click', () => { area.value = sql; area.focus(); });
            return el('li', {}, use);
          })))),
        el('div', { role: 'group', 'aria-labelledby': 'sql-views' }, el('h3', { id: 'sql-views' }, 'What there is'), views)));
    const answer = el('section.panel', { 'aria-labelledby': 'sql-rows', hidden: '' },
      el('div.panel-head', {}, el('h2', { id: 'sql-rows' }, 'Rows'), el('span', { id: 'sql-copy' })), word, result);
    const closed = el('section.panel', { 'aria-labelledby': 'sql-closed', hidden: '' },
      el('div.panel-head', {}, el('h2', { id: 'sql-closed' }, 'Nobody asks this node in SQL')), off);
    root.append(closed, editor, answer);

    function insert(name) {
      const quoted = name === 'offset' ? '"offset"' : name;
      area.setRangeText(quoted, area.selectionStart, area.selectionEnd, 'end');
      area.focus();
    }

    function offer(what) {
      closed.hidden = what.allowed;
      run.disabled = !what.allowed;
      if (!what.allowed) {
        off.replaceChildren(lesson('It is off unless whoever runs the node allows it; with --auth only admins ask. Start each node that is to answer with', './skein serve --sql true', 'SKEIN_SQL=true ./skein serve'));
      }
      views.replaceChildren(...what.views.map((view) => el('details', view.name === 'message' ? { open: '' } : {},
        el('summary', {}, el('code', {}, view.name)),
        el('ul.columns', {}, ...view.columns.map((column) => {
          const use = el('button.quiet', { type: 'button', title: `Put ${column} into the statement` }, column);
          use.addEventListener('click', () => insert(column));
          return el('li', {}, use);
        })))),
      el('p.note', {}, `SQLite's dialect; body ->> '$.field' looks into JSON. One statement at a time, at most ${what.limits.ms / 1000} s, ${count(what.limits.rows)} rows and ${bytes(what.limits.bytes)}.`));
    }

    function draw({ columns, rows, truncated, ms, node }) {
      const heads = columns.map((name) => el('th', { scope: 'col' }, name));
      const figures = columns.map((_, i) => rows.length > 0 && rows.every((row) => row[i] === null || typeof row[i] === 'number'));
      result.replaceChildren(rows.length === 0 ? el('p.none', {}, 'No rows.') : el('div.scroll.tall', { tabindex: '0', role: 'region', 'aria-label': 'Rows of the answer' },
        el('table.rows', {}, el('thead', {}, el('tr', {}, ...heads)),
          el('tbody', {}, ...rows.map((row) => el('tr', {}, ...row.map((value, i) => el(figures[i] ? 'td.num' : 'td.words', value === null ? { class: 'null' } : {}, value === null ? 'NULL' : shown(value)))))))));
      text(word, `${some(rows.length, 'row')} in ${count(ms)} ms${node ? ` from ${node}` : ''}${truncated ? ', and there are more' : ''}`);
      word.classList.remove('problem');
      const tsv = [columns, ...rows].map((row) => row.map(cell).join('\t')).join('\n');
      answer.querySelector('#sql-copy').replaceChildren(...(rows.length ? [copyButton(tsv, 'Copy for a spreadsheet')] : []));
    }

    async function ask() {
      const sql = area.value.trim();
      if (!sql || run.disabled) return;
      const mine = ++asked;
      app.remember({ query: { sql } });
      answer.hidden = false;
      text(word, 'Asking …');
      word.classList.remove('problem');
      try {
        const rows = await app.request('POST', 'v1/sql', { body: { sql, limit: ROWS }, signal: left.signal });
        if (mine === asked) draw(rows);
      } catch (refused) {
        if (left.signal.aborted || mine !== asked) return;
        result.replaceChildren();
        answer.querySelector('#sql-copy').replaceChildren();
        text(word, refused.message);
        word.classList.add('problem');
      }
    }

    run.addEventListener('click', ask);
    area.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        ask();
      }
    });
    area.value = query.get('sql') ?? EXAMPLES[0][1];
    function begin() {
      app.request('GET', 'v1/sql', { signal: left.signal }).then(offer)
        .catch((refused) => { if (!left.signal.aborted) app.say(refused.message, true); });
    }

    begin();
    // Each node says for itself whether it is asked.
    const stop = app.whenNode(begin);
    return () => {
      stop();
      left.abort();
    };
  },
};
