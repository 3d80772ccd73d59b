/** What comments cite exists: files of the repository, and sections of src/PROTOCOL.md. */
import assert from 'node:assert/strict';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { files, read } from './files.js';

const sources = files.filter(
  (file) =>
    (/^(src|include|web|tests|\.ci)\//.test(file) || !file.includes('/')) &&
    /(\.(c|h|ts|mjs|cmake|css|html|md|txt)|\.ci\/\w+)$/.test(file) &&
    !/^tests\/package\/fixtures\/|^CHANGELOG|\/citations\.test\.ts$/.test(file),
);

/** The comments of a file; all of it, where it is prose. */
export function commentsOf(file: string, text: string): string {
  if (file.endsWith('.md')) return text;
  const comment = /\.(cmake|txt)$|^\.ci\//.test(file)
    ? /(?<=^|\s)#[^\n]*/g
    : /\/\*[^]*?\*\/|(?<=^|\s)\/\/[^\n]*|<!--[^]*?-->/g;
  return (text.match(comment) ?? []).join('\n');
}

/** The sections of the specification that a text cites: all of "protocol 3.2, 4.5, 5 and 7.1". */
export function sectionsIn(text: string): string[] {
  const cited = /\bprotocol(?: section)?[\s*]+(\d[\d.]*(?:(?:,| and|, and)[\s*]+\d[\d.]*)*)/g;
  return [...text.matchAll(cited)].flatMap(([, list]) =>
    list!.split(/[^\d.]+/).map((number) => number.replace(/\.$/, '')),
  );
}

/** The files and folders that a text names. An address of the web, and a glob, name none. */
export function namesIn(text: string): string[] {
  const words = text.replace(/https?:\/\/\S+/g, '').matchAll(/[\w./*@-]+/g);
  return [...words]
    .map(([word]) => word.replace(/^[.]{0,2}\/|[.]+$/g, ''))
    .filter(
      (word) =>
        /\w\.(c|h|ts|mjs|cjs|js|json|md|cmake|css|html)$/.test(word) ||
        /^(src|include|web|tests|\.ci)\/./.test(word),
    )
    .filter((word) => !word.includes('*'));
}

/** Files that builds, people and other projects have, not this repository; and names that sound so. */
const ELSEWHERE = [
  /^cJSON\.[ch]$/,
  /^(compile_commands|package-lock)\.json$/,
  /^(zone|Next|Node|Prototype|Vue)\.js$/,
  /^(dist\/)?crashfree(\.\w+)*\.(js|cjs|d\.ts|d\.cts)$/,
  /^(dist\/)?dev\.js$/,
  /^(web\/src\/)?abi\.ts$/,
];

const present = new Set(files);
const names = new Set(files.map((file) => basename(file)));

const exists = (name: string, by: string): boolean =>
  present.has(name) ||
  present.has(normalize(join(dirname(by), name))) ||
  files.some((file) => file.startsWith(`${name.replace(/\/$/, '')}/`)) ||
  (name.includes('/') ? files.some((file) => file.endsWith(`/${name}`)) : names.has(name)) ||
  ELSEWHERE.some((pattern) => pattern.test(name));

describe('what comments cite', () => {
  const headings = new Set(
    [...read('src/PROTOCOL.md').matchAll(/^##+ (\d+(?:\.\d+)?)/gm)].map(([, number]) => number!),
  );

  it('are sections that src/PROTOCOL.md has', () => {
    const missing = sources.flatMap((file) =>
      sectionsIn(commentsOf(file, read(file)))
        .filter((section) => !headings.has(section))
        .map((section) => `${file}: protocol ${section}`),
    );
    assert.deepEqual(missing, []);
    assert.ok(headings.size > 20);
  });

  it('are files that the repository has', () => {
    const missing = sources.flatMap((file) =>
      namesIn(commentsOf(file, read(file)))
        // A name without a folder is a file of the reader's own there.
        .filter((name) => file !== 'README.md' || name.includes('/'))
        .filter((name) => !exists(name, file))
        .map((name) => `${file}: ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it('is read in all the ways in which people write it', () => {
    assert.deepEqual(sectionsIn('(protocol 3.2, 4.5, 5), protocol 7.1 and 7.3.'), [
      ...['3.2', '4.5', '5'],
      ...['7.1', '7.3'],
    ]);
    assert.deepEqual(sectionsIn(' * as in protocol\n * 1.3.'), ['1.3']);
    assert.deepEqual(namesIn('see `web/src/client.ts`, users.md: ../x/y.c and https://a.b/c.md'), [
      ...['web/src/client.ts', 'users.md', 'x/y.c'],
    ]);
    assert.equal(
      commentsOf('a.ts', 'const x = "a.md"; // b.md\n/* c.md */'),
      '// b.md\n/* c.md */',
    );
  });
});

it('no file knows of the machine that it was written on', () => {
  const own = /(?<![\w.])\/(?:work|tmp)\/(?!\s)|\.\.\/shared\//;
  const looked = files.filter((file) => !/^tests\/(house|package\/fixtures)\//.test(file));
  assert.deepEqual(
    looked.filter(
      (file) => /\.(c|h|ts|md|cmake|json|mjs)$|^\.ci\//.test(file) && own.test(read(file)),
    ),
    [],
  );
});
