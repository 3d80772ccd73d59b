/** Says where a server listens, and ends it as the README says. */
import { close } from 'crashfree/node';

export function serve(server) {
  const told = () => process.stdout.write(`${server.address().port}\n`);
  if (server.listening) told();
  else server.once('listening', told);
  process.once('SIGTERM', () => {
    const end = () => close().finally(() => process.exit());
    server.close(end);
    setTimeout(end, 500).unref();
  });
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
