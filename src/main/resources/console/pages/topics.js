// Topics: the list, or one of them; and the publish box.
import * as delayed from '../delayed.js';
import { byId } from '../dom.js';
import * as publish from '../publish.js';
import * as topic from '../topic.js';
import * as topics from '../topics.js';

export default {
  title: 'Topics',
  show(root, { name, query }, app) {
    byId('topics').hidden = Boolean(name);
    byId('topic').hidden = !name;
    const stops = [publish.show(name, app), delayed.show(name, app)];
    stops.push(name ? topic.show(name, query, app) : topics.show(query, app));
    return () => stops.forEach((stop) => stop());
  },
};
