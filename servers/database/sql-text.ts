/** What can be said of a statement without knowing its grammar. */
export interface SqlText {
  /** Its first word in capitals; empty when there is none. */
  readonly keyword: string;
  /** The places for values, as they are written: `?`, `?2`, `:name`, `@name`, `$name`, `$1`. */
  readonly parameters: readonly SqlParameter[];
}

export interface SqlParameter {
  readonly text: string;
  readonly start: number;
}

/** In this order: comments and quoted things, which may hold anything, then places for values, then words and single signs. */
const PART =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$)|::|\?\d*|[:@$][\p{L}\d_]+|[\p{L}_][\p{L}\d_$]*|\S/gu;

/** Reads a statement, of SQLite if it is not said otherwise. Never fails: what makes no sense is for the database to say. */
export function readSql(text: string): SqlText {
  let keyword: string | undefined;
  const parameters: SqlParameter[] = [];
  for (const { 0: part, index } of text.matchAll(PART)) {
    if (part.startsWith("--") || part.startsWith("/*") || part === ";") continue;
    if (/^(?:\?|[:@$].)/.test(part) && part !== "::") parameters.push({ text: part, start: index });
    keyword ??= part.toUpperCase();
  }
  return { keyword: keyword !== undefined && /^[A-Z]+$/.test(keyword) ? keyword : "", parameters };
}

/** Whether nothing is in it that a database would run. */
export function isEmptySql(text: string): boolean {
  return [...text.matchAll(PART)].every(({ 0: part }) => part.startsWith("--") || part.startsWith("/*") || part === ";");
}
