import type { Budget, Kept } from '../budget.js';
import type { EventView } from '../rules/event-view.js';
import type { Filter } from './filter.js';
import { issueKey, mainOf, titleOf, topOf } from './grouping.js';
import { fnv1a } from './hash.js';

/** One kind of crash: events of the same type, message and top frame. */
export interface IssueRow {
  key: string;
  type: string;
  message: string;
  /** The innermost call of the app. */
  top: string;
  level: string;
  unhandled: boolean;
  events: number;
  sessions: number;
  users: number;
  /** Unix milliseconds. */
  firstSeen: number;
  lastSeen: number;
  /** The release of the earliest event; empty if it had none. */
  firstRelease: string;
  /** It began in the release that the page is about, and earlier releases do not have it. */
  isNew: boolean;
  /** The releases that have it, the most frequent first. */
  releases: { release: string; events: number }[];
  environments: string[];
  /** The latest event. */
  event: EventView;
  /** The sessions of the latest events, newest first. */
  latestSessions: string[];
}

/** The release that the page is about, and those before it. */
export interface Order {
  newest: string;
  earlier: ReadonlySet<string>;
}

const MAX_MEMBERS = 20_000;
const MAX_NAMES = 100;
const MAX_LATEST = 10;
const MAX_ROWS = 50;
const MAX_ISSUES = 1000;
const MEMBER_BYTES = 40;
const ISSUE_BYTES = 4000;

class Issue implements Kept {
  events = 0;
  readonly #sessions = new Set<number>();
  readonly #users = new Set<number>();
  readonly #releases = new Map<string, number>();
  readonly #environments = new Set<string>();
  #first: EventView;
  latest: EventView;
  readonly #latestSessions: string[] = [];

  constructor(
    readonly key: string,
    event: EventView,
    readonly forget: () => void,
  ) {
    this.#first = event;
    this.latest = event;
  }

  /** Adds an event and returns how many bytes that took. */
  add(event: EventView): number {
    const { sid, user, release = '', environment = '' } = event;
    this.events++;
    if (event.time < this.#first.time) this.#first = event;
    if (event.time >= this.latest.time) this.latest = event;
    const before = this.#members;
    if (sid !== undefined) {
      if (this.#sessions.size < MAX_MEMBERS) this.#sessions.add(fnv1a(sid) | 0);
      if (!this.#latestSessions.includes(sid)) this.#latestSessions.unshift(sid);
      this.#latestSessions.length = Math.min(this.#latestSessions.length, MAX_LATEST);
    }
    if (user !== undefined && this.#users.size < MAX_MEMBERS) this.#users.add(fnv1a(user) | 0);
    if (this.#releases.has(release) || this.#releases.size < MAX_NAMES) {
      this.#releases.set(release, (this.#releases.get(release) ?? 0) + 1);
    }
    if (this.#environments.size < MAX_NAMES) this.#environments.add(environment);
    return MEMBER_BYTES * (this.#members - before);
  }

  get #members(): number {
    return this.#sessions.size + this.#users.size + this.#releases.size + this.#environments.size;
  }

  matches({ release, environment }: Filter): boolean {
    return (
      (release === undefined || this.#releases.has(release)) &&
      (environment === undefined || this.#environments.has(environment))
    );
  }

  /** Tabs of an earlier release may fail for the first time after the newest one has. */
  isNewIn(order: Order | undefined): boolean {
    return (
      order !== undefined &&
      this.#first.release === order.newest &&
      ![...this.#releases.keys()].some((release) => order.earlier.has(release))
    );
  }

  row(order: Order | undefined): IssueRow {
    const firstRelease = this.#first.release ?? '';
    const releases = [...this.#releases].sort(([, a], [, b]) => b - a);
    return {
      key: this.key,
      ...titleOf(this.latest),
      top: topOf(this.latest),
      level: this.latest.level,
      unhandled: mainOf(this.latest)?.handled === false,
      events: this.events,
      sessions: this.#sessions.size,
      users: this.#users.size,
      firstSeen: this.#first.time,
      lastSeen: this.latest.time,
      firstRelease,
      isNew: this.isNewIn(order),
      releases: releases.map(([release, events]) => ({ release, events })).slice(0, 20),
      environments: [...this.#environments].slice(0, 20),
      event: this.latest,
      latestSessions: [...this.#latestSessions],
    };
  }
}

/** What crashed in one project. */
export class IssueStore {
  readonly #issues = new Map<string, Issue>();
  readonly #budget: Budget;
  /** When each release was first seen in an event. */
  readonly releases = new Map<string, number>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Adds an event and returns the key of its issue. */
  add(event: EventView): string {
    const key = issueKey(event);
    let issue = this.#issues.get(key);
    let bytes = 0;
    if (issue === undefined) {
      issue = new Issue(key, event, () => this.#issues.delete(key));
      this.#issues.set(key, issue);
      bytes = ISSUE_BYTES + 2 * JSON.stringify(event).length;
    }
    bytes += issue.add(event);
    this.#budget.charge('counted', issue, bytes);
    if (this.#issues.size > MAX_ISSUES) this.#dropOldest();
    const { release, time } = event;
    if (release !== undefined && this.releases.size < MAX_ISSUES) {
      this.releases.set(release, Math.min(time, this.releases.get(release) ?? Infinity));
    }
    return key;
  }

  #dropOldest(): void {
    const [oldest] = this.#issues.values();
    if (oldest === undefined) return;
    this.#issues.delete(oldest.key);
    this.#budget.release('counted', oldest);
  }

  /** The issues that match, those that are new first, then the latest; none is without earlier releases. */
  rows(filter: Filter, order: Order | undefined): IssueRow[] {
    const latest = [...this.#issues.values()]
      .filter((issue) => issue.matches(filter))
      .sort((a, b) => b.latest.time - a.latest.time);
    const [fresh, known] = [true, false].map((isNew) =>
      latest.filter((issue) => issue.isNewIn(order) === isNew),
    ) as [Issue[], Issue[]];
    return [...fresh, ...known].slice(0, MAX_ROWS).map((issue) => issue.row(order));
  }

  get size(): number {
    return this.#issues.size;
  }

  clear(): void {
    for (const issue of this.#issues.values()) this.#budget.release('counted', issue);
    this.#issues.clear();
    this.releases.clear();
  }
}
