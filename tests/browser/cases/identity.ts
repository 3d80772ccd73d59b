import type { Case, Expected } from '../case.js';
import { initOptions } from '../pages.js';
import type { Scene } from '../harness.js';

const area = 'identity';
const start = (user: string): string => `{ initialScope: { user: ${user} } }`;

/** The did of each item that does not end a session, in order of arrival; `-` for none. */
function dids(wanted: string): (s: Scene) => void {
  return (s) => {
    const got = s
      .items()
      .filter((item) => item.status !== 'exited')
      .map((item) => (item.did === undefined ? '-' : JSON.stringify(item.did)))
      .join(' ');
    s.check(got === wanted, `dids are ${got}, not ${wanted}`);
  };
}

function known(name: string, user: string, did: string, users: number): Case {
  return {
    name,
    area,
    page: { options: start(user) },
    expect: { all: 1, users: { all: users }, items: 1 },
    also: dids(did),
  };
}

/** Each step with the number of items that have arrived when it has had its effect. */
function then(
  name: string,
  user: string | undefined,
  scripts: [script: string, arrived: number][],
  expect: Expected,
  wanted: string,
): Case {
  return {
    name,
    area,
    ...(user === undefined ? {} : { page: { options: start(user) } }),
    async steps(s) {
      for (const [script, arrived] of scripts) {
        await s.run(script);
        await s.arrived(arrived);
      }
    },
    expect,
    also: dids(wanted),
  };
}

/** Runs a script of the page once more, as where Turbo puts the page together anew, or a second bundle does. */
const again = (s: Scene, id: string): Promise<void> =>
  s.run(`crashfree.init(${initOptions(s.site, start(`{ id: '${id}' }`))})`);

export const identityCases: Case[] = [
  known('user in initialScope', `{ id: 'u1' }`, '"u1"', 1),
  {
    name: 'a later script names the user',
    area,
    steps: (s) => again(s, 'u1'),
    expect: { all: 1, users: { all: 1 }, items: 2 },
    also: dids('- "u1"'),
  },
  {
    name: 'a later script names who was there before somebody else came',
    area,
    page: { options: start(`{ id: 'visitor' }`) },
    async steps(s) {
      await s.run(`crashfree.setUser({ id: 'u1' })`);
      await s.sessions(2);
      await again(s, 'visitor');
      await s.run(`history.pushState(null, '', 'next')`);
    },
    expect: { all: 3, users: { all: 2 } },
    also: dids('"visitor" "u1" "u1"'),
  },
  {
    name: 'initialScope that is a function',
    area,
    page: {
      options: `{ initialScope: (scope) => scope.setTags({ a: 'b' }).setUser({ id: 'u1' }) }`,
    },
    expect: { all: 1, users: { all: 1 }, items: 1 },
    also: dids('"u1"'),
  },
  known('numeric id', `{ id: 42 }`, '"42"', 1),
  known('numeric id 0', `{ id: 0 }`, '"0"', 1),
  known('empty id', `{ id: '' }`, '-', 0),
  known('id null', `{ id: null }`, '-', 0),
  known('e-mail only', `{ email: 'jane@example.com' }`, '-', 0),
  known('user name only', `{ username: 'jane' }`, '-', 0),
  known('id and e-mail', `{ id: 'u1', email: 'jane@example.com' }`, '"u1"', 1),
  known('id of other scripts', `{ id: 'Ångström 🙂' }`, '"Ångström 🙂"', 1),
  known('user null', `null`, '-', 0),
  {
    name: 'setUser before the first send',
    area,
    page: {
      library: (site) => `<script src="${site.script}"></script>
        <script>crashfree.init(${initOptions(site)}); crashfree.setUser({ id: 'u1' })</script>`,
    },
    expect: { all: 1, users: { all: 1 }, items: 1 },
    also: dids('"u1"'),
  },
  then(
    'setUser after the first send',
    undefined,
    [[`crashfree.setUser({ id: 'u1' })`, 2]],
    { all: 1, users: { all: 1 }, items: 2, requests: 2 },
    '- "u1"',
  ),
  then(
    'the same user twice',
    undefined,
    [
      [`crashfree.setUser({ id: 'u1' })`, 2],
      [`crashfree.setUser({ id: 'u1' })`, 2],
    ],
    { all: 1, users: { all: 1 }, items: 2 },
    '- "u1"',
  ),
  then(
    'the user that is known already',
    `{ id: 'u1' }`,
    [[`crashfree.setUser({ id: 'u1' })`, 1]],
    { all: 1, users: { all: 1 }, items: 1 },
    '"u1"',
  ),
  then(
    'the same user as number and string',
    `{ id: 42 }`,
    [[`crashfree.setUser({ id: '42' })`, 1]],
    { all: 1, users: { all: 1 }, items: 1 },
    '"42"',
  ),
  {
    name: 'another user',
    area,
    page: { options: start(`{ id: 'u1' }`) },
    steps: (s) => s.run(`crashfree.setUser({ id: 'u2' })`),
    expect: { all: 2, users: { all: 2 }, requests: 2 },
    also: (s) => s.check(s.items().at(-1)?.did === 'u2', 'the new session is not of the new user'),
  },
  then(
    'log out',
    `{ id: 'u1' }`,
    [[`crashfree.setUser(null)`, 1]],
    { all: 1, users: { all: 1 }, items: 1 },
    '"u1"',
  ),
  then(
    'log out by an empty id',
    `{ id: 'u1' }`,
    [[`crashfree.setUser({ id: '' })`, 1]],
    { all: 1, users: { all: 1 }, items: 1 },
    '"u1"',
  ),
  then(
    'log out, then navigation',
    `{ id: 'u1' }`,
    [[`crashfree.setUser(null); history.pushState(null, '', 'next')`, 3]],
    { all: 2, users: { all: 1 }, requests: 2 },
    '"u1" -',
  ),
  then(
    'log out, crash, then navigation',
    `{ id: 'u1' }`,
    [
      [`crashfree.setUser(null); throw new Error('boom')`, 2],
      [`history.pushState(null, '', 'next')`, 3],
    ],
    { all: 2, crashed: 1, users: { all: 1, crashed: 1 } },
    '"u1" "u1" -',
  ),
  then(
    'log out without a user',
    undefined,
    [[`crashfree.setUser(null)`, 1]],
    { all: 1, items: 1 },
    '-',
  ),
  then(
    'log in, log out, log in',
    undefined,
    [
      [`crashfree.setUser({ id: 'u1' })`, 2],
      [`crashfree.setUser(null)`, 2],
      [`crashfree.setUser({ id: 'u1' })`, 2],
    ],
    { all: 1, users: { all: 1 }, items: 2 },
    '- "u1"',
  ),
  {
    name: 'log in, log out, log in as somebody else',
    area,
    async steps(s) {
      await s.run(`crashfree.setUser({ id: 'u1' })`);
      await s.arrived(2);
      await s.run(`crashfree.setUser(null); crashfree.setUser({ id: 'u2' })`);
    },
    expect: { all: 2, users: { all: 2 } },
  },
  ...[
    ['of 300 letters', `'x'.repeat(300)`, `'x'.repeat(299) + 'y'`],
    ['of 4,000 letters of other scripts', `'\u{1f642}'.repeat(1000)`, `'\u{1f642}'.repeat(999)`],
  ].map(([name, one, other]): Case => ({
    name: `two people with ids ${name}`,
    area,
    page: { options: start(`{ id: ${one} }`) },
    steps: (s) => s.run(`crashfree.setUser({ id: ${other} })`),
    expect: { all: 2, users: { all: 2 } },
  })),
  {
    name: 'user stays over a navigation',
    area,
    page: { options: start(`{ id: 'u1' }`) },
    steps: (s) => s.run(`history.pushState(null, '', 'next')`),
    expect: { all: 2, users: { all: 1 } },
    also: (s) =>
      s.check(
        s.items().every((item) => item.did === 'u1'),
        'a session has no user',
      ),
  },
  {
    name: 'crash of a known user',
    area,
    page: { options: start(`{ id: 'u1' }`) },
    steps: (s) => s.run(`throw new Error('boom')`),
    expect: { all: 1, crashed: 1, users: { all: 1, crashed: 1 }, items: 2 },
  },
  {
    name: 'user, then crash',
    area,
    async steps(s) {
      await s.run(`crashfree.setUser({ id: 'u1' })`);
      await s.arrived(2);
      await s.run(`throw new Error('boom')`);
    },
    expect: { all: 1, crashed: 1, users: { all: 1, crashed: 1 }, items: 3 },
  },
  {
    name: 'crash, then a user, then navigation',
    area,
    async steps(s) {
      await s.run(`throw new Error('boom')`);
      await s.arrived(2);
      await s.run(`crashfree.setUser({ id: 'u1' })`);
      await s.run(`history.pushState(null, '', 'next')`);
    },
    expect: { all: 2, crashed: 1, users: { all: 1 }, items: 3 },
  },
  {
    name: 'crash, then log out',
    area,
    page: { options: start(`{ id: 'u1' }`) },
    async steps(s) {
      await s.run(`throw new Error('boom')`);
      await s.arrived(2);
      await s.run(`crashfree.setUser(null)`);
    },
    expect: { all: 1, crashed: 1, users: { all: 1, crashed: 1 }, items: 2 },
  },
  {
    name: 'users that make no sense',
    area,
    async steps(s) {
      await s.run(`window.thrown = 0;
        for (const user of [undefined, 7, 'text', [], {}, { id: {} }, { id: NaN }, { id: true }]) {
          try { crashfree.setUser(user); } catch { thrown++; }
        }`);
      s.check((await s.page.evaluate('thrown')) === 0, 'setUser threw');
    },
    expect: { all: 1, items: 1 },
    also: dids('-'),
  },
];
