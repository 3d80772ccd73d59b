/** A process of a cluster, for last-word.test.ts: counts, and ends when it is disconnected. */
import http from 'node:http';

const { init } = await import(process.env.ENTRY);
init({ dsn: process.env.OWN_DSN, release: 'shop-api@1.4.0' });

http
  .createServer((request, response) => {
    if (request.url === '/crash') throw new Error('of a worker');
    response.end();
  })
  .listen(0, '127.0.0.1', function () {
    process.send(this.address().port);
  });
