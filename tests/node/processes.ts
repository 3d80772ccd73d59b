/** Programs that count, each a process of its own, with a collector over HTTP. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Counting } from '../package/counting.js';
import { entry } from './support.js';

export const common = new URL('../../dist/crashfree.node.cjs', import.meta.url).pathname;
/** The flag of a program that waits longer than people's do. */
export const patience = `--import=${new URL('patient.mjs', import.meta.url).href}`;
export const register = new URL('../../dist/crashfree.node.register.js', import.meta.url).href;

export interface Program {
  flags?: string[];
  env?: Record<string, string | undefined>;
  /** Where it sends; default: to the collector. */
  dsn?: string;
  /** It waits for an answer no longer than people's programs do. */
  impatient?: boolean;
}

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
  all: number;
  healthy: number;
  errored: number;
  crashed: number;
  requests: number;
  ms: number;
  project: string;
}

/** What programs find: the module, options for `init`, requests to a server, and a pause. */
const prelude = (dsn: string) => `
  import http from 'node:http';
  import * as crashfree from ${JSON.stringify(entry)};
  const { captureException, close, flush, init } = crashfree;
  const options = { dsn: ${JSON.stringify(dsn)}, release: 'shop-api@1.4.0' };
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const listen = (server) =>
    new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
  const get = (port, path = '/', options = {}) =>
    new Promise((resolve) => {
      http
        .request({ port, path, host: '127.0.0.1', agent: false, ...options })
        .on('response', (response) => {
          response.resume().on('close', () => resolve(response.statusCode));
        })
        .on('upgrade', (response, socket) => resolve(socket))
        .on('error', () => resolve(0))
        .end(options.body);
    });`;

export class Programs {
  private constructor(readonly counting: Counting) {}

  static async start(): Promise<Programs> {
    return new Programs(await Counting.start());
  }

  close = () => this.counting.close();

  /** Runs a module after the prelude, and tells how it ended and what was counted. */
  async run(
    code: string,
    { flags = [], env = {}, dsn, impatient = false }: Program = {},
  ): Promise<Outcome> {
    const project = this.counting.newProject();
    const text = `${prelude(dsn ?? this.counting.dsn(project))}\n${code}`;
    const begin = performance.now();
    const limits = impatient ? [] : [patience];
    const parameters = [...limits, ...flags, '--input-type=module', '-e', text];
    const child = spawn(process.execPath, parameters, {
      env: { ...process.env, ...env, OWN_DSN: this.counting.dsn(project) },
      stdio: ['ignore', 'pipe', 'pipe'],
      // One that hangs fails its test, and not the whole run by its silence.
      timeout: 120_000,
      killSignal: 'SIGKILL',
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
    const [exit, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    const ms = performance.now() - begin;
    const { all, healthy, errored, crashed } = this.counting.metrics(project);
    const requests = this.counting.requests(project);
    return { code: exit, signal, out, err, all, healthy, errored, crashed, requests, ms, project };
  }
}

/** What was counted, alone. */
export const counts = ({ all, healthy, errored, crashed }: Outcome) => ({
  all,
  healthy,
  errored,
  crashed,
});
