import type { Case, Expected } from '../case.js';
import type { Scene, Served } from '../harness.js';
import type { PageSpec } from '../pages.js';
import type { Everyday, EverydayName } from './everyday.js';

/**
 * A kind of page, or of server, that people really have. Whatever the world is, what people
 * experience there is the same, and so is the truth that has to be counted; a world says only what
 * makes it another one.
 *
 * @example { name: 'no MessageChannel', head: script('delete window.MessageChannel') }
 */
export interface World extends Pick<PageSpec, 'load' | 'options' | 'headers' | 'library'> {
  name: string;
  /** Markup before the library. */
  head?: string;
  /** Markup after the library. */
  body?: string;
  files?: Record<string, Served>;
  /** Pages below the address of the scene. */
  pages?: Record<string, PageSpec>;
  /** What happens before the page is opened. */
  before?(scene: Scene): void | Promise<void>;
  /** What happens once the page is there, and its load counted, before the case goes on. */
  meanwhile?(scene: Scene): Promise<void>;
  /** The object with the functions of the library; `crashfree` if left out. */
  api?: string;
  /** The few cases in which people experience something else here. */
  truth?: Partial<Record<EverydayName, Expected>>;
  /** Whether nothing need arrive before the page is left. */
  atEnd?: boolean;
  /** Whether the library may say by its `status` that it cannot count here. */
  maySayNo?: boolean;
  /** Whether the browser does not prerender such pages. */
  neverPrerendered?: boolean;
  /** Whether the wall clock is set meanwhile, while the other clocks of the page run on. */
  clockSet?: boolean;
  /** Whether the library, or its core, may come after the page has loaded: before, it counts nothing. */
  late?: boolean;
  /** Whether some engines let such pages neither push routes nor see their errors. */
  confined?: boolean;
  /** Whether broken or refused requests are part of the world. */
  faulty?: boolean;
  /** What else must hold at the end. */
  also?(scene: Scene): void | Promise<void>;
}

/** A classic inline script, with the nonce of the worlds that need one. */
export const script = (source: string): string => `<script nonce="n">${source}</script>`;

/** Notes what reaches the page's own handlers, before a world can keep that from happening. */
const watch = script(`window.surprises = [];
  addEventListener('error', (e) => surprises.push(String(e.message)));
  addEventListener('unhandledrejection', (e) => surprises.push(String(e.reason)));`);

/** The page of a world, with more markup in it. */
export function pageOf(world: World, body = ''): PageSpec {
  const { load, options, headers, library } = world;
  return {
    ...(load === undefined ? {} : { load }),
    ...(options === undefined ? {} : { options }),
    ...(headers === undefined ? {} : { headers }),
    ...(library === undefined ? {} : { library }),
    head: watch + (world.head ?? ''),
    body: (world.body ?? '') + body,
  };
}

/** What the status of the client is; empty if there is none. */
const statusOf = (api: string): string =>
  `(window.client ?? ${api}?.getClient?.())?.status ?? (window.${api} ? '' : 'no api')`;

/** What there is not to be seen, or done, on a page that an engine confines. */
const confined: EverydayName[] = ['navigation', 'way back', 'crash', 'crash of the second route'];

/** An everyday case as it is in a world. */
export function inWorld(world: World, everyday: Everyday): Case {
  const page = pageOf(world);
  const api = world.api ?? 'crashfree';
  const { steps, name } = everyday;
  const want = ({ found, features }: Scene): Expected => {
    if (found) return { all: 0 };
    if (world.confined && !features.freeWithoutOrigin && confined.includes(name)) return { all: 1 };
    return world.truth?.[name] ?? everyday.expect;
  };
  return {
    name: `${world.name} › ${name}`,
    area: 'worlds',
    page,
    pages: { ...world.pages, ...everyday.pages?.(world) },
    ...(world.files ? { files: world.files } : {}),
    ...(everyday.alone ? { alone: true } : {}),
    ...(world.atEnd ? { atEnd: true } : {}),
    ...(world.faulty ? { faulty: true } : {}),
    ...(world.clockSet ? { clockSet: true } : {}),
    start: 'empty',
    async steps(s) {
      await world.before?.(s);
      const counted = async (count: number): Promise<void> => {
        if (!world.atEnd && !s.found) await s.sessions(Math.min(count, want(s).all));
      };
      if (everyday.opens) return everyday.opens(s, world);
      await s.page.goto(s.url());
      if (world.maySayNo) {
        await s.page.waitFor(`${statusOf(api)} !== 'starting'`);
        const status = await s.page.evaluate<string>(statusOf(api));
        if (status !== 'active') s.found = status;
      }
      if (name !== 'leave' || world.meanwhile || world.late) await counted(1);
      await world.meanwhile?.(s);
      await steps?.(s, { api, counted });
    },
    expect: want,
    async also(s) {
      // A prerendered page is in a tab that the driver may not know.
      if (!everyday.opens) {
        const met = await s.page.evaluate<string>(
          `(window.surprises ?? []).filter((text) => !/boom${world.confined ? '|Script error' : ''}/.test(text)).join(', ')`,
        );
        s.check(met === '', `the page met ${met}`);
      }
      if (!s.found && !world.clockSet) everyday.also?.(s);
      await world.also?.(s);
    },
  };
}
