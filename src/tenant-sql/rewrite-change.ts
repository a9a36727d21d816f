import { isJsonObject, type JsonObject } from "../base/json.ts";
import { rewriteFields } from "./rewrite-parts.ts";
import type { StatementScope } from "./statement-scope.ts";
import type { Wrapped } from "./sql-tree.ts";
import { checkAssignments, ownRows, writeTarget } from "./write-target.ts";

/** Confines an UPDATE or a DELETE to the tenant's rows of its target. */
export function rewriteChange(kind: "UpdateStmt" | "DeleteStmt", fields: JsonObject, scope: StatementScope): Wrapped {
  const target = writeTarget(fields["relation"], scope);
  if (kind === "UpdateStmt") checkAssignments(fields["targetList"], target, scope);
  const rewritten = rewriteFields(kind, fields, scope);
  const condition = isJsonObject(rewritten["whereClause"]) ? rewritten["whereClause"] : undefined;
  return { [kind]: { ...rewritten, whereClause: ownRows(target, condition, scope) } };
}
