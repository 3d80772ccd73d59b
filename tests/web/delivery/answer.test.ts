import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isForeign } from '../../../web/src/delivery/answer.js';

const URL_ASKED = 'https://shop.example/tunnel';
const never = (): Promise<void> => new Promise(() => {});

interface Given {
  body?: string | null;
  type?: string;
  length?: string;
  url?: string;
}

/** An answer as a browser gives it. */
function answer({ body = '{}', type, length, url = URL_ASKED }: Given): Response {
  const headers: Record<string, string> = {};
  if (type !== undefined) headers['content-type'] = type;
  if (length !== undefined) headers['content-length'] = length;
  const stream = body === null ? null : new Blob([body]).stream();
  const response = new Response(stream, { headers });
  Object.defineProperty(response, 'url', { value: url });
  return response;
}

const ofTheServer: Record<string, Given> = {
  'what Relay says': { type: 'application/json', length: '2' },
  'an empty object as text/html, as a PHP tunnel has it': { type: 'text/html; charset=UTF-8' },
  'an empty object of no type': {},
  'an id': { body: '{"id":"9ec79c33ec9942ab8353589fcb2e04dc"}', type: 'text/html' },
  nothing: { body: '', type: 'text/html' },
  'a word': { body: 'ok', type: 'text/plain' },
  'the same path with a slash': { url: `${URL_ASKED}/`, type: 'application/json', length: '2' },
  'the same path on another host': { url: 'https://www.shop.example/tunnel', type: 'text/html' },
  'a redirect to a server': {
    url: 'https://o1.ingest.sentry.io/api/42/envelope/?sentry_key=k',
    type: 'application/json',
    length: '2',
  },
  'a redirect to another tunnel, which has a receipt': { url: 'https://shop.example/v2/monitor' },
  'a receipt with an id from there': {
    url: 'https://shop.example/v2/monitor',
    body: ' {"id":null}',
  },
  'no address': { url: '' },
  'an address that is none': { url: 'nowhere' },
};

const ofOthers: Record<string, Given> = {
  'a page': { body: '<!doctype html><p>Sign in', type: 'text/html' },
  'a page behind white space': { body: '\n\n  \uFEFF<html>', type: 'text/html' },
  'a page that says it is text': { body: '<h1>offline</h1>', type: 'text/plain;charset=UTF-8' },
  'a page of no type': { body: '<html>' },
  'a page that says it is JSON, of no known length': { body: '<html>', type: 'application/json' },
  'a sign-in page after a redirect': { url: 'https://shop.example/login', body: '<html>' },
  'a sign-in answer after a redirect': {
    url: 'https://shop.example/login?next=/tunnel',
    body: '{"error":"sign in"}',
    type: 'application/json',
    length: '19',
  },
  'an offline page that a service worker had': {
    url: 'https://shop.example/offline.html',
    body: 'You are offline',
  },
};

describe('an answer', () => {
  for (const [name, given] of Object.entries(ofTheServer)) {
    it(`is the server’s: ${name}`, async () => {
      assert.equal(await isForeign(answer(given), URL_ASKED, never), false);
    });
  }
  for (const [name, given] of Object.entries(ofOthers)) {
    it(`is not the server’s: ${name}`, async () => {
      assert.equal(await isForeign(answer(given), URL_ASKED, never), true);
    });
  }

  it('is not read where it says what it is', async () => {
    const response = answer({ type: 'application/json', length: '2' });
    await isForeign(response, URL_ASKED, never);
    assert.deepEqual([response.bodyUsed, response.body!.locked], [false, false]);
  });

  for (const [name, chunks] of [
    ['an empty chunk', ['', '<html>']],
    ['chunks of blanks', ['\n', ' \r\n', '\t', '<html>']],
    ['many blanks', [' '.repeat(4000) + '<html>']],
  ] as const) {
    it(`is a page behind ${name}`, async () => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
          controller.close();
        },
      });
      assert.equal(await isForeign(new Response(body), URL_ASKED, never), true);
    });
  }

  it('of blanks without end is looked at so far and no further', async () => {
    let chunks = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          chunks++;
          controller.enqueue(new TextEncoder().encode(' '.repeat(1 << 16)));
        },
      },
      { highWaterMark: 0 },
    );
    assert.equal(await isForeign(new Response(body), URL_ASKED, never), false);
    assert.equal(chunks, 4);
  });

  it('is read no further than its beginning, and cancelled', async () => {
    let chunks = 0;
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          chunks++;
          controller.enqueue(new TextEncoder().encode('{'.repeat(1 << 16)));
        },
        cancel() {
          cancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    assert.equal(await isForeign(new Response(body), URL_ASKED, never), false);
    assert.deepEqual([chunks, cancelled], [1, true]);
  });

  it('is not waited for without end', async () => {
    const waits: number[] = [];
    const wait = (ms: number): Promise<void> => {
      waits.push(ms);
      return Promise.resolve();
    };
    const silent = (): Response => new Response(new ReadableStream({ pull: () => never() }));
    assert.equal(await isForeign(silent(), URL_ASKED, wait), false);
    assert.deepEqual(waits, [5000]);
  });

  it('that has no body is left to the caller, who takes it for the server’s', async () => {
    await assert.rejects(isForeign(answer({ body: null }), URL_ASKED, never));
  });
});
