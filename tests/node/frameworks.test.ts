/**
 * Each framework as a real app on a real port, driven with load, errors, crashes, aborts and a
 * shutdown with an open request, twice: its sessions are what its visitors saw. NestJS and Next.js take
 * longer: `npm run fixtures:node`.
 */
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { root } from '../../web/build/run.js';
import { Counting } from '../package/counting.js';
import { drive, http2, install, type Framework } from './drive.js';

const folder = join(root, 'tests/node/frameworks');

let counting: Counting;
before(async () => {
  await install(folder);
  counting = await Counting.start();
});
after(() => counting.close());

const frameworks: Framework[] = [
  { name: 'http', without: ['/refused', 'POST'] },
  { name: 'http2', connect: http2, without: ['/refused', 'POST'] },
  { name: 'express4' },
  { name: 'express5' },
  { name: 'fastify' },
  { name: 'koa' },
  { name: 'hono' },
];

for (const framework of frameworks) {
  for (const time of ['once', 'once more']) {
    it(`${framework.name}, ${time}`, () => drive(framework, folder, counting));
  }
}
