/** The language of the page, which the browser must have, too, where it names none that exists. */
export const LANGUAGE = settle('en');

/**
 * uPlot formats numbers for navigator.language as it loads. That is "C" in a WebKitGTK that runs
 * without a locale, which is no language and throws.
 */
function settle(language: string): string {
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, 'language', { value: language });
  }
  return language;
}
