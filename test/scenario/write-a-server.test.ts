import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inRepository } from "../support/built-command.ts";
import { openTestConnections, startListening, type TestConnections, webSocketServer } from "../support/servers/test-connections.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("the server of ten lines greets in the name of the tenant, and nobody without one", async () => {
  await using world = openExample("greeting.ts");
  const meta = { "dev.tutti/context": { tenant: "acme" } };
  expect(await world.call("greet", { name: "Ada" }, { meta })).toMatchObject({
    kind: "succeeded",
    output: { greeting: "Hello Ada, from acme" },
    answer: { meta: { duration: expect.any(Number) } },
  });
  expect(await world.call("greet", { name: "Ada" })).toMatchObject({ kind: "failed", error: { message: "No tenant in context" } });
});

test("a charge is made once for each key, tenant and call, also when its server was started anew", async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "payments.db");
  const charge = async (key: string | undefined, tenant: string): Promise<unknown> => {
    await using world = openExample("payments.ts", { PAYMENTS_FILE: file });
    const meta = { "dev.tutti/context": { tenant }, ...(key === undefined ? {} : { "dev.tutti/idempotency-key": key }) };
    const outcomes = await Promise.all([1, 2, 3].map(async () => await world.call("charge", { cents: 500 }, { meta })));
    return outcomes.map((outcome) => (outcome.kind === "succeeded" ? outcome.output : outcome.error.message));
  };
  expect(await charge("k1", "acme")).toEqual([{ charge_id: 1 }, { charge_id: 1 }, { charge_id: 1 }]);
  expect(await charge("k1", "acme")).toEqual([{ charge_id: 1 }, { charge_id: 1 }, { charge_id: 1 }]);
  expect(await charge("k2", "acme")).toEqual([{ charge_id: 2 }, { charge_id: 2 }, { charge_id: 2 }]);
  expect(await charge("k1", "globex")).toEqual([{ charge_id: 3 }, { charge_id: 3 }, { charge_id: 3 }]);
  expect(await charge(undefined, "acme")).toEqual(Array.from({ length: 3 }, () => "a charge needs an idempotency key"));
  using database = new DatabaseSync(file, { readOnly: true });
  expect(database.prepare("SELECT tenant FROM charges ORDER BY id").all()).toEqual([
    { tenant: "acme" },
    { tenant: "acme" },
    { tenant: "globex" },
  ]);
});

test("a server of the SDK is put on WebSockets", async () => {
  await using listening = await startListening(inRepository("examples/write-a-server/web-socket.ts"), [], { PORT: "0" });
  await using world = openTestConnections(webSocketServer(listening.url));
  expect(await world.call("forecast", { city: "Bern" })).toEqual({ kind: "succeeded", output: { text: "sunny in Bern" } });
});

function openExample(file: string, env: Readonly<Record<string, string>> = {}): TestConnections {
  const path = inRepository(`examples/write-a-server/${file}`);
  const connection = { kind: "stdio", command: process.execPath, args: [path], env } as const;
  return openTestConnections({ name: "s", connection, honoursIdempotencyKey: true, effects: {}, requires: {} });
}
