import { readFile } from 'node:fs/promises';

/** A request as it was sent to a Relay. */
export interface SentRequest {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  bodyBase64?: string;
  /** Strings, or a string with how often it is repeated. */
  bodyParts?: (string | [text: string, times: number])[];
}

/** A bucket of metrics that a Relay sent on. */
export interface SentBucket {
  name: string;
  value?: number;
  set?: number[];
  time?: number;
  [tag: string]: unknown;
}

/** How the project was configured. */
export interface ProjectConfig {
  filters?: {
    releases?: string[];
    localhost?: boolean;
    legacyBrowsers?: string[];
    webCrawlers?: boolean;
    errorMessages?: string[];
  };
  allowedDomains?: string[];
  sessionMetricsVersion?: number;
  /** A quota of 0 for these categories; none means all. */
  limit?: string[];
  disabled?: boolean;
}

export interface RelayCase {
  id: string;
  receivedAt: number;
  request: SentRequest;
  project?: ProjectConfig;
  relay: { status: number; rateLimits?: string };
  metrics?: SentBucket[];
  reports?: Record<string, number>;
  /** The payload had no sid: the value in the error set is any. */
  randomSid?: boolean;
}

/** What a page sent, in order, and the sum of what a Relay made of it. */
export interface PageRun {
  id: string;
  requests: { receivedAt: number; url: string; body: string; status: number }[];
  metrics: SentBucket[];
  reports?: Record<string, number>;
  numbers?: Record<string, unknown>;
}

/** The format of tests/vectors/relay-26.9.0.json. */
export interface RelayFile {
  cases?: RelayCase[];
  pages?: PageRun[];
}

export const readRelayFile = async (path: string | URL): Promise<RelayFile> =>
  JSON.parse(await readFile(path, 'utf8')) as RelayFile;

export function bodyOf({ body, bodyBase64, bodyParts }: SentRequest): Buffer {
  if (bodyBase64 !== undefined) return Buffer.from(bodyBase64, 'base64');
  const parts = bodyParts?.map((part) =>
    typeof part === 'string' ? part : part[0].repeat(part[1]),
  );
  return Buffer.from(body ?? parts?.join('') ?? '', 'utf8');
}
