import type { RefusalReason } from "./worker-message.ts";

/** What the process of a tenant's file says no with; it knows nothing of envelopes. */
export class Refusal extends Error {
  readonly why: RefusalReason;
  readonly code: string | undefined;

  constructor(message: string, why: RefusalReason = "asked", code?: string) {
    super(message);
    this.why = why;
    this.code = code;
  }
}

/** What whoever called may be told of an error of SQLite or of node:sqlite. */
export function toRefusal(error: unknown, megabytesMax: number): Refusal {
  if (error instanceof Refusal) return error;
  if (!(error instanceof Error)) return new Refusal("the statement could not be run", "fault");
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  if (typeof errcode !== "number") {
    // The binding of values checks them by itself, as arguments of a function.
    const bound = code === "ERR_INVALID_STATE" || code === "ERR_INVALID_ARG_TYPE" || code === "ERR_INVALID_ARG_VALUE";
    return new Refusal(error.message, bound ? "asked" : "fault");
  }
  const primary = errcode & 0xff;
  const name = `SQLITE_${errcode}`;
  if (primary === BUSY || primary === LOCKED) return new Refusal("another process is writing to these tables; try again", "busy", name);
  if (primary === FULL) return new Refusal(`the tables may have ${megabytesMax} MiB together, and this would be more`, "asked", name);
  if (BROKEN.includes(primary)) return new Refusal(`the file of the tenant cannot be used: ${error.message}`, "broken", name);
  return new Refusal(error.message, "asked", name);
}

const BUSY = 5;
const LOCKED = 6;
const FULL = 13;
/** SQLITE_NOMEM, IOERR, CORRUPT, CANTOPEN and NOTADB. */
const BROKEN = [7, 10, 11, 14, 26];
