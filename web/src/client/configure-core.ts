import { Consent, Option, PER_MINUTE_DEFAULT, SessionStatus } from '../abi';
import type { Core } from '../core/core';
import { nothing, type Settings } from '../options/defaults';
import type { Consent as ConsentWord } from '../types/options';

/** The number of a word of consent. Any other word is never consent. */
export function consentOf(word: ConsentWord): Consent {
  if (word === 'granted') return Consent.GRANTED;
  return word === 'pending' ? Consent.PENDING : Consent.DENIED;
}

/** Tells the core the options, but for those that have the core's own defaults. */
export function configure(core: Core, settings: Settings): void {
  const text = (option: Option, value: string) => core._set_text(option, core._write(value));
  const { _set_number: number } = core;

  text(Option.DSN, settings.dsn);
  text(Option.RELEASE, settings.release);
  if (!text(Option.ENVIRONMENT, settings.environment) && settings.debug) {
    console.warn('crashfree: invalid-environment, left out');
  }
  text(Option.USER_AGENT, window.navigator.userAgent);
  if (settings.tunnel) text(Option.TUNNEL, settings.tunnel);
  if (settings.sampleRate !== 1) number(Option.SAMPLE_RATE, settings.sampleRate);
  if (settings.consent !== 'granted') number(Option.CONSENT, consentOf(settings.consent));
  if (settings.unhandledStatus === 'unhandled') {
    number(Option.UNHANDLED, SessionStatus.UNHANDLED);
  }
  if (settings.maxSessionsPerMinute !== PER_MINUTE_DEFAULT) {
    number(Option.PER_MINUTE, settings.maxSessionsPerMinute);
  }
  if (!settings.sendClientReports) number(Option.REPORTS, 0);
  if (settings.beforeSendSession !== nothing) number(Option.BEFORE_SEND, 1);
  if (
    settings.globalPrivacyControl &&
    (window.navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl
  ) {
    core._set_consent(Consent.DENIED);
  }
}
