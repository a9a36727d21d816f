import { expect, test } from "vitest";
import { AuditNotes } from "../../test/support/audit-notes.ts";
import type { AuditPage, AuditQuery } from "../model/audit.ts";
import { missingExecutionEntry } from "./missing-execution-entry.ts";
import type { Caller } from "./operation-context.ts";
import { queryAudit } from "./query-audit.ts";

/** Remembers what it was asked. */
class FakeReader {
  readonly asked: AuditQuery[] = [];
  readonly #entries: AuditPage["entries"];

  constructor(entries: AuditPage["entries"] = []) {
    this.#entries = entries;
  }

  async query(query: AuditQuery): Promise<AuditPage> {
    this.asked.push(query);
    return { entries: this.#entries };
  }
}

function callerOf(tenant: string): Caller {
  return { identity: { tenant, userId: "ada", roles: [], permissions: [], authMethod: "jwt" } };
}

test("the user of this process sees the entries of all tenants, fifty at once", async () => {
  const [reader, audit] = [new FakeReader(), new AuditNotes()];
  const alone: Caller = { identity: { tenant: "acme", roles: [], permissions: [], authMethod: "none" } };
  await queryAudit({}, { reader, audit }, { caller: {} });
  await queryAudit({ limit: 7, tenant: "beta" }, { reader, audit }, { caller: alone });
  expect(reader.asked).toEqual([{ limit: 50 }, { limit: 7, tenant: "beta" }]);
  expect(audit.entries).toEqual([]);
});

test("a verified caller sees the entries of its tenant, whatever else it filters by", async () => {
  const [reader, audit] = [new FakeReader(), new AuditNotes()];
  for (const input of [{}, { tenant: "acme" }, { executionId: "e-of-beta" }]) {
    await queryAudit(input, { reader, audit }, { caller: callerOf("acme") });
  }
  expect(reader.asked.map(({ tenant }) => tenant)).toEqual(["acme", "acme", "acme"]);
});

test("a verified caller that asks for another tenant is refused, and that is recorded", async () => {
  const [reader, audit] = [new FakeReader(), new AuditNotes()];
  const asking = queryAudit({ tenant: "beta" }, { reader, audit }, { caller: callerOf("acme") });
  await expect(asking).rejects.toMatchObject({ code: "tenant.invalid" });
  expect(reader.asked).toEqual([]);
  expect(audit.entries).toMatchObject([{ action: "tenant", decision: "denied", tenant: "acme", userId: "ada", operation: "query_audit" }]);
});

test("a verified caller without a tenant sees nothing", async () => {
  const [reader, audit] = [new FakeReader(), new AuditNotes()];
  await queryAudit({}, { reader, audit }, { caller: { identity: { roles: [], permissions: [], authMethod: "jwt" } } });
  expect(reader.asked).toEqual([{ limit: 50, tenant: "" }]);
});

test("a verified caller cannot tell whether an execution it asked for is another tenant's or nobody's; the user of this process can", async () => {
  const caller = callerOf("acme");
  const entries = [true, false].map((isForeign) => ({ ...missingExecutionEntry(caller, { prefix: "e-1", isForeign }), seq: 1, atMs: 0 }));
  const [reader, audit] = [new FakeReader(entries), new AuditNotes()];
  const [foreign, nobodys] = (await queryAudit({}, { reader, audit }, { caller })).entries;
  expect(foreign).toEqual(nobodys);
  expect(foreign).toMatchObject({ tenant: "acme", userId: "ada", details: { execution_id: "e-1" } });
  expect((await queryAudit({}, { reader, audit }, { caller: {} })).entries).toEqual(entries);
  expect(entries.map(({ details }) => details)).toMatchObject([{ of_other_tenants: true }, { of_other_tenants: false }]);
});
