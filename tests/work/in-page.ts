/** What is run in the page; it is bundled on its own, as the global `work`. */

/** How often each kind of work was done. */
export type Work = Record<Kind, number>;
type Kind =
  | 'calls into the module'
  | 'calls out of the module'
  | 'encoders and decoders'
  | 'texts encoded or decoded'
  | 'views of memory'
  | 'URLs'
  | 'dates'
  | 'clocks read'
  | 'messages'
  | 'timers'
  | 'idle callbacks'
  | 'listeners'
  | 'requests';

const work: Work = {
  'calls into the module': 0,
  'calls out of the module': 0,
  'encoders and decoders': 0,
  'texts encoded or decoded': 0,
  'views of memory': 0,
  URLs: 0,
  dates: 0,
  'clocks read': 0,
  messages: 0,
  timers: 0,
  'idle callbacks': 0,
  listeners: 0,
  requests: 0,
};

type Callable = (...parameters: never[]) => unknown;

const counted = <Function extends Callable>(kind: Kind, original: Function): Function =>
  new Proxy(original, {
    apply(target, self, parameters) {
      work[kind]++;
      return Reflect.apply(target, self, parameters) as unknown;
    },
  });

function countMethods(holder: object, names: readonly string[], kind: Kind): void {
  const methods = holder as Record<string, Callable>;
  for (const name of names) methods[name] = counted(kind, methods[name]!);
}

function countMade(names: readonly string[], kind: Kind): void {
  const makers = globalThis as unknown as Record<string, new (...all: never[]) => object>;
  for (const name of names) {
    makers[name] = new Proxy(makers[name]!, {
      construct(target, parameters, made) {
        work[kind]++;
        return Reflect.construct(target, parameters, made) as object;
      },
    });
  }
}

const countedAll = (kind: Kind, functions: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(functions).map(([name, value]) => [
      name,
      typeof value === 'function' ? counted(kind, value as Callable) : (value as unknown),
    ]),
  );

function countModule(): void {
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function (module: WebAssembly.Module, imports: WebAssembly.Imports) {
    const own = Object.fromEntries(
      Object.entries(imports).map(([name, functions]) => [
        name,
        countedAll('calls out of the module', functions),
      ]),
    ) as WebAssembly.Imports;
    return { exports: countedAll('calls into the module', new Instance(module, own).exports) };
  } as unknown as typeof Instance;
}

/** What is on its way: each call answers one request. */
const waiting: (() => void)[] = [];

/** A network that answers when it is told to, which looks like the browser's own. */
function replaceFetch(): void {
  const headers = { 'content-type': 'application/json', 'content-length': '2' };
  const fetch = () => {
    work.requests++;
    return new Promise((resolve) => {
      waiting.push(() => resolve(new Response('{}', { headers })));
    });
  };
  Object.defineProperty(fetch, 'name', { value: 'fetch' });
  const shown = new Map<unknown, string>([[fetch, 'fetch']]);
  const { toString } = Function.prototype;
  Function.prototype.toString = function () {
    const name = shown.get(this);
    return name ? `function ${name}() { [native code] }` : toString.call(this);
  };
  shown.set(Function.prototype.toString, 'toString');
  window.fetch = fetch as unknown as typeof window.fetch;
}

const { setTimeout, MessageChannel } = window;
const postMessage = MessagePort.prototype.postMessage;

/** Before the script. */
export function install(): void {
  replaceFetch();
  countModule();
  countMade(['TextEncoder', 'TextDecoder'], 'encoders and decoders');
  countMade(['Uint8Array', 'Uint32Array', 'DataView'], 'views of memory');
  countMade(['URL'], 'URLs');
  countMade(['Date'], 'dates');
  countMethods(TextEncoder.prototype, ['encode', 'encodeInto'], 'texts encoded or decoded');
  countMethods(TextDecoder.prototype, ['decode'], 'texts encoded or decoded');
  countMethods(
    Object.getPrototypeOf(Uint8Array.prototype) as object,
    ['subarray'],
    'views of memory',
  );
  countMethods(Date.prototype, ['toISOString'], 'dates');
  countMethods(Date, ['now', 'parse'], 'clocks read');
  countMethods(Performance.prototype, ['now'], 'clocks read');
  countMethods(MessagePort.prototype, ['postMessage'], 'messages');
  countMethods(window, ['setTimeout'], 'timers');
  countMethods(window, ['requestIdleCallback'], 'idle callbacks');
  countMethods(EventTarget.prototype, ['addEventListener'], 'listeners');
}

const { port1, port2 } = new MessageChannel();
/** The next task, after those that are waiting. */
function task(): Promise<void> {
  return new Promise((resolve) => {
    port1.onmessage = () => resolve();
    postMessage.call(port2, 0);
  });
}

/** Waits for a request; a page that sends none lets the test run into its time limit. */
async function asked(): Promise<() => void> {
  while (waiting.length === 0) await new Promise((resolve) => setTimeout.call(window, resolve, 1));
  return waiting.shift()!;
}

/** What was done since the last call. */
function since(): Work {
  const done = { ...work };
  for (const kind of Object.keys(work) as Kind[]) work[kind] = 0;
  return done;
}

interface Published {
  captureException(error: unknown): void;
}

/** Runs a script, which is one piece, and then what pages do; what each took until it sent its request. */
export async function measure(script: string, global: string): Promise<Record<string, Work>> {
  since();
  const element = document.createElement('script');
  element.textContent = script;
  document.head.append(element);
  const task1 = since();
  const answerFirst = await asked();
  const first = since();
  const rest = async (answer: () => void) => {
    answer();
    await task();
    await task();
    return since();
  };
  const answer = await rest(answerFirst);

  const client = (window as unknown as Record<string, Published>)[global]!;
  const during = async (action: () => void): Promise<Work> => {
    /* Once to get going. */
    action();
    await rest(await asked());
    action();
    const answer = await asked();
    const done = since();
    await rest(answer);
    return done;
  };
  let page = 0;
  const navigate = () => history.pushState(null, '', `/page/${++page}`);
  const navigation = await during(navigate);

  const inNewVisit = async (action: () => void): Promise<Work> => {
    navigate();
    await rest(await asked());
    action();
    const answer = await asked();
    const done = since();
    await rest(answer);
    return done;
  };
  const captured = await inNewVisit(() => client.captureException(new Error('captured')));
  const uncaught = await inNewVisit(() =>
    window.dispatchEvent(new ErrorEvent('error', { error: new Error('seen'), message: 'seen' })),
  );
  return {
    'start, the script’s own task': task1,
    'start, until the first request': first,
    answer,
    navigation,
    'captured exception': captured,
    'uncaught error': uncaught,
  };
}
