import type { DatabaseInjectorConfig, DatabaseTableConfig } from "../model/server.ts";
import { securityFilters, tenantColumn } from "./table-config.ts";

/** The setting that names the tenant to the database, for one transaction: `SELECT set_config('app.tenant_id', $1, true)`. */
const SETTING = "app.tenant_id";

/**
 * The second wall, inside of PostgreSQL: statements for its owner to run once, which let a role see and change nothing but
 * the rows of the tenant that `app.tenant_id` names, even through SQL that was never rewritten; without the setting,
 * nothing. The role must be the one that the server connects as: not the owner of the tables, and no superuser.
 * Running them again replaces the policies.
 *
 * A view has no row security of its own: create it `WITH (security_invoker)`, and its tables are protected.
 */
export function rowSecurityStatements(config: DatabaseInjectorConfig, role: string): readonly string[] {
  return Object.entries(config.tables).flatMap(([name, table]) => {
    const relation = `public.${identifier(name)}`;
    if (table.kind === "shared") return [`GRANT SELECT ON ${relation} TO ${identifier(role)}`];
    const own = ownRows(config, table);
    return [
      `ALTER TABLE ${relation} ENABLE ROW LEVEL SECURITY`,
      `ALTER TABLE ${relation} FORCE ROW LEVEL SECURITY`,
      `DROP POLICY IF EXISTS tutti_tenant ON ${relation}`,
      `CREATE POLICY tutti_tenant ON ${relation} USING (${own}) WITH CHECK (${own})`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ${relation} TO ${identifier(role)}`,
    ];
  });
}

/** As text, because the column may have another type. An empty setting is what a transaction leaves behind. */
function ownRows(config: DatabaseInjectorConfig, table: DatabaseTableConfig): string {
  const own = `${identifier(tenantColumn(config, table))}::text = nullif(current_setting('${SETTING}', true), '')`;
  const filters = securityFilters(config, table).map(([name, values]) =>
    values.length === 0 ? "false" : `${identifier(name)}::text IN (${values.map((value) => literal(String(value))).join(", ")})`,
  );
  return [own, ...filters].join(" AND ");
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Right whatever the server does with backslashes. */
function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
  return quoted.includes("\\") ? `E${quoted}` : quoted;
}
