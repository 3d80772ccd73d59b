import { createServer } from 'node:http2';
import { captureException, init } from 'crashfree/node';
import { serve, sleep } from './shutdown.js';

init();

const server = createServer();
server.on('stream', async (stream, headers) => {
  await sleep(1);
  const path = headers[':path'];
  if (path === '/slow') return;
  if (path === '/handled') captureException(new Error('handled'));
  if (path === '/crash') {
    stream.respond({ ':status': 500 });
    stream.end();
    throw new Error('crash');
  }
  stream.respond({ ':status': path === '/missing' ? 404 : 200 });
  stream.end('ok');
});
process.on('unhandledRejection', () => {});
serve(server.listen(0, '127.0.0.1'));
