/**
 * Messages that Sentry's SDKs drop by default (`eventFiltersIntegration`) before an event touches its
 * session, but for those that have rules of their own here: in-app browsers, extensions, wallets, tag
 * managers and embedding programs put such code into pages that have nothing to do with it.
 */
export const EVENT_FILTERS =
  /^(Cannot redefine property: googletag|Can't find variable: gmo|undefined is not an object \(evaluating 'a\.[A-Z]'\))$|can't redefine non-configurable property "solana"|vv\(\)\.getRestrictions is not a function|Can't find variable: _AutofillCallbackHandler|Object Not Found Matching Id:\d+, MethodName:simulateEvent|Java exception was raised during method invocation$|Java object is gone$/;
