import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

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
    await gate.accept();
    return gate;
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
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async refuse(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
