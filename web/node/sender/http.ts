/** Envelopes sent by `node:http` and `node:https`, through a proxy if need be. */
import { request as httpRequest, type Agent, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { ServerAnswer } from '../core';
import { answerOf, isPage, mayBePage, NO_ANSWER } from './answer';
import type { Way } from './way';

function agentFor(url: string, proxy: string): Agent | false {
  if (!proxy) return false;
  return url.startsWith('https:') ? new HttpsProxyAgent(proxy) : new HttpProxyAgent(proxy);
}

function answerOfMessage(message: IncomingMessage, done: (answer: ServerAnswer) => void): void {
  const header = (name: string) => {
    const value = message.headers[name];
    return value === undefined ? null : String(value);
  };
  const answer = answerOf(message.statusCode ?? 0, header);
  const finish = (judged: ServerAnswer) => {
    done(judged);
    message.destroy();
  };
  if (!mayBePage(answer, header('content-type'))) return finish(answer);
  message.once('data', (chunk) => finish(isPage(String(chunk)) ? NO_ANSWER : answer));
  message.once('end', () => finish(answer));
}

/**
 * Posts an envelope. `tell` is called once with the answer, or with none when there is an error or the signal
 * says that it is too late. It does not throw.
 */
export function post(
  url: string,
  body: string,
  proxy: string,
  { signal, left, keeps }: Partial<Way>,
  tell: (answer: ServerAnswer) => void,
): void {
  let told = false;
  const done = (answer: ServerAnswer) => {
    if (!told) tell(answer);
    told = true;
  };
  try {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const sent = request(
      url,
      {
        method: 'POST',
        agent: agentFor(url, proxy),
        headers: {
          'content-type': 'text/plain;charset=UTF-8',
          'content-length': Buffer.byteLength(body),
        },
        ...(signal ? { signal } : {}),
      },
      (message) => {
        message.on('error', () => done(NO_ANSWER));
        answerOfMessage(message, done);
      },
    );
    if (left) sent.on('finish', left);
    if (!keeps) sent.on('socket', (socket) => socket.unref());
    sent.on('error', () => done(NO_ANSWER));
    sent.end(body);
  } catch {
    done(NO_ANSWER);
  }
}
