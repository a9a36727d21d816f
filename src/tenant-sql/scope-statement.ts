import type { Json, JsonObject } from "../base/json.ts";
import { TuttiError } from "../model/errors.ts";
import type { DatabaseInjectorConfig } from "../model/server.ts";
import { createBoundValues } from "./bound-values.ts";
import { isQuiet } from "./is-quiet.ts";
import { placeOfByte } from "./place.ts";
import { denied } from "./refusal.ts";
import { rewriteChange } from "./rewrite-change.ts";
import { rewriteInsert } from "./rewrite-insert.ts";
import { rewritePart } from "./rewrite-parts.ts";
import { parseStatement, printStatement } from "./sql-parser.ts";
import { unwrap, type Wrapped } from "./sql-tree.ts";
import type { StatementScope } from "./statement-scope.ts";

/** For whom a statement runs, and on which tables. */
export interface TenantScope {
  /** Empty counts as none. */
  readonly tenant: string;
  readonly config: DatabaseInjectorConfig;
}

/** A statement that sees and changes nothing but rows of its tenant, and the values for its parameters. */
export interface ScopedStatement {
  readonly text: string;
  /** For `$1`, `$2`, ...: the caller's, then the tenant and what else was added. */
  readonly values: readonly Json[];
  readonly kind: "select" | "insert" | "update" | "delete";
}

/**
 * Rewrites one statement of PostgreSQL's SQL so that it is confined to a tenant. The text is parsed, every table in it
 * is replaced by the tenant's rows of that table, and it is printed anew; whatever is not known to be harmless is
 * refused. docs/security.md says what is protected in this way and what is not.
 *
 * @throws TuttiError `tenant.invalid` - there is no tenant
 * @throws TuttiError `input.invalid` - not one statement, too large, or values that do not fit its parameters
 * @throws TuttiError `access.denied` - something that a tenant may not do
 */
export async function scopeStatement(sql: string, params: readonly Json[], scope: TenantScope): Promise<ScopedStatement> {
  if (scope.tenant === "") throw new TuttiError("tenant.invalid", "the statement was not run: there is no tenant", {});
  const statement = await parseStatement(sql);
  const bound = createBoundValues(params);
  const { kind, rewritten } = rewriteStatement(statement, {
    config: scope.config,
    tenant: scope.tenant,
    bound,
    placeOf: (location) => (typeof location === "number" && location >= 0 ? placeOfByte(sql, location) : undefined),
    quiet: isQuiet(statement, scope.config),
    frames: [],
    visible: new Set(),
  });
  return { text: await printStatement(rewritten), values: bound.values(), kind };
}

function rewriteStatement(
  statement: Wrapped,
  scope: StatementScope,
): { readonly kind: ScopedStatement["kind"]; readonly rewritten: Wrapped } {
  const { kind, fields }: { readonly kind: string; readonly fields: JsonObject } = unwrap(statement) ?? { kind: "", fields: {} };
  switch (kind) {
    case "SelectStmt":
      return { kind: "select", rewritten: rewritePart(statement, scope) };
    case "InsertStmt":
      return { kind: "insert", rewritten: rewriteInsert(fields, scope) };
    case "UpdateStmt":
      return { kind: "update", rewritten: rewriteChange("UpdateStmt", fields, scope) };
    case "DeleteStmt":
      return { kind: "delete", rewritten: rewriteChange("DeleteStmt", fields, scope) };
    default:
      throw denied(`${kind.replace(/Stmt$/, "")} is not allowed: give one SELECT, INSERT, UPDATE or DELETE`);
  }
}
