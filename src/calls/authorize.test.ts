import { systemClock } from "../base/clock.ts";
import { CallRecord } from "./call-record.ts";
import { expect, test } from "vitest";
import type { Meta } from "../envelope/meta.ts";
import type { AccessConfig } from "../model/access.ts";
import type { CallOutcome, CallRequest } from "../model/call.ts";
import type { AuditEntry } from "../model/audit.ts";
import type { AuditLog } from "../ports/audit.ts";
import { callRequest } from "../../test/support/call-request.ts";
import { authorize } from "./authorize.ts";

const NEEDED: Readonly<Record<string, readonly string[]>> = {
  "payments.charge": ["payments:charge"],
  "payments.refund": ["payments:refund"],
};

const access: AccessConfig = {
  identity: { issuer: "i", audience: "a", keys: { kind: "file", file: "/jwks.json" } },
  roles: { clerk: ["payments:charge", "payments:refund"], beginner: ["payments:charge"] },
  tenants: {},
};

const clerk: Meta = { tenant: "acme", security: { userId: "ada", roles: ["clerk"], permissions: [] } };

function request(changes: Partial<CallRequest>): CallRequest {
  const charge = { call: { step: "charge" }, server: "payments", tool: "charge", input: {}, idempotencyKey: "e/charge" };
  return callRequest({ ...charge, effect: "once", ...changes });
}

interface Tried {
  readonly outcome: CallOutcome;
  readonly calls: number;
  readonly entries: readonly AuditEntry[];
}

async function attempt(
  changes: Partial<CallRequest>,
  meta: Meta,
  options: { access?: AccessConfig; audit?: AuditLog } = {},
): Promise<Tried> {
  const entries: AuditEntry[] = [];
  const recording: AuditLog = { record: async (entry) => void entries.push(entry) };
  const stage = authorize({
    access: options.access ?? access,
    permissionsOf: (server, tool) => NEEDED[`${server}.${tool}`] ?? [],
    audit: options.audit ?? recording,
  });
  let calls = 0;
  const call = {
    request: request(changes),
    meta,
    gate: { sending: async () => undefined, progress: () => undefined, stage: () => undefined },
    signal: new AbortController().signal,
    record: new CallRecord(systemClock),
  };
  const outcome = await stage(call, async () => {
    calls += 1;
    return { kind: "succeeded", output: null };
  });
  return { outcome, calls, entries };
}

test("a call passes when a role of the caller allows what the server and the step need", async () => {
  const tried = await attempt({ permissions: ["payments:charge"] }, clerk);
  expect(tried).toEqual({ outcome: { kind: "succeeded", output: null }, calls: 1, entries: [] });
});

test("a call that the caller may not make is not made, says what is missing, and is recorded", async () => {
  const meta = { ...clerk, requestId: "r", tracing: { traceId: "t" }, security: { userId: "eve", roles: [] } };
  const { outcome, calls, entries } = await attempt({ permissions: ["orders:write", "payments:charge"] }, meta);
  const message = 'user "eve" may not use payments.charge: "orders:write", "payments:charge" are missing';
  const missing = ["orders:write", "payments:charge"];
  expect(calls).toBe(0);
  expect(outcome).toEqual({
    kind: "failed",
    accepted: false,
    error: { kind: "denied", message, server: "payments", tool: "charge", detail: { missing } },
  });
  expect(entries).toMatchObject([
    { action: "call", decision: "denied", tenant: "acme", userId: "eve", requestId: "r", traceId: "t", call: "charge", reason: message },
  ]);
});

test("permissions of the token count as those of roles do", async () => {
  expect((await attempt({}, { tenant: "acme", security: { permissions: ["payments:*"] } })).calls).toBe(1);
});

test("nobody begins what they could not undo", async () => {
  const beginner = { tenant: "acme", security: { roles: ["beginner"] } };
  expect((await attempt({}, beginner)).calls).toBe(1);
  const { outcome, calls } = await attempt({ undoneBy: { server: "payments", tool: "refund" } }, beginner);
  expect(calls).toBe(0);
  const message = 'the caller may use payments.charge, but not payments.refund, which undoes it: "payments:refund" is missing';
  expect(outcome).toMatchObject({ error: { kind: "denied", message } });
});

test("undoing what was allowed is not asked about again, also when the role has gone; other compensation is", async () => {
  const refund = { call: { step: "charge", role: "compensate" as const }, tool: "refund", permissions: ["payments:charge"] };
  expect((await attempt({ ...refund, undoesAllowed: true }, { tenant: "acme" })).calls).toBe(1);
  expect((await attempt(refund, { tenant: "acme" })).calls).toBe(0);
});

test("without a tenant nothing is called where an identity is configured", async () => {
  const { outcome, calls } = await attempt({ tool: "look" }, {});
  expect(calls).toBe(0);
  expect(outcome).toMatchObject({
    error: { kind: "denied", message: "nobody may use payments.look without a tenant, and the execution has none" },
  });
});

test("without an identity nobody has permissions, and tools that need none are free", async () => {
  const alone: AccessConfig = { roles: {}, tenants: {} };
  expect((await attempt({ tool: "look" }, {}, { access: alone })).calls).toBe(1);
  const { outcome, calls } = await attempt({}, {}, { access: alone });
  expect(calls).toBe(0);
  expect(outcome).toMatchObject({ error: { message: expect.stringContaining('without "identity" in tutti.yaml nobody has permissions') } });
});

test("an audit log that cannot be written does not turn a no into a yes", async () => {
  const broken: AuditLog = {
    record: async () => {
      throw new Error("disk full");
    },
  };
  const { outcome, calls } = await attempt({}, { tenant: "acme" }, { audit: broken });
  expect(calls).toBe(0);
  expect(outcome).toMatchObject({
    kind: "failed",
    accepted: false,
    error: { kind: "denied", message: expect.stringContaining("disk full") },
  });
});
