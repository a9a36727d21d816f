import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import type { OperationClient } from "../../src/client/operation-client.ts";
import { approveExecution } from "../../src/contract/approve-execution.ts";
import { backup } from "../../src/contract/backup.ts";
import { cancelExecution } from "../../src/contract/cancel-execution.ts";
import { checkJournal } from "../../src/contract/check-journal.ts";
import { startExecution } from "../../src/contract/start-execution.ts";
import type { StartExecutionInput } from "../../src/contract/start-execution.ts";
import { getExecution } from "../../src/contract/get-execution.ts";
import { getResponse } from "../../src/contract/get-response.ts";
import { getServerStats } from "../../src/contract/get-server-stats.ts";
import { listEvents } from "../../src/contract/list-events.ts";
import { listExecutions } from "../../src/contract/list-executions.ts";
import { listInterruptedExecutions } from "../../src/contract/list-interrupted-executions.ts";
import { pauseExecution } from "../../src/contract/pause-execution.ts";
import { pruneExecutions } from "../../src/contract/prune-executions.ts";
import { resolveExecution } from "../../src/contract/resolve-execution.ts";
import { resumeExecution } from "../../src/contract/resume-execution.ts";
import { retryExecution } from "../../src/contract/retry-execution.ts";
import { watchExecution } from "../../src/contract/watch-execution.ts";
import { Owner } from "../../src/main/owner.ts";
import type { AccessConfig, Identity } from "../../src/model/access.ts";
import type { RecordedEntry } from "../../src/model/audit.ts";
import type { Caller } from "../../src/operations/operation-context.ts";
import { auditReader } from "../../src/sqlite/audit-reader.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const { signal } = new AbortController();

const WORKFLOW = {
  file: "ship.yaml",
  text: `
id: ship
steps:
  - { id: sign_off, approval: { message: Ship it?, roles: [manager, director] } }
  - { id: shipped, needs: [sign_off], value: true }
`,
  children: [],
};

const access: AccessConfig = {
  identity: { issuer: "i", audience: "a", keys: { kind: "file", file: "/jwks.json" } },
  roles: { admin: ["tutti:admin"] },
  tenants: {},
};

function caller(tenant: string, userId: string, ...roles: readonly string[]): Caller {
  const identity: Identity = { tenant, userId, roles, permissions: [], authMethod: "jwt" };
  return { identity };
}

const ada = caller("acme", "ada");
const eve = caller("globex", "eve", "manager");

async function openOwner(directory: string): Promise<Owner> {
  return await Owner.open({
    directory,
    servers: [],
    secrets: { get: async () => undefined },
    access,
    caller: {},
    maxConcurrentCalls: 5,
    clock: systemClock,
    elicitor: { ask: async () => undefined },
    log: { write: () => undefined },
    version: "0",
  });
}

async function start(owner: Owner, who: Caller, request: Partial<StartExecutionInput> = {}): Promise<string> {
  return (await owner.operations.for(who).call(startExecution, { workflow: WORKFLOW, ...request }, { signal })).executionId;
}

async function idsSeenBy(client: OperationClient): Promise<readonly string[]> {
  return (await client.call(listExecutions, {}, { signal })).executions.map(({ executionId }) => executionId).toSorted();
}

async function audited(directory: string): Promise<readonly RecordedEntry[]> {
  return (await auditReader({ directory }).query({ limit: 100, oldestFirst: true })).entries;
}

test("each tenant sees its own executions, and whoever uses the process sees all", async () => {
  using directory = temporaryDirectory();
  await using owner = await openOwner(directory.path);
  const hers = await start(owner, ada);
  const his = await start(owner, eve);
  const nobodys = await start(owner, {});
  expect(await idsSeenBy(owner.operations.for(ada))).toEqual([hers]);
  expect(await idsSeenBy(owner.operations.for(eve))).toEqual([his]);
  expect(await idsSeenBy(owner.operations)).toEqual([hers, his, nobodys].toSorted());
  const view = await owner.operations.for(ada).call(getExecution, { executionId: hers }, { signal });
  expect(view.meta).toMatchObject({ tenant: "acme", security: { userId: "ada", authMethod: "jwt" } });
});

test.each<readonly [string, object]>([
  [getExecution.name, {}],
  [getResponse.name, {}],
  [listEvents.name, {}],
  [watchExecution.name, {}],
  [pauseExecution.name, {}],
  [resumeExecution.name, {}],
  [cancelExecution.name, {}],
  [approveExecution.name, { approved: true }],
  [approveExecution.name, { step: "sign_off", approved: true }],
  [resolveExecution.name, { step: "sign_off", verdict: "happened" }],
  [retryExecution.name, {}],
])("to %s with %j an execution of another tenant does not exist, and that it was tried is recorded", async (name, input) => {
  using directory = temporaryDirectory();
  await using owner = await openOwner(directory.path);
  const hers = await start(owner, ada);
  const client = owner.operations.for(eve);
  const invented = "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55";
  for (const id of [hers, hers.slice(0, 8), invented]) {
    const attempt = client.callByName(name, { execution_id: id, ...input }, { signal });
    await expect(attempt).rejects.toMatchObject({
      code: "execution.not-found",
      message: `no execution has the id "${id}"`,
      details: { executionId: id },
    });
  }
  expect(await owner.operations.call(getExecution, { executionId: hers }, { signal })).toMatchObject({
    status: "paused",
    needsPerson: true,
  });
  expect(await audited(directory.path)).toMatchObject([
    { action: "tenant", decision: "denied", tenant: "globex", userId: "eve", details: { execution_id: hers, of_other_tenants: true } },
    { action: "tenant", decision: "denied", tenant: "globex", userId: "eve", details: { of_other_tenants: true } },
    { action: "tenant", decision: "denied", tenant: "globex", userId: "eve", details: { execution_id: invented, of_other_tenants: false } },
  ]);
});

test("a beginning that is shared with other tenants finds the only one of its own, and names no others", async () => {
  using directory = temporaryDirectory();
  await using owner = await openOwner(directory.path);
  await start(owner, ada, { executionId: "same-1" });
  await start(owner, eve, { executionId: "same-2" });
  await start(owner, eve, { executionId: "same-3" });
  expect(await owner.operations.for(ada).call(getExecution, { executionId: "same" }, { signal })).toMatchObject({ executionId: "same-1" });
  const several = owner.operations.for(eve).call(getExecution, { executionId: "same" }, { signal });
  await expect(several).rejects.toMatchObject({ code: "usage", message: 'several executions begin with "same": same-2, same-3' });
});

test("two tenants that use one key start two executions, and an id of another tenant cannot be used", async () => {
  using directory = temporaryDirectory();
  await using owner = await openOwner(directory.path);
  const hers = await start(owner, ada, { requestKey: "monday" });
  const his = await start(owner, eve, { requestKey: "monday" });
  expect(his).not.toBe(hers);
  expect(await start(owner, ada, { requestKey: "monday" })).toBe(hers);
  await expect(start(owner, eve, { executionId: hers })).rejects.toMatchObject({ code: "tenant.invalid" });
  expect(await audited(directory.path)).toMatchObject([{ action: "tenant", decision: "denied", tenant: "globex", userId: "eve" }]);
});

test("what was interrupted is listed to its own tenant, and a retry stays with it under the name of who asks", async () => {
  using directory = temporaryDirectory();
  const workflow = { file: "wait.yaml", text: "id: wait\nsteps: [{ id: long, sleep: 1h }]", children: [] };
  const ids: string[] = [];
  {
    await using before = await openOwner(directory.path);
    ids.push(await start(before, ada, { workflow }), await start(before, eve, { workflow }));
  }
  await using owner = await openOwner(directory.path);
  const interrupted = async (client: OperationClient): Promise<readonly string[]> =>
    (await client.call(listInterruptedExecutions, {}, { signal })).executions.map(({ executionId }) => executionId);
  const [hers = ""] = ids;
  const grace = owner.operations.for(caller("acme", "grace"));
  expect(await interrupted(grace)).toEqual([hers]);
  expect(await interrupted(owner.operations)).toEqual(ids);
  await grace.call(cancelExecution, { executionId: hers }, { signal });
  await grace.call(watchExecution, { executionId: hers }, { signal });
  const { executionId } = await grace.call(retryExecution, { executionId: hers }, { signal });
  const again = await grace.call(getExecution, { executionId }, { signal });
  expect(again.meta).toMatchObject({ tenant: "acme", security: { userId: "grace" } });
  const events = await grace.call(listEvents, { executionId: hers }, { signal });
  expect(events.events.find(({ type }) => type === "cancel-requested")).toMatchObject({ by: "grace" });
});

test("no tenant holds up or cancels the executions of another with a concurrency group of the same name", async () => {
  using directory = temporaryDirectory();
  await using owner = await openOwner(directory.path);
  const text = "id: w\nconcurrency: { group: g, limit: 1, on_conflict: cancel }\nsteps: [{ id: long, sleep: 1h }]";
  const workflow = { file: "w.yaml", text, children: [] };
  const hers = await start(owner, ada, { workflow });
  const his = await start(owner, eve, { workflow });
  const statusOf = async (executionId: string): Promise<string> =>
    (await owner.operations.call(getExecution, { executionId }, { signal })).status;
  expect([await statusOf(hers), await statusOf(his)]).toEqual(["executing", "executing"]);
  const second = await start(owner, ada, { workflow });
  await owner.operations.call(watchExecution, { executionId: hers }, { signal });
  expect([await statusOf(hers), await statusOf(his), await statusOf(second)]).toEqual(["failed", "executing", "executing"]);
});

test("an approval needs one of its roles, and is answered by who was verified, whatever the input says", async () => {
  using directory = temporaryDirectory();
  await using owner = await openOwner(directory.path);
  const executionId = await start(owner, ada);
  const answer = { executionId, approved: true, by: "the president" };
  const clerk = owner.operations.for(caller("acme", "bob", "clerk")).call(approveExecution, answer, { signal });
  await expect(clerk).rejects.toMatchObject({
    code: "access.denied",
    message: 'answering step "sign_off" needs one of the roles manager, director',
    details: { missing: ["manager", "director"] },
  });
  const director = owner.operations.for(caller("acme", "dora", "director"));
  await director.call(approveExecution, answer, { signal });
  expect(await director.call(watchExecution, { executionId }, { signal })).toMatchObject({ outcome: "completed" });
  const { events } = await director.call(listEvents, { executionId }, { signal });
  expect(events.find(({ type }) => type === "approval-answered")).toMatchObject({ by: "dora" });
  expect(await audited(directory.path)).toMatchObject([
    { action: "operation", operation: "approve_execution", decision: "denied", userId: "bob", executionId, call: "sign_off" },
    { action: "operation", operation: "approve_execution", decision: "allowed", userId: "dora", executionId, call: "sign_off" },
  ]);
});

test("without verification an approval is answered by whoever says so", async () => {
  using directory = temporaryDirectory();
  await using owner = await openOwner(directory.path);
  const executionId = await start(owner, {});
  await owner.operations.call(approveExecution, { executionId, approved: true, by: "ann" }, { signal });
  const { events } = await owner.operations.call(listEvents, { executionId }, { signal });
  expect(events.find(({ type }) => type === "approval-answered")).toMatchObject({ by: "ann" });
});

test("what is about all tenants needs the permission to look after Tutti", async () => {
  using directory = temporaryDirectory();
  await using owner = await openOwner(directory.path);
  await start(owner, ada);
  const target = `${directory.path}/copy`;
  const all = async (client: OperationClient): Promise<readonly unknown[]> =>
    await Promise.all([
      client.call(pruneExecutions, { olderThanMs: 0 }, { signal }).catch((error: unknown) => error),
      client.call(checkJournal, {}, { signal }).catch((error: unknown) => error),
      client.call(backup, { directory: target }, { signal }).catch((error: unknown) => error),
      client.call(getServerStats, {}, { signal }).catch((error: unknown) => error),
    ]);
  const denied = { code: "access.denied", details: { missing: ["tutti:admin"] } };
  expect(await all(owner.operations.for(ada))).toMatchObject([denied, denied, denied, denied]);
  const allowed = await all(owner.operations.for(caller("acme", "root", "admin")));
  expect(allowed).toMatchObject([{ executions: 0 }, { sound: true }, { directory: target }, { alerts: [] }]);
  const entries = await audited(directory.path);
  const decisions = entries.map(({ decision, userId }) => `${userId} ${decision}`);
  expect(decisions.toSorted()).toEqual([...Array<string>(4).fill("ada denied"), ...Array<string>(4).fill("root allowed")]);
});
