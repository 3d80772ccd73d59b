import { isSuccess } from '../wire/status.js';
import { answer, lowerCase, type Cut, type IngestResponse } from './http.js';

/** A fault for coming requests; the first one in the list is used up first. */
export interface Fault {
  /** Answer with this status. Any but 2xx means that nothing is counted. */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  delayMs?: number;
  drop?: Cut;
  /** For how many requests; 1 if left out. */
  times?: number;
}

const CUTS: Record<Cut, string> = {
  before: 'A fault was ordered: the connection was cut, nothing was counted.',
  after: 'A fault was ordered: counted, then the connection was cut without an answer.',
  hang: 'A fault was ordered: counted, but never answered.',
};

/** Takes the next fault out of the list, once. */
function take(faults: Fault[]): Fault | undefined {
  const fault = faults[0];
  if (fault === undefined) return undefined;
  if ((fault.times ?? 1) > 1) fault.times = (fault.times ?? 1) - 1;
  else faults.shift();
  return fault;
}

/** Lets `respond` answer, or does what the next fault says; `record` is told in words. */
export function withFaults(
  faults: Fault[],
  record: { reason: string },
  respond: () => IngestResponse,
): IngestResponse {
  const fault = take(faults);
  if (fault === undefined) return respond();

  const status = fault.status ?? 200;
  const refused = fault.drop === 'before' || !isSuccess(status);
  const response = refused ? answer(status, {}) : respond();
  if (refused) record.reason = `A fault was ordered: answered ${status}, nothing was counted.`;
  if (fault.status !== undefined) response.status = fault.status;
  Object.assign(response.headers, lowerCase(fault.headers ?? {}));
  if (fault.body !== undefined) response.body = fault.body;
  if (fault.delayMs !== undefined) response.delayMs = fault.delayMs;
  if (fault.drop !== undefined) {
    response.drop = fault.drop;
    record.reason = CUTS[fault.drop];
  }
  return response;
}
