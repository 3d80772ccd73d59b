/** By what rule an error does not count. */

/**
 * Rules for what is noise. `true`, the default of each: such errors do not count, but for
 * `counts.ignored`, which says how many each rule left out.
 */
export interface NoiseRules {
  /** "ResizeObserver loop" notices, which browsers report as errors. */
  resizeObserver?: boolean | undefined;
  /** "Script error." of a script from another origin, of which nothing is known. */
  scriptError?: boolean | undefined;
  /** What Sentry's SDKs filter by default: code that in-app browsers, wallets and tag managers inject. */
  eventFilters?: boolean | undefined;
  /** Errors from, or through, code of a browser extension, unless the page itself is an extension's. */
  extension?: boolean | undefined;
  /**
   * Rejections by which something was cancelled, by a word (`AbortError`, `ERR_CANCELED`, `popup_closed` …) in
   * their name, message, code, type or cause, or by a message that says that the user did not want to, or that
   * the page may not have the whole screen.
   */
  abort?: boolean | undefined;
  /** Rejections by which the browser refuses what the person did not allow, or caused by that: autoplay, permissions. */
  refused?: boolean | undefined;
  /** Rejections that say that a view transition was skipped. */
  viewTransition?: boolean | undefined;
  /** What React says when it has rendered anew what the server rendered differently. */
  hydration?: boolean | undefined;
  /**
   * Rejections of requests that were cut because the page was being left, told by an error, its cause, an event
   * or an object of status 0.
   */
  leaving?: boolean | undefined;
  /** Rejections that are handled within 250 ms. */
  lateHandled?: boolean | undefined;
  /** Errors and rejections on whose event the page called `preventDefault()`. */
  prevented?: boolean | undefined;
}

/** What can leave an error out, by the name under which `counts.ignored` counts it. */
export type IgnoreRule =
  keyof NoiseRules | 'ignoreErrors' | 'denyUrls' | 'allowUrls' | 'classifyError';
