/** What is wrong with a name, in words; undefined if it is fine. */
type Flaw = string | undefined;

const bytes = (text: string): number => Buffer.byteLength(text, 'utf8');
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[/\\\u0000-\u001f\u007f]/;

function check(text: string, max: number, reserved: readonly string[]): Flaw {
  if (bytes(text) > max) return `it is ${bytes(text)} bytes long and ${max} are allowed`;
  if (reserved.includes(text.toLowerCase())) return `"${text}" is a reserved word`;
  const bad = FORBIDDEN.exec(text)?.[0];
  if (bad === undefined) return undefined;
  if (bad === '/' || bad === '\\') return `it contains "${bad}"`;
  return 'it contains a line break or another control character';
}

/** A Relay drops a session whose release fails this check. */
export const releaseFlaw = (release: string): Flaw => check(release, 200, ['.', '..', 'latest']);

/** A Relay removes an environment that fails this check and keeps the session. */
export const environmentFlaw = (environment: string): Flaw =>
  check(environment, 64, ['.', '..', 'none']);

/** Sentry itself is stricter than Relay: such a release is counted but never shows up. */
export function unusableRelease(release: string): Flaw {
  const trimmed = release.trim();
  if (trimmed === '') return 'the release name is blank';
  if (['.', '..', 'latest'].includes(trimmed.toLowerCase())) {
    return `the release name is "${trimmed}" once the blanks around it are gone`;
  }
  return undefined;
}
