import { captureException, init, setupKoaErrorHandler } from 'crashfree/node';
import Koa from 'koa';
import { serve, sleep } from './shutdown.js';

init();

const app = new Koa();
app.silent = true;
app.use(async (context) => {
  await sleep(1);
  switch (context.path) {
    case '/':
      context.body = 'ok';
      break;
    case '/handled':
      if (context.method === 'POST') for await (const chunk of context.req) void chunk;
      captureException(new Error('handled'));
      context.body = 'ok';
      break;
    case '/crash':
      throw new Error('crash');
    case '/refused':
      context.throw(403);
      break;
    case '/slow':
      await sleep(600_000);
  }
});
setupKoaErrorHandler(app);
serve(app.listen(0, '127.0.0.1'));
