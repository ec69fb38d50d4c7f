// One topic.
import { byId, text } from './dom.js';
import { path } from './format.js';
import { link } from './route.js';

export function show(name, query, app) {
  byId('topic-follow').setAttribute('href', link('tail', '', { filter: name }));
  text(byId('topic-curl'), `curl '${location.origin}/t/${path(name)}?limit=10'`);
  return () => {};
}
