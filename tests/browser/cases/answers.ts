import type { Case, Expected } from '../case.js';
import type { Served } from '../harness.js';

/** Whether it arrived: answers that are not the server's, or that nobody can read. */
const area = 'delivery';
const push = `history.pushState(null, '', 'next')`;

/** A tunnel of the site's own that answers in its way, and whether it hands on what it gets. */
function tunnel(name: string, answer: Served, expect: Expected, more: Partial<Case> = {}): Case {
  return {
    name: `tunnel: ${name}`,
    area,
    start: 'loaded',
    page: { options: `{ tunnel: '$url/tunnel' }` },
    files: { tunnel: answer },
    async steps(s) {
      await s.hit('tunnel');
      await s.run(push);
      await s.calm(500);
      if (expect.all > 0) return;
      await s.page.waitFor(`client.status !== 'active'`, s.bench.patienceMs);
      const accepted = await s.page.evaluate<number>('client.counts.accepted');
      s.check(accepted === 0, `${accepted} count as accepted`);
    },
    expect,
    ...more,
  };
}
const page = (headers: Record<string, string> = {}, status = 200): Served => ({
  type: 'text/html; charset=utf-8',
  status,
  body: '<!doctype html><title>Sign in</title><form><input name="password"></form>',
  headers,
});
const handsOn =
  (answer: { type?: string; status?: number; body: string }): Served =>
  async (scene, body) => {
    await scene.forward(await body());
    return answer;
  };

export const answerCases: Case[] = [
  tunnel('a page to sign in', page(), { all: 0 }),
  tunnel(
    'a page to sign in, after a redirect',
    { status: 302, headers: { location: 'login' }, body: '' },
    { all: 0 },
  ),
  tunnel(
    'the app’s own page, as a single-page app’s server gives it',
    page({ 'cache-control': 'no-store' }),
    { all: 0 },
  ),
  tunnel('a page with blanks before it', { type: 'text/html', body: '\n\n  <html>' }, { all: 0 }),
  tunnel(
    'a page that says it is text',
    { type: 'text/plain', body: '<!DOCTYPE html><html></html>' },
    { all: 0 },
  ),
  tunnel('PHP’s {} as text/html', handsOn({ type: 'text/html', body: '{}' }), { all: 2 }),
  tunnel('nothing, with 204', handsOn({ status: 204, body: '' }), { all: 2 }),
  tunnel('nothing, with 200', handsOn({ status: 200, type: 'text/html', body: '' }), { all: 2 }),
  tunnel('ok as text', handsOn({ status: 202, type: 'text/plain', body: 'ok' }), { all: 2 }),
  {
    name: 'tunnel: a name beside the page, from a route further down',
    area,
    page: { options: `{ tunnel: 'tunnel' }` },
    files: {
      tunnel: handsOn({ body: '{}', type: 'application/json' }),
      'far/tunnel': { status: 404, body: '' },
    },
    steps: (s) => s.run(`history.pushState(null, '', 'far/next')`),
    expect: { all: 2 },
  },
  {
    name: 'a secret of the DSN does not travel in the body',
    area,
    page: {
      options: `{ tunnel: '$url/tunnel', dsn: 'https://0123456789abcdef0123456789abcdef:5ec3e7@o1.ingest.example/42' }`,
    },
    files: { tunnel: handsOn({ body: '{}', type: 'application/json' }) },
    also: (s) =>
      s.check(
        s.tunnelled.every((envelope) => !envelope.includes('5ec3e7')),
        'the secret went out',
      ),
    expect: { all: 1 },
  },
  ...(['navigation', 'crash', 'capture', 'user', 'leave'] as const).map((event): Case => ({
    name: `unreadable answers: ${event}, then a while`,
    area,
    page: { options: `{ tunnel: '$other/tunnel' }` },
    files: { tunnel: handsOn({ body: '{}', type: 'application/json' }) },
    async steps(s) {
      const scripts = {
        navigation: push,
        crash: `throw new Error('boom')`,
        capture: `crashfree.captureException(new Error('caught'))`,
        user: `crashfree.setUser({ id: 'u1' })`,
        leave: '0',
      };
      await s.run(scripts[event]);
      await s.calm(6500);
      if (event !== 'leave') {
        await s.page.waitFor(`client.status !== 'active'`, s.bench.patienceMs);
      }
    },
    expect: {
      navigation: { all: 2 },
      crash: { all: 1, crashed: 1 },
      capture: { all: 1, errored: 1 },
      user: { all: 1, users: { all: 1 } },
      leave: { all: 1 },
    }[event],
  })),
  {
    name: 'storage without locks: the first visit is refused and lost, and debug says so to the next',
    area,
    faulty: true,
    start: 'empty',
    page: {
      head: `<script>window.said = [];
        for (const level of ['log', 'info', 'warn', 'error', 'debug'])
          console[level] = (...all) => said.push(all.join(' '));
        Object.defineProperty(navigator, 'locks', { value: undefined })</script>`,
      options: `{ storage: 'local', debug: true }`,
    },
    async steps(s) {
      s.bench.collector.faults(s.project).push({ drop: 'before', times: 1000 });
      await s.page.goto(s.url());
      await s.bench.when(
        () => 'the first request',
        () => s.allRequests().length > 0,
      );
      await s.page.goto(s.blank);
      s.bench.collector.faults(s.project).length = 0;
      await s.page.goto(s.url());
      const isSaid = `said.some((line) => /storage|locks/i.test(line))`;
      await s.page.waitFor(isSaid, s.bench.patienceMs);
    },
    expect: { all: 1 },
  },
];
