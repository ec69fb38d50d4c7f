// Durable subscriptions: the list, or one of them.
import { byId } from '../dom.js';
import * as subscription from '../subscription.js';
import * as subscriptions from '../subscriptions.js';

export default {
  title: 'Subscriptions',
  show(root, { name, query }, app) {
    byId('subscriptions').hidden = Boolean(name);
    byId('subscription').hidden = !name;
    const stops = [subscriptions.show(query, app)];
    if (name) stops.push(subscription.open(name, app));
    return () => stops.forEach((stop) => stop());
  },
};
