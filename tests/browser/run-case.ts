import type { Metrics } from '../../web/server/collector/collector.js';
import type { Case, Expected } from './case.js';
import type { Features } from './features.js';
import { Scene, summary, type Bench, type Item } from './harness.js';
import type { Subject } from './subjects/index.js';
import { CUT_SHORT_TRIES_MAX, type Tabs } from './tabs.js';

export interface Result {
  ok: boolean;
  problems: string[];
  /** What arrived, for a failing case. */
  trace: string[];
  ms: number;
}

const terminal = new Set(['exited', 'crashed', 'abnormal', 'unhandled']);
/** How long nothing may arrive after all pages were left. */
const calmMs = 250;

type Numbers = Record<string, number>;

/**
 * The peer reports uncaught errors as `unhandled` only; both words mean a session that an uncaught
 * error ended, so for the peer either will do.
 */
function fatal(numbers: Numbers): Numbers {
  const { crashed = 0, unhandled = 0, ...rest } = numbers;
  return { ...rest, fatal: crashed + unhandled };
}

function wanted(expected: Expected): Numbers {
  const { all, errored = 0, crashed = 0, unhandled = 0, abnormal = 0, users = {} } = expected;
  const healthy = all - errored - crashed - unhandled - abnormal;
  return { all, healthy, errored, crashed, unhandled, abnormal, ...prefixed(users) };
}

function prefixed(users: NonNullable<Expected['users']>): Numbers {
  const { all = 0, errored = 0, crashed = 0, unhandled = 0 } = users;
  return {
    'users.all': all,
    'users.errored': errored,
    'users.crashed': crashed,
    'users.unhandled': unhandled,
  };
}

function derived(metrics: Metrics): Numbers {
  const { all, healthy, errored, crashed, unhandled, abnormal, users } = metrics;
  return { all, healthy, errored, crashed, unhandled, abnormal, ...prefixed(users) };
}

function differences(expected: Expected, metrics: Metrics, subject: Subject): string[] {
  const view = subject === 'sentry' ? fatal : (numbers: Numbers) => numbers;
  const want = view(wanted(expected));
  const got = view(derived(metrics));
  return Object.keys(want)
    .filter((name) => want[name] !== got[name])
    .map((name) => `${name} is ${got[name]}, not ${want[name]}`);
}

/** NaN if there is none, which is neither before nor after anything. */
const sent = (timestamp?: string): number => Date.parse(timestamp ?? '');

/** What holds for every session in every case. */
function invariants(scene: Scene, project: string, { faulty, clockSet }: Case): string[] {
  const problems: string[] = [];
  const seen = new Map<string, Item[]>();
  for (const update of scene.updates(project)) {
    if (update.outcome === 'drop') problems.push(`an item was dropped: ${update.reason}`);
    const item = update.payload as Item;
    seen.set(item.sid, [...(seen.get(item.sid) ?? []), item]);
  }
  for (const [sid, items] of seen) {
    const name = `session ${sid.slice(0, 8)}`;
    const inits = items.filter(({ init }) => init).length;
    if (inits !== 1) problems.push(`${name} has ${inits} inits`);
    const ends = items.filter(({ status }) => terminal.has(status));
    if (ends.length > 1) problems.push(`${name} ended ${ends.length} times`);
    // Requests overtake each other, so what was sent later is told by the time it bears.
    // A lost init may follow the ordinary end of its session; it is what makes it count at all.
    const [end] = ends;
    const late = items.filter(
      (item) =>
        sent(item.timestamp) > sent(end?.timestamp) && !(item.init && end?.status === 'exited'),
    );
    if (late.length > 0 && !clockSet) problems.push(`${name} was updated after its end`);
    if (new Set(items.flatMap(({ did }) => did ?? [])).size > 1) {
      problems.push(`${name} changed its user`);
    }
    // A start that the server would take for a wrong one is set along with the clock.
    const facts = items.map(({ started, attrs }) => [clockSet ? '' : started, attrs]);
    if (new Set(facts.map((fact) => JSON.stringify(fact))).size > 1) {
      problems.push(`${name} changed its start or attributes`);
    }
    if (!/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/.test(sid.replaceAll('-', ''))) {
      problems.push(`sid ${sid} is not a random UUID`);
    }
  }
  for (const request of scene.allRequests(project)) {
    if (request.method !== 'POST') problems.push(`a ${request.method} request: ${request.url}`);
    else if (request.status !== 200 && !faulty) {
      problems.push(`answered ${request.status}: ${request.reason}`);
    }
    if (request.headers['cookie'] !== undefined) problems.push('cookies were sent');
  }
  return problems;
}

/** What of the numbers and items of both projects is not as it has to be when a case is over. */
function wrongs(scene: Scene, test: Case, expected: Expected): string[] {
  const problems: string[] = [];
  for (const [project, numbers] of [
    [scene.project, expected],
    [scene.secondProject, expected.second ?? { all: 0 }],
  ] as const) {
    problems.push(...differences(numbers, scene.metrics(project), scene.subject));
    problems.push(...invariants(scene, project, test));
    const items = scene.items(project).length;
    if (numbers.items !== undefined && items !== numbers.items) {
      problems.push(`${items} items arrived, not ${numbers.items}`);
    }
    const requests = scene.requests(project).length;
    if (numbers.requests !== undefined && requests !== numbers.requests) {
      problems.push(`${requests} requests with sessions, not ${numbers.requests}`);
    }
  }
  return problems;
}

function trace(scene: Scene, project: string): string[] {
  const begin = scene.allRequests(project)[0]?.receivedAt ?? 0;
  return scene.allRequests(project).map((request) => {
    const items = request.items.map((item) => {
      const { sid, did, init, status, errors } = (item.payload ?? {}) as Record<string, unknown>;
      const words = [
        item.type === 'session' ? String(sid).slice(0, 8) : item.type,
        init ? 'init' : '',
        status,
        errors ? `errors ${errors}` : '',
        did === undefined ? '' : `did ${String(did)}`,
        item.outcome === 'accept' ? '' : item.outcome,
      ];
      return words.filter(Boolean).join(' ');
    });
    const at = request.receivedAt - begin;
    return `+${at} ms ${request.method} ${request.status} [${items.join(' | ')}]`;
  });
}

export interface RunContext {
  bench: Bench;
  tabs: Tabs;
  features: Features;
  subject: Subject;
}

/** Runs a case. A failure tells nothing if the browser cut the end of a page short: it is begun anew then. */
export async function runCase(test: Case, context: RunContext): Promise<Result> {
  for (let tries = 1; ; tries++) {
    const result = await runOnce(test, context);
    if (result.ok || !result.cutShort || tries === CUT_SHORT_TRIES_MAX) return result;
  }
}

async function runOnce(test: Case, context: RunContext): Promise<Result & { cutShort: boolean }> {
  const begin = performance.now();
  const { subject } = context;
  const scene = new Scene({
    ...context,
    page: test.page ?? {},
    ...(test.pages ? { pages: test.pages } : {}),
    ...(test.files ? { files: test.files } : {}),
  });
  const { problems } = scene;
  // Asked when the steps are done, since they find out what the engine does.
  const want = (): Expected =>
    typeof test.expect === 'function' ? test.expect(scene) : test.expect;
  const arrive = (): Promise<void> => {
    const expected = want();
    return scene.settled(
      `as expected (${differences(expected, scene.metrics(), subject).join(', ')})`,
      (metrics) =>
        differences(expected, metrics, subject).length === 0 &&
        (!expected.second ||
          differences(expected.second, scene.metrics(scene.secondProject), subject).length === 0),
    );
  };
  try {
    const page = await scene.newPage();
    const start = test.start ?? 'counted';
    if (start !== 'empty') await page.goto(scene.url());
    if (start === 'counted') await scene.sessions(1);
    await test.steps?.(scene);
    if (!test.atEnd) await arrive();
    await test.also?.(scene);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    if (error instanceof Error && error.cause) problems.push(String(error.cause));
  }
  try {
    if (test.stores) {
      await scene.page.goto(scene.blank);
      await scene.page.evaluate('localStorage.clear()');
    }
    // Whatever a page still holds back comes out when it is left.
    await scene.leavePages();
    if (test.atEnd && problems.length === 0) await arrive();
    await scene.calm(calmMs);
  } catch (error) {
    problems.push(String(error));
  }
  problems.push(...wrongs(scene, test, want()));
  return {
    ok: problems.length === 0,
    cutShort: scene.cutShort,
    problems,
    trace: [
      summary(scene.metrics()),
      ...trace(scene, scene.project),
      ...trace(scene, scene.secondProject),
    ],
    ms: performance.now() - begin,
  };
}
