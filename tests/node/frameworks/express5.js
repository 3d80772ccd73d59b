import { captureException, init, setupExpressErrorHandler } from 'crashfree/node';
import express from 'express';
import { serve, sleep } from './shutdown.js';

init();

const app = express();
app.use(express.json());
app.get('/', async (request, response) => {
  await sleep(1);
  response.send('ok');
});
app.get('/handled', async (request, response) => {
  await sleep(1);
  captureException(new Error('handled'));
  response.send('ok');
});
app.post('/handled', (request, response) => {
  captureException(new Error(request.body.name));
  response.send('ok');
});
app.get('/crash', () => {
  throw new Error('crash');
});
app.get('/refused', () => {
  throw Object.assign(new Error('refused'), { status: 403 });
});
app.get('/slow', () => {});
setupExpressErrorHandler(app);
app.use((error, request, response, next) => {
  response.status(error.status ?? 500).end();
});
serve(app.listen(0, '127.0.0.1'));
