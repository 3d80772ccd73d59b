/** What a handler answers; the status is 200 if left out. */
export interface Page {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** A sentence for whoever asked. */
export const textPage = (
  status: number,
  text: string,
  headers: Record<string, string> = {},
): Page => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body: `${text}\n`,
});

export const jsonPage = (value: unknown, status = 200): Page => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(value),
});
