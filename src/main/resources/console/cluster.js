// The members of the cluster, a card each, and who led when. All of it is this node's word: only a leader knows how much
// of the log the others hold.
import { el, text } from './dom.js';
import { count } from './format.js';

class Card {
  constructor(id) {
    this.role = el('span.badge');
    this.self = el('span.member-self');
    this.dot = el('i.dot');
    this.word = el('span');
    this.held = el('span.held');
    this.committed = el('span.committed');
    this.applied = el('span.applied');
    this.bar = el('div.reach', { role: 'img' }, this.held, this.committed, this.applied);
    this.facts = new Map();
    this.unknown = el('span', {}, 'its log is known to the leader only');
    this.factList = el('div.member-facts', {}, this.unknown);
    this.address = el('span.mono');
    this.link = el('a', { rel: 'noopener' }, 'Console');
    this.root = el('li.member', {},
      el('div.member-head', {}, el('span.member-id', { title: id }, id), this.role, this.self,
        el('span.member-state', {}, this.dot, this.word)),
      this.bar, this.factList,
      el('div.member-place', {}, this.address, this.link));
    this.root.addEventListener('animationend', () => this.root.classList.remove('changed'));
  }

  fact(name, value, behind = false) {
    if (!this.facts.has(name)) {
      const shown = el('b');
      const root = el('span', {}, `${name} `, shown);
      this.factList.append(root);
      this.facts.set(name, { shown, root });
    }
    const { shown, root } = this.facts.get(name);
    root.hidden = value == null;
    text(shown, value == null ? '' : count(value));
    shown.classList.toggle('behind', behind);
  }

  show(member, { node, log }) {
    const self = member.id === node.id;
    const leads = member.id === node.leader;
    const role = self ? node.role : leads ? 'leader' : !member.voter ? 'learner' : node.leader && member.reachable ? 'follower' : 'voter';
    if (this.shownRole && this.shownRole !== role) {
      this.root.classList.remove('changed');
      void this.root.offsetWidth; // Begins the animation anew.
      this.root.classList.add('changed');
    }
    this.shownRole = role;
    text(this.role, role);
    this.role.className = `badge ${role === 'leader' ? 'leads' : role === 'candidate' ? 'warn' : ''}`;
    text(this.self, self ? 'this node' : '');
    this.root.classList.toggle('leads', role === 'leader');
    const well = self ? node.health === 'ok' : member.reachable;
    this.root.classList.toggle('gone', !well);
    this.dot.className = `dot ${well ? 'good' : 'bad'}`;
    text(this.word, self ? node.health : member.reachable ? 'reachable' : 'unreachable');

    // What it holds for sure: of itself a node knows all, of others a leader what they said in its term, of a leader that
    // it has whatever is committed.
    const told = member.matchIndex > 0 || (member.matchIndex === 0 && member.reachable);
    const held = self ? log.last : told ? member.matchIndex : leads ? log.commit : null;
    const committed = self ? log.commit : held == null ? null : Math.min(held, log.commit);
    const applied = self ? log.applied : null;
    this.bar.classList.toggle('unknown', held == null);
    const end = Math.max(log.last, held ?? 0);
    const width = (index) => (index == null ? '0' : `${share(end - index, end).toFixed(2)}%`);
    this.held.style.width = width(held);
    this.committed.style.width = width(committed);
    this.applied.style.width = width(applied);
    const behind = held == null ? null : Math.max(0, log.commit - (self ? log.applied : held));
    this.bar.setAttribute('aria-label', held == null
      ? `What ${member.id} holds only the leader knows`
      : `${member.id} holds the log up to ${held}, ${behind} behind`);
    this.bar.title = held == null ? 'Only the leader knows how much of the log it holds' : 'Its log, up to the newest entry; gaps by the logarithm';
    this.unknown.hidden = held != null;
    this.fact('term', self ? log.term : null);
    this.fact('applied', applied);
    this.fact('commit', self ? log.commit : null);
    this.fact('match', !self && told ? member.matchIndex : null);
    this.fact('behind', behind, behind > 0);
    text(this.address, member.address);
    this.link.hidden = self || !member.httpAddress;
    const address = member.httpAddress ?? '';
    const href = !address ? '#' : `${address.includes('://') ? address : `http://${address}`}/`;
    if (this.link.getAttribute('href') !== href) this.link.setAttribute('href', href);
  }
}

/** Per cent of a bar: full when nothing lacks; one entry of a million can be seen, and so can half of them. */
function share(lack, all) {
  return lack <= 0 ? 100 : Math.max(2, 100 * (1 - Math.log2(1 + lack) / Math.log2(2 + Math.max(1024, all))));
}

/** The cards in a list, with a word on who leads and who is reached. dress(card, member, state): what a page adds. */
export class Flock {
  #list;
  #word;
  #dress;
  #cards = new Map();

  constructor(list, word, dress = () => {}) {
    this.#list = list;
    this.#word = word;
    this.#dress = dress;
  }

  show(state) {
    const { members, node, log } = state;
    for (const [id, card] of this.#cards) {
      if (!members.some((m) => m.id === id)) {
        card.root.remove();
        this.#cards.delete(id);
      }
    }
    members.forEach((member, i) => {
      if (!this.#cards.has(member.id)) this.#cards.set(member.id, new Card(member.id));
      const card = this.#cards.get(member.id);
      const place = this.#list.children[i];
      if (place !== card.root) this.#list.insertBefore(card.root, place);
      card.show(member, state);
      this.#dress(card, member, state);
    });
    const voters = members.filter((m) => m.voter);
    const reached = voters.filter((m) => m.reachable).length;
    const majority = reached > voters.length / 2;
    text(this.#word, [
      `term ${count(log.term)}`,
      node.leader ? `${node.leader} leads` : 'no leader',
      majority ? `${reached} of ${voters.length} voters reached` : `no majority: ${reached} of ${voters.length} voters reached from here`,
    ].join(' · '));
    this.#word.classList.toggle('none', !node.leader || !majority);
  }
}
