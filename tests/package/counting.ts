import type { ErrorEvent } from '../../web/src/events/event.js';
import type { Collector, Metrics } from '../../web/server/collector/collector.js';
import { startServer } from '../../web/server/app/server.js';
import { PATIENCE_MS } from '../browser/engines/index.js';

const key = '0123456789abcdef0123456789abcdef';

/** The collector that a run counts with; every page gets a project of its own. */
export class Counting {
  #last = 0;

  private constructor(
    private readonly collector: Collector,
    readonly origin: string,
    readonly close: () => Promise<void> | void,
  ) {}

  static async start(): Promise<Counting> {
    const server = await startServer({ quiet: true });
    return new Counting(server.collector, server.origin, () => server.close());
  }

  newProject(): string {
    return String(++this.#last);
  }

  dsn(project: string): string {
    return `${this.origin.replace('//', `//${key}@`)}/${project}`;
  }

  metrics(project: string): Metrics {
    return this.collector.metrics(project);
  }

  reset(project: string): void {
    this.collector.reset(project);
  }

  /** Waits for a stretch of time in which nothing arrives. */
  async calm(project: string, ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stop();
        resolve();
      };
      let timer = setTimeout(done, ms);
      const stop = this.collector.on('change', (changed: string) => {
        if (changed !== project) return;
        clearTimeout(timer);
        timer = setTimeout(done, ms);
      });
    });
  }

  requests(project: string): number {
    return this.collector.requests(project).length;
  }

  /** The events as they were sent, and the bytes of each. */
  async events(project: string): Promise<{ event: ErrorEvent; bytes: number }[]> {
    const answer = await fetch(`${this.origin}/api/${project}/requests`);
    const requests = (await answer.json()) as { body: string; status: number }[];
    return requests.flatMap(({ body, status }) => {
      const lines = body.split('\n');
      const text = lines[lines.indexOf('{"type":"event"}') + 1];
      return status === 200 && lines.includes('{"type":"event"}')
        ? [{ event: JSON.parse(text!) as ErrorEvent, bytes: Buffer.byteLength(text!) }]
        : [];
    });
  }

  /** What the client reports of its losses tell, by category and reason. */
  async losses(project: string): Promise<Record<string, number>> {
    const answer = await fetch(`${this.origin}/api/${project}/requests`);
    const losses: Record<string, number> = {};
    for (const { body } of (await answer.json()) as { body: string }[]) {
      for (const line of body.split('\n').filter((text) => text.includes('discarded_events'))) {
        const { discarded_events: lost } = JSON.parse(line) as {
          discarded_events: { category: string; reason: string; quantity: number }[];
        };
        for (const { category, reason, quantity } of lost) {
          losses[`${category}/${reason}`] = (losses[`${category}/${reason}`] ?? 0) + quantity;
        }
      }
    }
    return losses;
  }

  releases(project: string): string[] {
    const releases = this.collector
      .updates(project)
      .map((update) => (update.payload as { attrs: { release: string } }).attrs.release);
    return [...new Set(releases)];
  }

  /** How many errors each session had in the end. */
  errors(project: string): number[] {
    const bySession = new Map<string, number>();
    for (const { payload } of this.collector.updates(project)) {
      const { sid, errors } = payload as { sid: string; errors?: number };
      bySession.set(sid, errors ?? 0);
    }
    return [...bySession.values()];
  }

  /** Waits until the numbers of a project are as wanted. */
  async until(
    project: string,
    what: string,
    check: (metrics: Metrics) => boolean,
    timeoutMs = PATIENCE_MS,
  ): Promise<void> {
    let stop = (): void => {};
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const ask = (): void => {
          if (check(this.metrics(project))) resolve();
        };
        const late = (): void => {
          const { all, crashed } = this.metrics(project);
          reject(new Error(`not within ${timeoutMs} ms: ${what}; got ${all} (${crashed} crashed)`));
        };
        timer = setTimeout(late, timeoutMs);
        stop = this.collector.on('change', ask);
        ask();
      });
    } finally {
      clearTimeout(timer);
      stop();
    }
  }
}
