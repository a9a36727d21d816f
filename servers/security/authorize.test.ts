import { expect, test } from "vitest";
import { securityWorld, tokenOf } from "../../test/support/security-world.ts";

test("what no role allows is denied, and every decision is in the audit log", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  const cases = [
    ["etl", "data:write", "/data/a", true],
    ["etl", "data:write", "/other/a", false],
    ["etl", "model:read", "*", true],
    ["etl", "model:write", "*", false],
    ["report-7", "data:read", "/data/a/b", true],
    ["report-7", "data:read", "/data/secret/b", false],
    ["report-7", "data:write", "/data/a", false],
    ["nobody", "data:read", "/data/a", false],
    ["__proto__", "data:read", "/data/a", false],
    ["etl", "constructor", "/data/a", false],
  ] as const;
  for (const [subject, action, resource, allowed] of cases) {
    const answer = await server.call("authorize", { subject, action, resource });
    expect(answer, `${subject} ${action} ${resource}`).toMatchObject({ allowed, decisions: [{ action, allowed }] });
  }
  const { entries } = await server.call<{ entries: object[] }>("audit_log", { type: "authorization" });
  expect(entries).toMatchObject(
    cases.map(([actor, action, resource, allowed]) => ({ actor, action, resource, outcome: allowed ? "success" : "denied" })),
  );
});

test("several permissions are allowed when each is, and a tenant has roles of its own", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  const both = { subject: "etl", permissions: ["data:read", "data:write"], resource: "/data/a" };
  expect(await server.call("authorize", both)).toMatchObject({ allowed: true, roles: ["writer", "granter", "reader"] });
  expect(await server.call("authorize", both, { tenant: "globex" })).toMatchObject({
    allowed: false,
    decisions: [{ allowed: true }, { allowed: false }],
    roles: ["reader"],
  });
  expect(await server.call("authorize", both, { tenant: "other" })).toMatchObject({ allowed: false, roles: [] });
});

test("a token allows no more than its scope, and only to whom it belongs", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  const token = await tokenOf(server, "data:read");
  const question = { subject: "etl", resource: "/data/a", token };
  expect(await server.call("authorize", { ...question, action: "data:read" })).toMatchObject({ allowed: true });
  expect(await server.call("authorize", { ...question, action: "data:write" })).toMatchObject({ allowed: false });
  expect(await server.call("authorize", { ...question, subject: "report-1", action: "data:read" })).toMatchObject({ allowed: false });
});

test("a grant holds for its time, for its subject, resource and actions, and can be taken back", async () => {
  using world = securityWorld();
  let nowMs = Date.now();
  await using server = await world.hold(() => nowMs);
  const token = await tokenOf(server);
  const job = { subject: "job-1", permissions: ["data:read", "data:write"], resource: "/data/a" };
  const granted = await server.call("authorize", { ...job, grant: { expires_in: 60 }, token }, { key: "k" });
  expect(granted).toMatchObject({ allowed: true, grant_id: expect.stringMatching(/^grant-/) as unknown });
  expect(await server.call("authorize", { ...job, grant: { expires_in: 60 }, token }, { key: "k" })).toEqual(granted);
  expect(await server.call("authorize", job)).toMatchObject({ allowed: true });
  expect(await server.call("authorize", { ...job, resource: "/data/b" })).toMatchObject({ allowed: false });
  expect(await server.call("authorize", { ...job, subject: "job-2" })).toMatchObject({ allowed: false });
  expect(await server.call("authorize", job, { tenant: "globex" })).toMatchObject({ allowed: false });
  expect(await server.refusal("authorize", { revoke: granted["grant_id"] })).toContain("who gives it");
  expect(await server.call("authorize", { revoke: granted["grant_id"], token })).toMatchObject({ allowed: true });
  expect(await server.call("authorize", { revoke: granted["grant_id"], token })).toMatchObject({ allowed: false });
  expect(await server.call("authorize", job)).toMatchObject({ allowed: false });
  await server.call("authorize", { ...job, grant: { expires_in: 60 }, token });
  nowMs += 61_000;
  expect(await server.call("authorize", job)).toMatchObject({ allowed: false });
});

test("who has a grant cannot pass it on, and so not keep it when it is over", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  const token = await tokenOf(server);
  const wanted = { resource: "/data/a", permissions: ["security:grant", "data:read"] };
  await server.call("authorize", { ...wanted, subject: "visitor", grant: { expires_in: 60 }, token });
  const asVisitor = { user: "visitor" };
  expect(await server.call("authorize", { ...wanted, subject: "visitor" })).toMatchObject({ allowed: true });
  const passedOn = { ...wanted, subject: "visitor", grant: { expires_in: 86_400 } };
  expect(await server.refusal("authorize", passedOn, asVisitor)).toContain("no role of theirs");
  expect(await server.refusal("authorize", { ...passedOn, subject: "friend" }, asVisitor)).toContain("no role of theirs");
});

test("nobody grants what they may not do themselves, and no grant allows what a role forbids", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  const token = await tokenOf(server);
  const grant = { expires_in: 60 };
  const beyond = { subject: "job", action: "data:write", resource: "/elsewhere/a", grant, token };
  expect(await server.refusal("authorize", beyond)).toContain('no role of theirs allows "data:write"');
  const narrow = await tokenOf(server, "data:read");
  expect(await server.refusal("authorize", { ...beyond, resource: "/data/a", token: narrow })).toContain("security:grant");
  const forbidden = { subject: "report-1", action: "data:read", resource: "/data/secret/a" };
  expect(await server.call("authorize", { ...forbidden, grant, token })).toMatchObject({ allowed: false });
  expect(await server.call("authorize", forbidden)).toMatchObject({ allowed: false });
});
