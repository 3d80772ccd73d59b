/** The one interface through which tests drive a browser, whatever the engine and the protocol. */
export type EngineName = 'chromium' | 'firefox' | 'webkit';

export const engineNames: readonly EngineName[] = ['chromium', 'firefox', 'webkit'];

export type Key = 'Tab' | 'Enter' | 'ArrowRight';

export interface Engine {
  readonly name: EngineName;
  readonly version: string;
  /** Opens a page in a window of its own, so that several pages are visible at the same time. */
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

export interface Page {
  /** Navigates and waits for the load event; not for pages that lead on by themselves. */
  goto(url: string): Promise<void>;
  /**
   * Runs a classic script in the page by adding a script element. What it throws or rejects reaches
   * the page's own error handling, which is not so for `evaluate`.
   */
  run(script: string): Promise<void>;
  /** The JSON value of an expression; promises are awaited. */
  evaluate<T = unknown>(expression: string): Promise<T>;
  /** Waits until the expression is truthy, also over navigations. */
  waitFor(expression: string, timeoutMs?: number): Promise<void>;
  /** Loads the page again, and waits for the new document. */
  reload(): Promise<void>;
  /**
   * Runs a script that leads to another document, at once or later, and waits until that one has
   * loaded. A script that `run` adds must not do so: its answer may get lost with the document.
   */
  leave(script: string): Promise<void>;
  back(): Promise<void>;
  forward(): Promise<void>;
  /** A real click, with user activation. */
  click(selector: string): Promise<void>;
  /** Presses a key on what has the focus. */
  press(key: Key): Promise<void>;
  /** Makes the document hidden, by covering its tab with another one, until `show()`. */
  hide(): Promise<void>;
  show(): Promise<void>;
  /** Cuts or restores the page's network, where the engine can. */
  setOffline?(offline: boolean): Promise<void>;
  /** Really closes the tab, with its page-hiding events; beforeunload prompts are not awaited. */
  close(): Promise<void>;
}
