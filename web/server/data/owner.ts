import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** How long a file may be without the number of the process that made it. */
const GRACE_MS = 10_000;

/** Which process has a data file: two at once would each miss what the other one writes. */
export class Owner {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Takes the file; throws if a process that is still alive has it. */
  static take(data: string): Owner {
    const file = `${data}.owner`;
    try {
      if (!claim(file) && !(giveUp(file) && claim(file))) throw inUse(data, file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      throw new Error(
        `${data} cannot be used: ${file} has to be written beside it, which fails (${code}).`,
      );
    }
    // The lock of node-sqlite3-wasm, which a killed process leaves behind.
    rmSync(`${data}.lock`, { recursive: true, force: true });
    return new Owner(file);
  }

  release(): void {
    rmSync(this.#file, { force: true });
  }
}

const inUse = (data: string, file: string): Error =>
  new Error(
    `${data} is in use by process ${readPid(file) ?? '?'}. If that is another program, remove ${file}.`,
  );

/** Writes the file; false if there is one already: of two that start at once, one is the second. */
function claim(file: string): boolean {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // On a full disk there is a file now, with nothing in it.
    rmSync(file, { force: true });
    throw error;
  }
}

/** Takes away what a killed process left; false if a process that lives has the file. */
function giveUp(file: string): boolean {
  const pid = readPid(file);
  if (pid === undefined ? isNew(file) : pid !== process.pid && isAlive(pid)) return false;
  const left = `${file}.${process.pid}`;
  renameSync(file, left);
  // Another that starts at the same time may have been here first, and the file be its own.
  const isLeft = readPid(left) === pid;
  if (isLeft) rmSync(left);
  else renameSync(left, file);
  return isLeft;
}

/** The process that the file names; undefined if there is none in it. */
function readPid(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** True if somebody has just made it, and may be about to write who that is. */
function isNew(file: string): boolean {
  const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  return made > Date.now() - GRACE_MS;
}

/** What was killed stays in Linux's list until somebody asks for its exit code, which containers may never. */
function isZombie(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
