/** The one session of a process that answers no requests. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { counts, Programs } from './processes.js';

let programs: Programs;
before(async () => (programs = await Programs.start()));
after(() => programs.close());

/** Programs await the collector's first answer, however long it takes, and not a time in which it should come. */
const start = `import { subscribe } from 'node:diagnostics_channel';
const answer = new Promise((resolve) => subscribe('undici:request:headers', resolve));
const answered = async () => {
  const alive = setInterval(() => {}, 1000);
  await answer;
  clearInterval(alive);
};
const client = init({
  ...options,
  integrations: [crashfree.processSessionIntegration()],
});`;
const fails = `setTimeout(() => { throw new Error('of the app'); }, 5);`;
const healthy = { all: 1, healthy: 1, errored: 0, crashed: 0 };
const errored = { all: 1, healthy: 0, errored: 1, crashed: 0 };
const crashed = { all: 1, healthy: 0, errored: 0, crashed: 1 };
const none = { all: 0, healthy: 0, errored: 0, crashed: 0 };

const cases: [name: string, code: string, exit: number, counted: object, requests: number][] = [
  ['that ends', '', 0, healthy, 1],
  ['that calls process.exit', 'process.exit(3);', 3, healthy, 1],
  [
    'that captures an error tells of it at once, and of its end',
    `captureException(new Error('of the app')); await answered();`,
    0,
    errored,
    2,
  ],
  ['that dies of an error', fails, 1, crashed, 1],
  ['that dies of a rejection', `Promise.reject(new Error('of the app'));`, 1, crashed, 1],
  [
    'that an error of the app ends in its own way',
    `process.on('uncaughtException', () => process.exit(4)); ${fails}`,
    4,
    crashed,
    1,
  ],
  [
    'that survives an error in its own way',
    `process.on('uncaughtException', () => {}); ${fails}`,
    0,
    errored,
    1,
  ],
  ['that runs for long is announced, and told of at its end', 'await answered();', 0, healthy, 2],
  ['that runs for long and dies', `await answered(); ${fails}`, 1, crashed, 2],
  ['that closes the client', 'await client.close();', 0, healthy, 1],
  [
    'that serves has the sessions of its requests only',
    `const server = http.createServer((request, response) => response.end());
     await listen(server);
     await sleep(2600);
     server.close();`,
    0,
    none,
    0,
  ],
  [
    'with a server of another kind is one',
    `import net from 'node:net';
     const server = net.createServer();
     await listen(server);
     server.close();`,
    0,
    healthy,
    1,
  ],
];

for (const [name, code, exit, counted, requests] of cases) {
  it(`a process ${name}`, async () => {
    const outcome = await programs.run(`${start}\n${code}`);
    assert.equal(outcome.code, exit, outcome.err);
    assert.deepEqual(counts(outcome), counted);
    assert.equal(outcome.requests, requests);
  });
}

it('there is none unless it is asked for', async () => {
  const outcome = await programs.run(`init(options); ${fails}`);
  assert.deepEqual(counts(outcome), none);
  assert.equal(outcome.requests, 0);
});
