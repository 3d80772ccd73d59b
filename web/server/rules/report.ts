import { readClientReport } from './client-report.js';
import { Drop, finish, shownPayload, type ItemResult, type RelayOptions } from './result.js';
import { readPayload } from './session.js';
import { clockDrift, MAX_AGE, MAX_AHEAD } from './time.js';

/** Does what a Relay does with an item of type `client_report`. */
export function processReport(
  payload: Uint8Array,
  options: RelayOptions,
  result: ItemResult,
): void {
  result.payload = shownPayload(readPayload(payload));
  const report = readClientReport(payload);
  const { receivedAt } = options;
  /* Reports have whole seconds, and so has what corrects them. */
  const drift = Math.trunc(clockDrift(options) / 1000) * 1000;
  const time = (report.timestamp ?? receivedAt) + drift;
  if (time - receivedAt > MAX_AHEAD) {
    throw new Drop('The report is dated more than 60 seconds in the future.');
  }
  if (receivedAt - time > MAX_AGE) {
    throw new Drop('The report is older than five days; the server does not hand it on.');
  }
  result.report = report;
  const lost = report.discarded
    .slice(0, 20)
    .map(({ reason, category, quantity }) => `${quantity} × ${category} (${reason})`)
    .join(', ');
  finish(
    result,
    `The client says what it could not deliver: ${lost === '' ? 'nothing' : lost}.`,
    report.ignored.map((what) => `${what} was left out`),
  );
}
