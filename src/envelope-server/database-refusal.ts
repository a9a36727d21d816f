import { ToolError } from "./tool-error.ts";
import { type ErrorCode, isTuttiError } from "../model/errors.ts";
import type { ErrorVariant } from "../envelope/error-variant.ts";

/**
 * What a caller is told of an error of the database or of the rewriter of statements; undefined when it is neither.
 *
 * Of the database's own words nothing is told: an error of a type or of a key quotes the value that it is about, which may
 * stand in a row that the caller must not see.
 */
export function toldByDatabase(error: unknown): ToolError | undefined {
  if (isTuttiError(error)) return new ToolError(error.message, { type: VARIANTS[error.code] ?? "Internal", cause: error });
  const sqlState = sqlStateOf(error);
  if (sqlState === undefined) return undefined;
  const { type, words } = MEANINGS[sqlState] ?? MEANINGS[sqlState.slice(0, 2)] ?? OTHERWISE;
  return new ToolError(words, { type, code: `SQLSTATE_${sqlState}`, details: { sqlstate: sqlState }, cause: error });
}

const VARIANTS: Readonly<Partial<Record<ErrorCode, ErrorVariant>>> = {
  "tenant.invalid": "TenantExtraction",
  "access.denied": "Security",
  "input.invalid": "Validation",
};

interface Meaning {
  readonly type: ErrorVariant;
  readonly words: string;
}

/** By the code that PostgreSQL gives, or by the class that it begins with (Appendix A of its manual). */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  "08": { type: "Connection", words: "the database cannot be reached" },
  "22": { type: "Validation", words: "a value does not fit the type or the function that it is used with" },
  "23": { type: "Validation", words: "the change breaks a rule of the table" },
  "23502": { type: "Validation", words: "a column that needs a value has none" },
  "23503": { type: "Validation", words: "the row refers to one that is not there, or others refer to it" },
  "23505": { type: "Validation", words: "there is a row with this key already" },
  "23514": { type: "Validation", words: "a value breaks a rule of the table" },
  "25006": { type: "Validation", words: "the statement would change something, and may only read" },
  "40": { type: "External", words: "another transaction was in the way; try again" },
  "42": { type: "Validation", words: "the statement does not fit the tables of the database" },
  "42501": { type: "Security", words: "the database does not allow this" },
  "53": { type: "External", words: "the database has too much to do; try again later" },
  "55": { type: "External", words: "a row is locked by somebody else; try again" },
  "57": { type: "External", words: "the database was stopped; try again later" },
  "57014": { type: "Validation", words: "the statement takes too long" },
};

const OTHERWISE: Meaning = { type: "External", words: "the database refused the statement" };

/** node-postgres and PGlite both put it into `code`. */
function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const { code } = error;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code) ? code : undefined;
}
