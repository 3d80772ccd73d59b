import { launchPuppeteer } from './puppeteer.js';
import type { Engine } from './types.js';

export function launchFirefox(): Promise<Engine> {
  return launchPuppeteer('firefox', {
    browser: 'firefox',
    // Its crash helper would leave the process group.
    env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1' },
    // The tab's wheel, which turns while a page loads, takes half of what a load costs.
    extraPrefsFirefox: { 'ui.prefersReducedMotion': 1 },
    executablePath: process.env['FIREFOX'] ?? '/usr/bin/firefox-esr',
  });
}
