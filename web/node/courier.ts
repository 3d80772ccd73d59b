/**
 * The way to the server. Whether it may be used now, where it leads, which names travel and what an
 * answer means is for the core to say: for each request it is asked to announce a session, as in a
 * page. The aggregates go in that session's place.
 */
import { createCore, type Core } from '../src/core/core';
import { Consent, Counter, Option, statusWords } from '../src/abi';
import type { Status } from '../src/client/status';
import { createTransport, type Fetch, type Transport } from '../src/delivery/http';

export interface CourierOptions {
  dsn: string;
  release: string;
  environment: string;
  tunnel: string;
  fetch: Fetch;
}

/** `delivered`, or why not: the server refused it for what it is, or cannot be reached now. */
export type Outcome = 'delivered' | 'refused' | 'waiting';

/** Lines of an envelope, from the attributes that all sessions share. */
type Write = (attributes: unknown) => string[];

/** What the core would send now. */
interface Letter {
  request: number;
  url: string;
  body: string;
}

/** A request that got no answer by then is given up, as it would keep the process from ending. */
const ANSWER_MS = 10_000;

export class Courier {
  private core!: Core;
  private readonly transport: Transport;
  private letter: Letter | undefined;

  /** Throws where there is no WebAssembly. */
  constructor(options: CourierOptions, warn: (text: string) => void) {
    const { dsn, release, environment, tunnel, fetch } = options;

    this.transport = createTransport(
      (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS) }),
      /* Here is no page whose end could cut a request. */
      () => Promise.resolve(),
    );
    /* With this package's loader it is up at once. */
    void createCore(
      {
        _wake() {},
        _fetch: (request, url, urlLength, body, bodyLength) => {
          const { _read: read } = this.core;
          this.letter = { request, url: read(urlLength, url), body: read(bodyLength, body) };
        },
        _before_send: () => true,
      },
      (core) => {
        this.core = core;
      },
    );
    const setText = (option: Option, text: string) =>
      this.core._set_text(option, this.core._write(text));
    setText(Option.DSN, dsn);
    setText(Option.RELEASE, release);
    if (!setText(Option.ENVIRONMENT, environment)) warn('invalid-environment, left out');
    if (tunnel) setText(Option.TUNNEL, tunnel);
    this.core._set_number(Option.PER_MINUTE, 0);
  }

  get status(): Status {
    return statusWords[this.core._status()]!;
  }

  /** Sends an envelope with these items, unless the server does not want any now. */
  async send(write: Write): Promise<Outcome> {
    const { core } = this;

    const letter = this.ask();
    if (!letter) {
      this.forget();
      return 'waiting';
    }
    const { request, url, body } = letter;
    const [header, , session] = body.split('\n');
    const { attrs } = JSON.parse(session!) as { attrs: unknown };
    const lines = [header, ...write(attrs)];

    const accepted = core._count(Counter.ACCEPTED);
    return new Promise((resolve) => {
      this.transport._send(url, `${lines.join('\n')}\n`, 0, (status, limits = '', retryAfter) => {
        core._respond(request, status, core._write(limits), retryAfter);
        const delivered = core._count(Counter.ACCEPTED) > accepted;
        this.forget();
        resolve(delivered ? 'delivered' : status === 0 || status === 429 ? 'waiting' : 'refused');
      });
    });
  }

  private ask(): Letter | undefined {
    this.letter = undefined;
    this.core._start(true, performance.now());
    return this.letter;
  }

  /** Has the core forget its session, which nobody had; rate limits stay. */
  private forget(): void {
    this.core._set_consent(Consent.DENIED);
    this.core._set_number(Option.CONSENT, Consent.GRANTED);
  }
}
