import type { Core } from './core';
import { nothing, type Settings } from './options';

/** Values of `crashfree_option`. */
const ENVIRONMENT = 2;
const TUNNEL = 4;
const BEFORE_SEND = 10;

export const DENIED = 2;
/** Values of `crashfree_consent`, and of the `crashfree_session_status` that is not the default. */
export const VALUES: Record<string, number> = {
  granted: 0,
  pending: 1,
  denied: DENIED,
  unhandled: 3,
};

/** Puts the options into the core. */
export function configure(core: Core, settings: Settings): void {
  Object.values(settings)
    .slice(0, BEFORE_SEND)
    .forEach((value, option) => {
      if (option > TUNNEL) {
        /* What is no number is 0 there, the default of what is not checked here. */
        core._set_number(option, VALUES[value as string] ?? Number(value));
      } else if (
        !(value && core._set_text(option, core._write(value as string))) &&
        option === ENVIRONMENT &&
        settings.debug
      ) {
        console.warn('crashfree: invalid-environment, left out');
      }
    });
  if (
    settings.globalPrivacyControl &&
    (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl
  ) {
    core._set_consent(DENIED);
  }
  if (settings.beforeSendSession !== nothing) core._set_number(BEFORE_SEND, 1);
}
