import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { distributeTask } from "../../src/contract/distribute-task.ts";
import { startExecution } from "../../src/contract/start-execution.ts";
import type { Listening } from "../../src/http/listen.ts";
import { reportAnalytics } from "../../src/main/report-analytics.ts";
import { openServedDashboard } from "../../src/main/serve-http.ts";
import { PORT_TABLE, SERVICES } from "../../src/model/port-table.ts";
import { SILENT } from "../../src/ports/log.ts";
import { openMetrics } from "../../src/telemetry/open-metrics.ts";
import { apiKey, servedWorld } from "../support/served-world.ts";
import type { ServedWorld } from "../support/served-world.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const { signal } = new AbortController();
const SOURCE = { file: "w.yaml", text: "id: twice\nsteps:\n  - { id: a, value: 1 }\n  - { id: b, needs: [a], value: 2 }\n" };

async function dashboardOf({ owner }: ServedWorld): Promise<Listening> {
  return await openServedDashboard({
    owner,
    place: { service: SERVICES.dashboard, host: "127.0.0.1", port: 0, table: PORT_TABLE },
    settings: { allowedHosts: [], allowedOrigins: [] },
    metrics: openMetrics(systemClock),
    log: SILENT,
    version: "0",
  });
}

async function ask(url: string, path: string, init: RequestInit = {}): Promise<readonly [number, unknown]> {
  const response = await fetch(`${url}/api/v1${path}`, init);
  return [response.status, await response.json()];
}

test("a dashboard is told what there is, machine by machine and task by task", async () => {
  using directory = temporaryDirectory();
  await using world = await servedWorld(directory.path);
  await using dashboard = await dashboardOf(world);
  const { url } = dashboard;
  const local = expect.objectContaining({ machine_id: "local", status: "online" }) as unknown;
  expect(await ask(url, "/servers")).toMatchObject([200, { servers: [{ name: "echo" }] }]);
  expect(await ask(url, "/machines")).toMatchObject([200, { machines: [{ machine_id: "local", status: "online" }] }]);
  expect(await ask(url, "/machines/local")).toEqual([200, local]);
  expect(await ask(url, "/machines/other")).toMatchObject([404, { error: { code: "machine.not-found" } }]);
  expect(await ask(url, "/services/discovery")).toEqual([200, { services: [{ service_name: "echo", locations: [local] }] }]);
  expect(await ask(url, "/services/echo/location")).toEqual([200, { service_name: "echo", locations: [local] }]);
  expect(await ask(url, "/services/other/location")).toMatchObject([404, {}]);
  expect(await ask(url, "/ports/distributed")).toMatchObject([
    200,
    { ports: expect.arrayContaining([expect.objectContaining({ port: 8113 })]) },
  ]);
  expect(await ask(url, "/cluster/status")).toMatchObject([
    200,
    { status: "healthy", clustered: false, machines: { total: 1, online: 1 } },
  ]);
  expect(await ask(url, "/cluster/info")).toMatchObject([200, { url: null, machines: ["local"] }]);
  expect(await ask(url, "/cluster/discover", { method: "POST" })).toEqual([200, { machines: [local] }]);
  const task = { task_definition: { task_type: "echo", service_name: "echo", payload: {} } };
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(task) };
  const [status, distributed] = await ask(url, "/cluster/task/distribute", init);
  const { taskGroupId } = distributeTask.output.parse(distributed);
  expect(status).toBe(200);
  // Others may be called as tasks are.
  await world.owner.operations.call(
    startExecution,
    { workflow: { ...SOURCE, text: SOURCE.text.replace("twice", "task-twice") } },
    { signal },
  );
  expect(await ask(url, "/cluster/tasks")).toMatchObject([200, { tasks: [{ task_group_id: taskGroupId }] }]);
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test.each(["/machines/register", "/machines/gpu-1/heartbeat", "/cluster/connect", "/cluster/broadcast"])(
  "what could only be pretended is refused: POST %s",
  async (path) => {
    using directory = temporaryDirectory();
    await using world = await servedWorld(directory.path);
    await using dashboard = await dashboardOf(world);
    expect(await ask(dashboard.url, path, { method: "POST" })).toMatchObject([501, { error: { code: "http.unavailable" } }]);
    expect(await ask(dashboard.url, path)).toMatchObject([405, {}]);
  },
);

test("a dashboard shows who it is, and sees what it may", async () => {
  using directory = temporaryDirectory();
  await using world = await servedWorld(directory.path, { apiKeys: [apiKey("a", "acme")], everyone: ["tutti:read"] });
  await using dashboard = await dashboardOf(world);
  for (const path of ["/servers", "/machines", "/ports/distributed", "/cluster/status", "/cluster/tasks"]) {
    expect(await ask(dashboard.url, path)).toMatchObject([401, {}]);
    expect(await ask(dashboard.url, path, { headers: { "x-api-key": "a" } })).toMatchObject([200, {}]);
  }
  const init = { method: "POST", headers: { "x-api-key": "a", "content-type": "application/json" }, body: "{}" };
  expect((await ask(dashboard.url, "/cluster/task/distribute", init))[0]).not.toBe(200);
});

test("executions that have ended are reported, also those that ended while nobody took reports", async () => {
  using directory = temporaryDirectory();
  await using world = await servedWorld(directory.path);
  const { operations } = world.owner;
  const taken: unknown[] = [];
  let isThere = false;
  const analytics = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      if (isThere) taken.push(JSON.parse(Buffer.concat(pieces).toString("utf8")));
      response.writeHead(isThere ? 204 : 503).end();
      analytics.emit("asked");
    });
  });
  analytics.listen(0, "127.0.0.1");
  await once(analytics, "listening");
  using _closing = { [Symbol.dispose]: () => void analytics.close() };
  const settings = { url: `http://127.0.0.1:${(analytics.address() as AddressInfo).port}/api/v1/metrics` };
  const options = { operations, settings, dataDirectory: directory.path, log: SILENT };
  {
    await using _reporter = reportAnalytics(options);
    const asked = once(analytics, "asked");
    // It has looked from where on executions are to be reported when it has written that down.
    await expect.poll(() => existsSync(`${directory.path}/analytics.json`)).toBe(true);
    await operations.call(startExecution, { workflow: SOURCE }, { signal });
    await asked;
  }
  isThere = true;
  await using _reporter = reportAnalytics(options);
  await operations.call(startExecution, { workflow: SOURCE }, { signal });
  while (taken.length < 2) await once(analytics, "asked");
  const report = { type: "workflow_execution", workflow_id: "twice", success: true, step_count: 2, total_steps: 2, machine_count: 1 };
  expect(taken).toMatchObject([report, report]);
  expect(taken[0]).toMatchObject({ execution_time: expect.any(Number), ended_at: expect.stringMatching(/Z$/) });
});
