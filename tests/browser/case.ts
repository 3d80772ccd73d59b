import type { PageSpec } from './pages.js';
import type { Scene, Served } from './harness.js';

export type Area =
  'load' | 'navigation' | 'errors' | 'identity' | 'control' | 'delivery' | 'loading' | 'worlds';

/** What has to be at the collector in the end. What is not named is 0. */
export interface Expected {
  all: number;
  errored?: number;
  crashed?: number;
  unhandled?: number;
  abnormal?: number;
  users?: { all?: number; errored?: number; crashed?: number; unhandled?: number };
  /** Session items, where the case is about traffic. */
  items?: number;
  /** Requests that carry sessions, where the case is about traffic. */
  requests?: number;
  /** The numbers of the second project. */
  second?: Expected;
}

export interface Case {
  name: string;
  area: Area;
  page?: PageSpec;
  pages?: Record<string, PageSpec>;
  files?: Record<string, Served>;
  /**
   * How it starts: with the page loaded and its first session counted (the default), with the page
   * just loaded, or with an empty tab.
   */
  start?: 'counted' | 'loaded' | 'empty';
  steps?(scene: Scene): Promise<void>;
  expect: Expected | ((scene: Scene) => Expected);
  /** What else must hold, beyond the numbers; it notes problems by `scene.check`. */
  also?(scene: Scene): void | Promise<void>;
  /**
   * Whether it needs the browser for itself, since tabs share the back/forward cache and in some
   * engines only few pages have room in it.
   */
  alone?: boolean;
  /** Whether the page's clock is set, so that times tell nothing, and a start has to follow. */
  clockSet?: boolean;
  /** Whether nothing need be told before the page is left. */
  atEnd?: boolean;
  /** Whether it fills the storage of all cases, which is emptied whatever becomes of it. */
  stores?: boolean;
  /** Whether broken or refused requests are part of the case. */
  faulty?: boolean;
}
