/** What was run of one file, and how it is shown. */
export interface Coverage {
  file: string;
  /** Lines with code, and those of them that nothing ran. */
  lines: number;
  missedLines: number[];
  /** Ways that code can take, and the lines at which one was never taken. */
  branches: number;
  missedBranches: number[];
}

const percent = (missed: number, total: number): string =>
  total === 0 ? '–' : `${(100 - (100 * missed) / total).toFixed(1)} %`;

/** `3, 7–9` for 3, 7, 8 and 9. */
function ranges(lines: readonly number[]): string {
  const out: [from: number, to: number][] = [];
  for (const line of [...new Set(lines)].sort((one, other) => one - other)) {
    const last = out.at(-1);
    if (last !== undefined && line === last[1] + 1) last[1] = line;
    else out.push([line, line]);
  }
  return out.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ');
}

/** Prints a table; the gaps are the numbers of lines. */
export function print(title: string, all: readonly Coverage[]): void {
  const width = Math.max(...all.map(({ file }) => file.length), title.length);
  const row = (name: string, lines: string, branches: string, gaps: string): void =>
    console.log(`${name.padEnd(width)} ${lines.padStart(8)} ${branches.padStart(8)}  ${gaps}`);
  row(title, 'lines', 'branches', 'lines that nothing ran; lines with a branch that was not taken');
  for (const { file, lines, missedLines, branches, missedBranches } of all) {
    const others = missedBranches.filter((line) => !missedLines.includes(line));
    const gaps = [ranges(missedLines), others.length > 0 ? `branches at ${ranges(others)}` : ''];
    row(
      file,
      percent(missedLines.length, lines),
      percent(missedBranches.length, branches),
      gaps.filter(Boolean).join('; '),
    );
  }
  const sum = (of: (one: Coverage) => number): number =>
    all.reduce((total, one) => total + of(one), 0);
  row(
    'all',
    percent(
      sum(({ missedLines }) => missedLines.length),
      sum(({ lines }) => lines),
    ),
    percent(
      sum(({ missedBranches }) => missedBranches.length),
      sum(({ branches }) => branches),
    ),
    '',
  );
}
