import type { EventView, Exception, Frame } from '../rules/event-view.js';
import { fnv1a } from './hash.js';

/** The exception that people see: the outermost one comes last. */
export const mainOf = ({ exceptions }: EventView): Exception | undefined => exceptions.at(-1);

function topFrame(exception: Exception | undefined): Frame | undefined {
  const frames = [...(exception?.frames ?? [])].reverse();
  return frames.find(({ inApp }) => inApp) ?? frames[0];
}

/** A file without what changes from build to build: its host, version and hash. */
const fileOf = (file: string): string =>
  file
    .replace(/[?#].*$/, '')
    .replace(/^.*\//, '')
    .replace(/[.-](?=[^.]*\d)[0-9a-z_]{6,}(?=\.)/gi, '');

/** The innermost call of the app, in words. */
export function topOf(event: EventView): string {
  const frame = topFrame(mainOf(event));
  return frame === undefined
    ? ''
    : [frame.function, fileOf(frame.file)].filter(Boolean).join(' in ');
}

/** A message without what changes from event to event: numbers, ids, addresses. */
const patternOf = (message: string): string =>
  message
    .replace(/\bhttps?:\/\/[^\s"')]+/g, '<url>')
    .replace(/\b[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b/gi, '<id>')
    .replace(/\d+/g, '<n>')
    .slice(0, 300);

export const titleOf = (event: EventView): { type: string; message: string } => {
  const main = mainOf(event);
  return {
    type: main?.type || (main ? 'Error' : event.level),
    message: main?.value ?? event.message,
  };
};

/** The same for all events of one kind: by type, message and innermost call of the app. */
export const issueKey = (event: EventView): string => {
  const { type, message } = titleOf(event);
  const parts = [type, patternOf(message), topOf(event)];
  return fnv1a(JSON.stringify(parts)).toString(16).padStart(8, '0');
};
