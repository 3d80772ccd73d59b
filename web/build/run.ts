import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The files below a folder, with their paths in it, sorted. */
export async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) files.push(entry.name);
    if (!entry.isDirectory() || entry.name === 'node_modules') continue;
    const inside = await filesBelow(join(folder, entry.name));
    files.push(...inside.map((name) => join(entry.name, name)));
  }
  return files.sort();
}

/** Runs a program there; its output is passed on, or kept and shown only if it fails. */
export function run(
  program: string,
  args: string[],
  options: { quiet?: boolean; env?: Record<string, string> } = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', options.quiet ? 'pipe' : 'inherit', options.quiet ? 'pipe' : 'inherit'],
    });
    const output: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve();
      process.stderr.write(Buffer.concat(output));
      reject(new Error(`${program} ${args.join(' ')}: ${signal ?? `exit code ${code}`}`));
    });
  });
}

/** Says what is going on, and how long it took. */
export async function step<T>(title: string, action: () => Promise<T>): Promise<T> {
  const start = performance.now();
  process.stdout.write(`${title} ...`);
  try {
    const result = await action();
    process.stdout.write(` ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stdout.write(' failed\n');
    throw error;
  }
}
