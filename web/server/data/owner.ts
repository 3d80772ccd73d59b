import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Which process has a data file: two at once would each miss what the other one writes. */
export class Owner {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Takes the file; throws if a process that is still alive has it. */
  static take(data: string): Owner {
    const file = `${data}.owner`;
    const pid = readPid(file);
    if (pid !== undefined && pid !== process.pid && isAlive(pid)) throw inUse(data, file, pid);
    try {
      rmSync(file, { force: true });
      // Of two that start at once, one is the second.
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw inUse(data, file, readPid(file));
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

const inUse = (data: string, file: string, pid: number | undefined): Error =>
  new Error(
    `${data} is in use by process ${pid ?? '?'}. If that is another program, remove ${file}.`,
  );

function readPid(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
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
