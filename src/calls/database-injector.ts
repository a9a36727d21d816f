import { defined } from "../base/defined.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { Meta } from "../envelope/meta.ts";
import { TuttiError } from "../model/errors.ts";
import type { DatabaseInjectorConfig } from "../model/server.ts";
import { scopeStatement, type TenantScope } from "../tenant-sql/scope-statement.ts";
import type { ContextInjector } from "./context-injector.ts";

/** What the tools of a server are told beside the statement. Both are off where nothing is said. */
export interface DatabaseInjectorOptions {
  /** Sets the argument `tenant_id`, for servers that bind it themselves; only where the tools admit it. */
  readonly tenantArgument?: boolean;
  /** Sets `_security_context` to who asks; only for trusted servers whose tools admit it. */
  readonly securityContext?: boolean;
}

const TOOLS: ReadonlySet<string> = new Set(["database_query", "database_execute", "database_transaction"]);
const TEXT_KEYS = ["query", "sql"] as const;
const VALUE_KEYS = ["params", "parameters", "values"] as const;
const STATEMENTS_MAX = 100;

/**
 * Confines the SQL in calls of `database_query`, `database_execute` and `database_transaction` to the rows of the
 * tenant: takes `query` (or `sql`) and `params`, or a list `statements` of such, and puts the rewritten text and its
 * values in their place. Other tools of the server get their arguments as they are.
 *
 * Its calls fail with `tenant.invalid` without a tenant, and as those of `scopeStatement` where a statement is not
 * allowed.
 */
export function databaseContextInjector(config: DatabaseInjectorConfig, options: DatabaseInjectorOptions = {}): ContextInjector {
  return {
    supportsTool: (name) => TOOLS.has(name),
    async injectContext(params, meta) {
      const { tenant = "" } = meta;
      if (tenant === "") throw new TuttiError("tenant.invalid", "No tenant in context", {});
      const { tenant_id: _, ...given } = params;
      const scoped = await scopeArguments(given, { tenant, config });
      const told = options.tenantArgument === true || Object.hasOwn(params, "tenant_id") ? { tenant_id: tenant } : {};
      return { ...scoped, ...told, ...(options.securityContext === true ? { _security_context: whoAsks(meta) } : {}) };
    },
  };
}

async function scopeArguments(given: JsonObject, scope: TenantScope): Promise<JsonObject> {
  const { statements, ...others } = given;
  if (statements === undefined) return await scopeOne(given, scope);
  if (TEXT_KEYS.some((key) => Object.hasOwn(others, key))) throw invalid("give either a query or statements, not both");
  checkOthers(others);
  if (!isJsonArray(statements) || statements.length === 0 || statements.length > STATEMENTS_MAX) {
    throw invalid(`statements must be a list of 1 to ${STATEMENTS_MAX} objects { query, params }`);
  }
  const scoped: JsonObject[] = [];
  for (const statement of statements) {
    if (!isJsonObject(statement)) throw invalid("each of the statements must be an object { query, params }");
    scoped.push(await scopeOne(statement, scope));
  }
  return { ...others, statements: scoped };
}

/** One statement with its values. Without values before, and with some afterwards, they become `params`. */
async function scopeOne(given: JsonObject, scope: TenantScope): Promise<JsonObject> {
  const textKey = onlyKey(given, TEXT_KEYS) ?? "query";
  const valuesKey = onlyKey(given, VALUE_KEYS) ?? "params";
  const { [textKey]: sql, [valuesKey]: params = [], ...others } = given;
  if (typeof sql !== "string") throw invalid(`"${textKey}" must be the text of one SQL statement`);
  if (!isJsonArray(params)) throw invalid(`"${valuesKey}" must be the list of values for $1, $2, ...`);
  checkOthers(others);
  const { text, values } = await scopeStatement(sql, params, scope);
  const bound = values.length > 0 || Object.hasOwn(given, valuesKey) ? { [valuesKey]: values } : {};
  return { ...others, [textKey]: text, ...bound };
}

function onlyKey(given: JsonObject, keys: readonly string[]): string | undefined {
  const present = keys.filter((key) => Object.hasOwn(given, key));
  if (present.length > 1) throw invalid(`give only one of ${present.map((key) => `"${key}"`).join(" and ")}`);
  return present[0];
}

/** What else is given may be a limit or a switch, but nothing that could be SQL or name another database. */
function checkOthers(others: JsonObject): void {
  const unknown = Object.keys(others).find((key) => !isSwitch(others[key]));
  if (unknown !== undefined) throw invalid(`"${unknown}" is not known to the database injector, so it cannot be confined to a tenant`);
}

function isSwitch(value: Json | undefined): boolean {
  return value === null || typeof value === "number" || typeof value === "boolean";
}

function whoAsks({ security }: Meta): JsonObject {
  return defined({ user_id: security?.userId, roles: security?.roles ?? [], permissions: security?.permissions ?? [] });
}

function invalid(problem: string): TuttiError<"input.invalid"> {
  return new TuttiError("input.invalid", `the statement was not sent: ${problem}`, { problems: [problem] });
}
