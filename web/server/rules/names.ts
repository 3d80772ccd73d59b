/** What is wrong with a name, in words; undefined if it is fine. */
type Flaw = string | undefined;

export const MAX_RELEASE_BYTES = 200;
const MAX_ENVIRONMENT_BYTES = 64;

const bytes = (text: string): number => Buffer.byteLength(text, 'utf8');
const FORBIDDEN = /[/\\\u0000-\u001f\u007f]/;
const C1 = /[\u0080-\u009f]/;

/** A Relay strips these from the tags of metrics that another one hands on to it. */
const withoutC1 = (text: string): string => text.replaceAll(new RegExp(C1, 'g'), '');

function check(text: string, max: number, reserved: readonly string[]): Flaw {
  if (bytes(text) > max) return `it is ${bytes(text)} bytes long and ${max} are allowed`;
  if (reserved.includes(text.toLowerCase())) return `"${text}" is a reserved word`;
  const bad = FORBIDDEN.exec(text)?.[0];
  if (bad === undefined) return undefined;
  if (bad === '/' || bad === '\\') return `it contains "${bad}"`;
  return 'it contains a line break or another control character';
}

/** A Relay drops a session whose release fails this check. */
export const releaseFlaw = (release: string): Flaw =>
  check(release, MAX_RELEASE_BYTES, ['.', '..', 'latest']);

/** A Relay removes an environment that fails this check and keeps the session. */
export const environmentFlaw = (environment: string): Flaw =>
  check(environment, MAX_ENVIRONMENT_BYTES, ['.', '..', 'none']);

/** Sentry itself is stricter than Relay: such a release is counted but never shows up. */
function unusableRelease(release: string): Flaw {
  const trimmed = release.trim();
  if (trimmed === '') return 'the release name is blank';
  if (['.', '..', 'latest'].includes(trimmed.toLowerCase())) {
    return `the release name is "${trimmed}" once the blanks around it are gone`;
  }
  return undefined;
}

/** What becomes of a name that this Relay takes on its way to Sentry, in a sentence. */
export function nameWarnings(release: string, environment?: string): string[] {
  const out: string[] = [];
  const unusable = unusableRelease(release);
  if (unusable !== undefined) {
    out.push(`Relay counts it, but Sentry will not show it: ${unusable}.`);
  } else {
    const altered = withoutC1(release).trim();
    if (altered !== release) {
      const cause = C1.test(release) ? 'control characters in it' : 'blanks around it';
      out.push(
        `The next hop alters the release: it strips the ${cause}, and it becomes ` +
          `${JSON.stringify(altered)}.`,
      );
    }
  }
  if (environment !== undefined && C1.test(environment)) {
    out.push('The next hop alters the environment: it strips the control characters in it.');
  }
  if (environment === '') {
    out.push('The environment is an empty text; leave it out, or name one, to see its adoption.');
  }
  return out;
}
