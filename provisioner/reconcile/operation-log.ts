import { sql } from "drizzle-orm";
import type { EngineEvent } from "../engine/engine.ts";
import type { Database } from "../store/database.ts";

/** Writes an operation's log. Lines of one moment go in one statement; none is waited for. */
export interface OperationLog {
  write(level: EngineEvent["level"], message: string): void;
  /** Resolves when all lines so far are in the database. A line that cannot be written is dropped, and `onError` told. */
  flush(): Promise<void>;
}

const maxLength = 4_000;

export function createOperationLog(
  { queries }: Database,
  operation: string,
  onError: (error: unknown) => void,
): OperationLog {
  let waiting: { readonly at: string; readonly level: string; readonly message: string }[] = [];
  let writing: Promise<void> | undefined;

  const drain = async () => {
    // Lines of the same moment come together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      try {
        await queries.execute(sql`
          with counted as (
            update operations set lines = lines + ${lines.length} where id = ${operation}
            returning lines - ${lines.length} as before
          ), written as (
            insert into operation_lines (operation, sequence, at, level, message)
            select ${operation}, counted.before + line.number, line.at, line.level, line.message
            from counted, rows from (
              jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as (at timestamptz, level text, message text)
            ) with ordinality as line(at, level, message, number)
          )
          select pg_notify('berth_operation', ${operation})`);
      } catch (error) {
        onError(error);
      }
    }
    writing = undefined;
  };

  return {
    write(level, message) {
      // Postgres' text has no NUL, its JSON no half characters.
      const text = message.replaceAll("\0", "").slice(0, maxLength).toWellFormed();
      waiting.push({ at: new Date().toISOString(), level, message: text });
      writing ??= drain();
    },
    async flush() {
      while (writing !== undefined) await writing;
    },
  };
}
