import { createServer } from 'node:http';
import { captureException, init } from 'crashfree/node';
import { serve, sleep } from './shutdown.js';

init();

const server = createServer(async (request, response) => {
  await sleep(1);
  switch (request.url) {
    case '/handled':
      captureException(new Error('handled'));
      break;
    case '/crash':
      throw new Error('crash');
    case '/slow':
      return;
    case '/missing':
      response.statusCode = 404;
  }
  response.end('ok');
});
/* As servers do that go on. */
process.on('unhandledRejection', () => {});
serve(server.listen(0, '127.0.0.1'));
