import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FetchMode } from '../../../web/src/abi.js';
import { createTransport, type Fetch } from '../../../web/src/delivery/http.js';
import { settled } from '../fakes/clock.js';

const URL_ASKED = 'https://o1.ingest.example/api/42/envelope/?sentry_key=k';
const [NORMAL, AT_EXIT] = Object.values(FetchMode) as [FetchMode, FetchMode];

interface Asked {
  url: string;
  init: RequestInit;
  answer(response: unknown): void;
  fail(): void;
}

/** A transport over a network that answers when told to. */
class Network {
  readonly asked: Asked[] = [];
  readonly answers: unknown[][] = [];
  beacons: string[] = [];
  readonly fetch: Fetch = (url, init) =>
    new Promise((resolve, reject) => {
      this.asked.push({
        url,
        init,
        answer: (response) => resolve(response as Response),
        fail: () => reject(new TypeError('Failed to fetch')),
      });
    });
  readonly transport;

  constructor(fetch?: Fetch) {
    this.transport = createTransport(fetch ?? this.fetch, () => Promise.resolve());
  }

  send(bytes: number, mode: FetchMode = NORMAL, body = 'x'): void {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    const sendBeacon = (url: string, text: string): boolean =>
      Boolean(this.beacons.push(`${url} ${text}`));
    Object.defineProperty(globalThis, 'navigator', { value: { sendBeacon }, configurable: true });
    this.transport._send(URL_ASKED, body, mode, (...answer) => this.answers.push(answer), bytes);
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else Reflect.deleteProperty(globalThis, 'navigator');
  }
}

const ok = (headers: Record<string, string> = {}): Response =>
  new Response('{}', {
    headers: { 'content-type': 'application/json', 'content-length': '2', ...headers },
  });

describe('a request', () => {
  it('is one that needs no preflight and carries nothing of the page', () => {
    const network = new Network();
    network.send(10);
    const { url, init } = network.asked[0]!;
    assert.equal(url, URL_ASKED);
    assert.deepEqual(init, {
      method: 'POST',
      body: 'x',
      keepalive: true,
      credentials: 'omit',
      referrerPolicy: 'strict-origin',
    });
  });

  it('outlives the page as long as the platform’s budget of bytes allows', async () => {
    const network = new Network();
    /* Texts that are longer in bytes than in characters. */
    for (let count = 0; count < 3; count++) network.send(25_000, NORMAL, 'é'.repeat(12_500));
    assert.deepEqual(
      network.asked.map(({ init }) => init.keepalive),
      [true, true, false],
    );
    network.asked[0]!.answer(ok());
    await settled();
    network.send(25_000);
    assert.equal(network.asked[3]!.init.keepalive, true);
  });

  it('is one of fifteen at most that outlive the page', () => {
    const network = new Network();
    for (let count = 0; count < 16; count++) network.send(1);
    assert.deepEqual(
      network.asked.map(({ init }) => init.keepalive),
      [...Array<boolean>(15).fill(true), false],
    );
  });

  it('goes as a beacon at the page’s end when there is no budget left, and counts as delivered', async () => {
    const network = new Network();
    network.send(50_000);
    network.send(20_000, AT_EXIT, 'last');
    assert.equal(network.asked.length, 1);
    assert.deepEqual(network.beacons, [`${URL_ASKED} last`]);
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(network.answers, [[200]]);
  });
});

describe('an answer', () => {
  const cases: [string, unknown, unknown[]][] = [
    ['that is plain', ok(), [200, '', NaN]],
    ['with limits', ok({ 'x-sentry-rate-limits': '60::' }), [200, '60::', NaN]],
    [
      'with seconds',
      new Response('', { status: 429, headers: { 'retry-after': '7' } }),
      [429, '', 7],
    ],
    ['that is none', undefined, [200, undefined, undefined]],
    ['that is a text', 'done', [200, undefined, undefined]],
    ['with a status of 0', Response.error(), [200, '', NaN]],
    [
      'whose headers throw',
      {
        status: 200,
        get headers() {
          throw new Error('patched');
        },
      },
      [200, undefined, undefined],
    ],
    [
      'whose status is hostile',
      { status: { valueOf: () => assert.fail() } },
      [200, undefined, undefined],
    ],
    ['that is a page', new Response('<html>'), [0, '', NaN]],
    ['that is a page of an error', new Response('<html>', { status: 503 }), [503, '', NaN]],
    ['without a body', new Response(null, { status: 204 }), [204, '', NaN]],
  ];
  for (const [name, response, wanted] of cases) {
    it(`${name} is ${wanted[0]}`, async () => {
      const network = new Network();
      network.send(1);
      network.asked[0]!.answer(response);
      await settled();
      assert.deepEqual(network.answers, [wanted]);
    });
  }

  it('with a date says how long to wait', async () => {
    const network = new Network();
    network.send(1);
    const date = new Date(Date.now() + 60_000).toUTCString();
    network.asked[0]!.answer(new Response('', { status: 503, headers: { 'retry-after': date } }));
    await settled();
    const [[status, , seconds]] = network.answers as [[number, string, number]];
    assert.equal(status, 503);
    assert.ok(seconds > 50 && seconds <= 60, String(seconds));
  });

  it('that does not come is 0, and gives its bytes back', async () => {
    const network = new Network();
    network.send(60_000);
    network.asked[0]!.fail();
    await settled();
    assert.deepEqual(network.answers, [[0, undefined, undefined]]);
    network.send(60_000);
    assert.equal(network.asked[1]!.init.keepalive, true);
  });

  it('is 0 where the function throws', async () => {
    const network = new Network(() => {
      throw new Error('patched');
    });
    network.send(1);
    await settled();
    assert.deepEqual(network.answers, [[0, undefined, undefined]]);
  });
});

describe('the transport', () => {
  it('is idle when nothing is on its way', async () => {
    const network = new Network();
    network.send(1);
    network.send(1);
    let idle = false;
    void network.transport._idle().then(() => (idle = true));
    network.asked[1]!.answer(ok());
    await settled();
    assert.equal(idle, false);
    network.asked[0]!.answer(ok());
    await settled();
    assert.equal(idle, true);
  });
});
