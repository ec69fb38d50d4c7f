// The head of every page: who this node is and how it is.
import { byId, text } from './dom.js';
import { duration } from './format.js';

const HEALTH = {
  ok: 'Healthy', 'no-leader': 'No leader', 'catching-up': 'Catching up', amnesiac: 'Amnesiac', corrupt: 'Corrupt',
  'disk-full': 'Disk full', draining: 'Draining', removed: 'Removed',
};
const GRAVE = new Set(['amnesiac', 'corrupt', 'disk-full', 'removed']);

export const healthWord = (health) => HEALTH[health] ?? health;
export const isGrave = (health) => GRAVE.has(health);

export function show({ node, at }) {
  text(byId('node'), node.id);
  const role = byId('role');
  role.hidden = false;
  text(role, node.role);
  role.className = `badge ${node.role === 'leader' ? 'leads' : ''}`;
  const health = byId('health');
  health.hidden = false;
  text(health, healthWord(node.health));
  health.className = `badge ${node.health === 'ok' ? 'good' : GRAVE.has(node.health) ? 'bad' : 'warn'}`;
  const leader = byId('leader');
  leader.hidden = node.leader === node.id && node.durable === 'quorum';
  text(leader, [
    node.leader === node.id ? '' : node.leader ? `leader ${node.leader}` : 'no leader known',
    node.durable === 'quorum' ? '' : 'durable in memory only',
  ].filter(Boolean).join(' · '));
  text(byId('uptime'), duration(at - node.startedAt));
}
