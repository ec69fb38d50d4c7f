// A table that is sorted by its heads. Rows are kept from state to state, so that a pointer or the keyboard stays where
// it is.
import { attribute, el, text } from './dom.js';

export class Table {
  #columns;
  #make;
  #dress;
  #sort;
  #rows = new Map();
  #root;
  #body = el('tbody');
  #heads;
  #again = () => {};
  #told = () => {};

  /**
   * columns: the first, {key, label, first}, is the name; the others have show(item, now) and perhaps title(item),
   * value(item, now) to sort by, unit, and words when they hold words rather than figures. first is the way to sort
   * when the head is first clicked: 1 upwards, -1 downwards.
   * make(name): what stands in the name's cell. dress(tr, item): its look.
   */
  constructor(columns, make, dress) {
    this.#columns = columns;
    this.#make = make;
    this.#dress = dress;
    this.#sort = { key: columns[0].key, way: 1 };
    this.#heads = columns.map((column) => {
      const button = el('button.sort', { type: 'button' }, column.label, el('span.unit', {}, column.unit ?? ''));
      button.addEventListener('click', () => {
        const way = this.#sort.key === column.key ? -this.#sort.way : column.first;
        this.sort(this.#write(column.key, way));
        this.#told(this.#write(column.key, way));
      });
      return el(this.#cell('th', column), { scope: 'col' }, button);
    });
    this.#sorted();
    this.#root = el('table.sortable', {}, el('thead', {}, el('tr', {}, ...this.#heads)), this.#body);
  }

  /** told('-lag'): when somebody sorts; '' when as at first. */
  whenSorted(told) {
    this.#told = told;
  }

  /** 'lag' upwards, '-lag' downwards; what is no column: by the first. */
  sort(words) {
    const key = words.replace(/^-/, '');
    const known = this.#columns.some((column) => column.key === key);
    this.#sort = known ? { key, way: words.startsWith('-') ? -1 : 1 } : { key: this.#columns[0].key, way: 1 };
    this.#sorted();
    this.#again();
  }

  #write(key, way) {
    return way > 0 && key === this.#columns[0].key ? '' : `${way < 0 ? '-' : ''}${key}`;
  }

  #cell(tag, column) {
    const kind = column === this.#columns[0] ? '' : column.words ? '.words' : '.num';
    return `${tag}${kind}.is-${column.key}`;
  }

  #sorted() {
    this.#heads.forEach((head, i) => {
      if (this.#columns[i].key === this.#sort.key) head.setAttribute('aria-sort', this.#sort.way > 0 ? 'ascending' : 'descending');
      else head.removeAttribute('aria-sort');
    });
  }

  #row(name) {
    if (!this.#rows.has(name)) {
      const cells = this.#columns.slice(1).map((column) => el(this.#cell('td', column)));
      this.#rows.set(name, { tr: el('tr', {}, el('td.name', {}, this.#make(name)), ...cells), cells });
    }
    return this.#rows.get(name);
  }

  #order(now) {
    const [named] = this.#columns;
    const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
    const { key, way } = this.#sort;
    if (key === named.key) return (a, b) => way * byName(a, b);
    const column = this.#columns.find((c) => c.key === key);
    const value = column.value ?? ((item) => item[key]);
    return (a, b) => {
      const one = value(a, now);
      const two = value(b, now);
      return way * (one < two ? -1 : one > two ? 1 : 0) || byName(a, b);
    };
  }

  /** Puts itself into the place. known: names of which rows are kept; none: what is said when no item is left. */
  draw(place, items, now, known, none) {
    this.#again = () => this.draw(place, items, now, known, none);
    if (this.#root.parentNode !== place) place.replaceChildren(this.#root);
    const columns = this.#columns.slice(1);
    const wanted = items.slice().sort(this.#order(now)).map((item) => {
      const { tr, cells } = this.#row(item.name);
      columns.forEach((column, i) => {
        text(cells[i], column.show(item, now));
        if (column.title) attribute(cells[i], 'title', column.title(item));
      });
      this.#dress(tr, item);
      return tr;
    });
    for (const name of this.#rows.keys()) if (!known.has(name)) this.#rows.delete(name);
    const body = this.#body;
    if (!wanted.length) {
      if (body.textContent === none) return;
      body.replaceChildren(el('tr', {}, el('td.none', { colspan: this.#columns.length }, none)));
    } else if (wanted.length !== body.children.length || wanted.some((tr, i) => tr !== body.children[i])) {
      const focused = document.activeElement;
      body.replaceChildren(...wanted);
      if (focused && focused !== document.activeElement && body.contains(focused)) focused.focus({ preventScroll: true });
    }
  }
}
