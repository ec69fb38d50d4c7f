// A durable subscription is made or changed: one form for both. A new one does not take the place of one that is there.
import { ask } from './ask.js';
import { byId, text } from './dom.js';

const dialog = byId('plan');
const form = byId('plan-form');
const field = (name) => byId(`plan-${name}`);
/** As the node has it where nothing is said; 0 has to be said. */
const DELIVERIES = 5;
let before = null;
let done = () => {};
/** How often it was: what comes late for a form that is no longer open says and closes nothing. */
let opened = 0;

field('cancel').addEventListener('click', () => dialog.close());
form.addEventListener('submit', (event) => {
  event.preventDefault();
  save();
});

/** config: of one that there is, null for a new one; saved(name, isNew) */
export function open(name, config, saved) {
  form.reset();
  opened++;
  before = config;
  done = saved;
  say('');
  field('name').value = name;
  field('name').readOnly = Boolean(config);
  field('from').disabled = Boolean(config);
  text(byId('plan-title'), config ? `Change ${name}` : 'New subscription');
  text(field('save'), config ? 'Save' : 'Make it');
  if (config) {
    field('filter').value = config.filter;
    field('lease').value = config.lease;
    field('max').value = config.maxDeliveries;
    field('backoff').value = config.backoff.join(', ');
    field('dead').value = config.deadLetter ?? '';
    field('order').value = config.order;
  }
  dialog.showModal();
  (config ? field('filter') : field('name')).focus();
}

async function save() {
  const [mine, was, then] = [opened, before, done];
  const isOpen = () => mine === opened && dialog.open;
  const name = field('name').value.trim();
  const body = {
    filter: field('filter').value.trim(),
    lease: field('lease').value.trim() || '30s',
    maxDeliveries: Number(field('max').value.trim() || DELIVERIES),
    backoff: field('backoff').value.split(',').map((step) => step.trim()).filter(Boolean),
    deadLetter: field('dead').value.trim() || null,
    order: field('order').value,
    paused: was?.paused ?? false,
  };
  if (!was) body.from = field('from').value;
  try {
    if (!was && await isThere(name)) {
      if (isOpen()) say(`There is a subscription ${name} already: open it to change it.`);
      return;
    }
    await ask('PUT', url(name), { body });
    if (!isOpen()) return;
    dialog.close();
    then(name, !was);
  } catch (failure) {
    if (isOpen()) say(failure.message);
  }
}

const url = (name) => `v1/subscriptions/${encodeURIComponent(name)}`;

async function isThere(name) {
  try {
    return Boolean(await ask('GET', url(name)));
  } catch (failure) {
    if (failure.status === 404) return false;
    throw failure;
  }
}

function say(words) {
  text(byId('plan-said'), words);
  byId('plan-said').hidden = !words;
}
