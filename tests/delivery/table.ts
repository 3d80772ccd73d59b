/**
 * Prints how much of what users did is counted in the end, as a markdown table of delivered /
 * expected, for crashfree and the peer in the same browsers.
 *
 *   npm run delivery -- [--times 20] [--often 100] [--down SECONDS] [--engine NAME,NAME] [--subject NAME] [--way PART-OF-NAME]
 */
import { parseArgs } from 'node:util';
import { startServer } from '../../web/server/app/server.js';
import { launch, type EngineName } from '../browser/engines/index.js';
import { PageServer } from '../browser/pages.js';
import { pool } from '../browser/pool.js';
import { loadScripts, subjects, type Subject } from '../browser/subjects/index.js';
import { Tabs } from '../browser/tabs.js';
import { Site, type World } from './site.js';
import { expectedOf, take, ways, type Outcome, type Way } from './ways.js';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '20' },
    often: { type: 'string', default: '100' },
    down: { type: 'string', default: '3' },
    engine: { type: 'string', default: 'chromium,firefox' },
    subject: { type: 'string', default: subjects.join() },
    way: { type: 'string', default: '' },
  },
});
const timesOf = (way: Way): number => Number(way.often ? values.often : values.times);
const downMs = Number(values.down) * 1000;
const engines = values.engine.split(',') as EngineName[];
const chosen = subjects.filter((subject) => values.subject.split(',').includes(subject));
const rows = ways.filter(({ name }) => name.includes(values.way));

const totals = new Map<string, Outcome>();
const cell = (way: Way, subject: Subject, engine: EngineName): string =>
  JSON.stringify([way.name, subject, engine]);
const shown = (way: Way, subject: Subject, engine: EngineName): string => {
  const { delivered, expected, surplus } = totals.get(cell(way, subject, engine))!;
  return `${delivered} / ${expected}${surplus > 0 ? ` (+${surplus})` : ''}`;
};

const server = await startServer({ quiet: true });
const scripts: World['scripts'] = new Map();
for (const subject of chosen) scripts.set(subject, (await loadScripts(subject)).classic);
const world: World = { server, scripts };
const pages = new PageServer();
await pages.listen();
const versions: string[] = [];

for (const name of engines) {
  const engine = await launch(name);
  const tabs = new Tabs(engine, `${pages.origins[0]}/blank`);
  versions.push(engine.version);
  try {
    for (const way of rows) {
      const tries = chosen.flatMap((subject) =>
        Array.from({ length: timesOf(way) }, () => subject),
      );
      await pool(tries, way.kills ? 1 : 4, async (subject) => {
        const total = { delivered: 0, expected: 0, surplus: 0 };
        const key = cell(way, subject, name);
        const sums = totals.get(key) ?? total;
        totals.set(key, sums);
        const site = await Site.open(engine, tabs, world);
        site.subject = subject;
        try {
          // After a failure the next try comes within 5 s at most; the peer tries once.
          const patience = subject === 'crashfree' ? 8000 + 2 * downMs : 1500;
          const { delivered, expected, surplus } = await take(way, site, downMs, patience);
          sums.delivered += delivered;
          sums.expected += expected;
          sums.surplus += surplus;
        } catch (error) {
          // Counts as lost, so that one try does not end them all; but it may be the driver's fault.
          sums.expected += expectedOf(way);
          process.exitCode = 1;
          process.stderr.write(`${subject}, ${name}, ${way.name}: ${String(error)}\n`);
        } finally {
          await site.close();
        }
      });
      const cells = chosen.map((subject) => `${subject} ${shown(way, subject, name)}`);
      process.stderr.write(`${name}, ${way.name}: ${cells.join(', ')}\n`);
    }
  } finally {
    await engine.close();
  }
}
await pages.close();
await server.close();

const columns = chosen.flatMap((subject) => engines.map((engine) => ({ subject, engine })));
const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
console.log(
  `${versions.join(', ')}; ${values.often} times for leave and close, ${values.times} for the rest; collector down for ${values.down} s\n`,
);
console.log(line(['delivered / expected', ...columns.map((c) => `${c.subject}, ${c.engine}`)]));
console.log(line(['---', ...columns.map(() => '--:')]));
for (const way of rows) {
  const cells = columns.map(({ subject, engine }) => shown(way, subject, engine));
  console.log(line([way.name, ...cells]));
}
