import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Answer, FetchMode } from '../../../web/src/abi.js';
import { isForeign } from '../../../web/src/delivery/answer.js';
import { createTransport, type Fetch, type Respond } from '../../../web/src/delivery/http.js';
import { fc } from '../fakes/check.js';
import { anything, nastyText } from '../fakes/texts.js';
import { workOf } from '../fakes/work.js';

const URL_ASKED = 'https://shop.example/tunnel';
const never = (): Promise<void> => new Promise(() => {});

/** What is told of an answer. */
async function toldOf(fetch: Fetch): Promise<Parameters<Respond>> {
  const transport = createTransport(
    fetch,
    () => fetch,
    () => Promise.resolve(),
  );
  const told = await new Promise<Parameters<Respond>>((resolve) => {
    transport._send(URL_ASKED, 'x', FetchMode.NORMAL, (...all) => resolve(all), 1);
  });
  await transport._idle();
  return told;
}

/** What every answer has to end as: a status or a word of the boundary, texts and numbers. */
function check([status, limits, retryAfter]: Parameters<Respond>): void {
  const words = Object.values(Answer) as unknown[];
  assert.ok((status >= 100 && status < 600) || words.includes(status), `status ${status}`);
  assert.ok(limits === undefined || typeof limits === 'string');
  assert.ok(retryAfter === undefined || typeof retryAfter === 'number');
}

const body = fc.oneof(nastyText, fc.constant(null));

describe('an answer', () => {
  it('may have any headers, status and body', async () => {
    const statuses = fc.oneof(
      fc.integer().map((status) => () => status),
      anything,
    );
    const headers = fc.array(nastyText, { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(statuses, headers, body, nastyText, async (status, values, text, url) => {
        const names = ['Content-Type', 'Content-Length', 'Retry-After', 'X-Sentry-Rate-Limits'];
        const given = new Map(names.map((name, at) => [name, values[at]!]));
        const stream = text === null ? null : new Blob([text]).stream();
        const response = { status: status(), ok: true, url, type: 'cors', body: stream };
        Object.assign(response, { headers: { get: (name: string) => given.get(name) ?? null } });
        check(await toldOf(() => Promise.resolve(response as unknown as Response)));
      }),
    );
  });

  it('may be no answer at all', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        check(await toldOf(async () => value() as Response));
      }),
    );
  });

  it('is read no further than its beginning, however long it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(' ', '\n', '<', 'x', '\u0000'), async (character) => {
        let pulled = 0;
        const endless = new ReadableStream<Uint8Array>({
          pull(controller) {
            pulled++;
            controller.enqueue(new TextEncoder().encode(character.repeat(65_536)));
          },
        });
        const response = new Response(endless);
        Object.defineProperty(response, 'url', { value: URL_ASKED });
        assert.equal(await isForeign(response, URL_ASKED, never), character === '<');
        assert.ok(pulled <= 6, `${pulled} chunks`);
      }),
    );
  });

  it('may come from any address, which is compared in work that grows as it does', async () => {
    await fc.assert(
      fc.asyncProperty(nastyText, async (path) => {
        const response = new Response('{}');
        const url = new URL(`https://shop.example/${path}`).href;
        Object.defineProperty(response, 'url', { value: url });
        let answer: Promise<boolean> | undefined;
        const work = workOf(() => (answer = isForeign(response, URL_ASKED, never)));
        assert.equal(typeof (await answer), 'boolean');
        assert.ok(work <= 8 * url.length + 1000, `${work} characters`);
      }),
    );
  });
});
