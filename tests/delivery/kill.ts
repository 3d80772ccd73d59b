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
 * Kills the process of a page. Chromium has an address for that. Firefox has processes without a page
 * as well, which it cannot do without; that of the page is told by a worker's thread.
 */
export async function killPages(engine: Engine, page: Page): Promise<void> {
  if (engine.name === 'chromium') {
    await within('crash', page.goto('chrome://crash'), 5000).catch(() => undefined);
    return;
  }
  await page.evaluate(`!!(window.worker = new Worker('data:text/javascript,onmessage=()=>{}'))`);
  let pids: number[] = [];
  await until('the process of the page', async () => (pids = workerProcesses()).length > 0);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until(
    'the process is gone',
    async () => !workerProcesses().some((pid) => pids.includes(pid)),
  );
  // Until the browser has seen it, too, it may put a new tab or the next page into that process.
  await until('the browser shows its own page instead', () => showsOwnPage(page));
}

/** Firefox lets no script of a test look into a page of its own, and says so. */
async function showsOwnPage(page: Page): Promise<boolean> {
  try {
    await within('an answer of the page', page.evaluate('0'), 1000);
    return false;
  } catch (error) {
    return /parent process/.test(String(error));
  }
}

/** Processes with a worker among the descendants of this process, but for those of extensions. */
function workerProcesses(): number[] {
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
      if (!/ -contentproc .* tab$/.test(args) || stat.includes('(WebExtensions)')) continue;
      const threads = readdirSync(`/proc/${name}/task`).map((thread) =>
        readFileSync(`/proc/${name}/task/${thread}/comm`, 'utf8').trim(),
      );
      if (threads.includes('DOM Worker')) pages.push(Number(name));
    } catch {
      // It has ended meanwhile.
    }
  }
  const isOurs = (pid: number | undefined): boolean =>
    pid === process.pid || (pid !== undefined && pid > 1 && isOurs(parents.get(pid)));
  return pages.filter((pid) => isOurs(pid));
}
