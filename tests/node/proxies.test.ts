/** Proxies of the environment, real ones on loopback, and servers that answer in odd ways. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { Programs, type Outcome } from './processes.js';

let programs: Programs;
let folder: string;
const servers: Server[] = [];
before(async () => {
  programs = await Programs.start();
  folder = mkdtempSync(join(tmpdir(), 'crashfree-'));
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-days', '2', '-keyout', 'key.pem', '-out', 'cert.pem', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ],
    { cwd: folder, stdio: 'ignore' },
  );
});
after(async () => {
  rmSync(folder, { recursive: true });
  await programs.close();
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const tls = () => ({
  key: readFileSync(join(folder, 'key.pem')),
  cert: readFileSync(join(folder, 'cert.pem')),
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A proxy that forwards requests and tunnels connections, and notes what it was asked for. */
async function proxy(secure = false): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const forward: RequestListener = (request, response) => {
    asked.push(`${request.method} ${new URL(request.url!).pathname}`);
    const { method, headers } = request;
    request.pipe(
      httpRequest(request.url!, { method: method!, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      }),
    );
  };
  const server = secure ? createTlsServer(tls(), forward) : createServer(forward);
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.headers['proxy-authorization'] ?? ''}`.trim());
    const [host, port] = request.url!.split(':');
    const onwards = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onwards).pipe(socket);
    });
    for (const end of [socket, onwards]) end.on('error', () => onwards.destroy());
  });
  return { port: await listen(server as Server), asked };
}

/** A server of TLS that counts envelopes. */
async function collector(): Promise<{ dsn: string; bodies: string[] }> {
  const bodies: string[] = [];
  const server = createTlsServer(tls(), (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      bodies.push(body);
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
  });
  const port = await listen(server as unknown as Server);
  return { dsn: `https://0123456789abcdef0123456789abcdef@127.0.0.1:${port}/1`, bodies };
}

const PATH = /^POST \/api\/\d+\/envelope\/$/;
const visit = `
  init(options);
  const server = http.createServer((request, response) => {
    if (request.url === '/exit') process.exit();
    response.end();
  });
  const port = await listen(server);
  await get(port);`;
const ends = {
  'at the end of its work': `${visit} server.close();`,
  'as its last word': `${visit} await get(port, '/exit');`,
};
const env = (variables: Record<string, string>) => ({
  ...{ HTTP_PROXY: '', HTTPS_PROXY: '', NO_PROXY: '', ALL_PROXY: '' },
  ...variables,
  NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'),
});

for (const [end, code] of Object.entries(ends)) {
  describe(`a process sends, ${end},`, () => {
    it('through HTTP_PROXY', async () => {
      const { port, asked } = await proxy();
      const outcome = await programs.run(code, {
        env: env({ HTTP_PROXY: `http://127.0.0.1:${port}` }),
      });
      assert.ok(outcome.all >= 1, outcome.err);
      assert.equal(asked.length, 1);
      assert.match(asked[0]!, PATH);
    });

    it('around it where NO_PROXY says so', async () => {
      const { port, asked } = await proxy();
      const outcome = await programs.run(code, {
        env: env({ HTTP_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: 'example.com,127.0.0.1' }),
      });
      assert.ok(outcome.all >= 1);
      assert.deepEqual(asked, []);
    });

    for (const secure of [false, true]) {
      it(`through HTTPS_PROXY, a proxy ${secure ? 'with' : 'without'} TLS`, async () => {
        const { port, asked } = await proxy(secure);
        const { dsn, bodies } = await collector();
        const outcome = await programs.run(code, {
          dsn,
          env: env({ HTTPS_PROXY: `http${secure ? 's' : ''}://me:secret@127.0.0.1:${port}` }),
        });
        assert.equal(outcome.err, '');
        assert.deepEqual(asked, [`CONNECT Basic ${btoa('me:secret')}`]);
        assert.equal(bodies.length, 1);
        assert.match(bodies[0]!, /"exited":[12],/);
      });
    }
  });
}

describe('a server that', () => {
  /** A program that sends to a listener, twice. */
  async function against(listener: RequestListener): Promise<Outcome> {
    const port = await listen(createServer(listener));
    const dsn = `http://0123456789abcdef0123456789abcdef@127.0.0.1:${port}/1`;
    const code = `
      const client = init(options);
      const server = http.createServer((request, response) => response.end());
      await get(await listen(server));
      server.close();
      console.log(await client.flush(), await client.close());`;
    return programs.run(code, { dsn });
  }

  it('redirects is not followed, and has not taken it', async () => {
    let inner = 0;
    const target = await listen(
      createServer((_, response) => {
        inner++;
        response.end('{}');
      }),
    );
    const outcome = await against((_, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${target}/` }).end(),
    );
    assert.equal(outcome.out, 'false false\n');
    assert.equal(inner, 0);
  });

  it('answers with a page has not taken it', async () => {
    const outcome = await against((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('\n<!doctype html><p>Log in'),
    );
    assert.equal(outcome.out, 'false false\n');
  });

  it('calls its JSON a page has taken it', async () => {
    const outcome = await against((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('{}'),
    );
    assert.equal(outcome.out, 'true true\n');
  });

  it('never ends its answer keeps nobody', async () => {
    const outcome = await against((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    });
    assert.equal(outcome.out, 'true true\n');
    // Whoever waits for the end of the answer waits five minutes.
    assert.ok(outcome.ms < 60_000, `${outcome.ms} ms`);
  });
});
