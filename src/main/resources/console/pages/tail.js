// Messages as they come, and who else listens.
import * as subscribers from '../subscribers.js';
import * as tail from '../tail.js';

export default {
  title: 'Live tail',
  show(root, { query }, app) {
    const stops = [app.whenState(subscribers.show), app.whenState(tail.know), tail.show(query, app)];
    return () => stops.forEach((stop) => stop());
  },
};
