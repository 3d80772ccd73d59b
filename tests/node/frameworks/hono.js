import { serve as listen } from '@hono/node-server';
import { captureException, init, setupHonoErrorHandler } from 'crashfree/node';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { serve, sleep } from './shutdown.js';

init();

const app = new Hono();
setupHonoErrorHandler(app);
app.get('/', async (context) => {
  await sleep(1);
  return context.text('ok');
});
app.get('/handled', async (context) => {
  await sleep(1);
  captureException(new Error('handled'));
  return context.text('ok');
});
app.post('/handled', async (context) => {
  const { name } = await context.req.json();
  captureException(new Error(name));
  return context.text('ok');
});
app.get('/crash', () => {
  throw new Error('crash');
});
app.get('/refused', () => {
  throw new HTTPException(403);
});
app.get('/slow', () => sleep(600_000));
app.onError((error, context) => context.text('error', error.status ?? 500));
serve(listen({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }));
