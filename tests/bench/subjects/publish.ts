export interface StartOptions {
  dsn: string;
  release: string;
  environment: string;
}

/** What a subject's script leaves on the page, as crashfree.min.js leaves `window.crashfree`. */
export interface Published {
  init(options: StartOptions): void;
  captureException(error: unknown): void;
}

export function publish(
  init: (options: StartOptions) => unknown,
  captureException: (error: unknown) => unknown,
): void {
  (window as unknown as { peer: object }).peer = { init, captureException };
}
