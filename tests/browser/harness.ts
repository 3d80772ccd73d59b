import type {
  Collector,
  Metrics,
  RequestRecord,
  Update,
} from '../../web/server/collector/collector.js';
import { startServer } from '../../web/server/app/server.js';
import { PATIENCE_MS, type Page } from './engines/index.js';
import type { Features } from './features.js';
import {
  html,
  PageServer,
  type FileSpec,
  type Hit,
  type LibrarySite,
  type PageSpec,
} from './pages.js';
import { loadScripts, type Subject } from './subjects/index.js';
import type { Tab, Tabs } from './tabs.js';

const release = 'shop@1.0.0';
const environment = 'test';
const key = '0123456789abcdef0123456789abcdef';

/** The collector and the page server that all scenes of a run share. */
export class Bench {
  #lastProject = 0;

  private constructor(
    readonly collector: Collector,
    readonly collectorOrigin: string,
    readonly pages: PageServer,
    /** How long to wait for what has to come. */
    readonly patienceMs: number,
    private readonly closeCollector: () => Promise<void> | void,
  ) {}

  static async start(subjects: readonly Subject[], patienceMs = PATIENCE_MS): Promise<Bench> {
    const pages = new PageServer();
    for (const subject of subjects) pages.scripts.set(subject, await loadScripts(subject));
    const server = await startServer({ quiet: true });
    await pages.listen();
    return new Bench(server.collector, server.origin, pages, patienceMs, () => server.close());
  }

  async close(): Promise<void> {
    await this.pages.close();
    await this.closeCollector();
  }

  /** A page with nothing on it. */
  get blank(): string {
    return `${this.pages.origins[0]}/blank`;
  }

  newProject(): string {
    return String(++this.#lastProject);
  }

  dsn(project: string): string {
    return this.collectorOrigin.replace('//', `//${key}@`) + `/${project}`;
  }

  /** Waits for `check`, asked again after every request to the collector or the page server. */
  async when(what: () => string, check: () => boolean, timeoutMs = this.patienceMs): Promise<void> {
    if (check()) return;
    let stops: (() => void)[] = [];
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const ask = (): void => {
          if (check()) resolve();
        };
        stops = [this.pages.onHit(ask), this.collector.on('change', ask)];
        timer = setTimeout(
          () => reject(new Error(`not within ${timeoutMs} ms: ${what()}`)),
          timeoutMs,
        );
      });
    } finally {
      clearTimeout(timer);
      stops.forEach((stop) => stop());
    }
  }
}

/** A session update as it was on the wire. */
export interface Item {
  sid: string;
  did?: string;
  init?: boolean;
  status: string;
  errors?: number;
  started: string;
  timestamp?: string;
  attrs: { release: string; environment?: string; user_agent?: string };
}

/** A file, or what makes one of a request for it. */
export type Served = FileSpec | ((scene: Scene, body: () => Promise<string>) => Promise<FileSpec>);

/**
 * What is under way until all pages of the scene were left. A browser has six connections to an
 * origin, so more than one of these is asked of the other one.
 */
export const unanswered: Served = async (scene) => {
  await scene.over;
  return { body: '' };
};

export interface SceneSetup {
  bench: Bench;
  tabs: Tabs;
  features: Features;
  subject: Subject;
  page: PageSpec;
  /** Further pages, by path below the address of the scene. */
  pages?: Record<string, PageSpec>;
  files?: Record<string, Served>;
}

/** One case under way: pages of its own, and a project of its own to count in. */
export class Scene {
  readonly project: string;
  /** For pages that report to two projects. */
  readonly secondProject: string;
  readonly features: Features;
  readonly subject: Subject;
  readonly bench: Bench;
  readonly #setup: SceneSetup;
  readonly #opened: Tab[] = [];
  readonly problems: string[] = [];
  /** Whether `leaveAndReturn()` got the very same document back. */
  restored = false;
  #end = (): void => {};
  /** Settles when all pages were left. */
  readonly over = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  constructor(setup: SceneSetup) {
    this.#setup = setup;
    this.bench = setup.bench;
    this.features = setup.features;
    this.subject = setup.subject;
    this.project = this.bench.newProject();
    this.secondProject = this.bench.newProject();
    this.bench.pages.route(this.project, (path, body) => this.#serve(path, body));
  }

  #serve(path: string, body: () => Promise<string>): FileSpec | Promise<FileSpec> {
    const file = this.#setup.files?.[path];
    if (typeof file === 'function') return file(this, body);
    if (file) return { type: 'text/javascript; charset=utf-8', ...file };
    const { page, pages } = this.#setup;
    // As a single-page app's server does: every unknown path is the same page.
    const spec = pages?.[path] ?? page;
    return {
      body: this.fill(html(spec, this.site)),
      ...(spec.headers ? { headers: spec.headers } : {}),
    };
  }

  get site(): LibrarySite {
    const dsn = this.bench.dsn(this.project);
    const [origin] = this.bench.pages.origins;
    return {
      script: `${origin}/lib/${this.subject}/crashfree.min.js`,
      module: `${origin}/lib/${this.subject}/crashfree.js`,
      dsn,
      secondDsn: this.bench.dsn(this.secondProject),
      release,
      environment,
      data: `data-dsn="${dsn}" data-release="${release}" data-environment="${environment}"`,
    };
  }

  /** The address of a page or file of this scene. */
  url(path = ''): string {
    return `${this.bench.pages.origins[0]}/${this.project}/${path}`;
  }

  /** The same on another origin. */
  otherUrl(path = ''): string {
    return `${this.bench.pages.origins[1]}/${this.project}/${path}`;
  }

  get blank(): string {
    return this.bench.blank;
  }

  /** The page of the scene; the one opened first. */
  get page(): Page {
    const page = this.#opened[0];
    if (!page) throw new Error('no page is open');
    return page;
  }

  async newPage(): Promise<Page> {
    const tab = await this.#setup.tabs.take();
    this.#opened.push(tab);
    return tab;
  }

  run(script: string): Promise<void> {
    return this.page.run(script);
  }

  /** Puts addresses into markup and scripts: `$url/x`, and `$other/x` on another origin. */
  fill(text: string): string {
    return text.replaceAll('$url/', this.url()).replaceAll('$other/', this.otherUrl());
  }

  /** What the steps found out about the engine, for what is expected then. */
  found = '';
  /** What came to tunnels. */
  readonly tunnelled: string[] = [];

  /**
   * Hands an envelope on to the project of the scene, whatever DSN it names, as a tunnel does; the
   * status of the answer.
   */
  async forward(envelope: string): Promise<number> {
    this.tunnelled.push(envelope);
    const body = envelope.replace(/"dsn":"[^"]*",?/, '');
    const address = `${this.bench.collectorOrigin}/api/${this.project}/envelope/?sentry_key=${key}`;
    const answer = await fetch(address, { method: 'POST', body });
    return answer.status;
  }

  metrics(project = this.project): Metrics {
    return this.bench.collector.metrics(project);
  }

  updates(project = this.project): readonly Update[] {
    return this.bench.collector.updates(project);
  }

  items(project = this.project): Item[] {
    return this.updates(project).map((update) => update.payload as Item);
  }

  /** Everything that asked the collector for something, preflights too. */
  allRequests(project = this.project): readonly RequestRecord[] {
    return this.bench.collector.requests(project);
  }

  /** The requests that carried sessions. */
  requests(project = this.project): RequestRecord[] {
    return this.allRequests(project).filter((request) => /"type":"sessions?"/.test(request.body));
  }

  /** Waits until the numbers are as wanted. */
  async settled(
    what: string,
    check: (metrics: Metrics) => boolean,
    // The peer is known to miss many cases, which need not take for ever.
    timeoutMs = this.subject === 'sentry' ? 2500 : this.bench.patienceMs,
  ): Promise<void> {
    await this.bench.when(
      () => `${what}; got ${summary(this.metrics())}`,
      () => check(this.metrics()),
      timeoutMs,
    );
  }

  /** Waits until so many sessions are counted. */
  sessions(count: number): Promise<void> {
    return this.settled(`${count} sessions`, ({ all }) => all >= count);
  }

  /** Waits until so many session items have arrived. */
  async arrived(count: number): Promise<void> {
    await this.bench.when(
      () => `${count} items, got ${this.items().length}`,
      () => this.items().length >= count,
    );
  }

  /** Waits for a request to the page server. */
  async hit(path: string): Promise<Hit> {
    const full = `/${this.project}/${path}`;
    const find = (): Hit | undefined => this.bench.pages.hits.find((hit) => hit.path === full);
    await this.bench.when(
      () => `a request for ${full}`,
      () => find() !== undefined,
    );
    return find()!;
  }

  /**
   * Waits until the page has so many answers of the collector. What becomes of a request that is under
   * way when its page ends, nobody can know.
   */
  answered(count = 1): Promise<void> {
    return this.page.waitFor(`performance.getEntriesByType('resource').filter(
      ({ name, responseEnd }) => name.includes('/envelope/') && responseEnd > 0).length >= ${count}`);
  }

  /** Waits for a stretch of time in which nothing arrives. */
  async calm(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      let timer = setTimeout(done, ms);
      const stop = this.bench.collector.on('change', (project: string) => {
        if (project !== this.project && project !== this.secondProject) return;
        clearTimeout(timer);
        timer = setTimeout(done, ms);
      });
      function done(): void {
        stop();
        resolve();
      }
    });
  }

  /** Fails the case if anything arrives within `ms`. */
  async quiet(ms: number): Promise<void> {
    const before = this.allRequests().length;
    await this.calm(ms);
    const more = this.allRequests().length - before;
    this.check(more === 0, `${more} requests in a stretch that had to be quiet`);
  }

  /** Notes a problem if `fact` is false; the case goes on, to tell all at once. */
  check(fact: boolean, problem: string): void {
    if (!fact) this.problems.push(problem);
  }

  /** Goes to another page and back; whether the page was restored is asked, not assumed. */
  async leaveAndReturn(): Promise<void> {
    await this.page.evaluate('(window.stillHere = true)');
    await this.page.goto(this.blank);
    await this.page.back();
    this.restored = await this.page.evaluate('window.stillHere === true');
    this.check(
      this.restored === this.features.bfcache,
      this.restored ? 'the page was restored' : 'the page was loaded again, not restored',
    );
  }

  /** Lets go of the tab at the end, for where a driver cannot follow what became of it. */
  abandonTab(): void {
    for (const tab of this.#opened) tab.abandoned = true;
  }

  /** Whether the browser may have closed one of the pages before its end had run. */
  get cutShort(): boolean {
    return this.#opened.some((tab) => tab.cutShort);
  }

  /** Leaves every page; after a problem the tabs are closed, as nobody knows their state. */
  async leavePages(): Promise<void> {
    for (const tab of this.#opened) {
      if (this.problems.length > 0) tab.touched = true;
      await this.#setup.tabs.giveBack(tab);
    }
    this.#end();
  }

  /** Really closes the page of the scene, as a user would. */
  async closePage(): Promise<void> {
    await this.page.close();
  }
}

export function summary(metrics: Metrics): string {
  const { all, healthy, errored, crashed, unhandled, abnormal, users } = metrics;
  const parts = { all, healthy, errored, crashed, unhandled, abnormal, users: users.all };
  return Object.entries(parts)
    .filter(([name, value]) => value !== 0 || name === 'all')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
