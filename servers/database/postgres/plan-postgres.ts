import { z } from "zod";
import type { EngineCall, PlanStep } from "../database-engine.ts";
import type { PositionalStatement } from "./named-parameters.ts";
import { type Around, type Confined, runScoped } from "./scoped-statement.ts";

const node = z.object({
  "Node Type": z.string(),
  "Relation Name": z.string().optional(),
  "Index Name": z.string().optional(),
  "Join Type": z.string().optional(),
  "Plan Rows": z.number().optional(),
  "Total Cost": z.number().optional(),
  get Plans() {
    return z.array(node).optional();
  },
});

type PlanNode = z.output<typeof node>;

const explained = z.array(z.object({ "QUERY PLAN": z.array(z.object({ Plan: node })) }));

/** What PostgreSQL would do for a statement, after it was confined to the tenant. Nothing is run. */
export async function planPostgres(confined: Confined, call: EngineCall, statement: PositionalStatement): Promise<readonly PlanStep[]> {
  let steps: readonly PlanStep[] = [];
  const around: Around = {
    async send(client, text, values) {
      if (text.startsWith("SELECT set_config")) return await client.query(text, [...values]);
      if (/^(?:FETCH|CLOSE) /.test(text)) return { rows: [] };
      const query = text.replace(/^DECLARE tutti_rows NO SCROLL CURSOR FOR /, "");
      const { rows } = await client.query<object>(`EXPLAIN (FORMAT JSON) ${query}`, [...values]);
      const [first] = explained.parse(rows);
      steps = (first?.["QUERY PLAN"] ?? []).flatMap(({ Plan }) => describe(Plan, 0));
      return { rows: [] };
    },
    transaction: async (_, work) => await work(),
  };
  await runScoped(confined, call, { ...statement, rowsMax: 1 }, around);
  return steps;
}

function describe(plan: PlanNode, level: number): readonly PlanStep[] {
  const { "Node Type": operation, "Relation Name": table, "Index Name": index, "Join Type": join } = plan;
  const words = [operation, ...(join === undefined ? [] : [`(${join})`]), ...(table === undefined ? [] : [`on ${table}`])];
  if (index !== undefined) words.push(`using ${index}`);
  const step: PlanStep = {
    operation,
    ...(table === undefined ? {} : { table }),
    ...(plan["Plan Rows"] === undefined ? {} : { estimated_rows: plan["Plan Rows"] }),
    ...(plan["Total Cost"] === undefined ? {} : { estimated_cost: plan["Total Cost"] }),
    description: words.join(" "),
    level,
  };
  return [step, ...(plan.Plans ?? []).flatMap((below) => describe(below, level + 1))];
}
