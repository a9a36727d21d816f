import { scopeStatement } from "../../src/tenant-sql/scope-statement.ts";
import type { SqlCase } from "./read-cases.ts";
import { CONFIG, TENANT } from "./configuration.ts";
import type { Outcome, TenantDatabase } from "./tenant-database.ts";

/**
 * What a confined statement does among the rows of all tenants that the same statement, unconfined, would not do where
 * only the tenant's rows are; and whether it changed anything else.
 */
export async function differences(
  { says, sql, params }: SqlCase,
  database: TenantDatabase,
  foreignBefore: string,
): Promise<readonly string[]> {
  const problem = async (): Promise<string | undefined> => {
    const scoped = await scopeStatement(sql, params, { tenant: TENANT, config: CONFIG });
    const { foreign, ...outcome } = await database.amongAll(scoped.text, scoped.values);
    if (outcome.error === undefined && foreign !== foreignBefore) return `${scoped.text}\nchanges rows of others`;
    const alone = await database.alone(sql, params);
    const differing = (["error", "columns", "rows", "changed", "own"] as const).find(
      (part) => JSON.stringify(outcome[part]) !== JSON.stringify(alone[part]),
    );
    return differing && `${scoped.text}\ngives  ${shown(outcome, differing)}\nwanted ${shown(alone, differing)}`;
  };
  const found = await problem().catch(String);
  return found === undefined ? [] : [`${says}\n${sql}\n${found}`];
}

function shown(outcome: Outcome, part: keyof Outcome): string {
  return `${part}: ${JSON.stringify(outcome[part])}${part === "error" ? "" : ` ${outcome.error ?? ""}`}`.slice(0, 1_000);
}
