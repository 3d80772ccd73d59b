import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Metrics } from '../../web/server/collector/collector.js';
import type { Summary } from '../../web/server/app/summary.js';
import { root } from '../../web/build/run.js';
import { start, stop } from '../browser/engines/processes.js';
import { within } from '../browser/engines/index.js';

const program = join(root, 'dist/dev.js');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command to its end. */
export async function cli(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args]);
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (ended.stdout += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (ended.stderr += String(chunk)));
  const [code] = (await within(`dev.js ${args.join(' ')}`, once(child, 'close'))) as [number];
  return { ...ended, code };
}

/** The demo as `npm run demo` starts it, with what it prints. */
export class Demo {
  #summary: Summary | undefined;
  readonly #heard = new EventTarget();
  readonly #leave = new AbortController();

  private constructor(
    readonly printed: string,
    readonly health: string,
    readonly shop: string,
    readonly dsn: string,
    private readonly stop: () => Promise<number | null>,
  ) {}

  static async start(...args: string[]): Promise<Demo> {
    const child = start(process.execPath, [program, 'dev', '--demo', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    const ready = new Promise<void>((resolve, reject) => {
      child.stdout!.on('data', (chunk: Buffer) => {
        printed += String(chunk);
        if (printed.includes('Ctrl+C')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`dev.js ended with ${code}: ${printed}`)));
    });
    const address = (label: string): string => {
      const found = new RegExp(`^ *${label} +(\\S+)$`, 'm').exec(printed)?.[1];
      if (found === undefined) throw new Error(`no line "${label}" in: ${printed}`);
      return found;
    };
    const end = async (): Promise<number | null> => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = (await within('the end of dev.js', exit)) as [number | null];
      return code;
    };
    try {
      await within('the start of dev.js', ready);
      const [health, shop, dsn] = [
        address('Release health'),
        address('Demo shop'),
        address('DSN'),
      ] as const;
      const demo = new Demo(printed, health, shop, dsn, end);
      void demo.#listen();
      return demo;
    } catch (error) {
      await stop(child);
      throw error;
    }
  }

  /** Keeps up with the figures of the server's own project, as its page does. */
  async #listen(): Promise<void> {
    const { signal } = this.#leave;
    try {
      const { body } = await fetch(new URL('/live?project=1', this.health), { signal });
      let text = '';
      for await (const part of body!.pipeThrough(new TextDecoderStream())) {
        text += part;
        const events = text.split('\n\n');
        text = events.pop() ?? '';
        for (const event of events) {
          if (!event.startsWith('event: summary\n')) continue;
          this.#summary = JSON.parse(event.slice(event.indexOf('data: ') + 6)) as Summary;
          this.#heard.dispatchEvent(new Event('summary'));
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** What the collector counted. */
  async metrics(filter: { release?: string; environment?: string } = {}): Promise<Metrics> {
    const url = new URL('/api/1/metrics', this.health);
    url.search = String(new URLSearchParams(filter));
    return (await (await fetch(url)).json()) as Metrics;
  }

  /** Waits until the figures are as wanted. */
  async until(what: string, check: (summary: Summary) => boolean): Promise<Summary> {
    const heard = new Promise<Summary>((resolve) => {
      const ask = (): void => {
        if (this.#summary === undefined || !check(this.#summary)) return;
        this.#heard.removeEventListener('summary', ask);
        resolve(this.#summary);
      };
      this.#heard.addEventListener('summary', ask);
      ask();
    });
    try {
      return await within(what, heard);
    } catch (error) {
      const total = JSON.stringify(this.#summary?.total);
      throw new Error(`${what}; got ${total}`, { cause: error });
    }
  }

  /** Asks the program to end; its exit code. */
  end(): Promise<number | null> {
    this.#leave.abort();
    return this.stop();
  }
}
