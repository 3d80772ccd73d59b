import type { Expected } from '../case.js';

interface Session {
  user: string;
  errored: boolean;
  crashed: boolean;
}

/** The parts of an address that make a route: a fragment is one if it is a hash route, and not its start. */
function routeOf(address: string): { paths: string; queries: string; exact: string } {
  const { pathname, search, hash } = new URL(address);
  const route = /^#[/!]\/?[^/]/.test(hash) ? hash : '';
  const [hashPath, ...hashQuery] = route.split('?');
  return {
    paths: [pathname, hashPath!].map((path) => path.replace(/\/$/, '')).join(' '),
    queries: [search, ...hashQuery].join(' '),
    exact: `${pathname}${search}${route}`,
  };
}

function isAnotherRoute(from: string, to: string, replaced: boolean): boolean {
  const [before, after] = [routeOf(from), routeOf(to)];
  return replaced ? before.paths !== after.paths : before.exact !== after.exact;
}

/** What somebody experienced on a page, in the sense of README's "What counts", seen from outside of it. */
export class Truth {
  readonly #sessions: Session[] = [];
  #user = '';

  get #running(): Session {
    return this.#sessions[this.#sessions.length - 1]!;
  }

  /** A page was loaded: it knows of nobody yet. */
  loaded(): void {
    this.#user = '';
    this.visited();
  }

  /** Another route, or the page came back as it was. */
  visited(): void {
    this.#sessions.push({ user: this.#user, errored: false, crashed: false });
  }

  moved(from: string, to: string, replaced: boolean): void {
    if (from !== to && isAnotherRoute(from, to, replaced)) this.visited();
  }

  crashed(): void {
    this.#running.crashed = true;
  }

  errored(): void {
    /* A crash has ended the session. */
    if (!this.#running.crashed) this.#running.errored = true;
  }

  loggedIn(user: string): void {
    const { user: before, crashed } = this.#running;
    this.#user = user;
    if (crashed || !user || user === before) return;
    if (before) this.visited();
    else this.#running.user = user;
  }

  get expected(): Expected {
    const crashed = this.#sessions.filter((session) => session.crashed);
    const errored = this.#sessions.filter((session) => session.errored && !session.crashed);
    const users = (sessions: Session[]) =>
      new Set(sessions.map(({ user }) => user).filter((user) => user));
    const crashedUsers = users(crashed);
    return {
      all: this.#sessions.length,
      crashed: crashed.length,
      errored: errored.length,
      users: {
        all: users(this.#sessions).size,
        crashed: crashedUsers.size,
        /* A server counts who had a crash there alone. */
        errored: [...users(errored)].filter((user) => !crashedUsers.has(user)).length,
      },
    };
  }
}
