import { constants } from "node:sqlite";

/*
 * G1. A statement of the tenant touches no table whose name begins with `tutti_`, not even by a view, a trigger or a foreign key.
 * G2. It opens no other file, loads no code, changes no setting, and begins or ends no transaction.
 * G3. What is on no list is refused: SQLite asks for each thing that a statement would do, also when it is prepared anew.
 */

/** Tables that belong to the server. */
export const RESERVED_PREFIX = "tutti_";

/** What a statement would do, as SQLite told while it prepared it. */
export interface SeenActions {
  readonly reads: Set<string>;
  /** Tables that are written, in order, and by what; those of triggers are left out. */
  readonly writes: { readonly action: "insert" | "update" | "delete" | "schema"; readonly table: string }[];
  denied?: string;
}

export interface StatementGuard {
  /** For `setAuthorizer`. */
  readonly authorize: (...asked: Asked) => number;
  /** Everything is allowed to the work: it is ours. */
  asOwner<T>(work: () => T): T;
  /** From here on a statement of the tenant is judged. @param keyword - its first word */
  watch(keyword: string): SeenActions;
}

type Asked = [action: number, first: string | null, second: string | null, database: string | null, within: string | null];

export function statementGuard(): StatementGuard {
  let owner = false;
  let keyword = "";
  let seen: SeenActions = { reads: new Set(), writes: [] };
  return {
    authorize(...asked) {
      if (owner) return constants.SQLITE_OK;
      const problem = judge(asked, keyword, seen);
      if (problem === undefined) return constants.SQLITE_OK;
      seen.denied ??= problem;
      return constants.SQLITE_DENY;
    },
    asOwner(work) {
      const before = owner;
      owner = true;
      try {
        return work();
      } finally {
        owner = before;
      }
    },
    watch(word) {
      keyword = word;
      seen = { reads: new Set(), writes: [] };
      return seen;
    },
  };
}

/** Why it is not allowed; undefined when it is. */
function judge(asked: Asked, keyword: string, seen: SeenActions): string | undefined {
  const [action, first, second, database] = asked;
  const reserved = action === constants.SQLITE_FUNCTION ? undefined : [first, second].find(isReserved);
  if (reserved !== undefined) return `"${reserved}" is a table of the server itself`;
  if (database === "temp" && !SCHEMA_WORDS.has(keyword)) return TEMPORARY;
  return HARMLESS.has(action) ? undefined : judgeAction(asked, keyword, seen);
}

function judgeAction([action, first, second, , within]: Asked, keyword: string, seen: SeenActions): string | undefined {
  switch (action) {
    case constants.SQLITE_READ:
      if (first !== null && first !== "") seen.reads.add(first);
      return undefined;
    case constants.SQLITE_FUNCTION:
      return DENIED_FUNCTIONS.has(lower(second)) ? `the function ${second} is not allowed` : undefined;
    case constants.SQLITE_PRAGMA:
      return READING_PRAGMAS.has(lower(first)) ? undefined : `PRAGMA ${first} is not allowed`;
    case constants.SQLITE_CREATE_VTABLE:
    case constants.SQLITE_DROP_VTABLE:
      if (!MODULES.has(lower(second))) return `virtual tables of ${second} are not allowed, only of ${[...MODULES].join(", ")}`;
      seen.writes.push({ action: "schema", table: first ?? "" });
      return undefined;
    default:
      return judgeChange({ action, table: first ?? "", within }, keyword, seen);
  }
}

function isReserved(name: string | null): boolean {
  return lower(name).startsWith(RESERVED_PREFIX) || lower(name) === "sqlite_dbpage";
}

function lower(name: string | null): string {
  return name?.toLowerCase() ?? "";
}

/** The last one is a part of making an index; the statement REINDEX is refused by its first word. */
const HARMLESS = new Set<number>([constants.SQLITE_SELECT, constants.SQLITE_RECURSIVE, constants.SQLITE_REINDEX]);

interface Change {
  readonly action: number;
  readonly table: string;
  /** The trigger or view that does it. */
  readonly within: string | null;
}

function judgeChange({ action, table, within }: Change, keyword: string, seen: SeenActions): string | undefined {
  const row = ROW_CHANGES.get(action);
  if (row !== undefined) {
    const ofSchema = lower(table).startsWith("sqlite_");
    if (ofSchema && !SCHEMA_WORDS.has(keyword)) return `"${table}" can only be read`;
    if (!ofSchema && within === null) seen.writes.push({ action: row, table });
    return undefined;
  }
  if (action === constants.SQLITE_DROP_TABLE && lower(table).startsWith("sqlite_")) return `"${table}" can only be read`;
  if (!SCHEMA_CHANGES.has(action)) return DENIED_WORDS.get(action) ?? "this is not allowed here";
  seen.writes.push({ action: "schema", table });
  return undefined;
}

const SCHEMA_WORDS = new Set(["CREATE", "DROP", "ALTER"]);
const MODULES = new Set(["fts5", "fts5vocab", "rtree"]);
const DENIED_FUNCTIONS = new Set(["load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"]);
/** They tell of tables; the last one is asked by full-text search. */
const READING_PRAGMAS = new Set([
  "table_info",
  "table_xinfo",
  "table_list",
  "index_list",
  "index_info",
  "index_xinfo",
  "foreign_key_list",
  "data_version",
]);

const ROW_CHANGES = new Map<number, "insert" | "update" | "delete">([
  [constants.SQLITE_INSERT, "insert"],
  [constants.SQLITE_UPDATE, "update"],
  [constants.SQLITE_DELETE, "delete"],
]);

const SCHEMA_CHANGES = new Set<number>([
  constants.SQLITE_CREATE_TABLE,
  constants.SQLITE_CREATE_INDEX,
  constants.SQLITE_CREATE_VIEW,
  constants.SQLITE_CREATE_TRIGGER,
  constants.SQLITE_DROP_TABLE,
  constants.SQLITE_DROP_INDEX,
  constants.SQLITE_DROP_VIEW,
  constants.SQLITE_DROP_TRIGGER,
  constants.SQLITE_ALTER_TABLE,
]);

const TEMPORARY = "nothing temporary is allowed: the connection may end at any time";
const DENIED_WORDS = new Map<number, string>([
  [constants.SQLITE_ATTACH, "no other file can be opened"],
  [constants.SQLITE_DETACH, "no file can be closed"],
  [constants.SQLITE_TRANSACTION, "every statement is a transaction by itself"],
  [constants.SQLITE_SAVEPOINT, "every statement is a transaction by itself"],
  [constants.SQLITE_CREATE_TEMP_TABLE, TEMPORARY],
  [constants.SQLITE_CREATE_TEMP_VIEW, TEMPORARY],
  [constants.SQLITE_CREATE_TEMP_TRIGGER, TEMPORARY],
  [constants.SQLITE_CREATE_TEMP_INDEX, TEMPORARY],
]);
