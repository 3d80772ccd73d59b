import { launchPuppeteer } from './puppeteer.js';
import type { Engine } from './types.js';

export function launchFirefox(): Promise<Engine> {
  return launchPuppeteer('firefox', {
    browser: 'firefox',
    // Its crash helper would leave the process group.
    env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1' },
    extraPrefsFirefox: {
      // The tab's wheel, which turns while a page loads, takes half of what a load costs.
      'ui.prefersReducedMotion': 1,
      // Nobody looks at the windows: to draw them 60 times a second takes a sixth of the rest.
      'layout.frame_rate': 10,
    },
    executablePath: process.env['FIREFOX'] ?? '/usr/bin/firefox-esr',
  });
}
