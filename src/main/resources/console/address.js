// What is open, in the address's hash, so that it can be linked: #tail=orders%2F%23&subscription=billing
const asked = () => new URLSearchParams(location.hash.slice(1));

/** Empty when it names none. */
export const linked = (name) => asked().get(name) ?? '';

export function link(name, value) {
  const all = asked();
  // What a link within the page left: #topics.
  for (const [other, its] of [...all]) if (!its) all.delete(other);
  if (value) all.set(name, value);
  else all.delete(name);
  history.replaceState(null, '', all.size ? `#${all}` : location.pathname + location.search);
}
