import { expect, test } from "vitest";
import { getExecution } from "../../src/contract/get-execution.ts";
import { listExecutions } from "../../src/contract/list-executions.ts";
import { queryAudit } from "../../src/contract/query-audit.ts";
import type { Envelope } from "../../src/envelope/envelope.ts";
import type { WorkflowRequest } from "../../src/envelope/payloads.ts";
import { openTutti } from "../../src/main/open-tutti.ts";
import type { Tutti } from "../../src/main/open-tutti.ts";
import type { AccessConfig } from "../../src/model/access.ts";
import type { ServerConfig } from "../../src/model/server.ts";
import { inRepository } from "../support/built-command.ts";
import { newIssuer } from "../support/issuer.ts";
import type { Issuer } from "../support/issuer.ts";
import { ledgerOf } from "../support/ledger.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const CHARGE = `
id: charge
inputs: { amount: { type: integer } }
steps:
  - { id: pay, tool: ledger.act, permissions: [payments:charge], with: { amount: "\${{ inputs.amount }}" } }
output: { amount: "\${{ steps.pay.output.amount }}" }
`;

/** A program that serves the requests of several tenants, whose users show tokens. */
interface Service extends AsyncDisposable {
  readonly tutti: Tutti;
  readonly issuer: Issuer;
  readonly directory: string;
}

async function openService(): Promise<Service> {
  const folder = temporaryDirectory();
  const issuer = await newIssuer(folder.path, Date.now());
  const access: AccessConfig = { identity: issuer.config, roles: { cashier: ["payments:*"] }, tenants: {} };
  const ledger: ServerConfig = {
    name: "ledger",
    connection: {
      kind: "stdio",
      command: process.execPath,
      args: [inRepository("test/fault/ledger-server.ts")],
      env: {},
      cwd: folder.path,
    },
    honoursIdempotencyKey: false,
    effects: {},
    requires: {},
  };
  const operations = { charge: [CHARGE] };
  const tutti = await openTutti({ dataDirectory: `${folder.path}/data`, servers: [ledger], access, operations });
  return {
    tutti,
    issuer,
    directory: folder.path,
    async [Symbol.asyncDispose]() {
      await tutti[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

function chargeFor(tenant: string, requestId?: string): Envelope<WorkflowRequest> {
  return {
    meta: { tenant, ...(requestId === undefined ? {} : { requestId }) },
    data: { operation: "charge", parameters: { amount: 5 } },
  };
}

const REQUEST_ID = "0193f2c7-89ab-7def-8123-456789abcdef";

test("who may charge is known from the token, and the answer tells nobody's permissions", async () => {
  await using service = await openService();
  const token = await service.issuer.token({ roles: ["cashier"] });
  const answer = await service.tutti.executeWorkflow(chargeFor("acme", REQUEST_ID), { token });
  expect(answer).toMatchObject({ meta: { tenant: "acme", requestId: REQUEST_ID }, data: { status: "completed", results: { amount: 5 } } });
  expect(answer.meta.security).toBeUndefined();
});

test("without the permission the call is not made, and the answer says what is missing", async () => {
  await using service = await openService();
  const token = await service.issuer.token({ roles: ["reader"] });
  const answer = await service.tutti.executeWorkflow(chargeFor("acme"), { token });
  expect(answer).toMatchObject({
    data: { status: "failed" },
    error: { type: "Security", message: expect.stringContaining("payments:charge") },
  });
  expect(ledgerOf(service.directory)).toEqual([]);
});

test.each([
  ["no token", async () => undefined, "identity.invalid"],
  ["a token that has expired", async (issuer: Issuer) => await issuer.token({ exp: 1_000 }), "identity.invalid"],
  ["a token of another tenant", async (issuer: Issuer) => await issuer.token({ tenant: "globex" }), "tenant.invalid"],
] as const)("%s starts nothing", async (_, make, code) => {
  await using service = await openService();
  const token = await make(service.issuer);
  const asked = service.tutti.executeWorkflow(chargeFor("acme"), token === undefined ? {} : { token });
  await expect(asked).rejects.toMatchObject({ name: "TuttiError", code });
  expect(ledgerOf(service.directory)).toEqual([]);
});

test("a request in another's name is refused, claims are dropped, and both are in the audit log", async () => {
  await using service = await openService();
  const token = await service.issuer.token();
  const asked = (userId: string, tenant: string): Promise<unknown> =>
    service.tutti.executeWorkflow({ ...chargeFor(tenant), meta: { tenant, security: { userId, permissions: ["payments:*"] } } }, { token });
  await expect(asked("root", "acme")).rejects.toMatchObject({ code: "access.denied" });
  await expect(asked("ada", "globex")).rejects.toMatchObject({ code: "tenant.invalid" });
  expect(await asked("ada", "acme")).toMatchObject({ data: { status: "failed" }, error: { type: "Security" } });
  const { entries } = await service.tutti.operations.call(queryAudit, { decision: "denied" }, { signal: new AbortController().signal });
  expect(entries.map(({ action }) => action).sort()).toEqual(["call", "claims", "tenant", "tenant"]);
});

test("a request that two tenants happen to give the same id is two requests", async () => {
  await using service = await openService();
  const roles = ["cashier"];
  const ours = await service.tutti.executeWorkflow(chargeFor("acme", REQUEST_ID), { token: await service.issuer.token({ roles }) });
  const theirs = await service.tutti.executeWorkflow(chargeFor("globex", REQUEST_ID), {
    token: await service.issuer.token({ roles, tenant: "globex" }),
  });
  expect([ours.data?.status, theirs.data?.status]).toEqual(["completed", "completed"]);
  const again = await service.tutti.executeWorkflow(chargeFor("acme", REQUEST_ID), { token: await service.issuer.token({ roles }) });
  expect(again.meta.correlationContext).toEqual(ours.meta.correlationContext);
  expect(ledgerOf(service.directory)).toHaveLength(2);
});

test("a workflow is started for whoever the token says, who then sees it, and nobody else", async () => {
  await using service = await openService();
  const { tutti, issuer } = service;
  await expect(tutti.execute({ workflow: CHARGE, inputs: { amount: 1 } })).rejects.toMatchObject({ code: "identity.invalid" });
  const { executionId } = await tutti.execute({
    workflow: CHARGE,
    inputs: { amount: 1 },
    token: await issuer.token({ roles: ["cashier"] }),
  });
  expect(await tutti.wait(executionId)).toMatchObject({ outcome: "completed", meta: { tenant: "acme", security: { userId: "ada" } } });
  const { signal } = new AbortController();
  const [ours, theirs] = [await issuer.token(), await issuer.token({ tenant: "globex" })];
  expect((await (await tutti.operationsFor(ours)).call(listExecutions, {}, { signal })).executions).toHaveLength(1);
  expect((await (await tutti.operationsFor(theirs)).call(listExecutions, {}, { signal })).executions).toEqual([]);
  const asked = (await tutti.operationsFor(theirs)).call(getExecution, { executionId }, { signal });
  await expect(asked).rejects.toMatchObject({ code: "execution.not-found" });
});

test("an operation that is not configured is unknown", async () => {
  await using service = await openService();
  const envelope = { meta: {}, data: { operation: "chrge", parameters: {} } };
  const asked = service.tutti.executeWorkflow(envelope, { token: await service.issuer.token() });
  await expect(asked).rejects.toMatchObject({ code: "operation.unknown", message: expect.stringContaining('did you mean "charge"?') });
});
