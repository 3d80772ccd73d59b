import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Collector } from '../collector/collector.js';
import type { Persistence, RequestRecord } from '../collector/records.js';
import { Owner } from './owner.js';
import { openDatabase, type Database } from './sqlite.js';

/** "cfre": what SQLite keeps in the head of a file of ours. */
const APPLICATION_ID = 0x63667265;
const VERSION = 1;
const MAGIC = 'SQLite format 3\0';
const DAY_MS = 24 * 3600_000;
/** Beyond this the oldest go, so that no disk is filled. */
const MAX_BYTES = 1 << 30;
const CHECK_EVERY = 1000;
const CHUNK = 500;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS request (
    number INTEGER PRIMARY KEY, project TEXT NOT NULL, at INTEGER NOT NULL, record TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS request_project ON request (project);
  CREATE INDEX IF NOT EXISTS request_at ON request (at);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${VERSION};
`;

/** Throws unless the file is new, empty, or of SQLite. */
function checkFile(file: string): void {
  if (!existsSync(file)) {
    if (existsSync(dirname(resolve(file)))) return;
    throw new Error(`There is no folder ${dirname(resolve(file))}.`);
  }
  if (!statSync(file).isFile()) throw new Error(`${file} is no file.`);
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch {
    throw new Error(
      `This user may not read and write ${file}. Change its permissions, or name another file.`,
    );
  }
  if (statSync(file).size === 0) return;
  const head = Buffer.alloc(MAGIC.length);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head, 0, head.length, 0);
  } finally {
    closeSync(descriptor);
  }
  if (head.toString('latin1') !== MAGIC) throw notOurs(file);
}

const notOurs = (file: string): Error =>
  new Error(`${file} is not a data file of crashfree; it was left as it is. Name another one.`);

function pragma(database: Database, name: string): number {
  return Number(Object.values(database.all(`PRAGMA ${name}`)[0] ?? {})[0] ?? 0);
}

/** Throws if somebody else made the database, or a newer version of this program. */
function checkDatabase(database: Database, file: string): void {
  const tables = database.all("SELECT name FROM sqlite_master WHERE type = 'table'");
  if (tables.length > 0 && pragma(database, 'application_id') !== APPLICATION_ID) {
    throw notOurs(file);
  }
  if (pragma(database, 'user_version') > VERSION) {
    throw new Error(`${file} was written by a newer version of crashfree.`);
  }
}

/** What SQLite says, and what people can do about it. */
function explain(error: unknown, file: string): Error {
  const { message } = error as Error;
  if (/not a database|malformed/.test(message)) return notOurs(file);
  if (!/disk|readonly|unable to open/.test(message)) return error as Error;
  return new Error(`${file} cannot be written (${message}). Is its disk full?`);
}

/**
 * Now, or what it would be had nobody set the clock since this process began: what is not old by both
 * may be wanted once the clock is right again.
 */
const earlierNow = (): number => Math.min(Date.now(), performance.timeOrigin + performance.now());

/** Keeps in a file what a collector counted: a request is in it before it is answered. */
export class DataFile implements Persistence {
  readonly #inode: number;
  #saved = 0;

  private constructor(
    private readonly file: string,
    private readonly database: Database,
    private readonly owner: Owner,
    private readonly retentionMs: number,
  ) {
    this.#inode = statSync(file).ino;
  }

  /** Opens the file; rejects with a message that says what is wrong with it. */
  static async open(file: string, retentionDays: number): Promise<DataFile> {
    checkFile(file);
    const owner = Owner.take(file);
    let database: Database | undefined;
    try {
      database = await openDatabase(file);
      // The owner alone has it: a log beside the file then needs no memory that processes share.
      database.exec('PRAGMA locking_mode = EXCLUSIVE');
      checkDatabase(database, file);
      // What a killed process wrote is in the hands of the system already, so no request waits for the disk.
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
      database.exec(SCHEMA);
      return new DataFile(file, database, owner, retentionDays * DAY_MS);
    } catch (error) {
      database?.close();
      owner.release();
      throw explain(error, file);
    }
  }

  /** Gives the collector what the file holds, and returns how many requests that were. */
  load(collector: Collector): number {
    this.prune();
    let count = 0;
    for (let last = -1; ;) {
      const rows = this.database.all(
        'SELECT number, record FROM request WHERE number > ? ORDER BY number LIMIT ?',
        [last, CHUNK],
      );
      for (const { record } of rows) collector.restore(JSON.parse(String(record)) as RequestRecord);
      count += rows.length;
      if (rows.length < CHUNK) return count;
      last = Number(rows.at(-1)?.['number']);
    }
  }

  /** Throws if the system would take the record along with a file that has no name any more. */
  #checkPlace(): void {
    if (statSync(this.file, { throwIfNoEntry: false })?.ino === this.#inode) return;
    throw new Error(`${this.file} was removed or replaced. Start the collector again.`);
  }

  save(record: RequestRecord): void {
    this.#checkPlace();
    this.database.run('INSERT INTO request (number, project, at, record) VALUES (?, ?, ?, ?)', [
      record.number,
      record.project,
      record.receivedAt,
      JSON.stringify(record),
    ]);
    if (++this.#saved % CHECK_EVERY === 0) this.prune();
  }

  reset(project?: string): void {
    if (project === undefined) this.database.run('DELETE FROM request', []);
    else this.database.run('DELETE FROM request WHERE project = ?', [project]);
  }

  /** Deletes what has to go. Where that fails now, as on a full disk, there will be a next time. */
  prune(): void {
    try {
      this.#deleteOld(earlierNow());
    } catch {
      return;
    }
  }

  /** Deletes what is older than the retention, and the oldest tenth of a file that is too large. */
  #deleteOld(now: number): void {
    this.database.run('DELETE FROM request WHERE at < ?', [now - this.retentionMs]);
    const pages = pragma(this.database, 'page_count') - pragma(this.database, 'freelist_count');
    if (pages * pragma(this.database, 'page_size') < MAX_BYTES) return;
    this.database.run(
      'DELETE FROM request WHERE number < (SELECT min(number) + (max(number) - min(number)) / 10 FROM request)',
      [],
    );
  }

  close(): void {
    this.database.close();
    this.owner.release();
  }
}
