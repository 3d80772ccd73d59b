/** The one SQLite that is there: Node's own, or the optional dependency `node-sqlite3-wasm`. */

type Value = string | number | Uint8Array | null;
export type Row = Record<string, Value>;

export interface Database {
  exec(sql: string): void;
  run(sql: string, values: readonly Value[]): void;
  all(sql: string, values?: readonly Value[]): Row[];
  close(): void;
}

interface Statement {
  run(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown;
}

/** Statements, each of which is prepared once. */
class Prepared<S extends Statement> {
  readonly #statements = new Map<string, S>();

  constructor(
    private readonly prepare: (sql: string) => S,
    /** Frees one that is not needed any more. */
    private readonly free: (statement: S) => void,
  ) {}

  /** Uses a statement. One that failed is prepared anew: it may be of no use any more. */
  use<T>(sql: string, action: (statement: S) => T): T {
    const statement = this.#statements.get(sql) ?? this.prepare(sql);
    this.#statements.set(sql, statement);
    try {
      return action(statement);
    } catch (error) {
      this.#statements.delete(sql);
      this.free(statement);
      throw error;
    }
  }

  /** With one of them left the file would stay open, and its log beside it. */
  close(): void {
    for (const statement of this.#statements.values()) this.free(statement);
    this.#statements.clear();
  }
}

interface NodeSqlite {
  DatabaseSync: new (file: string) => {
    exec(sql: string): void;
    prepare(sql: string): Statement;
    close(): void;
  };
}

/** Node has it from 22.5 on, at first behind a flag, and says at each start that it is new. */
async function ofNode(file: string): Promise<Database | undefined> {
  const { emitWarning } = process;
  try {
    process.emitWarning = () => undefined;
    // A name that bundlers do not know must not be one that they see.
    const name = 'node:sqlite';
    const { DatabaseSync } = (await import(name)) as NodeSqlite;
    const database = new DatabaseSync(file);
    const prepared = new Prepared(
      (sql) => database.prepare(sql),
      () => undefined,
    );
    return {
      exec: (sql) => database.exec(sql),
      run: (sql, values) => prepared.use(sql, (statement) => void statement.run(...values)),
      all: (sql, values = []) =>
        prepared.use(sql, (statement) => statement.all(...values) as Row[]),
      close: () => database.close(),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_BUILTIN_MODULE') return undefined;
    throw error;
  } finally {
    process.emitWarning = emitWarning;
  }
}

type Finalizable = Statement & { finalize(): void };

/** What it throws has been thrown before: it says once more why the statement failed. */
function free(statement: Finalizable): void {
  try {
    statement.finalize();
  } catch {
    return;
  }
}

async function ofPackage(file: string): Promise<Database | undefined> {
  try {
    const { default: sqlite } = await import('node-sqlite3-wasm');
    const database = new sqlite.Database(file);
    const prepared = new Prepared((sql) => database.prepare(sql) as Finalizable, free);
    return {
      exec: (sql) => database.exec(sql),
      run: (sql, values) => prepared.use(sql, (statement) => void statement.run(values)),
      all: (sql, values = []) => prepared.use(sql, (statement) => statement.all(values) as Row[]),
      close() {
        prepared.close();
        database.close();
      },
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Opens a file, or makes it. */
export async function openDatabase(file: string): Promise<Database> {
  const database = (await ofNode(file)) ?? (await ofPackage(file));
  if (database !== undefined) return database;
  throw new Error(
    '--data needs SQLite: Node from 22.13 on has it; before, run: npm install node-sqlite3-wasm',
  );
}
