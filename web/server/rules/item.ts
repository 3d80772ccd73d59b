import { ParseError } from '../wire/fields.js';
import { processAggregates } from './aggregates.js';
import { processEvent } from './event.js';
import { processReport } from './report.js';
import { Drop, quote, type ItemResult, type RelayOptions } from './result.js';
import { processUpdate } from './update.js';

export type { Generation, ItemResult, Outcome, RelayOptions } from './result.js';

type Processor = (payload: Uint8Array, options: RelayOptions, result: ItemResult) => void;

const PROCESSORS = new Map<string, Processor>([
  ['session', processUpdate],
  ['sessions', processAggregates],
  ['client_report', processReport],
  ['event', processEvent],
]);

/** Does what a Relay does with one item. Never throws for what is in it. */
export function processItem(type: string, payload: Uint8Array, options: RelayOptions): ItemResult {
  const result: ItemResult = { outcome: 'accept', reason: '', warnings: [], metrics: [] };
  const process = PROCESSORS.get(type);
  if (process === undefined) {
    result.reason = `An item of type ${quote(type)}: taken, but it has no part in release health.`;
    return result;
  }
  try {
    process(payload, options, result);
  } catch (error) {
    if (!(error instanceof ParseError || error instanceof Drop)) throw error;
    result.outcome = 'drop';
    result.reason = error.message;
    result.warnings = [];
    result.metrics = [];
  }
  return result;
}
