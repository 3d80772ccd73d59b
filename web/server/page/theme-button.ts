import { repaint } from './timeline.js';
import { byId, setText } from './dom.js';

const THEMES = ['system', 'light', 'dark'] as const;

function themeNow(): (typeof THEMES)[number] {
  const { theme } = document.documentElement.dataset;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

function showTheme(): void {
  setText(byId('theme'), `Theme: ${themeNow()}`);
  repaint();
}

/** Lets the button switch between the themes, and remembers the choice. */
export function chooseTheme(): void {
  byId('theme').addEventListener('click', () => {
    const next = THEMES[(THEMES.indexOf(themeNow()) + 1) % THEMES.length];
    if (next === undefined || next === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = next;
    try {
      localStorage.setItem('theme', next ?? 'system');
    } catch {
      // Storage may be blocked; the choice then lasts for this page.
    }
    showTheme();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme);
  showTheme();
}
