import type { IncomingMessage } from 'node:http';

/** What the bodies that are being received may take together. */
const MAX_IN_FLIGHT = 64 << 20;

export type Refused = 'too large' | 'busy';

/** Receives bodies, and bounds what all of them take together. */
export class Bodies {
  #inFlight = 0;

  /** The body, or why it was not received: the rest of it is then read and thrown away. */
  async read(request: IncomingMessage, max: number): Promise<Buffer | Refused> {
    const parts: Buffer[] = [];
    let length = 0;
    let refused: Refused | undefined;
    if (Number(request.headers['content-length'] ?? 0) > max) refused = 'too large';
    // A loop over the request would wait once for each chunk, of which a small body may have many.
    request.on('data', (part: Buffer) => {
      if (refused !== undefined) return;
      if (length + part.length > max) refused = 'too large';
      else if (this.#inFlight + part.length > MAX_IN_FLIGHT) refused = 'busy';
      if (refused === undefined) {
        parts.push(part);
        length += part.length;
        this.#inFlight += part.length;
      } else {
        parts.length = 0;
      }
    });
    try {
      // Node's own finished() costs as much as all else that is done here.
      await new Promise<void>((done, failed) => {
        request.once('end', done).once('error', failed);
        request.once('close', () => failed(new Error('The sender went away.')));
      });
      return refused ?? Buffer.concat(parts);
    } finally {
      this.#inFlight -= length;
    }
  }
}
