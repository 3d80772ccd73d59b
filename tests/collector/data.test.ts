import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, beforeEach, mock, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readArguments } from '../../web/server/app/arguments.js';
import { Collector } from '../../web/server/collector/collector.js';
import { DataFile } from '../../web/server/data/file.js';
import { openDatabase } from '../../web/server/data/sqlite.js';
import { summarise } from '../../web/server/app/summary.js';
import { A, DAY, HOUR, P, PROJECT, QUERY, R, SECOND, at, envelope, post } from './support.js';

let folder = '';
let file = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'crashfree-data-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  file = join(folder, `${Math.random().toString(36).slice(2)}.db`);
});

const FOREVER = 100_000;
const sid = (number: number): string => number.toString(16).padStart(32, '3');

/** Opens the file, does something with a collector that begins with what is in it, and closes it. */
async function session<T>(action: (collector: Collector) => T, days = FOREVER): Promise<T> {
  const data = await DataFile.open(file, days);
  try {
    const collector = new Collector({ persistence: data });
    data.load(collector);
    return action(collector);
  } finally {
    data.close();
  }
}

test('figures, requests and warnings outlive a restart', async () => {
  const bad = 'no envelope';
  const before = await session((collector) => {
    post(
      collector,
      envelope([P({ did: 'ann' }), P({ sid: sid(1), status: 'crashed', did: 'bob' })]),
    );
    post(collector, envelope([A({ started: at(0), exited: 5, errored: 1 })], { type: 'sessions' }));
    post(collector, bad);
    return { metrics: collector.metrics(PROJECT), updates: collector.updates(PROJECT) };
  });
  const beside = readdirSync(folder).filter((name) => name.startsWith(basename(file)));
  assert.deepEqual(beside, [basename(file)], 'a file that was closed is one file');
  await session((collector) => {
    assert.deepEqual(collector.metrics(PROJECT), before.metrics);
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    assert.deepEqual(plain(collector.updates(PROJECT)), plain(before.updates));
    assert.deepEqual(collector.projects(), [PROJECT]);
    post(collector, envelope([P({})]));
    assert.match(collector.updates(PROJECT).at(-1)?.warnings.join() ?? '', /counted twice/);
    const numbers = collector.requests().map(({ number }) => number);
    assert.equal(new Set(numbers).size, numbers.length, 'numbers go on');
  });
});

test('a reset is one for good', async () => {
  await session((collector) => {
    post(collector, envelope([P({})]));
    post(collector, envelope([P({})]), { url: `/api/7/envelope/${QUERY}` });
    collector.reset(PROJECT);
  });
  await session((collector) => {
    assert.equal(collector.metrics(PROJECT).all, 0);
    assert.equal(collector.metrics('7').all, 1);
    collector.reset();
  });
  await session((collector) => assert.deepEqual(collector.requests(), []));
});

test('what is older than the retention goes', async () => {
  const days = (Date.now() - R) / DAY;
  await session((collector) => {
    post(collector, envelope([P({})]), { receivedAt: R - 2 * DAY });
    post(collector, envelope([P({})]), { receivedAt: R });
  });
  await session((collector) => assert.equal(collector.requests().length, 1), days + 1);
  await session((collector) => assert.equal(collector.requests().length, 1));
});

test('what is older than the retention goes while it runs, too', async () => {
  const days = (Date.now() - R) / DAY;
  await session((collector) => {
    for (let index = 0; index < 1000; index++) {
      post(collector, envelope([P({})]), { receivedAt: index === 0 ? R - 2 * DAY : R });
    }
  }, days + 1);
  const data = await DataFile.open(file, FOREVER);
  assert.equal(data.load(new Collector()), 999);
  data.close();
});

test('a clock that is set far ahead while it runs takes nothing out of the file', async () => {
  const days = (Date.now() - R) / DAY;
  await session((collector) => {
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 100 * DAY });
    try {
      for (let index = 0; index < 1000; index++) post(collector, envelope([P({})]));
    } finally {
      mock.timers.reset();
    }
  }, days + 1);
  await session((collector) => assert.equal(collector.requests().length, 1000));
});

test('a clock that was set in between makes no difference after a restart', async () => {
  const view = (collector: Collector): unknown =>
    JSON.parse(JSON.stringify(summarise(collector, PROJECT, {}, '5d', R)));
  const before = await session((collector) => {
    for (const [index, hours] of [0, -5, 7, -30, 100, 0].entries()) {
      const [now, began] = [hours * HOUR, hours * HOUR - SECOND];
      const session = { sid: sid(index), did: `u${index}`, started: at(began), timestamp: at(now) };
      const status = ['ok', 'exited', 'crashed'][index % 3];
      post(collector, envelope([P({ ...session, status })]), { receivedAt: R + now });
      // What was sent before the clock was set, and what comes with the page's own time.
      post(collector, envelope([P({ sid: sid(9), init: index === 0 })]), { receivedAt: R + now });
      const header = { sent_at: at(0) };
      const own = P({ sid: sid(20 + index), timestamp: undefined });
      post(collector, envelope([own], { header }), { receivedAt: R + now });
    }
    return view(collector);
  });
  await session((collector) => assert.deepEqual(view(collector), before));
});

test('what cannot be written is not answered 200', () => {
  const persistence = {
    save: (): void => {
      throw new Error('disk full');
    },
    reset: () => undefined,
  };
  const collector = new Collector({ persistence });
  const response = post(collector, envelope([P({}), P({ sid: sid(1), status: 'crashed' })]));
  assert.equal(response.status, 503);
  assert.match(collector.requests()[0]?.reason ?? '', /could not be written.*disk full/);
  assert.deepEqual(collector.requests()[0]?.items, []);
  const { all, crashed } = collector.metrics(PROJECT);
  assert.deepEqual({ all, crashed }, { all: 0, crashed: 0 }, 'the client sends it once more');
  persistence.save = () => undefined;
  post(collector, envelope([P({})]));
  assert.equal(collector.metrics(PROJECT).all, 1);
  assert.deepEqual(collector.updates(PROJECT)[0]?.warnings, []);
});

test('a statement that failed says why each time, and works when it can again', async () => {
  const database = await openDatabase(file);
  database.exec('CREATE TABLE one (number INTEGER PRIMARY KEY)');
  const insert = (): void => database.run('INSERT INTO one VALUES (?)', [1]);
  insert();
  for (let time = 0; time < 3; time++) assert.throws(insert, /UNIQUE constraint/);
  database.run('DELETE FROM one', []);
  insert();
  database.close();
});

test('a file that is removed or replaced takes nothing more, and nothing is said to be kept', async () => {
  for (const replaced of [false, true]) {
    await session((collector) => {
      assert.equal(post(collector, envelope([P({})])).status, 200);
      renameSync(file, `${file}.away`);
      if (replaced) writeFileSync(file, '');
      assert.equal(post(collector, envelope([P({ sid: sid(1) })])).status, 503);
      assert.match(collector.requests().at(-1)?.reason ?? '', /removed or replaced.*Start/);
      assert.equal(collector.metrics(PROJECT).all, 1);
      rmSync(file, { force: true });
      renameSync(`${file}.away`, file);
      assert.equal(post(collector, envelope([P({ sid: sid(2) })])).status, 200);
    });
    await session((collector) => collector.reset());
  }
});

test('old requests that cannot be deleted, as on a full disk, keep nobody from going on', async () => {
  const data = await DataFile.open(file, FOREVER);
  data.close();
  assert.doesNotThrow(() => data.prune());
});

test('a file of somebody else is left as it is', async () => {
  const open = (): Promise<unknown> => DataFile.open(file, FOREVER);
  writeFileSync(file, 'my diary\n'.repeat(100));
  await assert.rejects(open, /not a data file of crashfree/);
  assert.equal(readFileSync(file, 'utf8'), 'my diary\n'.repeat(100));

  file = `${file}.other`;
  const other = await openDatabase(file);
  other.exec('CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES (1)');
  other.close();
  await assert.rejects(open, /not a data file of crashfree/);
  const again = await openDatabase(file);
  assert.equal(again.all('SELECT * FROM bookmarks').length, 1);
  again.close();

  file = `${file}.damaged`;
  writeFileSync(file, `SQLite format 3\0${'x'.repeat(5000)}`);
  await assert.rejects(open, /not a data file of crashfree/);
  file = folder;
  await assert.rejects(open, /is no file/);
  file = join(folder, 'none', 'x.db');
  await assert.rejects(open, /There is no folder/);
});

test('a file that cannot be had is named, and why', async () => {
  mkdirSync(`${file}.owner`);
  const open = (): Promise<unknown> => DataFile.open(file, FOREVER);
  await assert.rejects(open, /cannot be used: .*\.owner has to be written beside it.*\(\w+\)/);
  assert.ok(!existsSync(file));
});

test('of two that start at once the second is refused, however far the first has come', async () => {
  const open = (): Promise<unknown> => DataFile.open(file, FOREVER);
  writeFileSync(`${file}.owner`, '');
  await assert.rejects(open, /in use by process \?/);
  assert.equal(readFileSync(`${file}.owner`, 'utf8'), '');
  /* What has no number for long is of a process that was killed in between. */
  utimesSync(`${file}.owner`, 0, 0);
  await session(() => undefined);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith(basename(file))),
    [basename(file)],
  );
});

test('a disk that was full leaves nothing behind that keeps the next start out', async (t) => {
  const full = t.mock.method(fs, 'writeFileSync', (path: string) => {
    fs.closeSync(fs.openSync(path, 'wx'));
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  });
  syncBuiltinESMExports();
  try {
    await assert.rejects(DataFile.open(file, FOREVER), /cannot be used: .*\(ENOSPC\)/);
  } finally {
    full.mock.restore();
    syncBuiltinESMExports();
  }
  assert.ok(!existsSync(`${file}.owner`));
  await session(() => undefined);
});

/** Runs the command line until it says that it is ready, or to its end. */
async function dev(...args: string[]): Promise<{ child: ChildProcess; printed: string }> {
  const cli = fileURLToPath(new URL('../../web/server/app/cli.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', cli, 'dev', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const add = (part: Buffer): string => (printed += String(part));
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  await new Promise<void>((done) => {
    child.once('close', () => done());
    child.stdout?.on('data', () => {
      if (printed.includes('Ctrl+C')) done();
    });
  });
  return { child, printed };
}

const originOf = (printed: string): string => /Release health +(\S+)\//.exec(printed)?.[1] ?? '';

test('killed while it answers, it has lost nothing that was answered 200', async () => {
  const { child, printed } = await dev('--data', file);
  const url = `${originOf(printed)}/api/1/envelope/${QUERY}`;
  const started = new Date(Date.now() - SECOND).toISOString();
  let answered = 0;
  const send = async (number: number): Promise<void> => {
    const body = envelope([P({ sid: sid(number), started, timestamp: undefined })]);
    const response = await fetch(url, { method: 'POST', body: Buffer.from(body) });
    if (response.status === 200) answered++;
  };
  let isGone = false;
  const work = async (worker: number): Promise<void> => {
    for (let number = 0; !isGone; number++)
      await send(10_000 * worker + number).catch(() => undefined);
  };
  const workers = [1, 2, 3].map(work);
  while (answered < 50) await new Promise((done) => setTimeout(done, 5));
  child.kill('SIGKILL');
  await once(child, 'close');
  isGone = true;
  await Promise.all(workers);

  const again = await dev('--data', file);
  try {
    const response = await fetch(`${originOf(again.printed)}/api/1/metrics`);
    const { all } = (await response.json()) as { all: number };
    assert.ok(all >= answered && all <= answered + 3, `${all} of ${answered}`);
    assert.match(again.printed, new RegExp(`Data +${file} \\(${all} requests so far\\)`));
    const second = await dev('--data', file);
    assert.match(second.printed, /is in use by process \d+/);
    assert.equal(second.child.exitCode, 1);
  } finally {
    again.child.kill('SIGTERM');
    await once(again.child, 'close');
  }
  assert.ok(!existsSync(`${file}.owner`));
});

test('a process that was killed, and whose end nobody asked for, has no file', async (t) => {
  if (process.platform !== 'linux') return t.skip('the list of processes is another one');
  // A child of a shell that has become a `sleep`, which asks for nobody's end.
  const parent = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 60 3<&-'], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const is = async (number: number, state: RegExp) => {
    while (!state.test(readFileSync(`/proc/${number}/stat`, 'latin1')))
      await new Promise((done) => setTimeout(done, 5));
  };
  try {
    const [printed] = (await once(parent.stdout!, 'data')) as [Buffer];
    const pid = Number(printed.toString());
    await is(parent.pid!, /\(sleep\)/);
    parent.stdio[3]!.destroy();
    await is(pid, /\) Z /);
    writeFileSync(`${file}.owner`, `${pid}\n`);
    const { child, printed: said } = await dev('--data', file);
    assert.match(said, /0 requests so far/);
    child.kill('SIGTERM');
    await once(child, 'close');
  } finally {
    parent.kill('SIGKILL');
  }
});

test('the command line names what is wrong, and writes nothing without the option', async () => {
  writeFileSync(file, 'my diary');
  const foreign = await dev('--data', file);
  assert.match(foreign.printed, /^crashfree: .*not a data file of crashfree/);
  assert.equal(foreign.child.exitCode, 1);
  const files = readdirSync(folder);
  const { child } = await dev();
  child.kill('SIGTERM');
  await once(child, 'close');
  assert.deepEqual(readdirSync(folder), files);
});

test('options that make no sense are refused with a reason', () => {
  for (const [args, pattern] of [
    [['--retention', '7'], /--retention needs --data/],
    [['--data', 'x', '--retention', '0'], /--retention must be a number of days/],
    [['--data', 'x', '--retention', 'week'], /--retention must be a number of days/],
    [['--filter', 'bots'], /--filter must be one of localhost/],
    [['--filter-release', ''], /--filter-release must not be empty/],
    [['--data='], /--data must not be empty/],
    [['--host', ''], /--host must not be empty/],
    [['--filter-release', 'x'.repeat(1000)], /"releases" must be an array/],
    [['--public-url', 'https://x.example/path'], /--public-url must be an address without a path/],
    [['--public-url', 'x.example'], /--public-url must be an address without a path/],
    [['--allowed-host', 'http://x'], /--allowed-host must be a name/],
  ] as const) {
    assert.throws(() => readArguments(['dev', ...args]), pattern, args.join(' '));
  }
  const { filters, allowedHosts, publicUrl } = readArguments(
    'dev --filter localhost --filter web-crawlers --filter-release a@* --allowed-host x.example --public-url https://y.example'.split(
      ' ',
    ),
  );
  assert.deepEqual(filters, { localhost: true, webCrawlers: true, releases: ['a@*'] });
  assert.deepEqual(allowedHosts, ['x.example']);
  assert.equal(publicUrl, 'https://y.example');
});
