/** What `npm run bench` measures of each subject, and what is to be reached. */

export interface Row {
  /** Its name among the figures. */
  figure: string;
  title: string;
  digits: number;
  /** Whether the page alone has some of it, which is taken off. */
  net?: boolean;
  /** What it may be, and what is aimed at, as a multiple of the reference's. */
  bound?: number;
  aim?: number;
  /** Whether the processor's speed changes it. */
  timed?: boolean;
}

const time = { digits: 2, net: true, timed: true };
const work = { digits: 1, net: true, timed: true };

export const rows: Row[] = [
  { figure: 'brotli', title: 'bytes, brotli -q 11', digits: 0, bound: 0.49, aim: 0.45 },
  {
    ...time,
    figure: 'start',
    title: 'start: processor time in the script’s own task, page not yet loaded [ms]',
    bound: 0.35,
    aim: 0.21,
  },
  {
    ...time,
    figure: 'first session',
    title: 'processor time until the first session is sent [ms]',
    bound: 0.7,
    aim: 0.45,
  },
  {
    ...work,
    figure: 'navigation, api',
    title: 'navigation with all it puts off, Navigation API, processor time [µs]',
    bound: 1.2,
    aim: 0.9,
  },
  {
    ...work,
    figure: 'navigation, wrap',
    title: 'the same, wrapped history [µs]',
    bound: 0.8,
    aim: 0.55,
  },
  {
    ...work,
    figure: 'error',
    title: 'captureException with what it puts off, processor time [µs]',
    bound: 0.45,
    aim: 0.3,
  },
  {
    figure: 'memory',
    title: 'JavaScript heap and WebAssembly memory after start [KiB]',
    digits: 0,
    net: true,
    bound: 0.85,
    aim: 0.7,
  },
  {
    figure: 'first request',
    title: 'navigation start to first session request, wall time [ms]',
    digits: 0,
    timed: true,
    bound: 1.05,
  },
  { ...work, figure: 'pushState, api', title: 'pushState alone, Navigation API, wall time [µs]' },
  { ...work, figure: 'pushState, wrap', title: 'pushState alone, wrapped, wall time [µs]' },
  { ...work, figure: 'captureException', title: 'captureException alone, wall time [µs]' },
  { figure: 'requests', title: 'requests per navigation', digits: 1, bound: 1 },
  { figure: 'bytes', title: 'body bytes per navigation', digits: 0 },
];
