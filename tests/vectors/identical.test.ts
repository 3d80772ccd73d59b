/** Emscripten and wasi-libc make the same of the core: byte for byte the same requests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Consent, Counter, Option, SessionStatus } from '../../web/src/abi.js';
import { Core, SECOND, SHIPPED, WASI, record } from '../wasm/module.js';

/** The same calls for the same seed; what they sent, and what could be read on the way. */
function play(path: string, seed: number): string[] {
  const core = new Core(path, seed).configure();
  const log: string[] = [];
  let state = seed;
  const next = (limit: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % limit;
  };
  /** Some value of an enum. */
  const one = <Value>(values: Record<string, Value>): Value => {
    const all = Object.values(values);
    return all[next(all.length)]!;
  };
  core.onFetch = (request) => {
    core.sent.push(request);
    const body = new TextDecoder().decode(request.body);
    log.push(`${request.number} ${request.url} ${request.atExit} ${body}`);
  };
  core.beforeSend = (session) => {
    log.push(session);
    return next(10) > 0;
  };
  if (seed % 3 === 0) core.calls.set_number(Option.BEFORE_SEND, 1);
  if (seed % 4 === 0) core.setText(Option.TUNNEL, 'https://shop.example/tunnel');
  if (seed % 5 === 0) core.calls.set_number(Option.SAMPLE_RATE, 0.5);
  core.setText(Option.USER_AGENT, 'Agent "\u0001é\u{1f600}"');

  const actions: (() => unknown)[] = [
    () => core.calls.start(next(2) === 1),
    () => core.calls.start(true),
    () => core.calls.error(next(2) === 1),
    () => core.calls.end(one(SessionStatus)),
    () => core.setUser(['', 'u1', 'u2', 'é"\\', 'x'.repeat(300)][next(5)]!),
    () => core.setUser(String.fromCharCode(...Array.from({ length: next(80) }, () => next(2048)))),
    () => core.calls.flush(),
    () => core.calls.hide(false),
    () => core.calls.wake(),
    () => log.push(core.session()),
    () => log.push(`${core.calls.status()} ${core.calls.count(Counter.STARTED)}`),
    () => log.push(core.save(next(4))),
    () => core.advance(next(5) * SECOND),
    () => core.advance(next(1000) * 60 * SECOND),
    () => (core.now += (next(200) - 100) * 3_600_000),
    () =>
      core.restore(
        record(
          `${next(2) ? 'ab' : 'AB'}${'0'.repeat(30)}`,
          {
            due: next(3) > 0,
            announced: next(2) === 1,
            status: next(6),
            errors: next(3),
            started: core.now - next(150) * 3_600_000,
          },
          `u${next(9)}`,
        ),
        next(2) === 1,
      ),
    () => core.calls.set_consent(next(6) === 0 ? one(Consent) : Consent.GRANTED),
  ];
  const answers: [number, string, number][] = [
    [200, '', -1],
    [200, '', -1],
    [200, '2:session:key', -1],
    [429, '', 3],
    [429, '5:error:key', 9],
    [0, '', -1],
    [503, '', -1],
    [200, 'x:;internal:,,7.5', -1],
  ];
  for (let i = 0; i < 400; i++) {
    actions[next(actions.length)]!();
    for (const request of core.sent) {
      if (!request.answered && next(2)) core.respond(request, ...answers[next(answers.length)]!);
    }
  }
  core.calls.hide(true);
  core.calls.close();
  log.push(
    Object.values(Counter)
      .map((counter) => core.calls.count(counter))
      .join(' '),
  );
  return log;
}

test('both modules send the same bytes for the same calls', () => {
  let lines = 0;
  for (let seed = 1; seed <= 50; seed++) {
    const shipped = play(SHIPPED, seed);
    assert.deepEqual(play(WASI, seed), shipped, `seed ${seed}`);
    lines += shipped.length;
  }
  assert.ok(lines > 2000, `${lines} lines were compared`);
});
