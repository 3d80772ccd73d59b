import { adopt, carrierOf } from '../carrier';
import { findFetch } from '../delivery/own-fetch';
import { native } from '../platform/native';
import { complete, defaults, initialUser, integrationsOf, noFetch } from '../options/defaults';
import type { Options } from '../options/types';
import { createListeners } from '../signals/listen';
import { attempt } from '../platform/attempt';
import { idOf, type Beginning, type Context } from './context';
import { methodsOf } from './methods';
import { watchPage } from './page';
import { createParts } from './parts';
import { findClient, isFrame } from './registry';
import { wholeAddress } from './route';
import type { Status } from './status';
import type { Client } from './types';

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
  /* One that turns out to have a DSN or a release that is none makes room for this one; a frame waits for its page. */
  clients.forEach((client) => isFrame() || client.status);
  const existing = findClient(key, user);
  if (existing) {
    /* A client of a window around this one is this window's, too, from now on. */
    if (![...clients.values()].includes(existing)) clients.set(key, existing);
    adopt(existing, user);
    return existing;
  }

  let failure: Status | undefined;
  const settings = complete(options, defaults(), (name) => {
    failure ??= `invalid-${name}`;
  });
  /* A name beside the page would be another address on a route further down. */
  if (settings.tunnel && !/^(\w+:|\/)/.test(settings.tunnel)) {
    settings.tunnel = attempt(wholeAddress, settings.tunnel) ?? settings.tunnel;
  }
  /* Without the option the default integrations are on. */
  const hasOwn = (options.integrations ?? null) !== null;
  const list = hasOwn ? integrationsOf(options) : [];
  const has = (name: string) => !hasOwn || list?.some((one) => one.name === name) === true;
  const fetch =
    settings.fetch === noFetch ? findFetch(attempt(() => native('fetch'))) : settings.fetch;
  if (!list) failure ??= 'invalid-integrations';
  if (!fetch) failure ??= 'unsupported';
  if (!settings.enabled) failure ??= 'disabled';
  /* Its core would say so, but only once it has begun, and the next client may be the right one. */
  if (!settings.dsn) failure ??= 'no-dsn';
  if (!settings.release) failure ??= 'no-release';

  const listeners = createListeners();
  const beginning: Beginning = {
    _settings: settings,
    _lifecycle: has('BrowserSession') ? settings.lifecycle : 'manual',
    _hasErrors: has('GlobalHandlers'),
    _fetch: fetch ?? noFetch,
    _user: user,
    _listeners: listeners,
    _undo: [],
    _framed: isFrame(),
    _failure: failure,
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
      if (settings.debug) console.warn(`crashfree: ${reason}, nothing is sent`);
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
  const client = methodsOf(need);

  if (failure) beginning._fail(failure);
  else {
    clients.set(key, client);
    if (list?.length) need()._extensions._setUp(list, client, settings);
    try {
      watchPage(beginning, need);
    } catch {
      beginning._fail('unsupported');
    }
  }
  adopt(client, user);
  return client;
}
