/** A server to measure: `node server.js SERVER SUBJECT`, with whatever the subject needs before it. */
import { createServer } from 'node:http';

const [, , name, subject] = process.argv;
/* A collector that is not there: delivery is off the request path. */
const dsn = 'http://0123456789abcdef0123456789abcdef@127.0.0.1:9/1';
const release = 'bench@1';

if (subject === 'crashfree/node') {
  const { init } = await import('crashfree/node');
  globalThis.client = init({ dsn, release });
} else if (subject === '@sentry/node') {
  const Sentry = await import('@sentry/node');
  Sentry.init({
    dsn,
    release,
    defaultIntegrations: false,
    integrations: [Sentry.httpIntegration()],
  });
}

const servers = {
  http() {
    return createServer((request, response) => response.end('ok'));
  },
  async express() {
    const { default: express } = await import('express');
    const app = express();
    app.get('/', (request, response) => response.send('ok'));
    return createServer(app);
  },
  async fastify() {
    const { default: Fastify } = await import('fastify');
    const app = Fastify();
    app.get('/', async () => 'ok');
    await app.ready();
    return app.server;
  },
  /** Answers nothing until it is told to. */
  hang: () => createServer(() => {}),
};

const server = await servers[name]();
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

/** What the process has used, when it is asked for that. */
const measures = {
  /** Microseconds of processor time. */
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** Bytes in use, when what waits was sent: what the first delivery loads stays. */
  async heap() {
    await globalThis.client?.flush();
    globalThis.gc();
    return process.memoryUsage().heapUsed;
  },
};
process.on('message', async (name) => process.send(await measures[name]()));
process.on('disconnect', () => process.exit());
