// Runs before the page is painted, so that nobody sees the wrong theme flash by.
'use strict';
(() => {
  const KEY = 'skein.theme';
  const NEXT = { system: 'light', light: 'dark', dark: 'system' };
  const NAMES = { system: 'System', light: 'Light', dark: 'Dark' };

  function remembered() {
    try {
      const theme = localStorage.getItem(KEY);
      return NEXT[theme] ? theme : 'system';
    } catch {
      return 'system';
    }
  }

  function show(theme) {
    if (theme === 'system') {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = theme;
    }
    const name = document.getElementById('theme-name');
    if (name) {
      name.textContent = NAMES[theme];
      document.getElementById('theme').setAttribute('aria-label', `Theme: ${NAMES[theme]}. Change`);
    }
    dispatchEvent(new Event('skein-theme'));
  }

  let theme = remembered();
  show(theme);
  addEventListener('DOMContentLoaded', () => {
    show(theme);
    document.getElementById('theme').addEventListener('click', () => {
      theme = NEXT[theme];
      try {
        localStorage.setItem(KEY, theme);
      } catch {
        // A browser that keeps nothing still shows it.
      }
      show(theme);
    });
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => show(theme));
})();
