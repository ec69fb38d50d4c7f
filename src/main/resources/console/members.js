// Who is a member: adding, removing, handing the lead over. Each says first what will happen.
import { byId, el } from './dom.js';
import { some } from './format.js';
import { link } from './route.js';

const form = byId('add-form');
let app = null;
let busy = false;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  add(byId('add-id').value.trim(), byId('add-address').value.trim(), byId('add-voter').checked);
});

export function begin(given) {
  app = given;
}

/** What may be done with a member, on its card. */
export function dress(card, member, { node, members }) {
  card.actions ??= actions(card);
  const leads = member.id === node.leader;
  card.lead.hidden = !node.leader || leads || !member.voter || !member.reachable;
  card.away.hidden = !leads || members.filter((m) => m.voter).length < 2;
  card.drop.hidden = members.length < 2;
  card.member = member;
}

function actions(card) {
  const button = (kind, label, act) => el(kind, { type: 'button', onclick: () => act(card.member) }, label);
  card.lead = button('button.act', 'Let it lead', lead);
  card.away = button('button.act', 'Hand over', away);
  card.drop = button('button.act.grave', 'Remove', remove);
  const bar = el('div.actions.card-actions', {}, card.lead, card.away, card.drop);
  card.root.append(bar);
  return bar;
}

/** Asks, does it, says how it went. */
async function act(question, doing, done) {
  if (busy || !await app.confirm(question)) return;
  busy = true;
  app.say('Asked the cluster …');
  try {
    app.say(done(await doing()));
  } catch (failure) {
    app.say(failure.message, true);
  } finally {
    busy = false;
  }
}

const voters = () => app.state.members.filter((m) => m.voter);
const majority = (n) => Math.floor(n / 2) + 1;

/** What is left to vote, and whether that is enough. */
function staying(gone) {
  const stay = voters().filter((m) => m.id !== gone);
  if (stay.length === 0) return 'It is the only voter: the cluster refuses to be left without one.';
  if (stay.length === 1) return '1 voter stays, and what that one loses is lost.';
  const reached = stay.filter((m) => m.reachable || m.id === app.state.node.id).length;
  const need = majority(stay.length);
  const said = `${some(stay.length, 'voter')} stay, of which ${need} have to be there for a publish.`;
  if (reached === stay.length) return said;
  return reached < need
    ? `${said} Only ${reached} of them can be reached: nothing could be published any more, until another one is back.`
    : `${said} ${some(stay.length - reached, 'of them', 'of them')} cannot be reached now.`;
}

function add(id, address, voter) {
  const after = voters().length + 1;
  return act({
    title: `Add ${id} at ${address}?`,
    text: voter
      ? `It must be running already. It is given all the data as a learner; once it has caught up it votes, and of ${some(after, 'voter')} then ${majority(after)} have to be there for a publish.`
      : 'It must be running already. It is given all the data and serves readers and subscribers, but does not vote: nothing waits for it.',
    yes: 'Add it',
  }, () => app.request('POST', 'v1/cluster/members', { body: { id, address, voter } }), () => {
    form.reset();
    byId('adding').open = false;
    return `${id} is in the log as a learner and catches up${voter ? '; it votes once it has' : ''}.`;
  });
}

function remove(member) {
  const leads = member.id === app.state.node.leader;
  const orphaned = app.served === member.id && app.base();
  const sentence = [
    `${member.id} stops taking part and stays stopped until it is started with --join; then it begins anew, without its data.`,
    member.voter ? staying(member.id) : '',
    leads ? 'It leads now: the lead is handed over first.' : '',
    orphaned ? `This page came from ${member.id} and is let in nowhere without it: the console of ${app.state.node.id} opens instead.` : '',
  ].filter(Boolean).join(' ');
  return act({ title: `Remove ${member.id} from the cluster?`, text: sentence, yes: `Remove ${member.id}`, typed: member.id },
    () => {
      const asked = app.request('DELETE', `v1/cluster/members/${encodeURIComponent(member.id)}`);
      return orphaned ? asked.then(() => location.assign(`${app.base()}${link('cluster')}`)) : asked;
    }, () => `${member.id} is removed.`);
}

const PAUSE = 'Publishes wait for a moment while the lead changes hands; nothing that was acknowledged is lost.';

function lead(member) {
  return act({ title: `Let ${member.id} lead?`, text: `${app.state.node.leader} hands over to ${member.id}. ${PAUSE}`, yes: 'Hand over' },
    () => app.request('POST', 'v1/cluster/transfer', { body: { to: member.id } }), () => `${member.id} leads.`);
}

function away(member) {
  return act({ title: `Have another voter lead instead of ${member.id}?`, text: `The one that has most of the log takes over. ${PAUSE}`, yes: 'Hand over' },
    () => app.request('POST', 'v1/cluster/transfer', { body: { from: member.id } }), ({ leader }) => `${leader ?? 'Another one'} leads.`);
}
