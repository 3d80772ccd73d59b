/** Apps that do with Node's servers what few do: each request is counted once, and the app runs as ever. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { common, counts, Programs } from './processes.js';

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

/** Each is a program; it has to end by itself, with this code, and to have counted this. */
const apps: Record<string, [code: string, exit: number, counted: object, flags?: string[]]> = {
  'createServer wrapped by somebody': [
    `const { createServer } = http;
     http.createServer = (...all) => {
       const server = createServer(...all);
       const { emit } = server;
       server.emit = function (...given) { return emit.apply(this, given); };
       return server;
     };
     init(options);
     const server = http.createServer((request, response) => response.end());
     const port = await listen(server);
     await get(port);
     server.close();`,
    0,
    { all: 1, healthy: 1, errored: 0, crashed: 0 },
  ],
  'a request that is emitted by hand, twice': [
    `init(options);
     const server = http.createServer((request, response) => response.end());
     server.once('request', (request, response) => {
       server.emit('request', request, response);
       server.emit('request', {}, {end() {}});
     });
     const port = await listen(server);
     await get(port);
     server.close();`,
    0,
    { all: 1, healthy: 1, errored: 0, crashed: 0 },
  ],
  'a response destroyed before its headers': [
    `init(options);
     const server = http.createServer((request, response) => response.destroy());
     const port = await listen(server);
     await get(port);
     server.close();`,
    0,
    { all: 1, healthy: 1, errored: 0, crashed: 0 },
  ],
  'requests in a pipeline, the second of which crashes': [
    `import net from 'node:net';
     init(options);
     process.on('uncaughtException', () => {});
     const server = http.createServer((request, response) => {
       if (request.url === '/2') setTimeout(() => { response.end(); throw new Error('of the app'); });
       else setTimeout(() => response.end(), 20);
     });
     const port = await listen(server);
     const socket = net.connect(port, '127.0.0.1');
     const lines = ['/1', '/2', '/3'].map((path, index) =>
       'GET ' + path + ' HTTP/1.1\\r\\nHost: a\\r\\n' + (index === 2 ? 'Connection: close\\r\\n' : '') + '\\r\\n');
     socket.write(lines.join(''));
     await new Promise((resolve) => socket.resume().on('close', resolve));
     server.close();`,
    0,
    { all: 3, healthy: 2, errored: 0, crashed: 1 },
  ],
  'CONNECT, and an upgrade that ends at once': [
    `init(options);
     const server = http.createServer((request, response) => response.end());
     server.on('connect', (request, socket) => socket.end('HTTP/1.1 200 OK\\r\\n\\r\\n'));
     server.on('upgrade', (request, socket) => socket.end(
       'HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: a\\r\\nConnection: Upgrade\\r\\n\\r\\n'));
     const port = await listen(server);
     await new Promise((resolve) => http.request({ port, method: 'CONNECT', path: 'a:1', agent: false })
       .on('connect', (response, socket) => socket.resume().on('close', resolve)).end());
     const socket = await get(port, '/', { headers: { connection: 'upgrade', upgrade: 'a' } });
     await new Promise((resolve) => socket.resume().on('close', resolve).end());
     await get(port);
     server.close();`,
    0,
    { all: 3, healthy: 3, errored: 0, crashed: 0 },
  ],
  'a response whose request was taken away': [
    `init(options);
     const server = http.createServer((request, response) => {
       response.req = undefined;
       response.end();
     });
     const port = await listen(server);
     await get(port);
     server.close();`,
    0,
    { all: 1, healthy: 1, errored: 0, crashed: 0 },
  ],
  'two listeners, of which the second throws': [
    `init(options);
     process.once('uncaughtException', () => {});
     const server = http.createServer((request, response) => response.end());
     server.on('request', () => { throw new Error('of the app'); });
     const port = await listen(server);
     await get(port);
     server.close();`,
    0,
    crash,
  ],
  'a handler of uncaught errors that throws again': [
    `init(options);
     process.on('uncaughtException', (error) => { throw error; });
     const server = http.createServer(() => { throw new Error('of the app'); });
     const port = await listen(server);
     await get(port);`,
    7,
    /* Node emits no `exit` then: nobody can have a last word. */
    { all: 0, healthy: 0, errored: 0, crashed: 0 },
  ],
  'a signal twice': [
    `init(options);
     const server = http.createServer(() => {});
     const port = await listen(server);
     process.on('SIGTERM', () => close().then(() => process.exit(9)));
     get(port);
     await new Promise((resolve) => server.once('request', resolve));
     process.kill(process.pid, 'SIGTERM');
     process.kill(process.pid, 'SIGTERM');
     await sleep(60_000);`,
    9,
    { all: 1, healthy: 1, errored: 0, crashed: 0 },
  ],
  'a domain that handles the error': [
    `import domain from 'node:domain';
     init(options);
     const server = http.createServer((request, response) => {
       const own = domain.create();
       own.on('error', () => response.writeHead(500).end());
       own.run(() => setTimeout(() => { throw new Error('of the app'); }));
     });
     const port = await listen(server);
     console.log(await get(port));
     server.close();`,
    0,
    crash,
  ],
  'a store that is left': [
    `import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
     init(options);
     const store = new AsyncLocalStorage();
     const outside = new AsyncResource('outside');
     const server = http.createServer((request, response) =>
       store.run(1, () => outside.runInAsyncScope(() => store.exit(() => {
         captureException(new Error('elsewhere'));
         captureException(new Error('here'), { request });
         response.end();
       }))));
     const port = await listen(server);
     await get(port);
     server.close();`,
    0,
    { all: 1, healthy: 0, errored: 1, crashed: 0 },
  ],
  'timers that stand still': [
    `init({ ...options, flushInterval: 0 });
     const server = http.createServer((request, response) => response.end());
     const port = await listen(server);
     await get(port);
     globalThis.setTimeout = () => ({ unref() { return this; } });
     globalThis.setInterval = globalThis.setTimeout;
     await flush();
     process.kill(process.pid, 'SIGKILL');`,
    -1,
    { all: 1, healthy: 1, errored: 0, crashed: 0 },
  ],
  'globals that are somebody else’s': [
    `init(options);
     const server = http.createServer((request, response) => response.end());
     const port = await listen(server);
     globalThis.fetch = () => { throw new Error('no'); };
     globalThis.AbortSignal = undefined;
     globalThis.performance = undefined;
     globalThis.TextEncoder = undefined;
     globalThis.URL = undefined;
     await get(port);
     /* Node's own fetch needs some of them; the thread of the last word has its own. */
     process.exit();`,
    0,
    { all: 1, healthy: 1, errored: 0, crashed: 0 },
  ],
  'frozen built-in objects': [
    `for (const name of ['Object', 'Array', 'Function', 'Promise', 'Symbol', 'Map', 'Error']) {
       Object.freeze(globalThis[name]); Object.freeze(globalThis[name].prototype);
     }
     init(options);
     const server = http.createServer((request, response) => response.end());
     const port = await listen(server);
     await get(port);
     server.close();`,
    0,
    { all: 1, healthy: 1, errored: 0, crashed: 0 },
  ],
  'frozen classes of Node': [
    `import { AsyncResource } from 'node:async_hooks';
     import 'node:https';
     import net from 'node:net';
     Object.freeze(AsyncResource.prototype);
     Object.freeze(net.Server.prototype);
     init(options);
     const server = http.createServer((request, response) => response.end());
     const port = await listen(server);
     await get(port);
     server.close();`,
    0,
    { all: 1, healthy: 1, errored: 0, crashed: 0 },
  ],
  'a client of a test environment that is over': [
    `import fs from 'node:fs';
     import { createRequire } from 'node:module';
     import vm from 'node:vm';
     const { AbortSignal, crypto, TextDecoder, TextEncoder, URL, WebAssembly } = globalThis;
     const globals = { AbortSignal, crypto, TextDecoder, TextEncoder, URL, WebAssembly };
     Object.assign(globals, { Buffer, clearTimeout, fetch, process, setTimeout });
     const context = vm.createContext(globals);
     const module = { exports: {} };
     vm.compileFunction(fs.readFileSync(process.env.COMMON, 'utf8'), ['module', 'exports', 'require'], {
       parsingContext: context,
     })(module, module.exports, createRequire(process.env.COMMON));
     const { eventsIntegration, processSessionIntegration } = module.exports;
     module.exports.init({ ...options, release: 'other@1', integrations: [processSessionIntegration()] });
     const client = module.exports.init({ ...options, integrations: [eventsIntegration()] });
     const server = http.createServer((request, response) => {
       if (request.url === '/fails') queueMicrotask(() => { throw new Error('of the app'); });
       request.resume().on('end', () => response.end());
     });
     process.on('uncaughtException', () => {});
     const port = await listen(server);
     await get(port);
     await client.flush();
     vm.runInContext(\`
       for (const one of [Date, JSON, Math, Number, Promise, Object]) {
         for (const name of Object.getOwnPropertyNames(one)) Reflect.deleteProperty(one, name);
       }\`, context);
     for (const name of Object.keys(globals)) delete globals[name];
     for (const path of ['/', '/fails']) {
       if (await get(port, path, { method: 'POST', body: 'x' }) !== 200) process.exitCode = 2;
     }
     server.close();`,
    0,
    { all: 1, healthy: 1, errored: 0, crashed: 0 },
  ],
  'a runtime without channels, in which what is wrapped counts': [
    `import { createRequire, syncBuiltinESMExports } from 'node:module';
     const require = createRequire(process.env.COMMON);
     const channels = require('node:diagnostics_channel');
     delete channels.subscribe;
     delete channels.unsubscribe;
     syncBuiltinESMExports();
     const client = require(process.env.COMMON).init(options);
     const server = http.createServer(client.wrap((request, response) => response.end()));
     const port = await listen(server);
     await get(port);
     server.close();`,
    0,
    { all: 1, healthy: 1, errored: 0, crashed: 0 },
  ],
  'little memory and a small stack': [
    `init(options);
     const server = http.createServer((request, response) => response.end());
     const port = await listen(server);
     await get(port);
     process.exit(4);`,
    4,
    { all: 1, healthy: 1, errored: 0, crashed: 0 },
    ['--stack-size=500', '--max-old-space-size=64'],
  ],
};

describe('an app with', () => {
  for (const [name, [code, exit, counted, flags = []]] of Object.entries(apps)) {
    it(name, async () => {
      const outcome = await programs.run(code, { flags, env: { COMMON: common } });
      const ended = outcome.signal === 'SIGKILL' ? -1 : outcome.code;
      assert.equal(ended, exit, outcome.err);
      assert.deepEqual(counts(outcome), counted);
    });
  }
});
