import type { Effect } from "../../model/effect.ts";

/** What one SQL statement does, as far as it can hurt. */
export interface SqlFinding {
  /** `drop_table`, `truncate`, `delete_all`, … */
  readonly operation: string;
  readonly effects: readonly Effect[];
  /** What it is done to: a table, a database. */
  readonly object: string;
  readonly because: string;
}
