import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inRepository } from "../support/built-command.ts";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Records an event, waits for a person, records another one, and counts both. */
const COUNTED = {
  id: "counted",
  steps: [
    { id: "first", tool: "analytics.record_events", with: { events: [event("one")] } },
    { id: "wait", needs: ["first"], sleep: "${{ inputs.wait }}" },
    { id: "second", needs: ["wait"], tool: "analytics.record_events", with: { events: [event("two")] } },
    { id: "count", needs: ["second"], tool: "analytics.get_content_metrics", with: { content_id: "a", period: "day" } },
  ],
  inputs: { wait: { type: "string" } },
  output: "${{ steps.count.output.views }}",
};

function event(user: string): object {
  return { type: "view", user_id: user, at: "2026-03-01T10:00:00Z", content_id: "a" };
}

/** A server beside this one, with a folder of its own. */
function beside(name: string, folder: string): object {
  const args = [inRepository(join("servers", name, "start.ts"))];
  return { command: process.execPath, args, idempotency_keys: true, env: { STATE_DIR: join(folder, name) } };
}

function environmentIn(folder: string): Record<string, string> {
  const workflows = join(folder, "workflows");
  mkdirSync(workflows, { recursive: true });
  writeFileSync(join(workflows, "counted.json"), JSON.stringify(COUNTED));
  writeFileSync(join(folder, "servers.yaml"), JSON.stringify({ servers: { analytics: beside("analytics", folder) } }));
  return {
    STATE_DIR: join(folder, "state"),
    WORKFLOWS_DIR: workflows,
    SERVERS_CONFIG: join(folder, "servers.yaml"),
    WORKFLOW_EXTENSIONS: "true",
  };
}

interface Answer {
  readonly execution_id: string;
  readonly task_states: Readonly<Record<string, { readonly status: string }>>;
}

const wait_ms = 120_000;

test("an execution goes on after a kill, does nothing twice, and a repeated call finds it", async () => {
  using folder = temporaryDirectory();
  const environment = environmentIn(folder.path);
  const asked = { workflow_id: "counted", inputs: { wait: "3s" } };
  let id = "";
  {
    await using server = await start("workflow", environment);
    ({ execution_id: id } = await server.call<Answer>("execute_workflow", asked, { key: "k" }));
    const first = async (): Promise<string | undefined> => {
      const { task_states: states } = await server.call<Answer>("get_workflow_status", { execution_id: id });
      return states["first"]?.status;
    };
    await expect.poll(first, { timeout: 60_000, interval: 50 }).toBe("completed");
    const waiting = server.call("get_workflow_status", { execution_id: id, wait_ms }).catch(() => undefined);
    await server.kill();
    await waiting;
  }
  await using server = await start("workflow", environment);
  expect(await server.call("get_workflow_status", { execution_id: id, wait_ms })).toMatchObject({ status: "completed", output: 2 });
  expect(await server.call("execute_workflow", asked, { key: "k" })).toMatchObject({ execution_id: id });
  expect(await server.call("monitor_workflow")).toMatchObject({ metrics: { executions: 1, completed: 1 } });
});

test("a call that died with the process before it was answered starts no second execution when it comes again", async () => {
  using folder = temporaryDirectory();
  const environment = environmentIn(folder.path);
  const asked = { workflow_id: "counted", inputs: { wait: "1h" } };
  {
    await using server = await start("workflow", environment);
    const lost = server.call("execute_workflow", { ...asked, wait_ms }, { key: "lost" }).catch(() => undefined);
    const running = async (): Promise<unknown> => (await server.call<{ executions: unknown[] }>("monitor_workflow")).executions.length;
    await expect.poll(running, { timeout: 60_000, interval: 50 }).toBe(1);
    await server.kill();
    await lost;
  }
  await using server = await start("workflow", environment);
  const again = await server.call<Answer>("execute_workflow", asked, { key: "lost" });
  const { executions } = await server.call<{ executions: { execution_id: string }[] }>("monitor_workflow");
  expect(executions.map(({ execution_id }) => execution_id)).toEqual([again.execution_id]);
  expect(await server.call("cancel_workflow", { execution_id: again.execution_id, wait_ms })).toMatchObject({ status: "cancelled" });
});

test("samples do their work with real servers: figures are loaded once, and what cannot be tracked is taken back", async () => {
  using folder = temporaryDirectory();
  const servers = Object.fromEntries(["database", "analytics", "template"].map((name) => [name, beside(name, folder.path)]));
  writeFileSync(join(folder.path, "servers.yaml"), JSON.stringify({ servers }));
  await using server = await start("workflow", {
    STATE_DIR: join(folder.path, "state"),
    SERVERS_CONFIG: join(folder.path, "servers.yaml"),
  });
  const count = {
    id: "count",
    inputs: { table: { type: "string" } },
    steps: [{ id: "rows", tool: "database.execute_query", with: { query: "SELECT COUNT(*) AS n FROM ${{ inputs.table }}" } }],
    output: "${{ steps.rows.output.rows[0].n }}",
  };
  await server.call("create_workflow", { definition: count });
  const execute = async (workflow_id: string, inputs: object): Promise<Record<string, unknown>> =>
    await server.call("execute_workflow", { workflow_id, inputs, wait_ms });
  for (const _ of [1, 2]) expect(await execute("data-etl", {})).toMatchObject({ outcome: "completed", output: { months: 12 } });
  expect(await execute("count", { table: "analytics" })).toMatchObject({ output: 12 });

  const article = { title: "Ink", introduction: "Blue", sections: [{ heading: "More", text: "Green" }], conclusion: "Good" };
  expect(await execute("content-generation", article)).toMatchObject({ outcome: "completed", output: { article_id: 1 } });
  // The analytics server takes no type of so many letters, and by then the article is stored.
  expect(await execute("content-generation", { ...article, category: "x".repeat(101) })).toMatchObject({ outcome: "failed_with_rollback" });
  expect(await execute("count", { table: "articles" })).toMatchObject({ output: 1 });
});
