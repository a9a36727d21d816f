import { type JournalFault, TuttiError } from "../model/errors.ts";

// Primary result codes of SQLite (the low eight bits of what Node gives as `errcode`).
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

const REASONS: ReadonlyMap<number, JournalFault> = new Map([
  [SQLITE_READONLY, "unwritable"],
  [SQLITE_CORRUPT, "damaged"],
  [SQLITE_FULL, "full"],
  [SQLITE_CANTOPEN, "unwritable"],
  [SQLITE_NOTADB, "foreign"],
]);

const MESSAGES: Readonly<Record<JournalFault, string>> = {
  damaged: "is damaged; put a backup in its place, or move it away to begin anew",
  foreign: "is not a file of Tutti, or its beginning is lost; name another data directory, or move the file away",
  newer: "was written by a newer version of Tutti; use that version or a later one",
  unwritable: "cannot be written; name a data directory in which you may write",
  full: "cannot grow, because the disk is full; everything acknowledged is kept, so make room and start again",
  io: "cannot be used",
};

/** An error that SQLite reported, as Node throws it. */
export interface SqliteError extends Error {
  readonly code: "ERR_SQLITE_ERROR";
  readonly errcode: number;
}

export function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
}

/** The low eight bits of the result code. */
export function primaryCode(error: SqliteError): number {
  return error.errcode & 0xff;
}

/** The refusal for a store that cannot be used. `detail` says more than the reason does. */
export function journalUnusable(
  path: string,
  reason: JournalFault,
  more: { readonly detail?: string; readonly cause?: unknown } = {},
): TuttiError<"journal.unusable"> {
  const detail = more.detail === undefined ? "" : ` (${more.detail})`;
  return new TuttiError("journal.unusable", `${path} ${MESSAGES[reason]}${detail}`, { path, reason }, { cause: more.cause });
}

/** Says what an error of SQLite means for the journal. */
export function fromSqliteError(path: string, error: SqliteError): TuttiError<"journal.unusable"> {
  return journalUnusable(path, REASONS.get(primaryCode(error)) ?? "io", { detail: error.message, cause: error });
}
