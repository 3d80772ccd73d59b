import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Bodies } from '../../web/server/app/bodies.js';
import { Collector } from '../../web/server/collector/collector.js';
import { summarise } from '../../web/server/app/summary.js';
import { matchesGlob } from '../../web/server/rules/glob.js';
import { startServer, type Server } from '../../web/server/app/server.js';
import { P, PATH, PROJECT, QUERY, R, attrs, bytes, envelope, post } from './support.js';

const MIB = 1 << 20;

/** The processor time that an action takes, once its code is compiled. */
const cost = (action: () => void): number =>
  Math.min(
    ...Array.from({ length: 3 }, () => {
      const before = process.cpuUsage();
      action();
      const { user, system } = process.cpuUsage(before);
      return user + system;
    }),
  );
/** How much more of it an action takes than another one, whatever the machine and its other programs. */
const ratio = (action: () => void, other: () => void): number => cost(action) / cost(other);
const SHARE = 1 / 8;
/** What costs as much as there is of it costs 8 times as much as its share; as the square of it, 64 times. */
const MAX_RATIO = 24;

/** What `prepare` makes of a whole attack has to cost no more than its size says. */
function assertGrowsAsItsSize(name: string, prepare: (share: number) => () => void): void {
  const grown = ratio(prepare(1), prepare(SHARE));
  assert.ok(grown < MAX_RATIO, `${name}: ${grown} times as much`);
}

const sid = (number: number): string => number.toString(16).padStart(32, '2');

describe('S1: everything that is kept is in one budget', () => {
  test('long headers, bodies and payloads, in one project and in many', () => {
    const collector = new Collector({ budgetBytes: 4 * MIB });
    const long = 'A'.repeat(60 << 10);
    for (let index = 0; index < 300; index++) {
      const url = `/api/${index % 7}/envelope/${QUERY}&x=${'u'.repeat(4000)}`;
      post(collector, `{"x":"${long}"}\n`, { url });
      post(collector, envelope([P({ sid: sid(index), x: long })]), { url });
      post(collector, `{}\n{"type":"x"}\n${long}`, { url, headers: { big: long } });
      assert.ok(collector.budget.used <= 4 * MIB, String(collector.budget.used));
    }
    assert.equal(collector.metrics('3').all, 43, 'the figures outlive what is shown');
    assert.ok(collector.requests().length > 0);
  });

  test('a header of 19 MiB is not kept', () => {
    const collector = new Collector();
    const body = gzipSync(`{"x":"${'A'.repeat(19 * MIB)}"}\n`);
    post(collector, body, { headers: { 'content-encoding': 'gzip' } });
    assert.equal(collector.requests()[0]?.envelope, undefined);
    assert.ok(collector.budget.used < MIB, String(collector.budget.used));
  });

  test('releases without end: the quiet ones go, and the page says so', () => {
    const collector = new Collector({ budgetBytes: 2 * MIB });
    const busy = attrs({ release: 'busy@1' });
    for (let index = 0; index < 2000; index++) {
      post(collector, envelope([attrs({ release: `r@${index}` }), busy]));
    }
    assert.ok(collector.budget.used <= 2 * MIB);
    assert.equal(collector.metrics(PROJECT, { release: 'busy@1' }).all, 2000);
    const { notes } = summarise(collector, PROJECT, {}, undefined, R);
    assert.match(notes.join(' '), /stay within 2 MiB.*quiet for longest/);
  });

  test('users without end: a set stops growing, and the page says so', () => {
    const collector = new Collector();
    for (let index = 0; index < 1010; index++) {
      const batch = Array.from({ length: 100 }, (_value, at) => P({ did: `u${index}-${at}` }));
      post(collector, envelope(batch));
    }
    const { users } = collector.metrics(PROJECT);
    assert.equal(users.all, 100_000);
    const { notes } = summarise(collector, PROJECT, {}, undefined, R);
    assert.match(notes.join(' '), /more .*users than the collector keeps apart/);
  });

  test('projects without end: the one that was unused for longest makes room', () => {
    const collector = new Collector();
    for (let index = 0; index < 1200; index++) {
      post(collector, envelope([P({})]), { url: `/api/${index}/envelope/${QUERY}` });
      post(collector, envelope([P({})]), { url: `/api/0/envelope/${QUERY}` });
    }
    assert.equal(collector.projects().length, 1000);
    assert.equal(collector.metrics('0').all, 1201);
    assert.equal(collector.metrics('1').all, 0);
  });
});

describe('S3: what a Relay would refuse is refused before the work', () => {
  const gzip = { headers: { 'content-encoding': 'gzip' } };
  test('a million items', () => {
    assertGrowsAsItsSize('items', (share) => {
      const body = gzipSync(`{}\n${'{"type":"x"}\n\n'.repeat(1_400_000 * share)}`);
      return () => {
        const collector = new Collector();
        assert.equal(post(collector, body, gzip).status, 400);
        assert.equal(collector.requests()[0]?.items.length, 0);
      };
    });
  });

  test('150,000 buckets, in one item and in many', () => {
    const bucket = { started: new Date(R).toISOString(), exited: 1 };
    const aggregate = (size: number): string =>
      JSON.stringify({ aggregates: Array(size).fill(bucket), attrs: { release: 'a@1' } });
    const items = (count: number, size: number): Buffer =>
      gzipSync(
        envelope(Array<string>(count).fill(aggregate(size)), {
          type: 'sessions',
        }),
      );
    const inOne = (share: number): Buffer => items(1, 150_000 * share);
    const inMany = (share: number): Buffer => items(96 * share, 1500);
    for (const make of [inOne, inMany]) {
      assertGrowsAsItsSize(make.name, (share) => {
        const body = make(share);
        return () => {
          const collector = new Collector();
          post(collector, body, gzip);
          assert.ok(collector.metrics(PROJECT).all <= 10_000);
          const reasons = collector.updates(PROJECT).map(({ reason }) => reason);
          assert.match(reasons.at(-1) ?? '', /more than \d+ buckets.*limit of this collector/);
        };
      });
    }
  });

  test('headers of many megabytes, and addresses without end', () => {
    const address = (host: string): string => `https://${'0'.repeat(32)}@${host}`;
    const letters = (count: number): string =>
      Array.from({ length: count }, (_value, at) =>
        String.fromCharCode(0x4e00 + ((at * 7919) % 20_000)),
      ).join('');
    const headers: [status: number, make: (share: number) => string][] = [
      [400, (share) => `{"dsn":"${address(`${letters(300_000 * share)}/42`)}"}`],
      [400, (share) => `{"origin":"https://${letters(300_000 * share)}/"}`],
      [400, (share) => `{"dsn":"${address(`h/42${'/'.repeat(1_000_000 * share)}x`)}"}`],
      [413, (share) => `{"x":[${'-1,'.repeat(8 * MIB * share)}1]}`],
      [413, (share) => `{"x":"${'\\u0041'.repeat(3 * MIB * share)}"}`],
    ];
    for (const [status, make] of headers) {
      for (const url of [PATH + QUERY, PATH]) {
        const wanted = url === PATH && status === 400 ? 401 : status;
        assertGrowsAsItsSize(make(1).slice(0, 40), (share) => {
          const body = `${make(share)}\n`;
          return () => assert.equal(post(new Collector(), body, { url }).status, wanted);
        });
      }
    }
    const items = `\n{"type":"x","y":"${'a'.repeat(MIB / 4)}"}\n`;
    assert.equal(post(new Collector(), `{}${items.repeat(3)}`).status, 200);
    assert.equal(post(new Collector(), `{}${items.repeat(4)}`).status, 413);
  });

  test('times that no calendar has, once they are corrected', () => {
    const [first, last] = ['-262143-01-01T00:00:00Z', '+262142-12-31T23:59:59Z'];
    for (const [sent, started] of [
      [first, last],
      [last, first],
    ]) {
      const collector = new Collector();
      const header = `{"sent_at":"${sent}"}`;
      post(collector, `${header}\n{"type":"session"}\n${P({ started, timestamp: started })}`);
      assert.equal(collector.updates(PROJECT)[0]?.outcome, 'drop');
    }
  });

  test('zstd in millions of blocks, in one frame and in many, and of large windows', () => {
    const zstd = { headers: { 'content-encoding': 'zstd' } };
    const hex = (text: string): Buffer => Buffer.from(text, 'hex');
    const last = hex('010000');
    const start = (window: string): Buffer => hex(`28b52ffd00${window}`);
    const bodies = [
      Buffer.concat([start('58'), Buffer.alloc(4 * MIB, hex('0a000041')), last]),
      Buffer.concat([start('00'), Buffer.alloc(18 * MIB), last]),
      Buffer.alloc(18 * MIB, Buffer.concat([start('00'), last])),
      Buffer.alloc(18 * MIB, hex('502a4d1800000000')),
      Buffer.alloc(9 * 900, Buffer.concat([start('88'), last])),
      Buffer.concat([start('f8'), last]),
    ];
    // As much as may be in a body, of one byte again and again, in blocks of usual size.
    const honest = Buffer.concat([start('58'), Buffer.alloc(4 * 159, hex('02001041')), last]);
    for (const [index, body] of bodies.entries()) {
      const more = ratio(
        () => assert.equal(post(new Collector(), body, zstd).status, 400),
        () => post(new Collector(), honest, zstd),
      );
      assert.ok(more < MAX_RATIO, `${index}: ${more} times as much as an honest one`);
    }
  });

  test('values that nobody reads cost no memory', () => {
    const collector = new Collector();
    const payload = P({ x: 0 }).replace('"x":0', `"x":[${'0,'.repeat(4 * MIB)}0]`);
    const before = process.memoryUsage().heapUsed;
    assert.equal(post(collector, envelope([payload])).status, 200);
    assert.ok(process.memoryUsage().heapUsed - before < 64 * MIB);
    assert.equal(collector.metrics(PROJECT).all, 1);
  });
});

describe('filters', () => {
  test('take no time in which a text has many places for each star', () => {
    const pattern = '*a*a*a*a*a*a*[a-c]*{a,aa*}*b';
    assertGrowsAsItsSize('a text', (share) => {
      const text = 'a'.repeat(16_000 * share);
      return () => assert.ok(!matchesGlob(pattern, text));
    });
    assert.ok(matchesGlob(pattern, `${'a'.repeat(200)}b`));
  });

  test('bear patterns that are none', () => {
    for (const pattern of ['{a\\}', '{a,[}]', '[', '[]', '[z-a]', '{', '}', '\\', '{,', '*{*']) {
      assert.equal(typeof matchesGlob(pattern, 'a'), 'boolean', pattern);
    }
  });
});

describe('S4: a summary is made in one pass, and capped', () => {
  test('thousands of releases and environments', () => {
    const collectorOf = (count: number): Collector => {
      const collector = new Collector();
      for (let index = 0; index < count; index++) {
        const name = { release: `r@${index}`, environment: `e${index % 80}` };
        post(collector, envelope([P({ sid: sid(index), attrs: name, did: `u${index}` })]));
      }
      return collector;
    };
    assertGrowsAsItsSize('releases', (share) => {
      const collector = collectorOf(4000 * share);
      return () => summarise(collector, PROJECT, {}, '5d', R);
    });
    const summary = summarise(collectorOf(4000), PROJECT, {}, '5d', R);
    assert.equal(summary.total.all, 4000);
    assert.equal(summary.releaseRows.length, 100);
    assert.ok(summary.adoption.length <= 100);
    assert.ok(JSON.stringify(summary).length < MIB);
    assert.match(summary.notes.join(), /Of 4000 releases the 100/);
  });
});

describe('the server', () => {
  let server: Server;
  before(async () => {
    server = await startServer({ allowedHosts: ['shop.example'] });
  });
  after(() => server.close());
  beforeEach(() => server.collector.reset());

  /** Sends bytes as they are, and gives back what came until the connection was closed. */
  async function raw(lines: string, body = ''): Promise<string> {
    const socket = connect(server.port, '127.0.0.1');
    socket.setEncoding('utf8');
    const head = `${lines}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    socket.write(head + body);
    let answer = '';
    for await (const part of socket) answer += String(part);
    return answer;
  }
  const status = async (lines: string, body = ''): Promise<number> =>
    Number(/^HTTP\/1\.1 (\d+)/.exec(await raw(lines, body))?.[1]);
  const session = (): string =>
    `{}\n{"type":"session"}\n${P({ started: new Date().toISOString(), timestamp: undefined })}`;

  test('S2: an open page gets no more at once than a bound, and nothing is thrown', async () => {
    const errors: unknown[] = [];
    const note = (error: unknown): number => errors.push(error);
    process.on('uncaughtException', note);
    const abort = new AbortController();
    const response = await fetch(`${server.origin}/live?project=42`, { signal: abort.signal });
    const big = gzipSync(
      `{"x":"${'A'.repeat(MIB / 2)}"}\n{"type":"session"}\n${'\u0001'.repeat(MIB)}\n` +
        `{"type":"x"}\n${'A'.repeat(17 * MIB)}`,
    );
    const headers = { 'content-encoding': 'gzip' };
    for (let round = 0; round < 3; round++) {
      const sends = Array.from({ length: 10 }, () =>
        fetch(`${server.origin}${PATH}${QUERY}`, { method: 'POST', body: big, headers }),
      );
      for (const sent of await Promise.all(sends)) assert.equal(sent.status, 200);
    }
    let length = 0;
    let longest = 0;
    let event = 0;
    let seen = '';
    const decoder = new TextDecoder();
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      for (const line of decoder.decode(part, { stream: true }).split('\n\n')) {
        event = seen.endsWith('\n\n') ? line.length : event + line.length;
        longest = Math.max(longest, event);
      }
      seen = (seen + decoder.decode(part)).slice(-4000);
      length += part.length;
      if (/"requests":30\b/.test(seen)) break;
    }
    abort.abort();
    process.off('uncaughtException', note);
    assert.deepEqual(errors, []);
    assert.ok(longest < 4 * MIB && length < 32 * MIB, `${longest} of ${length}`);
  });

  test('S5: reading never creates a project, and other sites may not read', async () => {
    for (const path of ['/live?project=7', '/api/7/metrics', '/api/7/updates', '/api/7/requests']) {
      const abort = new AbortController();
      await fetch(server.origin + path, { signal: abort.signal });
      abort.abort();
      for (const site of ['cross-site', 'same-site']) {
        const lines = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: ${site}`;
        assert.equal(await status(lines), 403, path);
      }
    }
    assert.deepEqual(server.collector.projects(), []);
    for (let index = 0; index < 1100; index++)
      summarise(server.collector, `z${index}`, {}, undefined);
    post(server.collector, envelope([P({})]));
    assert.equal(server.collector.metrics(PROJECT).all, 1);
  });

  test('S6: only addresses, localhost and the names given by an option', async () => {
    for (const [host, expected] of [
      ['localhost', 200],
      ['localhost:8080', 200],
      ['shop.localhost:80', 200],
      ['127.0.0.1', 200],
      ['192.0.2.7:80', 200],
      ['[::1]:80', 200],
      ['shop.example', 200],
      ['SHOP.example:81', 200],
      ['evil.example', 403],
      ['evil.example:8737', 403],
      ['127.0.0.1.evil.example', 403],
      ['localhost.evil.example', 403],
      ['www.shop.example', 403],
      ['', 403],
    ] as const) {
      const get = `GET /api/1/requests HTTP/1.1\r\nHost: ${host}`;
      assert.equal(await status(get), expected, host);
      const reset = `POST /api/1/reset HTTP/1.1\r\nHost: ${host}`;
      assert.equal(await status(reset, '{}'), expected, host);
      const foreign = `${get}\r\nOrigin: https://evil.example`;
      assert.equal(await status(foreign), 403, host);
    }
  });

  test('S6: bound to everything, it minds the name just as well', async () => {
    for (const host of ['0.0.0.0', '127.0.0.2', '::ffff:127.0.0.1']) {
      const other = await startServer({ host });
      try {
        const address = host === '127.0.0.2' ? host : '127.0.0.1';
        const socket = connect(other.port, address);
        socket.write(
          'GET /api/1/requests HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
        );
        let answer = '';
        for await (const part of socket.setEncoding('utf8')) answer += String(part);
        assert.match(answer, /^HTTP\/1\.1 403.*--allowed-host/s, host);
      } finally {
        await other.close();
      }
    }
  });

  test('S7: orders that make no sense are refused, and change nothing', async () => {
    const orders: [path: string, value: unknown][] = [
      ['faults', { drop: ['hang'] }],
      ['faults', { drop: { toString: 'hang' } }],
      ['faults', { status: 100 }],
      ['faults', { status: '503' }],
      ['faults', { status: 503, stauts: 1 }],
      ['faults', { headers: { 'content-length': '7' } }],
      ['faults', { headers: { 'Transfer-Encoding': 'chunked' } }],
      ['faults', { headers: { 'a b': 'c' } }],
      ['faults', { headers: ['a'] }],
      ['faults', { body: 7 }],
      ['faults', { delayMs: 1e9 }],
      ['faults', { times: 0 }],
      ['faults', Array.from({ length: 1001 }, () => ({ status: 503 }))],
      ['faults', [{ status: 503 }, null]],
      ['limit', { categories: ['a\nb'], seconds: 60 }],
      ['limit', { categories: [['session']], seconds: 60 }],
      ['limit', { categories: 'session', seconds: 60 }],
      ['limit', { categories: ['session'], seconds: -1 }],
      ['limit', { categories: ['session'], seconds: 1e300 }],
      ['limit', { seconds: '60' }],
      ['settings', { disabled: 'yes' }],
      ['settings', { generation: 'constructor' }],
      ['settings', { sessionQuota: -1 }],
      ['settings', { sessionQuota: 'many' }],
      ['settings', { quota: 1 }],
      ['settings', { filters: { releases: 'a' } }],
      ['settings', { filters: { releases: [''] } }],
      ['settings', { filters: { legacyBrowsers: ['constructor'] } }],
      ['settings', { filters: { localhost: 1 } }],
      ['settings', []],
    ];
    for (const [path, value] of orders) {
      const body = JSON.stringify(value);
      const response = await fetch(`${server.origin}/api/42/${path}`, { method: 'POST', body });
      assert.equal(response.status, 400, body.slice(0, 80));
      assert.match(((await response.json()) as { error: string }).error, /\.$/);
    }
    const long = await fetch(`${server.origin}/api/42/faults`, {
      method: 'POST',
      body: 'x'.repeat(3 * MIB),
    });
    assert.equal(long.status, 413);
    const sent = await fetch(`${server.origin}${PATH}${QUERY}`, {
      method: 'POST',
      body: session(),
    });
    assert.equal(sent.status, 200);
    assert.equal(server.collector.metrics(PROJECT).all, 1);
  });

  test('S8: an encoded slash leads nowhere', async () => {
    const closed = await startServer({ demo: false });
    try {
      for (const path of [
        '/x%2f..%2fshop%2findex.html',
        '/shop%2findex.html',
        '/%2e%2e%2fpackage.json',
        '/shop/..%5c..%5cdev.js',
        '/index.html%00',
        '/shop/index.html',
        '/./shop/index.html',
      ]) {
        assert.equal((await fetch(closed.origin + path)).status, 404, path);
      }
    } finally {
      await closed.close();
    }
  });

  test('bodies that are sent at once are bounded together', async () => {
    const sockets = Array.from({ length: 12 }, () => connect(server.port, '127.0.0.1'));
    const chunk = Buffer.alloc(MIB, 'a');
    const send = async (socket: Socket, part: Buffer | string): Promise<void> => {
      if (!socket.write(part)) await once(socket, 'drain');
    };
    const head = `POST ${PATH}${QUERY} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${19 * MIB}\r\n\r\n`;
    await Promise.all(
      sockets.map(async (socket) => {
        await send(socket, head);
        for (let sent = 0; sent < 18; sent++) await send(socket, chunk);
      }),
    );
    /* None ends before most of all the others is there. */
    const answers = await Promise.all(
      sockets.map(async (socket) => {
        socket.setEncoding('utf8');
        await send(socket, chunk);
        let answer = '';
        for await (const part of socket) answer += String(part);
        return Number(answer.slice(9, 12));
      }),
    );
    assert.ok(
      answers.every((answer) => answer === 400 || answer === 503),
      answers.join(),
    );
    assert.ok(answers.includes(503), answers.join());
    const sent = await fetch(`${server.origin}${PATH}${QUERY}`, {
      method: 'POST',
      body: session(),
    });
    assert.equal(sent.status, 200, 'afterwards it takes requests as before');
  });

  test('a body in many chunks takes no turn for each of them', async () => {
    const request = Object.assign(new Readable({ read() {} }), { headers: {} });
    const count = 10_000;
    let sent = 0;
    /* What comes in one turn may be read in one piece. */
    const send = () => {
      if (sent++ === count) return void request.push(null);
      request.push('a');
      setImmediate(send);
    };
    let promises = 0;
    const hook = createHook({
      init: (_id, type) => {
        if (type === 'PROMISE') promises++;
      },
    }).enable();
    const body = new Bodies().read(request as unknown as IncomingMessage, MIB);
    send();
    const received = await body;
    hook.disable();
    assert.equal(received.length, count);
    assert.ok(promises < count, `${promises} promises`);
  });

  test('only who reads a stream of events is given one', async () => {
    for (const method of ['HEAD', 'POST', 'PUT', 'OPTIONS', 'DELETE']) {
      assert.equal(await status(`${method} /live?project=1 HTTP/1.1\r\nHost: localhost`), 405);
    }
  });

  test('odd requests are answered, and the server goes on', async () => {
    for (const [lines, body] of [
      ['POST /api/1/envelope/ HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip', '\x1f\x8b'],
      ['POST /api/%zz/envelope/ HTTP/1.1\r\nHost: x', ''],
      ['POST http://x/api/1/envelope/ HTTP/1.1\r\nHost: x', ''],
      ['GET //// HTTP/1.1\r\nHost: 127.0.0.1', ''],
      ['GET /live?range=constructor&project=__proto__ HTTP/1.0\r\nHost: localhost', ''],
      ['DELETE /api/1/constructor HTTP/1.1\r\nHost: localhost', ''],
      ['POST /api/1/__proto__ HTTP/1.1\r\nHost: localhost', '{}'],
      ['POST /api/1/settings HTTP/1.1\r\nHost: localhost', '{"__proto__":{"disabled":true}}'],
      [`GET /${'a'.repeat(10_000)} HTTP/1.1\r\nHost: localhost`, ''],
    ] as const) {
      if (lines.startsWith('GET /live')) {
        const socket = connect(server.port, '127.0.0.1');
        socket.write(`${lines}\r\n\r\n`);
        await new Promise((done) => socket.once('data', done));
        socket.destroy();
      } else assert.ok((await status(lines, body)) >= 200, lines);
    }
    assert.equal((await fetch(`${server.origin}/api/1/metrics`)).status, 200);
  });
});

describe('F6: behind a proxy', () => {
  test('the public address is that of the DSN, and its pages may ask', async () => {
    const publicUrl = 'https://x.app.github.dev';
    const server = await startServer({ publicUrl });
    try {
      assert.equal(server.origin, publicUrl);
      assert.match(server.dsn(), /^https:\/\/[0-9a-f]{32}@x\.app\.github\.dev\/1$/);
      const ask = async (host: string, origin: string): Promise<number> => {
        const socket = connect(server.port, '127.0.0.1');
        socket.write(
          `POST /api/1/reset HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`,
        );
        let answer = '';
        for await (const part of socket.setEncoding('utf8')) answer += String(part);
        return Number(answer.slice(9, 12));
      };
      assert.equal(await ask('x.app.github.dev', publicUrl), 200);
      assert.equal(await ask(`127.0.0.1:${server.port}`, publicUrl), 200, 'a proxy that names us');
      assert.equal(await ask('x.app.github.dev', 'https://evil.example'), 403);
      assert.equal(await ask('evil.example', 'https://evil.example'), 403);
      assert.equal(await ask('y.app.github.dev', 'https://y.app.github.dev'), 403);
    } finally {
      await server.close();
    }
  });
});

test('bytes of a budget come back when things are forgotten', () => {
  const collector = new Collector();
  for (let index = 0; index < 100; index++)
    post(collector, envelope([P({ sid: sid(index), did: 'u' })]));
  assert.ok(collector.budget.used > 10_000);
  collector.reset();
  assert.equal(collector.budget.used, 0);
  post(collector, bytes('{}'));
  assert.ok(collector.budget.used > 0);
});
