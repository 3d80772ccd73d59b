/**
 * Events of servers that Node publishes on no channel: upgraded connections, and streams of HTTP/2
 * before Node 22.17 and 24.2. For these `emit` is wrapped in the class from which all servers inherit,
 * which adds no listener: a server that has one for `upgrade` treats requests differently.
 */
import { Server as HttpServer, type IncomingMessage } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { followEvents, sessionOfAny } from './context';
import { hasChannel, onStream } from './http2';
import { begin, counters } from './begin';
import { attempt } from '../../src/platform/attempt';
import { followRejections } from './rejections';

interface Emitting {
  emit(this: unknown, event: string, ...parameters: unknown[]): boolean;
}

const CONNECTIONS = new Set(['listening', 'connection', 'secureConnection']);

/** A listener that rejected, of a server that handles that. */
function onRejected(error: unknown, request: unknown): void {
  const first = sessionOfAny(request);
  for (const counter of counters) {
    const session = first?.of(counter.sessions);
    if (!session) continue;
    counter.failed(error, session, { handled: false });
    session.crash();
  }
}

/** What is called when a server of HTTP listens. */
const serving = new Set<() => void>();

const UPGRADES = new Set(['upgrade', 'connect']);
const withoutChannel = !hasChannel();

const isHttp = (server: unknown): boolean =>
  server instanceof HttpServer ||
  server instanceof HttpsServer ||
  /* Node does not export the classes of HTTP/2. */
  /^Http2/.test((server as object).constructor.name);

function onEvent(server: unknown, event: string, parameters: unknown[]): void {
  if (UPGRADES.has(event)) {
    const [request, socket] = parameters as [IncomingMessage, Duplex];
    if (typeof request.url !== 'string') return;
    begin(request.url, request, socket);
    followEvents(socket);
  } else if (event === 'stream' && withoutChannel) {
    const [stream, headers] = parameters as [ServerHttp2Stream, IncomingHttpHeaders];
    if (typeof stream.id === 'number') onStream(stream, headers);
  } else if (CONNECTIONS.has(event)) {
    followRejections(server as object, onRejected);
    if (event === 'listening' && serving.size > 0 && isHttp(server)) {
      for (const call of serving) call();
    }
  }
}

let users = 0;
let unwrap: () => void;

/** Follows these events from now on; returns a function that ends it. */
export function followServers(): () => void {
  if (users++ === 0) unwrap = wrapEmit();
  return () => {
    if (--users === 0) unwrap();
  };
}

/** Calls a function once a server of HTTP listens; returns a function that ends it. */
export function whenServing(call: () => void): () => void {
  serving.add(call);
  const unfollow = followServers();
  return () => {
    if (serving.delete(call)) unfollow();
  };
}

function wrapEmit(): () => void {
  const prototype = Server.prototype as unknown as Emitting;
  const { emit } = prototype;
  const wrapped: Emitting['emit'] = function (event, ...parameters) {
    if (event !== 'request') attempt(onEvent, this, event, parameters);
    return emit.call(this, event, ...parameters);
  };
  const own = Object.hasOwn(prototype, 'emit');
  /* The prototype may be frozen: then upgrades are not counted. */
  attempt(() => {
    prototype.emit = wrapped;
  });
  return () => {
    /* If somebody wrapped it again, it stays, and counts nothing without a client. */
    if (prototype.emit !== wrapped) return;
    if (own) prototype.emit = emit;
    else delete (prototype as Partial<Emitting>).emit;
  };
}
