/** Random lives of pages, each lived with events and without: the sessions are the same, whatever happens to events. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EventsOptions } from '../../../web/src/events/options.js';
import { fc } from '../fakes/check.js';
import { Browser } from '../fakes/browser.js';

interface Item {
  type: string;
  content: Record<string, any>;
}

const itemsOf = (body: string): Item[] => {
  const lines = body.split('\n');
  return lines.flatMap((line, at) =>
    /^\{"type":"\w+"\}$/.test(line)
      ? { type: JSON.parse(line).type, content: JSON.parse(lines[at + 1]!) }
      : [],
  );
};

const fail = (page: Browser, number: number) => page.throw(new Error(`thrown ${number}`));

/** What people do, and what happens to them. */
const acts: ((page: Browser, number: number) => unknown)[] = [
  fail,
  fail,
  (page, number) => page.client.captureException(new Error(`caught ${number}`)),
  (page, number) => page.client.captureException(`text ${number}`),
  (page, number) => page.reject(new Error(`rejected ${number}`)),
  (page) => page.history.pushState(null, '', `/route-${page.history.length}`),
  (page, number) => page.client.setUser({ id: `user ${number}` }),
  (page) => page.show('hidden'),
  (page) => page.show('visible'),
  (page) => page.client.endSession(),
  (page) => void page.client.flush(1),
];

const limited = (limits: string) =>
  new Response('{}', { status: 429, headers: { 'X-Sentry-Rate-Limits': limits } });

const taken = () =>
  new Response('{}', { headers: { 'Content-Type': 'application/json', 'Content-Length': '2' } });

/**
 * What the network makes of a request: whether the server takes sessions and events, and the answer. One that
 * refuses an envelope for good may take its sessions alone, and stands in `refuses` of a life.
 */
const fates: [sessions: boolean, events: boolean, answer: () => Response | Error][] = [
  [true, true, taken],
  [true, true, taken],
  [false, false, () => new TypeError('no network')],
  [false, false, () => new Response('', { status: 503 })],
  [false, false, () => new Response('<html>sign in</html>')],
  [true, false, () => limited('60:error:key')],
  [false, true, () => limited('60:session:key')],
  [false, false, () => limited('60::key')],
  [false, false, () => new Response('', { status: 429 })],
];

const step = fc.record({
  act: fc.nat(acts.length - 1),
  number: fc.nat(3),
  pause: fc.constantFrom(0, 0, 20, 300, 3000, 61_000),
});
const life = fc.record({
  steps: fc.array(step, { maxLength: 25 }),
  /** By the number of a request of the sessions, and of one of events alone. */
  fates: fc.array(fc.nat(fates.length - 1), { maxLength: 12 }),
  own: fc.array(fc.nat(fates.length - 1), { maxLength: 12 }),
  /** A server that lets no events through, as some firewalls do. */
  refuses: fc.boolean(),
});
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

/** What the server knows of a session: it counts each item with `init` as one, and no status follows a last one. */
interface Known {
  inits: number;
  ends: number;
  last: object;
}

/** What the server took, in order, and the losses that it was told of. */
interface Taken {
  sessions: Record<string, unknown>[];
  events: any[];
  lost: number;
}

/** Answers the requests of a page. */
function serve(page: Browser, { fates: drawn, own, refuses }: Life): Taken {
  const taken: Taken = { sessions: [], events: [], lost: 0 };
  const made = { sessions: 0, own: 0 };
  page.network = () => {
    const items = itemsOf(String(page.requests.at(-1)!.init.body));
    const those = (wanted: string) =>
      items.flatMap(({ type, content }) => (type === wanted ? content : []));
    const [sessions, events] = [those('session'), those('event')];
    /* What was told counts, also if its request comes to nothing: it is not told again. */
    for (const { discarded_events: list } of those('client_report')) {
      for (const { category, quantity } of list) if (category === 'error') taken.lost += quantity;
    }
    if (events.length && refuses) return new Response('', { status: 403 });
    const isOwn = events.length > 0 && sessions.length === 0;
    const at = isOwn ? own[made.own++] : drawn[made.sessions++];
    const [takesSessions, takesEvents, answer] = fates[at ?? 0]!;
    for (const session of takesSessions ? sessions : []) {
      /* Events of Node have the time of Node. */
      const { timestamp: _timestamp, ...item } = session;
      taken.sessions.push(item);
    }
    if (takesEvents) taken.events.push(...events);
    return answer();
  };
  return taken;
}

/** Lives a life; `made` are the ids of the events that the page has made. */
async function live(life: Life, withEvents: boolean): Promise<Taken & { made: string[] }> {
  const page = new Browser();
  const made: string[] = [];
  page.listenUnnamed();
  const taken = serve(page, life);
  const beforeSendEvent: EventsOptions['beforeSendEvent'] = (event) => {
    made.push(event.event_id);
    return event;
  };
  await page.start({}, false);
  page.client = page.init({
    integrations: withEvents ? [page.crashfree.eventsIntegration({ beforeSendEvent })] : [],
  });
  await page.pass();
  for (const { act, number, pause } of life.steps) {
    acts[act]!(page, number);
    await page.pass(pause);
  }
  /* From here on the network works, and longer than any limit lasts. */
  life.fates.length = life.own.length = 0;
  for (let minute = 0; minute < 3; minute++) {
    await page.pass(61_000);
    void page.client.flush(1);
    await page.pass(300);
  }
  /* The next request tells what was lost. */
  page.history.pushState(null, '', '/last');
  await page.pass(3000);
  return { ...taken, made };
}

/** The items, without the ids, which are others in each life. */
const told = (items: Taken['sessions']): object[] => items.map(({ sid: _sid, ...item }) => item);

/** By session: where an event is refused, what is sent again may arrive as one item with what came later. */
function known(items: Taken['sessions']): object[] {
  const sessions = new Map<unknown, Known>();
  for (const { sid, init, ...last } of items) {
    const { inits, ends } = sessions.get(sid) ?? { inits: 0, ends: 0 };
    sessions.set(sid, {
      inits: inits + Number(init === true),
      ends: ends + Number(last.status !== 'ok'),
      last,
    });
  }
  return [...sessions.values()];
}

const sorted = (list: object[]): string[] => list.map((one) => JSON.stringify(one)).sort();

describe('a life of a page', () => {
  it('has the same sessions with events and without, and one event of each error, or a loss', async () => {
    await fc.assert(
      fc.asyncProperty(life, async (one) => {
        const without = await live(structuredClone(one), false);
        const { sessions, events, lost, made } = await live(structuredClone(one), true);
        const compared = one.refuses ? known : told;
        assert.deepEqual(sorted(compared(sessions)), sorted(compared(without.sessions)));
        /* What was captured while a rejection waits is judged later, and has no stack that would be the same. */
        const errors = events.map(({ tags, exception: { values } }) =>
          [tags['session.id'], values[0].value, JSON.stringify(values[0].stacktrace)].join(' '),
        );
        assert.deepEqual(errors, [...new Set(errors)]);
        assert.equal(made.length, events.length + lost);
      }),
      { numRuns: 30 },
    );
  });
});
