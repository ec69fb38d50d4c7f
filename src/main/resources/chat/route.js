// Which conversation is open, in the address's hash, so that the back button of a phone closes it: #with=anna

export function open() {
  return new URLSearchParams(location.hash.slice(1)).get('with') ?? '';
}

export const to = (name) => `#${new URLSearchParams({ with: name })}`;

export function go(name) {
  const fromList = !open();
  location.hash = to(name);
  if (fromList) history.replaceState({ fromList: true }, '');
}

/** To the list of all; not one step more in the history than there was. */
export function back() {
  if (history.state?.fromList) {
    history.back();
  } else {
    history.replaceState(null, '', location.pathname + location.search);
    dispatchEvent(new Event('hashchange'));
  }
}

export function whenChanged(act) {
  addEventListener('hashchange', act);
}
