#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { startServer, type Server } from '../server.js';

const DEFAULT_PORT = 8737;
const HELP = `Usage: crashfree dev [options]

Runs a local collector with a live release-health page. Point the DSN of your page at it and see
what a Sentry server would count, and why.

Options
  --port N     port to listen on; 0 takes a free one (default ${DEFAULT_PORT}, or a free one)
  --host NAME  address to listen on (default 127.0.0.1, this machine only)
  --demo       serve the demo shop as well, under /shop/
  --open       open the page in the browser
  --help       print this text
`;

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
async function start(port: number | undefined, host: string, demo: boolean): Promise<Server> {
  if (port !== undefined) return startServer({ port, host, demo });
  try {
    return await startServer({ port: DEFAULT_PORT, host, demo });
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    process.stdout.write(`Port ${DEFAULT_PORT} is in use; taking a free one.\n`);
    return startServer({ port: 0, host, demo });
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        demo: { type: 'boolean', default: false },
        open: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${HELP}`);
  }
}

const { values, positionals } = readArguments();
if (values.help || positionals.length === 0) {
  process.stdout.write(HELP);
} else if (positionals.length > 1 || positionals[0] !== 'dev') {
  fail(`unknown command: ${positionals.join(' ')}\n\n${HELP}`);
} else {
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    fail(`--port must be a number between 0 and 65535; got ${values.port}`);
  }
  try {
    const server = await start(port, values.host, values.demo);
    process.stdout.write(
      [
        '',
        `  Release health  ${server.origin}/`,
        ...(values.demo ? [`  Demo shop       ${server.origin}/shop/`] : []),
        `  DSN             ${server.dsn()}`,
        '',
        '  Give this DSN to the page that you want to watch. Stop with Ctrl+C.',
        '',
        '',
      ].join('\n'),
    );
    if (values.open) openBrowser(`${server.origin}/`);
    const stop = (): void => {
      void server.close().then(() => process.exit(0));
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  } catch (error) {
    fail((error as Error).message);
  }
}
