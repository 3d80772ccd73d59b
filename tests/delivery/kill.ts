import { readdirSync, readFileSync } from 'node:fs';
import {
  until,
  within,
  type Engine,
  type EngineName,
  type Page,
} from '../browser/engines/index.js';

/** Whether pages can be killed without the driver losing the browser. */
export const canKill = (engine: EngineName): boolean => engine !== 'webkit';

/**
 * Kills the process of a page. Chromium has an address for that; of Firefox all processes for pages
 * are killed, found among the descendants of this very process by the browser's own profile.
 */
export async function killPages(engine: Engine, page: Page): Promise<void> {
  if (engine.name === 'chromium') {
    await within('crash', page.goto('chrome://crash'), 5000).catch(() => undefined);
    return;
  }
  const pids = pageProcesses();
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until('the pages are gone', async () => !pageProcesses().some((pid) => pids.includes(pid)));
}

/** Content processes for web pages among the descendants of this process. */
function pageProcesses(): number[] {
  const parents = new Map<number, number>();
  const pages: number[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') continue;
      parents.set(Number(name), Number(parent));
      const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      // Those for extensions have the same arguments and another name.
      if (/ -contentproc .* tab$/.test(args) && !stat.includes('(WebExtensions)')) {
        pages.push(Number(name));
      }
    } catch {
      // It has ended meanwhile.
    }
  }
  const isOurs = (pid: number | undefined): boolean =>
    pid === process.pid || (pid !== undefined && pid > 1 && isOurs(parents.get(pid)));
  return pages.filter((pid) => isOurs(pid));
}
