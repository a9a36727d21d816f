import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { auditReader } from "../../../src/sqlite/audit-reader.ts";
import { tamper } from "../../support/audit-samples.ts";
import { runCommand, startCommand } from "../../support/built-command.ts";
import type { Finished, RunningCommand } from "../../support/built-command.ts";
import { commandWorld } from "../../support/command-world.ts";
import type { CommandWorld, ExecutionDocument } from "../../support/command-world.ts";
import { newIssuer } from "../../support/issuer.ts";
import type { Issuer } from "../../support/issuer.ts";

const ROLES = "roles: { clerk: [orders:act, orders:undo], beginner: [orders:act] }\n";

const WORKFLOW = `
id: order
steps:
  - { id: act, tool: ledger.act, compensate: { tool: ledger.undo } }
  - { id: sign_off, needs: [act], approval: { message: Go on?, roles: [manager] } }
`;

/** A shop with several tenants: its tokens come from an issuer, and its server says what each tool needs. */
interface Shop extends Disposable {
  readonly world: CommandWorld;
  readonly issuer: Issuer;
  configure(roles: string): void;
  /** Runs a command as somebody. */
  as(claims: Readonly<Record<string, unknown>>, ...args: readonly string[]): Promise<Finished>;
  start(claims: Readonly<Record<string, unknown>>, ...args: readonly string[]): Promise<RunningCommand>;
  /** The tools that were called, in order. */
  calls(): readonly string[];
}

async function openShop(): Promise<Shop> {
  const permissions = { act: ["orders:act"], undo: ["orders:undo"], read: [] };
  const world = commandWorld({ ledger: { file: "test/fault/ledger-server.ts", keys: { permissions } } });
  const servers = readFileSync(join(world.path, "tutti.yaml"), "utf8");
  const issuer = await newIssuer(world.path, Date.now());
  const identity = `identity: { issuer: "${issuer.config.issuer}", audience: tutti, jwks: jwks.json }\n`;
  const configure = (roles: string): void => world.write("tutti.yaml", servers + identity + roles);
  configure(ROLES);
  world.write("order.yaml", WORKFLOW);
  const environmentOf = async (claims: Readonly<Record<string, unknown>>): Promise<Record<string, string>> => ({
    TUTTI_TOKEN: await issuer.token(claims),
  });
  return {
    world,
    issuer,
    configure,
    as: async (claims, ...args) => await runCommand(args, world.path, await environmentOf(claims)),
    start: async (claims, ...args) => startCommand(args, world.path, await environmentOf(claims)),
    calls() {
      const ledger = join(world.path, "ledger.jsonl");
      if (!existsSync(ledger)) return [];
      const lines = readFileSync(ledger, "utf8").trim().split("\n");
      return lines.map((line) => (JSON.parse(line) as { readonly tool: string }).tool);
    },
    [Symbol.dispose]: () => world[Symbol.dispose](),
  };
}

const ada = { sub: "ada", roles: ["clerk"] };
const eve = { sub: "eve", tenant: "globex", roles: ["clerk", "manager"] };

function documentOf({ stdout }: Finished): unknown {
  return JSON.parse(stdout);
}

function executionIn(finished: Finished): string {
  return (documentOf(finished) as ExecutionDocument).execution_id;
}

async function audited(world: CommandWorld): Promise<readonly unknown[]> {
  return (await auditReader({ directory: join(world.path, ".tutti") }).query({ limit: 100, oldestFirst: true })).entries;
}

test("without a token, and with one that has expired, no command does anything", async () => {
  using shop = await openShop();
  const commands = [
    ["run", "order.yaml"],
    ["executions", "list"],
    ["executions", "show", "x"],
    ["servers", "list"],
    ["call", "ledger.read"],
    ["plan", "order.yaml"],
  ];
  for (const command of commands) {
    const nobody = await runCommand([...command, "--json"], shop.world.path);
    expect(nobody.exitCode).toBe(77);
    expect(documentOf(nobody)).toMatchObject({ error: { code: "identity.invalid", message: expect.stringContaining("TUTTI_TOKEN") } });
  }
  const expired = await shop.as({ ...ada, exp: Math.floor(Date.now() / 1_000) - 120 }, "run", "order.yaml");
  expect(expired).toMatchObject({ exitCode: 77, stderr: expect.stringContaining("the token is refused: it expired 2 min") });
  expect(shop.calls()).toEqual([]);
  expect(await audited(shop.world)).toMatchObject([...commands, expired].map(() => ({ action: "token", decision: "denied" })));
  expect((await runCommand(["fmt", "order.yaml"], shop.world.path)).exitCode).toBe(0);
});

test("a token can also be in a file, and what cannot be read is told", async () => {
  using shop = await openShop();
  writeFileSync(join(shop.world.path, "token"), `${await shop.issuer.token(ada)}\n`, { mode: 0o600 });
  const list = ["executions", "list", "--json"];
  expect((await runCommand(list, shop.world.path, { TUTTI_TOKEN_FILE: "token" })).exitCode).toBe(0);
  const missing = await runCommand(list, shop.world.path, { TUTTI_TOKEN_FILE: "nowhere" });
  expect(missing.exitCode).toBe(77);
  expect(documentOf(missing)).toMatchObject({ error: { message: expect.stringContaining("the token cannot be read from nowhere") } });
  const endless = await runCommand(list, shop.world.path, { TUTTI_TOKEN_FILE: "/dev/zero" });
  expect(documentOf(endless)).toMatchObject({ error: { message: expect.stringContaining("too large for a token") } });
  const token = await shop.issuer.token(ada);
  const mistaken = await runCommand(list, shop.world.path, { TUTTI_TOKEN_FILE: token });
  expect(mistaken).toMatchObject({ exitCode: 77, stdout: expect.stringContaining("holds a token itself") });
  expect(mistaken.stdout + mistaken.stderr).not.toContain(token.slice(0, 40));
  expect(await audited(shop.world)).toMatchObject([missing, endless, mistaken].map(() => ({ action: "token", decision: "denied" })));
});

test("a tenant neither sees nor moves an execution of another, and the roles of tutti.yaml say what calls it may make", async () => {
  using shop = await openShop();
  const run = await shop.as(ada, "run", "order.yaml", "--json");
  expect(run.exitCode).toBe(3);
  const id = executionIn(run);
  expect(shop.calls()).toEqual(["act"]);
  expect(documentOf(await shop.as(eve, "executions", "list", "--json"))).toEqual({ executions: [] });
  for (const command of [
    ["executions", "show"],
    ["executions", "events"],
    ["executions", "cancel"],
    ["executions", "approve"],
    ["executions", "resume"],
  ]) {
    const tried = await shop.as(eve, ...command, id.slice(0, 12), "--json");
    expect([command, tried.exitCode, documentOf(tried)]).toMatchObject([command, 66, { error: { code: "execution.not-found" } }]);
  }
  expect(documentOf(await shop.as(ada, "executions", "list", "--json"))).toMatchObject({
    executions: [{ execution_id: id, tenant: "acme" }],
  });
  const clerk = await shop.as(ada, "executions", "approve", id, "--json");
  expect([clerk.exitCode, documentOf(clerk)]).toMatchObject([77, { error: { code: "access.denied", details: { missing: ["manager"] } } }]);
  const manager = await shop.as({ sub: "max", roles: ["manager"] }, "executions", "approve", id, "--by", "somebody else", "--json");
  expect(manager.exitCode).toBe(0);
});

test.each([
  { what: "who may not make it", roles: [], missing: "orders:act" },
  { what: "who could not undo it", roles: ["beginner"], missing: "orders:undo" },
])("a call is not made for somebody $what, and that is recorded", async ({ roles, missing }) => {
  using shop = await openShop();
  const run = await shop.as({ sub: "bob", roles }, "run", "order.yaml", "--json");
  expect(run.exitCode).toBe(1);
  expect(documentOf(run)).toMatchObject({
    outcome: "failed",
    steps: [{ id: "act", status: "failed", attempts: 1, error: { kind: "denied", message: expect.stringContaining(missing) } }, {}],
  });
  expect(shop.calls()).toEqual([]);
  expect(await audited(shop.world)).toMatchObject([
    { action: "call", decision: "denied", tenant: "acme", userId: "bob", call: "act", tool: "act", details: { missing: [missing] } },
  ]);
});

test("a tool that is called by hand needs what it needs in a workflow", async () => {
  using shop = await openShop();
  const denied = await shop.as({ sub: "bob" }, "call", "ledger.act", "--json");
  expect([denied.exitCode, documentOf(denied)]).toMatchObject([
    77,
    { error: { code: "access.denied", details: { missing: ["orders:act"] } } },
  ]);
  expect(shop.calls()).toEqual([]);
  expect((await shop.as(ada, "call", "ledger.act", "--json")).exitCode).toBe(0);
  expect(shop.calls()).toEqual(["act"]);
});

test("what was done is undone also when the role that allowed it has gone meanwhile", async () => {
  using shop = await openShop();
  const id = executionIn(await shop.as(ada, "run", "order.yaml", "--json"));
  shop.configure("roles: { clerk: [] }\n");
  const cancelled = await shop.as(ada, "executions", "cancel", id, "--json");
  expect(documentOf(cancelled)).toMatchObject({ outcome: "cancelled", leftovers: [] });
  expect(shop.calls()).toEqual(["act", "undo"]);
});

test("an envelope cannot say for whom it is: the token does, and what contradicts it is refused and recorded", async () => {
  using shop = await openShop();
  shop.configure(`${ROLES}operations: { place_order: order.yaml }\n`);
  const ask = async (meta: object): Promise<Finished> => {
    shop.world.write("request.json", JSON.stringify({ meta, data: { operation: "place_order", parameters: {} } }));
    return await shop.as({ sub: "bob" }, "request", "request.json");
  };
  expect((await ask({ tenant: "globex" })).exitCode).toBe(77);
  expect(documentOf(await shop.as(ada, "executions", "list", "--json"))).toEqual({ executions: [] });
  const claimed = await ask({ security: { roles: ["clerk"], permissions: ["orders:*"] } });
  expect(documentOf(claimed)).toMatchObject({ meta: { tenant: "acme" }, data: { status: "failed" } });
  expect(shop.calls()).toEqual([]);
  expect(await audited(shop.world)).toMatchObject([
    { action: "tenant", decision: "denied", tenant: "acme", userId: "bob" },
    { action: "claims", decision: "denied", tenant: "acme", userId: "bob" },
    { action: "call", decision: "denied", tenant: "acme", userId: "bob", details: { missing: ["orders:act"] } },
  ]);
});

test("the process that owns the data directory finds out for itself who asks, by its own rules", async () => {
  using shop = await openShop();
  shop.world.write("long.yaml", "id: long\nsteps:\n  - { id: read, tool: ledger.read }\n  - { id: rest, needs: [read], sleep: 1h }\n");
  await using owner = await shop.start(ada, "run", "long.yaml");
  await owner.printed(/rest/);
  const list = documentOf(await shop.as(ada, "executions", "list", "--json"));
  const [{ execution_id: id }] = (list as { readonly executions: readonly [ExecutionDocument] }).executions;
  // Whoever brings a configuration of his own is not asked by that one.
  shop.world.write("lax.yaml", "{}\n");
  for (const command of [
    ["executions", "list"],
    ["executions", "cancel", id],
  ]) {
    const lax = await runCommand([...command, "--config", "lax.yaml", "--json"], shop.world.path);
    expect([lax.exitCode, documentOf(lax)]).toMatchObject([77, { error: { code: "identity.invalid" } }]);
  }
  const forged = await shop.as({ ...ada, iss: "https://evil.example" }, "executions", "cancel", id, "--config", "lax.yaml", "--json");
  expect(forged.exitCode).toBe(77);
  expect((await shop.as(eve, "executions", "cancel", id, "--json")).exitCode).toBe(66);
  expect((await shop.as(ada, "executions", "cancel", id, "--json")).exitCode).toBe(0);
  expect((await owner.finished).exitCode).toBe(1);
});

test("the list of servers shows nothing of who may do what", async () => {
  using shop = await openShop();
  const { exitCode, stdout } = await shop.as(ada, "servers", "list", "--json");
  expect(exitCode).toBe(0);
  expect(stdout).not.toMatch(/orders:|issuer|jwks/);
});

test("a log that is written to no more can still be verified by whoever may, and by nobody else", async () => {
  using shop = await openShop();
  const admin = { sub: "root", scope: "tutti:admin" };
  expect((await shop.as(ada, "call", "ledger.act")).exitCode).toBe(0);
  expect((await shop.as(admin, "audit", "verify")).exitCode).toBe(0);
  tamper(join(shop.world.path, ".tutti"), "UPDATE entries SET hash = 'x'");
  expect((await shop.as(ada, "call", "ledger.act")).stderr).toContain("the audit log cannot be written");
  const verified = await shop.as(admin, "audit", "verify", "--json");
  expect([verified.exitCode, documentOf(verified)]).toMatchObject([1, { sound: false }]);
  expect((await shop.as(admin, "audit", "head")).exitCode).toBe(0);
  expect((await shop.as(ada, "audit", "verify")).exitCode).not.toBe(0);
  expect(shop.calls()).toEqual(["act"]);
});
