import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { ListQuery } from "../ports/journal.ts";
import { listSql } from "./list-query.ts";
import { MIGRATIONS } from "./migrations.ts";

test.each<Omit<ListQuery, "limit" | "cursor">>([
  {},
  { rootsOnly: true },
  { status: "failed" },
  { outcome: "cancelled", rootsOnly: true },
  { status: "failed", outcome: "cancelled" },
  { workflowId: "greet" },
  { workflowId: "greet", rootsOnly: true },
  { workflowId: "greet", status: "executing", rootsOnly: true },
  { workflowId: "greet", outcome: "completed" },
  { tenant: "acme" },
  { tenant: "acme", rootsOnly: true },
  { tenant: "acme", status: "failed", rootsOnly: true },
  { tenant: "acme", workflowId: "greet" },
  { tenant: "acme", workflowId: "greet", outcome: "completed", rootsOnly: true },
])("the list for %j takes its rows from an index in their order, and sorts nothing", (filter) => {
  using database = new DatabaseSync(":memory:");
  for (const { sql } of MIGRATIONS) database.exec(sql);
  const bound = listSql({ ...filter, limit: 50 }, 70);
  const steps = database
    .prepare(`EXPLAIN QUERY PLAN ${bound?.sql}`)
    .all(...(bound?.parameters ?? []))
    .map((row) => String(row["detail"]));
  expect(steps.length).toBeGreaterThan(0);
  expect(steps.filter((step) => step.includes("TEMP B-TREE"))).toEqual([]);
  expect(steps.filter((step) => step.startsWith("SCAN") && step !== "SCAN page")).toEqual([]);
});

test("a status and an outcome that exclude each other ask for nothing", () => {
  expect(listSql({ status: "completed", outcome: "failed", limit: 50 }, 70)).toBeUndefined();
  expect(listSql({ status: "executing", outcome: "completed", limit: 50 }, 70)).toBeUndefined();
});
