import { script, type World } from './world.js';

/** Timers that never fire, as a test's clock has them; the real one is kept for the driver. */
const fakeTimers = `window.__setTimeout = window.setTimeout.bind(window);
  let last = 0;
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'requestIdleCallback',
    'requestAnimationFrame']) window[name] = () => ++last;
  for (const name of ['clearTimeout', 'clearInterval', 'cancelIdleCallback',
    'cancelAnimationFrame']) window[name] = () => {};`;

type Clock = 'wall' | 'ticks' | 'events';

/** Clocks of a page, which `jump` puts forward. */
const clocks = (...moving: Clock[]): string => `let skew = 0;
  window.jump = (ms) => { skew += ms; };
  const is = (clock) => '${moving.join(' ')}'.includes(clock);
  if (is('wall')) {
    const now = Date.now;
    window.Date = class Date extends window.Date {
      constructor(...parts) { if (parts.length) super(...parts); else super(now() + skew); }
      static now() { return now() + skew; }
    };
  }
  if (is('ticks')) {
    const tick = performance.now.bind(performance);
    performance.now = () => tick() + skew;
  }
  if (is('events')) {
    const stamp = Reflect.getOwnPropertyDescriptor(Event.prototype, 'timeStamp').get;
    Object.defineProperty(Event.prototype, 'timeStamp',
      { get() { return stamp.call(this) + skew; }, configurable: true });
  }`;

/** What happens after six days belongs to a session of its own, since the server takes the old one no more. */
const sixDays = (name: string, ...moving: Clock[]): World => ({
  name,
  head: script(clocks(...moving)),
  meanwhile: (s) => s.run('jump(6 * 86400000)'),
  truth: {
    crash: { all: 2, crashed: 1 },
    rejection: { all: 2, crashed: 1 },
    capture: { all: 2, errored: 1 },
    user: { all: 2, users: { all: 1 } },
  },
});

/** Time that passes otherwise than a page expects. */
export const clockWorlds: World[] = [
  { name: 'timers that never fire, from before', head: script(fakeTimers), atEnd: true },
  { name: 'timers that never fire, from after', body: script(fakeTimers) },
  { name: 'no performance', head: script(`Object.defineProperty(window, 'performance', {});`) },
  {
    name: 'a clock that is taken away',
    meanwhile: (s) => s.run('performance.now = undefined'),
  },
  {
    name: 'a clock that is faked with no number',
    meanwhile: (s) => s.run('performance.now = () => NaN'),
  },
  {
    name: 'a clock that stands',
    head: script(`const at = Date.now(); Date.now = () => at; performance.now = () => 0;
      Date = class extends Date { constructor(...parts) { if (parts.length) super(...parts); else super(at); } };`),
  },
  {
    name: 'a clock of no number',
    head: script(`Date.now = () => NaN;`),
  },
  {
    name: 'a clock an hour behind',
    head: script(`${clocks('wall')} jump(-3600000);`),
  },
  {
    name: 'a clock beyond the year 9999',
    maySayNo: true,
    head: script(`const now = Date.now; Date.now = () => now() + 8000 * 365.25 * 86400000;`),
  },
  sixDays('six days pass', 'wall', 'ticks', 'events'),
  sixDays('six days pass, but for the times of events', 'wall', 'ticks'),
  {
    // As a machine does that has slept, or whose clock was wrong: the session is as young as it was.
    name: 'a clock that goes six days on',
    clockSet: true,
    head: script(clocks('wall')),
    meanwhile: (s) => s.run('jump(6 * 86400000)'),
  },
  {
    name: 'a clock that goes back a day',
    clockSet: true,
    head: script(clocks('wall')),
    meanwhile: (s) => s.run('jump(-86400000)'),
  },
];
