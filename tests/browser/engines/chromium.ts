import { launchPuppeteer } from './puppeteer.js';
import type { Engine } from './types.js';

export function launchChromium(): Promise<Engine> {
  return launchPuppeteer('chromium', {
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
