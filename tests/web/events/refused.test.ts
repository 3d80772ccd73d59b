import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Browser } from '../fakes/browser.js';

it('a session whose event was refused is sent again at once, without it', async () => {
  const page = await new Browser().start({}, false);
  page.listenUnnamed();
  page.client = page.init({ integrations: [page.crashfree.eventsIntegration()] });
  await page.pass(3000);
  page.network = () =>
    String(page.requests.at(-1)!.init.body).includes('"type":"event"')
      ? new Response('', { status: 403 })
      : new Response('{}');
  const before = page.requests.length;
  page.throw(new Error('a'));
  await page.pass(1000);
  const bodies = page.requests.slice(before).map(({ init }) => String(init.body));
  assert.deepEqual(
    bodies.map((body) => [body.includes('"type":"event"'), body.includes('"status":"crashed"')]),
    [
      [true, true],
      [false, true],
    ],
  );
});
