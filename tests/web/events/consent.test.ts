import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Browser } from '../fakes/browser.js';

it('an event waits until somebody has agreed, for as long as it takes', async () => {
  const page = await new Browser().start({}, false);
  page.listenUnnamed();
  page.client = page.init({
    consent: 'pending',
    integrations: [page.crashfree.eventsIntegration()],
  });
  await page.pass();
  page.client.captureException(new Error('a'));
  await page.pass(61_000);
  assert.equal(page.requests.length, 0);
  page.client.setConsent('granted');
  await page.pass(61_000);
  const bodies = page.requests.map(({ init }) => String(init.body));
  assert.equal(bodies.filter((body) => body.includes('"type":"event"')).length, 1);
});
