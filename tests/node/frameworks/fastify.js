import { captureException, init } from 'crashfree/node';
import Fastify from 'fastify';
import { serve, sleep } from './shutdown.js';

init();

const app = Fastify();
app.get('/', async () => {
  await sleep(1);
  return 'ok';
});
app.get('/handled', async () => {
  await sleep(1);
  captureException(new Error('handled'));
  return 'ok';
});
app.post('/handled', async (request) => {
  captureException(new Error(request.body.name));
  return 'ok';
});
app.get('/crash', async () => {
  throw new Error('crash');
});
app.get('/refused', async () => {
  throw Object.assign(new Error('refused'), { statusCode: 403 });
});
app.get('/slow', () => sleep(600_000));
await app.listen({ port: 0, host: '127.0.0.1' });
serve(app.server);
