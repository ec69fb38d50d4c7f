// Addresses. What is open stands in the hash, so that it can be linked, goes back and survives a reload:
// #/topics/orders/eu?from=-15m&find=cup is {page: 'topics', name: 'orders/eu', query: URLSearchParams}.
const FIRST = 'overview';

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function parse(hash) {
  if (!hash.startsWith('#/')) return parse(former(hash));
  const at = hash.indexOf('?');
  const [page, ...name] = hash.slice(2, at < 0 ? undefined : at).split('/').map(decoded);
  return { page: page || FIRST, name: name.join('/'), query: new URLSearchParams(at < 0 ? '' : hash.slice(at + 1)) };
}

/** Addresses of the page that the console was before it had several. */
function former(hash) {
  const asked = new URLSearchParams(hash.slice(1));
  if (asked.get('subscription')) return link('subscriptions', asked.get('subscription'));
  if (asked.get('tail')) return link('tail', '', { filter: asked.get('tail') });
  return `#/${FIRST}`;
}

/** name: of one thing on that page, perhaps with slashes; query: {name: value}, what is empty is left out. */
export function link(page, name = '', query = {}) {
  const said = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '' && value != null && value !== false));
  return `#/${page}${name ? `/${name.split('/').map(encodeURIComponent).join('/')}` : ''}${said.size ? `?${said}` : ''}`;
}

export const here = () => parse(location.hash);

/** Changes the query of what is open, without another step for the back button and without showing the page anew. */
export function remember(changes) {
  const { page, name, query } = here();
  const wanted = link(page, name, { ...Object.fromEntries(query), ...changes });
  if (wanted !== location.hash) history.replaceState(null, '', wanted);
}
