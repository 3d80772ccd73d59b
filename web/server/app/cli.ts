import { spawn } from 'node:child_process';
import { Collector } from '../collector/collector.js';
import { DataFile } from '../data/file.js';
import { startServer, type Server } from './server.js';
import { DEFAULT_PORT, HELP, readArguments, SEE_HELP, type Arguments } from './arguments.js';
import { isLoopback } from './hosts.js';
import { originFor } from './listen.js';

function fail(message: string): never {
  process.stderr.write(`crashfree: ${message}\n`);
  process.exit(1);
}

function openBrowser(address: string): void {
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [address]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', address]]
        : ['xdg-open', [address]];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => process.stderr.write(`Could not start a browser; open ${address}\n`));
  child.unref();
}

/** The usual port keeps a pasted DSN valid from run to run; if it is taken, any other will do. */
async function start({ port, ...options }: Arguments, collector: Collector): Promise<Server> {
  if (port !== undefined) return startServer({ ...options, collector, port });
  try {
    return await startServer({ ...options, collector, port: DEFAULT_PORT });
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    process.stdout.write(`Port ${DEFAULT_PORT} is in use; taking a free one.\n`);
    return startServer({ ...options, collector, port: 0 });
  }
}

/** Says who can reach the server, if it is not only this machine. */
function warn({ host }: Arguments): void {
  if (isLoopback(host)) return;
  process.stderr.write(
    `\n  Careful: ${host} is not this machine alone. Whoever reaches it can read what arrived and reset it.\n`,
  );
}

/** How often to look for what the data file need not keep any longer. */
const PRUNE_MS = 3600_000;

async function dev(args: Arguments): Promise<void> {
  const { data, retentionDays } = args;
  const file = data === undefined ? undefined : await DataFile.open(data, retentionDays);
  process.once('exit', () => file?.close());
  const collector = new Collector({
    filters: args.filters,
    ...(file === undefined ? {} : { persistence: file }),
  });
  const kept = file?.load(collector);
  setInterval(() => file?.prune(), PRUNE_MS).unref();
  const server = await start(args, collector);
  warn(args);
  process.stdout.write(
    [
      '',
      `  Release health  ${server.origin}/`,
      ...(args.demo ? [`  Demo shop       ${server.origin}/shop/`] : []),
      `  DSN             ${server.dsn()}`,
      ...(args.publicUrl === undefined
        ? []
        : [`  Listening on    ${originFor(args.host, server.port)}`]),
      ...(kept === undefined ? [] : [`  Data            ${data} (${kept} requests so far)`]),
      '',
      '  Give this DSN to the page that you want to watch. Stop with Ctrl+C.',
      '',
      '',
    ].join('\n'),
  );
  if (args.open) openBrowser(`${server.origin}/`);
  const stop = (): void => {
    void server.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

try {
  const args = readArguments(process.argv.slice(2));
  if (args.help || args.command.length === 0) process.stdout.write(HELP);
  else if (args.command.length > 1 || args.command[0] !== 'dev') {
    fail(`unknown command: ${args.command.join(' ')}. ${SEE_HELP}`);
  } else await dev(args);
} catch (error) {
  fail((error as Error).message);
}
