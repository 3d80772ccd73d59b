import type { ItemRecord } from '../collector/records.js';

/** A request as it is shown in the live list. */
export interface RequestView {
  number: number;
  receivedAt: number;
  method: string;
  status: number;
  bytes: number;
  reason: string;
  warnings: string[];
  envelope?: unknown;
  body: string;
  items: (Omit<ItemRecord, 'metrics'> & { metrics: string[]; moreMetrics: number })[];
  /** How many items are not shown. */
  moreItems: number;
}
