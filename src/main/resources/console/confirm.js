// Asks once more before something is done that cannot be undone.
import { byId, text } from './dom.js';

const dialog = byId('confirm');
const yes = byId('confirm-yes');
let answer = () => {};

yes.addEventListener('click', () => {
  dialog.close('yes');
});
byId('confirm-no').addEventListener('click', () => dialog.close(''));
dialog.addEventListener('close', () => answer(dialog.returnValue === 'yes'));

/** Whether a person said yes. */
export function confirmed(title, sentence, label) {
  text(byId('confirm-title'), title);
  text(byId('confirm-text'), sentence);
  text(yes, label);
  dialog.returnValue = '';
  dialog.showModal();
  byId('confirm-no').focus();
  return new Promise((resolve) => { answer = resolve; });
}
