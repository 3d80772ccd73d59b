import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Ports that no system gives to whoever asks for any: a gate that is closed wants its own back. */
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;

let nextPort = FIRST_PORT + (process.pid % (LAST_PORT - FIRST_PORT));

/**
 * The way to a server, which can be closed: then connections are refused, as they are by a machine on
 * which nothing listens. Everything else passes untouched.
 */
export class Gate {
  #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  private constructor(private readonly target: number) {
    this.#server = this.#make();
  }

  static async open(target: number): Promise<Gate> {
    const gate = new Gate(target);
    for (;;) {
      nextPort = nextPort < LAST_PORT ? nextPort + 1 : FIRST_PORT;
      gate.#port = nextPort;
      try {
        await gate.accept();
        return gate;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      }
    }
  }

  get port(): number {
    return this.#port;
  }

  #make(): Server {
    return createServer((socket) => {
      const onward = connect(this.target, '127.0.0.1');
      for (const [one, other] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => {});
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  async accept(): Promise<void> {
    this.#server = this.#make();
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async refuse(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
