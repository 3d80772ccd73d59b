/** What the unit tests and the simulators run of the core, by clang's own counters. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root, run } from '../../web/build/run.js';
import type { Coverage } from './report.js';

const LIVES = 20_000;
const build = join(root, 'build/coverage');
const sources = join(root, 'src/');
const profiles = join(build, 'profiles');
const program = promisify(execFile);

/** The sections of a tracefile of lcov. */
function parse(text: string): Coverage[] {
  return text.split('end_of_record\n').flatMap((section) => {
    const path = /^SF:(.*)$/m.exec(section)?.[1];
    if (path === undefined || !path.startsWith(sources)) return [];
    const of = (word: string): string[][] =>
      [...section.matchAll(new RegExp(`^${word}:(.*)$`, 'gm'))].map((match) =>
        match[1]!.split(','),
      );
    const lines = of('DA');
    const branches = of('BRDA');
    const isMissed = (entry: string[]): boolean => !(Number(entry.at(-1)) > 0);
    const lineOf = ([line]: string[]): number => Number(line);
    return {
      file: path.slice(sources.length),
      lines: lines.length,
      missedLines: lines.filter(isMissed).map(lineOf),
      branches: branches.length,
      missedBranches: branches.filter(isMissed).map(lineOf),
    };
  });
}

export async function coverCore(): Promise<Coverage[]> {
  const flags = '-fprofile-instr-generate -fcoverage-mapping';
  await run('cmake', ['--preset', 'clang', '-B', build, `-DCMAKE_C_FLAGS=${flags}`], {
    quiet: true,
  });
  await run('cmake', ['--build', build], { quiet: true });
  await rm(profiles, { recursive: true, force: true });
  await mkdir(profiles, { recursive: true });

  const units = (await readdir(join(build, 'tests/unit')))
    .filter((name) => /^unit_\w+$/.test(name))
    .map((name) => join(build, 'tests/unit', name));
  const simulators = ['sim', 'counts', 'crashes'].map((name) => join(build, 'tests/sim', name));
  const env = { LLVM_PROFILE_FILE: join(profiles, '%p-%m.profraw') };
  for (const unit of units) await run(unit, [], { quiet: true, env });
  for (const simulator of simulators) {
    await run(simulator, ['--lives', String(LIVES)], { quiet: true, env });
  }

  const merged = join(build, 'all.profdata');
  const raw = (await readdir(profiles)).map((name) => join(profiles, name));
  await run('llvm-profdata', ['merge', '-sparse', '-o', merged, ...raw], { quiet: true });
  const [first, ...others] = [...units, ...simulators];
  const objects = [first!, ...others.flatMap((path) => ['-object', path])];
  const { stdout } = await program(
    'llvm-cov',
    ['export', '-format=lcov', `-instr-profile=${merged}`, ...objects],
    { maxBuffer: 1 << 28 },
  );
  return parse(stdout).sort((one, other) => one.file.localeCompare(other.file));
}
