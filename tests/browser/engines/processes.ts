import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';

/** What this run has started. It ends with it, also when a test throws or on Ctrl-C. */
const groups = new Set<number>();
const folders = new Set<string>();
const launches = new Set<Promise<unknown>>();
let watching = false;

function watch(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    groups.forEach(killGroup);
    folders.forEach(removeFolder);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      // What is being started is known only when it is up.
      void Promise.allSettled([...launches]).then(() =>
        process.exit(signal === 'SIGINT' ? 130 : 143),
      );
    });
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
  groups.delete(pid);
}

function endWithThisProcess(pid: number): void {
  groups.add(pid);
  watch();
}

/** Starts something that tells its process id late; an end of this run waits until it does. */
export async function launching<T>(launch: Promise<T>, pid: (result: T) => number | undefined) {
  watch();
  const known = launch.then((result) => {
    const id = pid(result);
    if (id !== undefined) endWithThisProcess(id);
    return result;
  });
  launches.add(known);
  try {
    return await known;
  } finally {
    launches.delete(known);
  }
}

/** A folder that goes away with this run at the latest. */
export function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  folders.add(folder);
  watch();
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.delete(folder);
}

/** Starts a program as the leader of its own process group. */
export function start(command: string, args: string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(command, args, { ...options, detached: true });
  if (child.pid !== undefined) endWithThisProcess(child.pid);
  return child;
}

/** Ends a program and everything in its group, and waits for the program to be gone. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const gone = child.exitCode !== null || child.signalCode !== null;
  const exit = gone ? undefined : once(child, 'exit');
  killGroup(child.pid);
  await exit;
}

/** The ports below those that systems give to whoever asks for any. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;

/**
 * A port for a program that cannot say which one it was given. It is none that another program may be
 * given before this one listens, as tests do that run beside it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + randomInt(PORTS);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      // Somebody else listens there.
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
