import { existsSync, readFileSync } from 'node:fs';
import type { Collector, Metrics, RequestRecord } from '../../web/server/collector/collector.js';
import type { Server } from '../../web/server/app/server.js';
import { PATIENCE_MS, until, within, type Engine, type Page } from '../browser/engines/index.js';
import { PageServer, type FileSpec } from '../browser/pages.js';
import type { Subject } from '../browser/subjects/index.js';
import type { Tab, Tabs } from '../browser/tabs.js';
import { Gate } from './gate.js';
import { killPages } from './kill.js';

const dist = new URL('../../dist/', import.meta.url);

function shipped(name: string): string {
  const file = new URL(name, dist);
  if (!existsSync(file)) throw new Error(`dist/${name} is missing: run "npm run build" first`);
  return readFileSync(file, 'utf8');
}

/** What all sites of a run share. */
export interface World {
  server: Server;
  /** The classic script of each subject. */
  scripts: Map<Subject, string>;
}

/**
 * Counts in the page how many requests have come to an end and been taken note of, and what reached
 * its error handlers. A page that is `leaving` does not try again, however long the end takes.
 */
const observe = `<script>
  window.settled = 0;
  window.surprises = [];
  window.fetch = new Proxy(window.fetch, { apply(target, self, parameters) {
    const result = Reflect.apply(target, self, parameters);
    const end = () => setTimeout(() => setTimeout(() => settled++));
    result.then(end, end);
    return result;
  } });
  window.leaving = false;
  window.setTimeout = new Proxy(window.setTimeout, { apply: (target, self, [act, ms, ...rest]) => {
    const late = () => leaving ? Reflect.apply(target, self, [late, 50]) : act(...rest);
    return Reflect.apply(target, self, ms >= 100 ? [late, ms] : [act, ms, ...rest]) } });
  addEventListener('pageshow', () => { leaving = false; });
  addEventListener('error', (e) => surprises.push(e.message));
  addEventListener('unhandledrejection', (e) => surprises.push(String(e.reason)));
</script>`;

let lastProject = 0;

/**
 * A web site of its own, with storage of its own and a way to the collector of its own. What its
 * pages are like can be changed between visits.
 */
export class Site {
  readonly project = String(++lastProject);
  readonly #opened: Tab[] = [];
  release = 'shop@1.0.0';
  /** Source of an object literal. */
  options = '{}';
  subject: Subject = 'crashfree';
  /** Markup before the library. */
  head = observe;
  files: Record<string, FileSpec> = {};

  private constructor(
    readonly engine: Engine,
    private readonly tabs: Tabs,
    readonly world: World,
    readonly pages: PageServer,
    readonly gate: Gate,
  ) {}

  static async open(engine: Engine, tabs: Tabs, world: World): Promise<Site> {
    const pages = new PageServer();
    await pages.listen();
    const site = new Site(engine, tabs, world, pages, await Gate.open(world.server.port));
    pages.route('site', (path) => site.#serve(path));
    return site;
  }

  async close(): Promise<void> {
    for (const tab of this.#opened) await this.tabs.giveBack(tab).catch(() => undefined);
    await this.gate.refuse();
    await this.pages.close();
    /* A collector holds so many projects. */
    this.world.server.collector.reset(this.project);
  }

  get dsn(): string {
    return `http://0123456789abcdef0123456789abcdef@127.0.0.1:${this.gate.port}/${this.project}`;
  }

  #serve(path: string): FileSpec | undefined {
    const type = 'text/javascript; charset=utf-8';
    if (path === 'crashfree.min.js') return { type, body: this.world.scripts.get(this.subject)! };
    if (path === 'crashfree.storage.js') return { type, body: shipped(path) };
    if (this.files[path]) return this.files[path];
    const given = JSON.stringify({ dsn: this.dsn, release: this.release, environment: 'test' });
    return {
      body: `<!doctype html><meta charset="utf-8"><title>page</title>
        <link rel="icon" href="data:,">${this.head}
        <script src="/site/crashfree.min.js"></script>
        <script>window.client = crashfree.init(Object.assign(${given}, ${this.options}))</script>`,
    };
  }

  url(path = ''): string {
    return `${this.pages.origins[0]}/site/${path}`;
  }

  /** A page of the same origin without the library. */
  get plain(): string {
    return `${this.pages.origins[0]}/blank`;
  }

  async tab(): Promise<Tab> {
    const tab = await this.tabs.take();
    this.#opened.push(tab);
    return tab;
  }

  /** Whether the browser may have closed one of the pages before its end had run. */
  get cutShort(): boolean {
    return this.#opened.some((tab) => tab.cutShort);
  }

  /** Opens a page in a tab of its own. */
  async visit(path = ''): Promise<Page> {
    const page = await this.tab();
    await page.goto(this.url(path));
    return page;
  }

  /** Kills the process of a page, and with it whatever other tabs show of it. */
  async kill(page: Page): Promise<void> {
    await killPages(this.engine, page);
    this.tabs.killed();
  }

  get collector(): Collector {
    return this.world.server.collector;
  }

  metrics(release?: string): Metrics {
    return this.collector.metrics(this.project, release === undefined ? {} : { release });
  }

  requests(): readonly RequestRecord[] {
    return this.collector.requests(this.project);
  }

  fault(fault: Parameters<ReturnType<Collector['faults']>['push']>[0]): void {
    this.collector.faults(this.project).push(fault);
  }

  /** Waits for what the collector knows. */
  async when(what: string, check: () => boolean, timeoutMs = PATIENCE_MS): Promise<void> {
    let stop = (): void => {};
    const met = new Promise<void>((resolve) => {
      const ask = (): void => {
        if (check()) resolve();
      };
      stop = this.collector.on('change', ask);
      ask();
    });
    try {
      await within(what, met, timeoutMs);
    } catch {
      throw new Error(`not within ${timeoutMs} ms: ${what}; got ${JSON.stringify(this.metrics())}`);
    } finally {
      stop();
    }
  }

  async sessions(count: number, timeoutMs?: number): Promise<void> {
    await this.when(`${count} sessions`, () => this.metrics().all >= count, timeoutMs);
  }

  /** Waits for a stretch of time in which nothing arrives. */
  async calm(ms = 300): Promise<void> {
    await new Promise<void>((resolve) => {
      let timer = setTimeout(done, ms);
      const stop = this.collector.on('change', (project: string) => {
        if (project !== this.project) return;
        clearTimeout(timer);
        timer = setTimeout(done, ms);
      });
      function done(): void {
        stop();
        resolve();
      }
    });
  }

  /** What is wrong with the sessions as they arrived: doubled, ended twice, dropped. */
  wrongs(): string[] {
    const wrongs: string[] = [];
    const sessions = new Map<string, { inits: number; ends: number }>();
    for (const { outcome, reason, payload } of this.collector.updates(this.project)) {
      if (outcome === 'drop') wrongs.push(`dropped: ${reason}`);
      const { sid, init, status } = payload as { sid: string; init?: boolean; status: string };
      const seen = sessions.get(sid) ?? { inits: 0, ends: 0 };
      sessions.set(sid, seen);
      if (init) seen.inits++;
      if (['crashed', 'unhandled', 'abnormal'].includes(status)) seen.ends++;
    }
    for (const [sid, { inits, ends }] of sessions) {
      if (inits !== 1) wrongs.push(`${sid} has ${inits} inits`);
      if (ends > 1) wrongs.push(`${sid} ended ${ends} times`);
    }
    return wrongs;
  }

  /** Client reports that have arrived: quantity by reason. */
  reports(): Record<string, number> {
    const lost: Record<string, number> = {};
    for (const { items } of this.requests()) {
      for (const { reason, quantity } of items.flatMap(({ report }) => report?.discarded ?? [])) {
        lost[reason] = (lost[reason] ?? 0) + quantity;
      }
    }
    return lost;
  }
}

/** The records of the site in a storage. */
export function records(page: Page, kind: 'local' | 'session' = 'local'): Promise<string[]> {
  return page.evaluate(
    `Object.keys(${kind}Storage).filter((key) => key.startsWith('crashfree:'))
      .map((key) => ${kind}Storage[key])`,
  );
}

/** What records have of sessions (src/snapshot.c): those that the server has not heard of … */
export const UNHEARD = /"[\da-f]{32}1[01]0/;
/** … those of which it knows all … */
export const KNOWN = /"[\da-f]{32}10/;
/** … and those with an error that it has not heard of. */
export const ERRED = /"[\da-f]{32}11[01]\d0{8}1/;

/** Waits until the records are as wanted. */
export async function stored(
  page: Page,
  kind: 'local' | 'session',
  check: (records: string[]) => boolean,
): Promise<void> {
  let seen: string[] = [];
  await until(`records in ${kind} storage`, async () =>
    check((seen = await records(page, kind))),
  ).catch((cause: unknown) => {
    throw new Error(`the records stay ${JSON.stringify(seen)}`, { cause });
  });
}

/** Waits until so many requests of the page have come to an end. */
export const settled = (page: Page, count: number): Promise<void> =>
  page.waitFor(`window.settled >= ${count}`);

/** An expression for the number of sessions in a storage that the server has not heard of. */
export const lacking = (kind: 'local' | 'session'): string =>
  `(Object.values(${kind}Storage).join().split(${UNHEARD}).length - 1)`;

/**
 * Waits on another page of the origin until a page that was left has let go of its locks: on a busy
 * machine that can take longer than the next page has patience with it. No other page may be open.
 */
async function letGo(page: Page): Promise<void> {
  await page.run(`(function look() {
    const { locks } = navigator;
    if (!locks) window.free = true;
    else locks.query().then(({ held }) => {
      window.free = !held.some(({ name }) => name.startsWith('crashfree:'));
      if (!window.free) setTimeout(look, 20);
    });
  })()`);
  await page.waitFor('window.free === true');
}

/**
 * Leaves by the page itself as soon as a condition is met, before it can try again, and waits until it has
 * let go of its locks.
 */
export async function leaveWhen(page: Page, condition: string, url: string): Promise<void> {
  await page.leave(
    `{ const timer = setInterval(() => {
      if (!(${condition})) return;
      clearInterval(timer);
      window.leaving = true;
      location.assign('${url}');
    }, 5) }`,
  );
  await letGo(page);
}
