/**
 * Writes web/src/abi.ts: the enums and limits of the headers in include/, and the exports and imports of
 * src/wasm/, so that what crosses the boundary of a module is written once. The values of each enum have a type of their own that a
 * number written by hand does not fit; the bundled scripts hold plain numbers.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../run.js';
import { BOUNDARIES, boundaryOf, boundaryText, pascal, type Boundary } from './boundary.js';

interface Member {
  name: string;
  value: number;
}

const START = `/**
 * The enums and limits of the headers in include/, which document them, and what the modules of src/wasm/
 * export and import. Made by web/build/steps/abi.ts.
 */

declare const of: unique symbol;
/** A number of an enum, which only this file makes. */
type Of<Enum extends string, Value extends number> = Value & { readonly [of]: Enum };
`;

/** The words that all these names begin with; each name keeps one of its own at least. */
function sharedPrefix(names: string[]): string {
  const [first = ''] = names;
  let prefix = '';
  for (const word of first.split('_').slice(0, -1)) {
    const longer = `${prefix}${word}_`;
    if (!names.every((name) => name.startsWith(longer))) break;
    prefix = longer;
  }
  return prefix;
}

function membersOf(name: string, body: string): Member[] {
  const members = body.split(',').flatMap((entry): Member[] => {
    if (entry.trim() === '') return [];
    const [, member, value] = /^\s*CRASHFREE_(\w+)\s*=\s*(\d+)\s*$/.exec(entry) ?? [];
    if (!member)
      throw new Error(`crashfree_${name} has a member without a number: ${entry.trim()}`);
    return [{ name: member, value: Number(value) }];
  });
  // How many there are, which only C asks.
  return members.filter((member) => member.name !== `${name.toUpperCase()}S`);
}

function enumText(name: string, body: string): string {
  const members = membersOf(name, body);
  const type = pascal(name);
  const prefix = sharedPrefix(members.map((member) => member.name));
  const names = members.map((member) => member.name.slice(prefix.length));
  const values = members.map(
    ({ value }, index) => `  ${names[index]}: ${value} as Of<'${name}', ${value}>,\n`,
  );
  return `
export const ${type} = {
${values.join('')}} as const;
export type ${type} = (typeof ${type})[keyof typeof ${type}];
${wordsText(name, type, members, names)}`;
}

/** The words of an enum that the page's layer shows to people, by value, and what parts them. */
const SHOWN: Record<string, string> = { status: '-', counter: '_', event_loss: '_' };

function wordsText(name: string, type: string, members: Member[], names: string[]): string {
  const separator = SHOWN[name];
  if (separator === undefined) return '';
  if (members.some(({ value }, index) => value !== index)) {
    throw new Error(`crashfree_${name} has gaps: its words cannot be a list by value`);
  }
  const words = names.map((word) => `  '${word.toLowerCase().replaceAll('_', separator)}',\n`);
  return `/** The names, by value. */
export const ${type[0]!.toLowerCase()}${type.slice(1)}Words = [
${words.join('')}] as const;
`;
}

/** A limit: a number, a product of numbers, or a text. */
function limitText(name: string, value: string): string {
  if (/^"[^"\\]*"$/.test(value)) return `export const ${name} = '${value.slice(1, -1)}';\n`;

  const factors = /^\(?([\d.]+(?: \* [\d.]+)*)\)?$/.exec(value)?.[1]?.split(' * ');
  if (!factors)
    throw new Error(`CRASHFREE_${name} is no number that web/build/steps/abi.ts knows: ${value}`);
  return `export const ${name} = ${factors.reduce((product, factor) => product * Number(factor), 1)};\n`;
}

/** The text of web/src/abi.ts for the text of the headers. */
export function abiText(header: string): string {
  const code = header.replace(/\/\*[^]*?\*\//g, '');
  const limits = [...code.matchAll(/^#define CRASHFREE_(\w+)[ \t]+(\S.*)$/gm)];
  const enums = [...code.matchAll(/typedef enum crashfree_(\w+) \{([^}]*)\}/g)];
  if (limits.length === 0 || enums.length === 0) {
    throw new Error(
      'the headers in include/ have no limits or no enums that web/build/steps/abi.ts can read',
    );
  }
  return [
    START,
    '\n',
    ...limits.map(([, name, value]) => limitText(name!, value!.trim())),
    ...enums.map(([, name, body]) => enumText(name!, body!)),
  ].join('');
}

const textsOf = async (folder: string, names: string[]): Promise<string> =>
  (await Promise.all(names.map((name) => readFile(join(root, folder, name), 'utf8')))).join('\n');

export const readBoundary = async (name: keyof typeof BOUNDARIES): Promise<Boundary> =>
  boundaryOf(await textsOf('src/wasm', BOUNDARIES[name]));

/** Writes the file, unless it has this text already, so that nothing that watches it is woken. */
export async function writeAbi(): Promise<void> {
  const target = join(root, 'web/src/abi.ts');
  const names = Object.keys(BOUNDARIES) as (keyof typeof BOUNDARIES)[];
  const headers = await textsOf('include', [
    'crashfree.h',
    'crashfree_aggregate.h',
    'crashfree_events.h',
  ]);
  const boundaries = await Promise.all(
    names.map(async (name) => boundaryText(name, await readBoundary(name))),
  );
  const text = [abiText(headers), ...boundaries].join('');
  const present = await readFile(target, 'utf8').catch(() => '');
  if (present !== text) await writeFile(target, text);
}

if (process.argv[1] === import.meta.filename) await writeAbi();
