import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { cli, Demo } from './server.js';

const usual = 8737;

/** Listens on a port, unless another program does. */
async function occupy(port: number) {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'EADDRINUSE');
  }
  return server;
}

describe('crashfree dev', () => {
  it('prints the help, also without a command', async () => {
    for (const args of [['--help'], ['dev', '-h'], []]) {
      const { code, stdout, stderr } = await cli(...args);
      assert.equal(code, 0);
      assert.equal(stderr, '');
      for (const word of ['Usage: crashfree dev', '--port', '--host', '--demo', '--open']) {
        assert.ok(stdout.includes(word), word);
      }
    }
  });

  for (const [args, problem] of [
    [
      ['serve'],
      /^crashfree: unknown command: serve\. `crashfree dev --help` lists the options\.\n$/,
    ],
    [
      ['dev', '--colour'],
      /^crashfree: Unknown option '--colour'\. `crashfree dev --help` lists the options\.\n$/,
    ],
    [['dev', '--port', 'high'], /^crashfree: --port must be a number.*got high\n$/],
    [['dev', '--port', '70000'], /^crashfree: --port must be a number.*got 70000\n$/],
    [['dev', '--host', '192.0.2.1', '--port', '0'], /^crashfree: This machine has no address/],
  ] as const) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await cli(...args);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, problem);
    });
  }

  it('says that a port is in use, and what to do', async () => {
    const server = await occupy(0);
    const { port } = server.address() as AddressInfo;
    try {
      const { code, stderr } = await cli('dev', '--port', String(port));
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`^crashfree: Port ${port} is in use\\..*--port 0`));
    } finally {
      server.close();
    }
  });

  it('takes a free port if the usual one is in use, and ends on SIGTERM', async () => {
    const server = await occupy(usual);
    try {
      const demo = await Demo.start();
      assert.match(demo.printed, new RegExp(`Port ${usual} is in use; taking a free one`));
      assert.notEqual(new URL(demo.health).port, String(usual));
      assert.equal((await fetch(demo.shop)).status, 200);
      assert.equal(await demo.end(), 0);
    } finally {
      server.close();
    }
  });

  it('says where it listens behind a proxy', async () => {
    const server = await occupy(0);
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));
    const outside = `http://localhost:${port}`;
    const demo = await Demo.start('--port', String(port), '--public-url', outside);
    assert.equal(demo.health, `${outside}/`);
    assert.ok(demo.printed.includes(`  Listening on    http://127.0.0.1:${port}\n`), demo.printed);
    assert.equal(await demo.end(), 0);
  });
});
