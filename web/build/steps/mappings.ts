import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';

/** A stretch of a text that stands elsewhere now. */
export interface Copied {
  from: number;
  to: number;
  at: number;
}

/** Where each line begins. */
const linesOf = (text: string): number[] => {
  const breaks = [...text.matchAll(/\n/g)].map(({ index }) => index + 1);
  return [0, ...breaks];
};

/** The `mappings` of a source map of `before`, of which `copied` is what became of it in `now`. */
export function moveMappings(
  mappings: string,
  before: string,
  now: string,
  copied: readonly Copied[],
): string {
  const linesBefore = linesOf(before);
  const linesNow = linesOf(now);
  const moved = linesNow.map((): SourceMapSegment[] => []);
  for (const [line, segments] of decode(mappings).entries()) {
    for (const [column, ...origin] of segments) {
      const place = linesBefore[line]! + column;
      const stretch = copied.find(({ from, to }) => from <= place && place < to);
      if (!stretch) continue;
      const at = stretch.at + place - stretch.from;
      const lineNow = linesNow.filter((begin) => begin <= at).length - 1;
      moved[lineNow]!.push([at - linesNow[lineNow]!, ...origin] as unknown as SourceMapSegment);
    }
  }
  for (const line of moved) line.sort((a, b) => a[0] - b[0]);
  return encode(moved);
}
