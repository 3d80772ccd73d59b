/** Mistakes in the page's layer, each of which a test in this folder has to notice. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../web/build/run.js';

export interface Mutation {
  /** What the page would do wrong. */
  name: string;
  /** In web/src; `text` stands in it once. */
  file: string;
  text: string;
  instead: string;
}

/** By file: the mistakes as name, text, and what stands there instead. */
const byFile: Record<string, [name: string, text: string, instead: string][]> = {
  'events/delivery.ts': [
    [
      'loses a session whose event was refused',
      'made._carries && attempt(() => isRefusal(response.status))',
      'false',
    ],
    ['takes an event along while nobody has agreed', 'return isPending ? -1 :', 'return'],
  ],
  'events/event.ts': [
    ['asks lists what they write', 'Array.isArray(value) ? value : given', 'given'],
  ],
  'events/outbox.ts': [
    ['sends an event again that has arrived', 'if (isFree) kept.delete(slot);', ''],
    ['settles an event by the answer to another', 'kept.get(slot) === event ? slot : -1', 'slot'],
  ],
  'events/requests.ts': [
    ['does not tell what became of an event', 'attempt(_settle, status, limits, retryAfter);', ''],
  ],
  'signals/navigation.ts': [
    ['does not hear the Navigation API', "'currententrychange',", "'none',"],
    ['takes its replacements for pushes', "event.navigationType === 'replace'", 'false'],
    ['takes a push for a replacement', "name === 'replaceState'", "name !== 'replaceState'"],
    ['does not hear popstate', "on(window, 'popstate', () => changed());", ''],
    ['does not hear hashchange', "on(window, 'hashchange', () => changed());", ''],
    [
      'takes the wrapper of another script away',
      'if (holder[name] === wrapper) holder[name] = original;',
      'holder[name] = original;',
    ],
    ['keeps what pushState gives back', 'return result;', 'return undefined;'],
  ],
  'signals/zone.ts': [
    [
      'hears no rejection of zone.js',
      "watch('__zone_symbol__unhandledPromiseRejectionHandler'",
      "watch('none'",
    ],
    [
      'does not hear that zone.js forgives',
      "'unhandledrejection');\n    watch(",
      "'unhandledrejection');\n    void (",
    ],
    ['keeps rejections from zone.js', 'original(told);', ''],
    [
      'takes what zone.js wraps for the reason',
      'told?.promise ? told : { rejection: told }',
      '{ rejection: told, promise: undefined }',
    ],
    ['keeps its place in zone.js', 'undo.push(() => (zone[name] = original));', ''],
  ],
  'signals/task.ts': [['posts nothing', 'port2.postMessage(0);', '']],
  'core/core.ts': [['cannot write without encodeInto', 'into.set(encoded);', '']],
  'core/load.ts': [
    ['gives up where the module is compiled later', 'error instanceof RangeError', 'false'],
  ],
  'platform/native.ts': [['keeps Angular busy', 'all[`__zone_symbol__${name}`] ?? ', '']],
  'platform/document.ts': [
    [
      'takes markup for the address',
      'Reflect.get(Object.getPrototypeOf(document) as object, name, document)',
      'Reflect.get(document, name)',
    ],
  ],
  'client/route.ts': [
    ['takes a place in the page for a route', ".replace(/#(?![!/]\\/?[^/]).*/, '')", ''],
    ['takes replaced queries for a route', 'bare(pathOf(from))', 'bare(routeOf(from))'],
    ['takes a slash that is put at the end for a route', 'bare(pathOf(to))', 'pathOf(to)'],
    ['tells apart what differs by a slash', ".replace(/\\/$/, '')", ''],
    [
      'forgets the queries of a push',
      ': routeOf(from) !== routeOf(to)',
      ': pathOf(from) !== pathOf(to)',
    ],
  ],
  'client/whereabouts.ts': [
    [
      'counts a change in a task twice',
      'last && queue._waiting[queue._waiting.length - 1] === last',
      'false',
    ],
    [
      'takes a push and a replacement for a replacement',
      'last._replaced &&= replaced',
      'last._replaced ||= replaced',
    ],
    ['counts there and back', 'moved(isNew && to !== from, move._at)', 'moved(isNew, move._at)'],
    ['lets the history tell beside the hook', 'if (!hooked) note(href', 'note(href'],
    ['counts the first call of the hook', 'isShown(to, addressOfPage())', 'false'],
    ['asks isNewRoute and does not listen', "typeof answer === 'boolean' ? answer : ", ''],
  ],
  'signals/queue.ts': [
    ['judges in the order of telling', 'waiting[index - 1]!._at > fact._at', 'false'],
    ['has no bound', 'waiting.length > WAITING_MAX', 'false'],
    [
      'lets a fact wait behind a navigation',
      'if (fact._divides) waiting',
      'if (!fact._divides) waiting',
    ],
    ['judges without waiting', 'if (fact._wait) setTimer', 'if (!fact._wait) setTimer'],
  ],
  'client/page.ts': [
    ['takes a page that comes back for one that is left', 'context._leavingUntil = 0;', ''],
    [
      'starts no session when a page comes back',
      "context._lifecycle !== 'route') return;",
      "context._lifecycle === 'route') return;",
    ],
    ['does not know that a page is left', 'if (left) context._leavingUntil = Infinity;', ''],
    ['does not look when it begins', 'beginning._seen = addressOfPage();', "beginning._seen = '';"],
    ['sends no first session after two seconds', 'if (!context._core._up) flush(context);', ''],
    ['sends before a rejection is judged', '!_queue._waiting.length', 'true'],
    ['begins while it is prerendered', '=== true) _listeners', '=== 1) _listeners'],
    ['does not listen after document.open()', '_listeners._survive();', ''],
    ['forgets the early errors', 'earlyEvents().forEach(take);', ''],
    [
      'does not send when the network is back',
      "_listeners._on(window, 'online', () => flush(need()));",
      '',
    ],
  ],
  'signals/lifecycle.ts': [
    [
      'believes a script that plays the beginning of the end',
      'isTrusted && moments._leaves',
      'moments._leaves',
    ],
    ['believes a script that plays the end', 'if (isTrusted) moments', 'moments'],
    ['believes a script that plays the way back', 'isTrusted && persisted', 'persisted'],
  ],
  'client/context.ts': [
    ['takes no user whose id is a number', "(typeof id === 'number' && isFinite(id))", 'false'],
    ['takes a user that is no number', '&& isFinite(id)', ''],
    ['keeps the user that a new session names', 'if (id !== undefined) setUser(core, id, at);', ''],
    ['settles nothing before a call', '_queue._settle();', ''],
    ['misses the error that is being dispatched', '_errors._takeCurrent();', ''],
  ],
  'client/methods.ts': [
    [
      'crashes on what was handled',
      'hint?.mechanism?.handled ?? true',
      'hint?.mechanism?.handled ?? false',
    ],
    ['does not know Sentry’s form of a hint', 'hint?.mechanism?.handled ?? true', 'true'],
    ['lets a captured error overtake', 'isRejection || _queue._waiting.length', 'isRejection'],
    ['ends no session', 'if (end) methods.endSession();', ''],
    ['takes who a later script names for nobody', 'methods.setUser({ id: userId });', ''],
    ['goes back to who an earlier script named', ' || userId === context._user', ''],
    ['takes an event for an address', "typeof address === 'string'", 'true'],
    ['counts after close', "context._stop('closed');", ''],
    ['says that all was sent', 'resolve(false)', 'resolve(true)'],
  ],
  'client/registry.ts': [
    ['takes another spelling for another DSN', 'plainDsn(other) === plainDsn(dsn)', 'false'],
    [
      'does not look into the windows around',
      'holder.parent === holder ? undefined : holder.parent',
      'undefined',
    ],
    ['does not count the errors of a frame', 'client?.watch(window, user);', ''],
  ],
  'client/lazy-core.ts': [['forgets what happened before the core', 'calls.forEach(run);', '']],
  'client/client.ts': [
    [
      'keeps a client that cannot work',
      'clients.forEach((client) => isFrame() || client.status);',
      '',
    ],
    ['stays in the place of the next client', 'clients.delete(key)', 'clients.has(key)'],
  ],
  'client/read-options.ts': [
    ['moves a tunnel with the route', 'attempt(wholeAddress, settings.tunnel) ?? ', ''],
    ['takes a client without a DSN for one', "if (!settings.dsn) failure ??= 'no-dsn';", ''],
    [
      'takes a client without a release for one',
      "if (!settings.release) failure ??= 'no-release';",
      '',
    ],
    ['sends although it is disabled', "failure ??= 'disabled'", 'failure ??= undefined'],
  ],
  'client/parts.ts': [
    ['counts an ignored error nowhere', '_ignored[rule] = before + 1;', ''],
    ['keeps calls of a client that works', 'carrierOf(window).calls = undefined;', ''],
  ],
  'client/carrier.ts': [
    ['keeps calls without bound', 'calls && calls.length < CALLS_MAX', 'calls'],
    ['keeps every user before init', 'else if (calls && calls.length', 'if (calls && calls.length'],
    ['forgets calls before init', 'carrier.calls?.forEach(({ make }) => make(client));', ''],
    ['lets the last client take over', '!isNew || openClient() !== client', '!isNew'],
    [
      'tells a client twice who uses the page',
      '!isNew || openClient() !== client',
      'openClient() !== client',
    ],
    [
      'has a kept user outdo the options',
      'if (!user) carrier.user?.make(client);',
      'carrier.user?.make(client);',
    ],
    ['forgets a user between two clients', 'if (!user) carrier.user?.make(client);', ''],
  ],
  'signals/errors.ts': [
    ['does not hear what Stimulus caught', "take({ type: 'error', message, error });", ';'],
    [
      'takes for another error what the browser tells again',
      "window.event?.type !== 'error'",
      'true',
    ],
    [
      'keeps errors from the page’s own handler',
      'onerror?.apply(window, call) as unknown',
      'undefined',
    ],
    ['keeps its place in window.onerror', 'window.onerror === handler &&', 'false &&'],
    ['takes the place of a handler that came later', 'window.onerror === handler &&', 'true &&'],
    ['counts an event twice', 'taken.has(event) || ', ''],
    ['waits with an error at the end', 'isLast && !isRejection', 'false'],
    ['counts errors of elements', ' || (event.target && !targets.has(event.target))', ''],
    ['counts resources that failed', 'event.message === undefined', 'false'],
    ['does not read CustomEvents', 'isRejection && event.detail ? event.detail : event', 'event'],
    [
      'keeps frames that are gone',
      'target === window ? listeners : createListeners()',
      'listeners',
    ],
    ['takes errors for rejections', '_isRejection: isRejection,', '_isRejection: true,'],
    [
      'takes a handler that returns false for a script that prevents',
      'isRejection && attempt(',
      'false && attempt(',
    ],
    ['takes no call for one that prevents', 'isPrevented = event.defaultPrevented!;', ''],
  ],
  'signals/held-errors.ts': [
    ['counts a rejection that is handled soon', 'queue._forget(fact);', ''],
    [
      'lets another promise’s handler undo a rejection',
      'rejection.promise !== promise && (',
      'false && (',
    ],
    ['undoes rejections where the rule is off', '!grace || (', '('],
    ['does not know zone.js’s promises', 'event.isTrusted && rejection.promise', 'true'],
    ['does not read the details of zone.js', 'event.detail ?? event;', 'event;'],
    [
      'forgets who told of a rejection first',
      'if (rejection) rejections.set',
      'if (!rejection) rejections.set',
    ],
  ],
  'signals/noise.ts': [
    ['counts what was prevented', '_isPrevented?.(),', 'false,'],
    ['counts script errors', 'Script error\\.?( on', 'Script errors\\.?( on'],
    ['ignores cancelled errors that were thrown', '_isRejection && _kind()', '_kind()'],
    ['takes a sentence for a word', '/^\\S{0,99}((\\b|transition', '/((\\b|transition'],
    ['looks for words in texts of any length', ')\\S{0,99}$|', ')\\S*$|'],
    ['ignores what the app made itself', '_isNative() && _kind()', '_kind()'],
    ['knows no error by its text', '(abort|cancell?ed)error:|', ''],
    [
      'takes a person who chose for one who cancelled',
      '(abort|cancell?|clos|deni|exit|reject)ed|',
      '(select)?ed|',
    ],
    ['counts requests told by an event', '_isOutside() || ', ''],
    ['counts requests told by a cause', 'message + _cause()', 'message'],
    ['ignores captured errors of hydration', '!handled && isRecovered', 'isRecovered'],
    ['ignores extensions in extensions', '!/-extension:$/.test(location.protocol)', 'true'],
    ['ignores cut requests on a living page', '_isLeaving && _isRejection', '_isRejection'],
    ['ignores thrown errors of a page that is left', '_isLeaving && _isRejection', '_isLeaving'],
    ['cannot turn a rule off', '&& isOn(settings, rule)) return rule', ') return rule'],
    ['turns all rules off', '[rule]) !== false', '[rule]) === true'],
    [
      'minds the memory of patterns',
      'value.search(pattern as RegExp) >= 0',
      '(pattern as RegExp).test(value)',
    ],
    ['finds what is no pattern everywhere', '(pattern as RegExp | null)?.exec && ', ''],
    ['leaves a group out for one of it', 'parts.every(test)', 'parts.some(test)'],
    ['leaves a group of nothing out', 'parts[0] && ', ''],
    ['takes the address in a message for a frame', '[^\\s:]*:\\d|', '|'],
    [
      'denies by the event alone',
      'innermost(details._stack()) || details.filename',
      'details.filename',
    ],
    ['allows only what it knows', 'url && allowUrls.length && ', 'allowUrls.length && '],
  ],
  'signals/error-details.ts': [
    ['looks for no title', 'return [message, title];', 'return [message];'],
    ['looks for no words of Sentry', 'if (!hasWords(thing))', 'if (true)'],
    ['looks for no error in an object', 'inner ? detailsOf', 'false ? detailsOf'],
    ['knows no words of libraries', '      message,\n      ...KINDS', '      ...KINDS'],
    ['counts requests of no status', ' || attempt(() => thrown.status) === 0', ''],
    ['counts what the browser says', 'isNative() || isEvent(error)', 'isEvent(error)'],
    ['knows no causes', '(thrown.cause as Error).name', "''"],
    ['knows no cause of the browser’s', '[error, attempt(() => thrown.cause)]', '[error]'],
    [
      'knows no marks of libraries',
      "(thrown.__CANCEL__ || thrown['_isRouter']) === true && 'cancel'",
      "''",
    ],
  ],
  'signals/judge.ts': [
    ['asks the classifier twice', 'isAsking || verdicts.has(key)', 'isAsking'],
    ['asks the classifier while it answers', 'isAsking || verdicts', 'verdicts'],
    ['asks the classifier without bound', '++asked > ASKED_MAX', 'false'],
    ['asks no more after a storm', 'asked = 0;\n    }', '}'],
    ['does not crash when the classifier says so', "verdict === 'crash' || ", ''],
    ['crashes when the classifier says error', "verdict !== 'error' && ", ''],
  ],
  'platform/text.ts': [['makes texts of objects', "Object(given) === given ? '' : ", '']],
  'signals/stack-addresses.ts': [
    ['reads positions as part of an address', 'end = --at', '--at'],
    ['reads the message as an address', '/[\\s()]/.test(', '/^$/.test('],
    ['does not see who made code of a text', "text.replace(/\\), <anonymous>.*/, ')')", 'text'],
    ['knows no groups of routes', ".replace(/\\([^\\s()]*\\)/g, '')", ''],
  ],
  'signals/early.ts': [
    ['keeps early calls without bound', 'queue.slice(0, KEPT_MAX)', 'queue'],
    [
      'leaves the early queue in place',
      'attempt(() => delete (globalThis as Holder).crashfree!.q);',
      '',
    ],
  ],
  'delivery/http.ts': [
    ['promises too many bytes after the end', 'outliving + size <= KEEPALIVE_BYTES', 'true'],
    ['forgets that bytes have arrived', 'outliving -= share;', ''],
    ['sends cookies', "credentials: 'omit'", "credentials: 'include'"],
    ['tells the page’s address', "referrerPolicy: 'strict-origin',", ''],
    ['sends no beacon', 'mode & FetchMode.AT_EXIT && !keepalive', 'false && !keepalive'],
    ['reads no limits', "header('X-Sentry-Rate-Limits')", "header('X-Rate-Limits')"],
    [
      'takes a page for the server',
      '!limits && (await isForeign(',
      '!limits && !(await isForeign(',
    ],
    ['believes in no cut', 'if (!share && !mode) answer', 'if (!mode) answer'],
    ['tells of a failure at once', 'await beforeFailing();', ''],
  ],
  'delivery/retry-after.ts': [
    ['reads no dates', '(Date.parse(retryAfter) - Date.now()) / 1000', 'seconds'],
  ],
  'delivery/answer.ts': [
    ['believes a page that says 200', ': /^\\s*</.test(text)', ': false'],
    ['reads whole bodies', 'chunks < CHUNKS_MAX && ', ''],
    ['does not let go of a body', 'reader.cancel().catch(() => {});', ''],
    ['takes every redirect for foreign', '&& !ENDPOINT.test(path)', ''],
  ],
  'delivery/own-fetch.ts': [
    ['sends through anything', 'isShownAs(name, value) &&', ''],
    ['believes a page that shows all as native', '!isShownAs(isShownAs.name, isShownAs)', 'true'],
    ['believes a proxy that made no request', 'if (isTaken) return given;', 'return given;'],
    ['asks beside a proxy that hands on later', 'if (isTaken) return given;', ''],
    ['lets a proxy see copies', "name === 'method' && isCopied ? 'CONNECT' : ", ''],
  ],
  'platform/clean-frame.ts': [['leaves its frame in the page', 'frame.remove();', '']],
  'storage/record.ts': [
    ['keeps records without bound', 'if (surplus <= 0) return true;', 'return true;'],
    [
      'delivers records of the future',
      'if (version > VERSION) return',
      'if (version < VERSION) return',
    ],
    [
      'reads nonsense',
      'return isValid ? (record as StoredRecord) : undefined;',
      'return record as StoredRecord;',
    ],
    ['leaves nonsense in the storage', 'if (!found) records._remove(key);\n', '\n'],
    [
      'leaves the outdated where it is full',
      'remove(key);\n      }\n    },\n    _keys',
      '}\n    },\n    _keys',
    ],
  ],
  'storage/own-record.ts': [
    [
      'stores what was delivered',
      'failed = !(isOk || status === 429 || status === Answer.OPAQUE);',
      'failed = true;',
    ],
    ['takes a limit for a failure', 'status === 429 || ', ''],
    ['writes without a lock', 'if (!(await locks._take(key))) return;', 'await locks._take(key);'],
    ['keeps its lock for ever', 'if (own) locks._letGo(own);', ''],
    ['leaves the record when it is forgotten', 'if (own._key) records._remove(own._key);', ''],
  ],
  'storage/courier.ts': [
    ['delivers a session of two records twice', '_seen.has(sid) || ', ''],
    ['takes every page for one that was killed', ' && visible === true', ''],
  ],
  'storage/couriers.ts': [
    ['takes a living page’s record', 'if (locks._holds(key)) continue;', ''],
    [
      'delivers what cannot be removed',
      'if (records._get(key) !== null || !record) return undefined;',
      'if (!record) return undefined;',
    ],
    ['delivers without consent', 'isDismissed = true;', ''],
    ['removes a record before it was answered', 'records._put(key, text);\n', '\n'],
    [
      'leaves a duplicated tab’s copy',
      "settings.storage !== 'local'",
      "settings.storage === 'local'",
    ],
  ],
  'storage/index.ts': [
    ['stores without consent', 'if (!isAllowed()) {', 'if (false) {'],
    [
      'keeps the records when consent is denied',
      'records._keys().forEach(records._remove);\n      own',
      'own',
    ],
    ['sends and stores as the page ends', 'if (own._isKept) core._forget();', ''],
    [
      'believes a copy from its opener',
      "storage !== 'local' && window.opener && window.history.length === 1",
      'false',
    ],
  ],
  'storage/leases.ts': [
    [
      'takes a lease that runs',
      'if (waited >= ENDING_MS) return false;',
      'if (waited >= ENDING_MS) return true;',
    ],
    ['believes a clock that was wrong', 'left > 0 && left <= LEASE_MS', 'left > 0'],
    [
      'takes what somebody else took, too',
      'if (read(key).owner !== me) return false;\n      held',
      'held',
    ],
    ['renews once', 'timer = held.size ? ', 'timer = false ? '],
  ],
  'storage/locks.ts': [
    ['waits for a lock for ever', 'patience.abort()', 'patience'],
    ['keeps what it let go', 'held.delete(key);', ''],
  ],
  'options/defaults.ts': [
    [
      'takes words that every object knows',
      'includes(value as string) ?? true',
      'includes(value as string) !== undefined',
    ],
    ['takes negative numbers', '!(value >= 0)', 'false'],
    [
      'takes options that all objects have',
      'given[name] === everywhere[name] ? undefined',
      'false ? undefined',
    ],
    ['takes only an object’s own options', '= own ??', '??='],
    ['takes a rate above one', 'return (value as number) <= 1', 'return true'],
  ],
  'client/configure-core.ts': [
    [
      'takes every word for consent',
      "word === 'pending' ? Consent.PENDING : Consent.DENIED",
      'Consent.PENDING',
    ],
    ['does not hear the signal for privacy', 'core._set_consent(Consent.DENIED);', ''],
    ['names no user agent', 'text(Option.USER_AGENT, window.navigator.userAgent);', ''],
  ],
  'client/start-core.ts': [
    ['sends what beforeSendSession refused', 'answer !== false && answer !== null', 'true'],
    ['never wakes', 'core._wake();', ''],
  ],
  'platform/attempt.ts': [
    ['lets the page’s hook throw', 'return undefined;\n  }', "throw new Error('of a hook');\n  }"],
  ],
};

export const mutations: Mutation[] = Object.entries(byFile).flatMap(([file, all]) =>
  all.map(([name, text, instead]) => ({ name, file, text, instead })),
);

/** How often the text of a mutation stands in its file. Unless it is once the mutation would prove nothing. */
export async function timesFound({ file, text }: Mutation): Promise<number> {
  const source = await readFile(join(root, 'web/src', file), 'utf8').catch(() => '');
  return source.split(text).length - 1;
}
