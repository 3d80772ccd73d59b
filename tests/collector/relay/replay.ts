import { request } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { Collector } from '../../../web/server/collector/collector.js';
import { startServer, type Server } from '../../../web/server/app/server.js';
import {
  collectorBuckets,
  collectorReports,
  differences,
  relayBuckets,
  reportDifferences,
} from './compare.js';
import {
  bodyOf,
  type PageRun,
  type ProjectConfig,
  type RelayCase,
  type RelayFile,
  type SentRequest,
} from './file.js';

const PROJECT = '42';
const KEY = '0123456789abcdef0123456789abcdef';
/** Relay had a request a few milliseconds after its time was noted. */
const LATENCY_MS = 2;
const LIMIT_SECONDS = 60;

export interface Replay {
  total: number;
  equal: number;
  /** One line each. */
  differences: string[];
}

interface Answer {
  status: number;
  rateLimits: string | undefined;
}

/** Sends a request as it is: fetch would tidy up its address and headers. */
function send(server: Server, sent: SentRequest): Promise<Answer> {
  return new Promise((done, failed) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: server.port,
        path: sent.url,
        method: sent.method ?? 'POST',
        headers: { ...sent.headers, 'content-length': bodyOf(sent).length },
      },
      (response) => {
        response.resume();
        response.on('end', () => {
          const limits = response.headers['x-sentry-rate-limits'];
          done({ status: response.statusCode ?? 0, rateLimits: limits as string | undefined });
        });
      },
    );
    outgoing.on('error', failed);
    outgoing.end(bodyOf(sent));
  });
}

function configure(collector: Collector, config: ProjectConfig, now: number): void {
  const { filters, allowedDomains, sessionMetricsVersion, limit, disabled } = config;
  const settings = collector.settings(PROJECT);
  if (filters !== undefined) settings.filters = filters;
  if (allowedDomains !== undefined) settings.allowedDomains = allowedDomains;
  if (sessionMetricsVersion !== undefined) settings.extractionVersion = sessionMetricsVersion;
  if (disabled !== undefined) settings.disabled = disabled;
  if (limit === undefined) return;
  collector.limit(PROJECT, {
    categories: limit,
    seconds: LIMIT_SECONDS,
    scope: 'project',
    reason: 'usage_exceeded',
    now,
  });
}

/**
 * Sends what a Relay got to the collector, and says where it does something else. The times of the
 * file become now by the collector's clock, which is set to the time of each request: so oddly
 * written and compressed times need no translation.
 */
export async function replay({ cases = [], pages = [] }: RelayFile): Promise<Replay> {
  const collector = new Collector({ keys: new Map([[KEY, PROJECT]]) });
  const clock = { now: 0 };
  const server = await startServer({ collector, now: () => clock.now, quiet: true });
  const set = (receivedAt: number): void => {
    clock.now = receivedAt + LATENCY_MS;
  };

  const playCase = async (relayCase: RelayCase): Promise<string[]> => {
    const { receivedAt, project = {}, relay, metrics = [], reports, randomSid } = relayCase;
    collector.reset();
    set(receivedAt);
    configure(collector, project, clock.now);
    const answer = await send(server, relayCase.request);
    const requests = collector.requests();
    const out: string[] = [];
    if (answer.status !== relay.status) {
      out.push(`status is ${answer.status}, Relay: ${relay.status}`);
    }
    if (relay.rateLimits !== undefined && answer.rateLimits !== relay.rateLimits) {
      out.push(`rate limits are ${answer.rateLimits ?? 'none'}, Relay: ${relay.rateLimits}`);
    }
    return [
      ...out,
      ...differences(collectorBuckets(requests), relayBuckets(metrics), {
        anySid: randomSid === true,
      }),
      ...reportDifferences(collectorReports(requests), reports),
    ];
  };

  const playPage = async ({ requests, metrics, reports, numbers }: PageRun): Promise<string[]> => {
    collector.reset();
    const out: string[] = [];
    for (const { receivedAt, status, ...sent } of requests) {
      set(receivedAt);
      const headers = { 'content-type': 'text/plain;charset=UTF-8' };
      const answer = await send(server, { ...sent, headers });
      if (answer.status !== status) out.push(`status is ${answer.status}, Relay: ${status}`);
    }
    const records = collector.requests();
    out.push(...differences(collectorBuckets(records), relayBuckets(metrics)));
    if (reports !== undefined) out.push(...reportDifferences(collectorReports(records), reports));
    const ours = collector.metrics(PROJECT);
    if (numbers !== undefined && !isDeepStrictEqual(JSON.parse(JSON.stringify(ours)), numbers)) {
      out.push(`numbers are ${JSON.stringify(ours)}, Relay's: ${JSON.stringify(numbers)}`);
    }
    return out;
  };

  const result: Replay = { total: 0, equal: 0, differences: [] };
  const note = (id: string, found: readonly string[]): void => {
    result.total++;
    if (found.length === 0) result.equal++;
    for (const line of found) result.differences.push(`${id}: ${line}`.replace(/\s+/g, ' '));
  };
  try {
    for (const relayCase of cases) note(relayCase.id, await playCase(relayCase));
    for (const page of pages) note(page.id, await playPage(page));
  } finally {
    await server.close();
  }
  return result;
}
