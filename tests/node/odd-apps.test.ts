/** Apps that do with Node's servers what few do: each request is counted once, and the app runs as ever. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { counts, Programs } from './processes.js';

let programs: Programs;
before(async () => (programs = await Programs.start()));
after(() => programs.close());

const crash = { all: 1, healthy: 0, errored: 0, crashed: 1 };

describe('a server that handles rejections of its listeners', () => {
  const start = (how: string, listener: string, visit = 'out = await get(port);') => `
    import events from 'node:events';
    import http2 from 'node:http2';
    events.captureRejections = true;
    init(options);
    const server = ${how};
    ${listener}
    const port = await listen(server);
    let out;
    ${visit}
    console.log(out);
    server.close();
    await close();
    process.exit();`;
  const rejects = `async () => { await sleep(1); throw new Error('of the app'); }`;

  for (const [name, code, out] of [
    ['http', start('http.createServer()', `server.on('request', ${rejects});`), '500'],
    [
      'http, with a method of its own',
      start(
        `Object.assign(http.createServer(), {
           [events.captureRejectionSymbol](error, event, request, response) {
             response.writeHead(503).end();
           },
         })`,
        `server.on('request', ${rejects});`,
      ),
      '503',
    ],
    [
      'http2',
      start(
        'http2.createServer()',
        `server.on('stream', ${rejects});`,
        `const session = http2.connect('http://127.0.0.1:' + port);
         const stream = session.request();
         [out] = (await events.once(stream, 'response')).map((headers) => headers[':status']);
         session.destroy();`,
      ),
      '500',
    ],
    [
      'http2 as http',
      start(
        `http2.createServer(${rejects})`,
        '',
        `const session = http2.connect('http://127.0.0.1:' + port);
         const stream = session.request();
         [out] = (await events.once(stream, 'response')).map((headers) => headers[':status']);
         session.destroy();`,
      ),
      '500',
    ],
    [
      'a response',
      start(
        'http.createServer()',
        `server.on('request', (request, response) => {
           response.on('error', () => {});
           response.on('finish', ${rejects});
           response.end();
         });`,
      ),
      '200',
    ],
  ] as const) {
    it(name, async () => {
      const outcome = await programs.run(code);
      assert.deepEqual([outcome.code, outcome.out.trim()], [0, out], outcome.err);
      const expected = name === 'a response' ? { ...crash, healthy: 1, crashed: 0 } : crash;
      assert.deepEqual(counts(outcome), expected);
    });
  }
});
