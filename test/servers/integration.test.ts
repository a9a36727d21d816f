import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { catchingServer } from "../../servers/integration/catching-server.ts";
import { tinyModel } from "../../servers/integration/tiny-model.ts";
import { isSigned } from "../../servers/integration/webhook-signature.ts";
import { openExchange } from "../../servers/kit/files/exchange.ts";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const LONG = { timeout: 60_000, interval: 20 };

test("a delivery that was under way when the server was killed arrives after the restart, with the same id, and models are served again", async () => {
  using folder = temporaryDirectory();
  // The first delivery gets no answer: the receiver has it, and the sender does not know.
  await using receiver = await catchingServer((_, count) => (count === 1 ? undefined : { status: 204 }));
  const exchange = join(folder.path, "exchange");
  const environment = { STATE_DIR: join(folder.path, "state"), EXCHANGE_DIR: exchange, ALLOW_PRIVATE: receiver.host };
  await openExchange(exchange).write("acme", "one.onnx", (path) => writeFileSync(path, tinyModel({ anna: 1 }, { book: 10 })));
  await using first = await start("integration", environment);
  const { secret } = await first.call<{ secret: string }>("webhook_setup", { name: "shop", url: receiver.url });
  const deployed = await first.call<{ url: string }>("model_deploy", { file: "one.onnx", name: "shop", version: "1" });
  const emit = { emit: { event: "order.paid", data: { order: 7 } } };
  const before = await first.call("webhook_setup", emit, { key: "k-1" });
  await vi.waitFor(() => expect(receiver.caught).toHaveLength(1), LONG);
  await first.kill();

  await using second = await start("integration", environment);
  expect(await second.call("webhook_setup", emit, { key: "k-1" })).toEqual(before);
  await vi.waitFor(() => expect(receiver.caught).toHaveLength(2), LONG);
  const [one, two] = receiver.caught;
  expect(two?.headers["webhook-id"]).toBe(one?.headers["webhook-id"]);
  expect(two?.body).toBe(one?.body);
  const { headers, body = "" } = two ?? {};
  const message = { id: String(headers?.["webhook-id"]), timestamp: Number(headers?.["webhook-timestamp"]), body };
  expect(isSigned(message, String(headers?.["webhook-signature"]), secret)).toBe(true);
  await vi.waitFor(async () => {
    const status = await second.call("get_server_status");
    expect(status).toMatchObject({ status: "healthy", facts: { models: 1, deliveries: { pending: 0, dead: 0, delivered: 1 } } });
  }, LONG);
  // The port may be another one, when somebody has taken it meanwhile.
  const again = await second.call<{ url: string }>("model_deploy", { file: "one.onnx", name: "shop", version: "1" });
  expect(new URL(again.url).pathname).toBe(new URL(deployed.url).pathname);
  const asked = { method: "POST", headers: { "content-type": "application/json" }, body: '{"users":["anna"],"items":["book"]}' };
  expect(await (await fetch(again.url, asked)).json()).toEqual({ model: "shop", version: "1", scores: [11] });
});
