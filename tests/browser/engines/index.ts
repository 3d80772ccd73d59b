import { launchChromium } from './chromium.js';
import { launchFirefox } from './firefox.js';
import type { Engine, EngineName } from './types.js';
import { launchWebKit } from './webkit.js';

export { engineNames } from './types.js';
export type { Engine, EngineName, Key, Page } from './types.js';
export { PATIENCE_MS, until, within } from './wait.js';

const launchers: Record<EngineName, () => Promise<Engine>> = {
  chromium: launchChromium,
  firefox: launchFirefox,
  webkit: launchWebKit,
};

export function launch(name: EngineName): Promise<Engine> {
  return launchers[name]();
}
