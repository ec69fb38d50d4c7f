// Making elements. Whatever strangers wrote goes in as text; nothing here or elsewhere makes markup of a string.

/** el('td.num', {title: 'x'}, 'text', child, ...) */
export function el(what, properties = {}, ...children) {
  const [tag, ...classes] = what.split('.');
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(' ');
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Changes text only when it differs: selections and screen readers are left in peace. */
export function text(element, value) {
  const string = String(value);
  if (element.textContent !== string) element.textContent = string;
}

/** The same for an attribute. */
export function attribute(element, name, value) {
  const string = String(value);
  if (element.getAttribute(name) !== string) element.setAttribute(name, string);
}

export async function copy(value, button) {
  try {
    await navigator.clipboard.writeText(value);
  } catch {
    // Without a secure origin there is no clipboard API, only the old way.
    const area = el('textarea.unseen', { readonly: '' });
    area.value = value;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  if (!button) return;
  const before = button.dataset.label ?? button.textContent;
  button.dataset.label = before;
  button.textContent = 'Copied';
  clearTimeout(button.timer);
  button.timer = setTimeout(() => { button.textContent = before; }, 1200);
}

export function copyButton(value, label = 'Copy') {
  const button = el('button.quiet.copy', { type: 'button' }, label);
  button.addEventListener('click', () => copy(value, button));
  return button;
}

/** Lines that teach, each to be copied. */
export function lesson(title, ...lines) {
  return el('div.lesson', {}, el('p', {}, title),
    ...lines.map((line) => el('div.command', {}, el('code', {}, line), copyButton(line))));
}

/** A list of names and values, dl.facts: (name, value, note) adds one or changes it. */
export function facts(list) {
  const known = new Map();
  return (name, value, note = '') => {
    if (!known.has(name)) {
      const shown = el('span.fact-value');
      const more = el('span.fact-note');
      const dd = el('dd', {}, shown, more);
      list.append(el('div', {}, el('dt', {}, name), dd));
      known.set(name, { shown, more, dd });
    }
    const fact = known.get(name);
    text(fact.shown, value);
    text(fact.more, note);
    return fact;
  };
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg(tag, attributes = {}) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
