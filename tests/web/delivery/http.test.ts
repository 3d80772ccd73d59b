import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Answer, FetchMode } from '../../../web/src/abi.js';
import { createTransport, type Fetch } from '../../../web/src/delivery/http.js';
import { settled } from '../fakes/clock.js';

const URL_ASKED = 'https://o1.ingest.example/api/42/envelope/?sentry_key=k';
const { NORMAL, AT_EXIT, PROBE, OPAQUE } = FetchMode;

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

  constructor(fetch?: Fetch, browsers?: Fetch) {
    const find = (): Fetch | undefined => browsers ?? fetch ?? this.fetch;
    this.transport = createTransport(fetch ?? this.fetch, find, () => Promise.resolve());
  }

  send(bytes: number, mode: number = NORMAL, body = 'x'): void {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'window');
    const sendBeacon = (url: string, text: string): boolean =>
      Boolean(this.beacons.push(`${url} ${text}`));
    const value = { navigator: { sendBeacon } };
    Object.defineProperty(globalThis, 'window', { value, configurable: true });
    this.transport._send(URL_ASKED, body, mode, (...answer) => this.answers.push(answer), bytes);
    if (before) Object.defineProperty(globalThis, 'window', before);
    else Reflect.deleteProperty(globalThis, 'window');
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
    /* Of no prototype, on which a page may have put more. */
    assert.deepEqual(init, {
      __proto__: null,
      method: 'POST',
      body: 'x',
      keepalive: true,
      credentials: 'omit',
      referrerPolicy: 'strict-origin',
      mode: 'cors',
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

  it('that does not outlive the page may have been cut, if it fails', async () => {
    const network = new Network();
    network.send(60_000);
    network.send(1);
    network.asked.forEach((asked) => asked.fail());
    await settled();
    assert.deepEqual(
      network.answers.map(([status]) => status),
      [Answer.NONE, Answer.CUT],
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
    ['that is a page', new Response('<html>'), [Answer.FOREIGN]],
    ['that is opaque', { type: 'opaque', status: 0 }, [Answer.OPAQUE]],
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

  for (const status of [1, 2, 3, -1, 99, 600, Infinity, NaN, 'abc', null, {}]) {
    it(`with a status that is none, ${String(status)}, is 200`, async () => {
      const network = new Network();
      network.send(1);
      network.asked[0]!.answer({ status, headers: new Headers() });
      await settled();
      assert.deepEqual(network.answers, [[200, '', NaN]]);
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

/** What came back, when each request was answered as a list says: a Response, or none. */
async function probed(
  network: Network,
  mode: number,
  responses: unknown[],
): Promise<{ modes: unknown[]; answer: unknown }> {
  network.send(1, mode);
  for (const [index, response] of responses.entries()) {
    await settled();
    if (response) network.asked[index]!.answer(response);
    else network.asked[index]!.fail();
  }
  await settled();
  assert.equal(network.answers.length, 1);
  return {
    modes: network.asked.map(({ init }) => init.mode),
    answer: (network.answers[0] as unknown[])[0],
  };
}
const opaque = (): unknown => ({ type: 'opaque', status: 0, headers: new Headers() });

describe('a request that asks whether answers can be read', () => {
  it('is one if they can', async () => {
    const { modes, answer } = await probed(new Network(), PROBE, [ok()]);
    assert.deepEqual([modes, answer], [['cors'], 200]);
  });

  it('asks without leave to read, and once more, if there is no answer', async () => {
    const { modes, answer } = await probed(new Network(), PROBE, [undefined, opaque(), undefined]);
    assert.deepEqual([modes, answer], [['cors', 'no-cors', 'cors'], Answer.OPAQUE]);
  });

  it('finds the network back if the last one is answered', async () => {
    const { answer } = await probed(new Network(), PROBE, [undefined, opaque(), ok()]);
    assert.equal(answer, 200);
  });

  it('finds no network', async () => {
    const { modes, answer } = await probed(new Network(), PROBE, [undefined, undefined]);
    assert.deepEqual([modes, answer], [['cors', 'no-cors'], Answer.NONE]);
  });

  it('finds somebody else', async () => {
    const { answer } = await probed(new Network(), PROBE, [new Response('<html>')]);
    assert.equal(answer, Answer.FOREIGN);
  });

  it('finds out by the browser’s own function what one of the page makes of answers', async () => {
    const rejects: Fetch = () => Promise.reject(new Error('after success'));
    const own = new Network();
    const network = new Network(rejects, own.fetch);
    network.send(1, PROBE);
    await settled();
    own.asked[0]!.answer(opaque());
    await settled();
    assert.deepEqual(network.answers, [[Answer.OPAQUE]]);
  });

  it('takes no for an answer where there is no such function', async () => {
    const transport = createTransport(
      () => Promise.reject(new Error('down')),
      () => undefined,
      () => Promise.resolve(),
    );
    const answers: unknown[] = [];
    transport._send(URL_ASKED, 'x', PROBE, (status) => answers.push(status), 1);
    await settled();
    assert.deepEqual(answers, [Answer.NONE]);
  });
});

describe('a request without leave to read its answer', () => {
  it('is opaque if it came through', async () => {
    const { modes, answer } = await probed(new Network(), OPAQUE, [opaque()]);
    assert.deepEqual([modes, answer], [['no-cors'], Answer.OPAQUE]);
  });

  it('is no answer if it did not', async () => {
    const { modes, answer } = await probed(new Network(), OPAQUE, [undefined]);
    assert.deepEqual([modes, answer], [['no-cors'], Answer.NONE]);
  });

  it('says what it is answered where that can be read all the same', async () => {
    const { answer } = await probed(new Network(), OPAQUE, [ok()]);
    assert.equal(answer, 200);
  });
});

describe('the transport', () => {
  it('keeps to itself what fails in taking note of an answer', async () => {
    const network = new Network();
    network.transport._send(URL_ASKED, 'x', NORMAL, () => assert.fail('the core trapped'), 1);
    network.asked[0]!.answer(ok());
    await network.transport._idle();
  });

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
