import { adopt, carrierOf, type Carrier } from './carrier';
import { initialUser } from '../options/defaults';
import type { Options } from '../types/options';
import { attempt } from '../platform/attempt';
import { createListeners } from '../signals/listeners';
import { idOf, type Beginning, type Context } from './context';
import { clientOf } from './methods';
import { watchPage } from './page';
import { createParts } from './parts';
import { findClient, isFrame } from './registry';
import { setupOf } from './read-options';
import type { Client } from '../types/client';

/** The client that the page has for a DSN. */
function existingClient(
  clients: Carrier['clients'],
  dsn: string,
  user: string,
): Client | undefined {
  /* Asked for its status, one that has a DSN or a release that is none closes and makes room; a frame waits for its page. */
  clients.forEach((client) => isFrame() || client.status);
  const client = findClient(dsn, user);
  if (!client) return undefined;
  /* A client of a window around this one is this window's, too, from now on. */
  if (![...clients.values()].includes(client)) clients.set(dsn, client);
  adopt(client, user);
  return client;
}

/**
 * Makes a client, or returns the one that the page has for the DSN already. The client's `status` says
 * what is wrong. What runs here runs before the page is shown: it reads what the page may change later,
 * and listens; all else is made at the first moment that needs it.
 */
export function createClient(options: Options): Client {
  const { clients } = carrierOf(window);
  const key = typeof options.dsn === 'string' ? options.dsn : '';
  /* The user is read at once, as a page may change what it handed over, or take it back. */
  const user = attempt(() => (options.initialScope ? idOf(initialUser(options)) : '')) ?? '';
  const existing = existingClient(clients, key, user);
  if (existing) return existing;

  const listeners = createListeners();
  const beginning: Beginning = {
    ...setupOf(options),
    _undo: [],
    _listeners: listeners,
    _user: user,
    _framed: isFrame(),
    /* A frame can be ready before the page around it, whose visit it is part of. */
    _join() {
      const page = beginning._framed ? findClient(key, beginning._user, window.parent) : undefined;
      if (!page) return false;
      beginning._stop('closed');
      clients.set(key, page);
      adopt(page, user);
      return true;
    },
    _fail(reason) {
      beginning._stop(reason);
      if (beginning._settings.debug) console.warn(`crashfree: ${reason}, nothing is sent`);
    },
    _stop(reason) {
      beginning._failure = reason;
      parts?._core._stop();
      parts?._queue._close();
      listeners._stop();
      beginning._undo.splice(0).forEach((undo) => undo());
      /* Another client may have been made for the DSN since. */
      if (clients.get(key) === client) clients.delete(key);
    },
  };
  let parts: Context | undefined;
  const need = () => (parts ??= createParts(beginning));
  const client = clientOf(need);
  const { _settings, _integrations, _failure } = beginning;

  if (_failure) beginning._fail(_failure);
  else {
    clients.set(key, client);
    if (_integrations.length) need()._extensions._setUp(_integrations, client, _settings);
    try {
      watchPage(beginning, need);
    } catch {
      beginning._fail('unsupported');
    }
  }
  adopt(client, user);
  return client;
}
