import { launchPuppeteer } from './puppeteer.js';
import type { Engine } from './types.js';

export function launchFirefox(): Promise<Engine> {
  return launchPuppeteer('firefox', {
    browser: 'firefox',
    executablePath: process.env['FIREFOX'] ?? '/usr/bin/firefox-esr',
  });
}
