import { expect, test } from "vitest";
import { commandWorld } from "../../support/command-world.ts";
import type { CommandWorld } from "../../support/command-world.ts";
import { LEDGER, ledgerOf } from "../../support/ledger.ts";

interface AnswerDocument {
  readonly meta: {
    readonly request_id?: string;
    readonly tenant?: string;
    readonly duration?: number;
    readonly security?: unknown;
    readonly correlation_context?: { readonly execution_id?: string };
  };
  readonly data?: { readonly status: string; readonly results: unknown };
  readonly error?: { readonly type: string; readonly code: string; readonly message: string };
}

const REQUEST_ID = "0193f2c7-89ab-7def-8123-456789abcdef";

const SHIP = `
id: ship
inputs:
  order: { type: string }
steps:
  - { id: pay, tool: ledger.act, with: { order: "\${{ inputs.order }}" }, compensate: { tool: ledger.undo } }
  - { id: send, needs: [pay], tool: ledger.fail, with: { order: "\${{ inputs.order }}" } }
output: { paid: "\${{ steps.pay.output }}" }
`;

function shop(): CommandWorld {
  const world = commandWorld({ ledger: LEDGER });
  const entry = JSON.stringify({ command: process.execPath, args: [new URL("../../fault/ledger-server.ts", import.meta.url).pathname] });
  world.write("tutti.yaml", `servers:\n  ledger: ${entry}\noperations:\n  ship_order: flows-ship.yaml\n`);
  world.write("flows-ship.yaml", SHIP);
  return world;
}

async function request(
  world: CommandWorld,
  envelope: unknown,
): Promise<{ readonly exitCode: number | null; readonly answer: AnswerDocument }> {
  world.write("request.json", typeof envelope === "string" ? envelope : JSON.stringify(envelope));
  const { exitCode, stdout } = await world.run("request", "request.json");
  return { exitCode, answer: JSON.parse(stdout) as AnswerDocument };
}

const SHIP_ORDER = { operation: "ship_order", parameters: { order: "A-1" } };

test("a request runs the workflow of its operation, and is answered by one envelope on stdout", async () => {
  using world = shop();
  const meta = { tenant: "acme", request_id: REQUEST_ID, correlation_context: { operation: "ship_order" } };
  const { exitCode, answer } = await request(world, { meta, data: SHIP_ORDER });
  expect(exitCode).toBe(1);
  expect(answer).toMatchObject({
    meta: { request_id: REQUEST_ID, tenant: "acme", correlation_context: { operation: "ship_order", rollback_actions: ["undo"] } },
    data: { status: "failed_with_rollback", results: { completed: ["pay"], failed: "send", rollback: ["undo"] } },
    error: { type: "External", message: "it always says no" },
  });
  expect(answer.meta.duration).toBeGreaterThan(0);
  expect(ledgerOf(world.path)).toEqual(["act pay", "undo pay/compensate"]);
});

test("the policy of the request takes the place of the workflow's", async () => {
  using world = shop();
  const { exitCode, answer } = await request(world, { meta: { error_policy: "allow_partial" }, data: SHIP_ORDER });
  expect(exitCode).toBe(2);
  expect(answer.data).toEqual({ status: "partial_success", results: { completed: ["pay"], failed: "send" } });
  expect(ledgerOf(world.path)).toEqual(["act pay"]);
});

test("a request that is sent twice runs once, and both are answered alike", async () => {
  using world = shop();
  const envelope = { meta: { tenant: "acme", request_id: REQUEST_ID }, data: SHIP_ORDER };
  const first = await request(world, envelope);
  const second = await request(world, envelope);
  expect(second).toEqual(first);
  expect(ledgerOf(world.path)).toEqual(["act pay", "undo pay/compensate"]);
  const other = await request(world, { ...envelope, meta: { ...envelope.meta, tenant: "globex" } });
  expect(other.answer.meta.correlation_context?.execution_id).not.toBe(first.answer.meta.correlation_context?.execution_id);
});

test("a request whose id is no UUID runs once too", async () => {
  using world = shop();
  const envelope = { meta: { request_id: "coord-12345" }, data: SHIP_ORDER };
  const first = await request(world, envelope);
  expect(await request(world, envelope)).toEqual(first);
  expect(first.answer.meta.correlation_context).toMatchObject({ external_id: "coord-12345" });
  expect(ledgerOf(world.path)).toHaveLength(2);
});

test("the claims of a request about its sender reach neither a server nor the answer", async () => {
  using world = shop();
  const security = { user_id: "root", roles: ["admin"], permissions: ["payments:*"] };
  const { answer } = await request(world, { meta: { security, tenant: "acme" }, data: SHIP_ORDER });
  expect(answer.meta.security).toBeUndefined();
  const id = answer.meta.correlation_context?.execution_id ?? "";
  expect((await world.run("executions", "show", id, "--json")).stdout).not.toContain("root");
});

test.each([
  ["text that is no JSON", "{", 65, "envelope.invalid"],
  ["no text at all", "", 65, "envelope.invalid"],
  ["an envelope without data", { meta: {} }, 65, "envelope.invalid"],
  ["data that is no request", { meta: {}, data: { tool: "x" } }, 65, "envelope.invalid"],
  ["an unknown operation", { meta: {}, data: { operation: "ship_ordr", parameters: {} } }, 66, "operation.unknown"],
  ["a policy that does not exist", { meta: { error_policy: "lenient" }, data: SHIP_ORDER }, 65, "envelope.invalid"],
  ["a blank tenant", { meta: { tenant: " " }, data: SHIP_ORDER }, 65, "envelope.invalid"],
  ["parameters that do not fit", { meta: {}, data: { operation: "ship_order", parameters: { order: 5 } } }, 65, "input.invalid"],
] as const)("%s is answered with an error, and nothing is called", async (_, envelope, code, errorCode) => {
  using world = shop();
  const { exitCode, answer } = await request(world, envelope);
  expect({ exitCode, code: answer.error?.code, data: answer.data }).toEqual({ exitCode: code, code: errorCode, data: undefined });
  expect(answer.meta).toMatchObject({ version: "1.0", duration: expect.toSatisfy(Number.isInteger) });
  expect(ledgerOf(world.path)).toEqual([]);
});

test("a request that cannot be read is answered with an error too", async () => {
  using world = shop();
  const { exitCode, stdout } = await world.run("request", "missing.json");
  expect(exitCode).toBe(66);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "file.unreadable", message: expect.stringContaining("missing.json") } });
});

test("what a request names cannot paint on the terminal, and its answer has it as it was", async () => {
  using world = shop();
  const operation = "fly\u001b[2J\u202Eaway";
  world.write("request.json", JSON.stringify({ meta: {}, data: { operation, parameters: {} } }));
  const { exitCode, stdout, stderr } = await world.run("request", "request.json");
  expect(exitCode).toBe(66);
  expect(stderr).toContain('unknown workflow "fly[2Jaway"');
  for (const mark of ["\u001b", "\u202E"]) expect(stderr).not.toContain(mark);
  expect((JSON.parse(stdout) as AnswerDocument).error?.message).toContain(operation);
});
