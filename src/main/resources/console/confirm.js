// Asks once more before something is done that cannot be undone, and says what will happen.
import { byId, el, text } from './dom.js';

const dialog = byId('confirm');
const yes = byId('confirm-yes');
const field = el('input', { id: 'confirm-typed', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
const asked = el('code');
const typing = el('div.field.typing', { hidden: '' }, el('label', { for: 'confirm-typed' }, 'Type ', asked, ' to go on'), field);
byId('confirm-text').after(typing);
let word = '';
let answer = () => {};

const isRight = () => !word || field.value.trim() === word;

function agree() {
  if (isRight()) dialog.close('yes');
}

yes.addEventListener('click', agree);
field.addEventListener('input', () => { yes.disabled = !isRight(); });
field.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') {
    event.preventDefault();
    agree();
  }
});
byId('confirm-no').addEventListener('click', () => dialog.close(''));
dialog.addEventListener('close', () => answer(dialog.returnValue === 'yes'));

/** Whether a person said yes. typed: what has to be written first, where a click would be too easy. */
export function confirmed(title, sentence, label, { typed = '', grave = false } = {}) {
  word = typed;
  text(byId('confirm-title'), title);
  text(byId('confirm-text'), sentence);
  text(asked, typed);
  typing.hidden = !typed;
  text(yes, label);
  field.value = '';
  yes.disabled = Boolean(typed);
  yes.classList.toggle('doom', grave || Boolean(typed));
  answer(false);
  dialog.returnValue = '';
  dialog.showModal();
  (typed ? field : byId('confirm-no')).focus();
  return new Promise((resolve) => { answer = resolve; });
}
