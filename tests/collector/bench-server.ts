/** The collector as a process of its own, for bench.ts. */
import { startServer } from '../../web/server/app/server.js';

const server = await startServer();
process.send?.({ port: server.port });
process.on('message', (order) => {
  if (order === 'end') {
    void server.close().then(() => process.exit(0));
    return;
  }
  const { user, system } = process.cpuUsage();
  process.send?.({
    cpuMs: (user + system) / 1000,
    rssMiB: process.memoryUsage().rss / (1 << 20),
    counted: server.collector.metrics('1').all,
  });
});
