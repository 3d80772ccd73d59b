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

/** Prepares each text once. */
function prepared(prepare: (sql: string) => Statement): (sql: string) => Statement {
  const statements = new Map<string, Statement>();
  return (sql) => {
    const statement = statements.get(sql) ?? prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
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
    const statement = prepared((sql) => database.prepare(sql));
    return {
      exec: (sql) => database.exec(sql),
      run: (sql, values) => void statement(sql).run(...values),
      all: (sql, values = []) => statement(sql).all(...values) as Row[],
      close: () => database.close(),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_BUILTIN_MODULE') return undefined;
    throw error;
  } finally {
    process.emitWarning = emitWarning;
  }
}

async function ofPackage(file: string): Promise<Database | undefined> {
  try {
    const { default: sqlite } = await import('node-sqlite3-wasm');
    const database = new sqlite.Database(file);
    const open: { finalize(): void }[] = [];
    const statement = prepared((sql) => {
      const made = database.prepare(sql);
      open.push(made);
      return made as unknown as Statement;
    });
    return {
      exec: (sql) => database.exec(sql),
      run: (sql, values) => void statement(sql).run(values),
      all: (sql, values = []) => statement(sql).all(values) as Row[],
      close() {
        // With one of them left the file would stay open, and its log beside it.
        for (const one of open) one.finalize();
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
