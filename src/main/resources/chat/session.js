// Who is logged in: kept for this tab, or for the device by those who want to stay.

const KEY = 'skein.chat.session';

/** {username, token, expires, stays}, or null. */
export let session = read(sessionStorage) ?? read(localStorage);

function read(storage) {
  try {
    const kept = JSON.parse(storage.getItem(KEY));
    return kept?.token && kept.expires > Date.now() ? kept : null;
  } catch {
    return null;
  }
}

export function begin(known) {
  session = known;
  try {
    (known.stays ? localStorage : sessionStorage).setItem(KEY, JSON.stringify(known));
  } catch {
    // A browser that keeps nothing has to ask again after a reload.
  }
}

export function forget() {
  session = null;
  try {
    sessionStorage.removeItem(KEY);
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

/** Another tab of this device logged out. */
export function whenEndedElsewhere(act) {
  addEventListener('storage', (event) => {
    if (event.key === KEY && !event.newValue && session?.stays) act();
  });
}

/** Case does not count in names. */
export const key = (name) => name.toLowerCase();

export const isMe = (name) => session !== null && key(name) === key(session.username);
