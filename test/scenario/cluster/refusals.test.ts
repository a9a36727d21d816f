import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { CallOutcome } from "../../../src/model/call.ts";
import type { ClusterSettings } from "../../../src/model/serve-settings.ts";
import { UNWATCHED } from "../../../src/ports/tool-caller.ts";
import { seededRandom } from "../../fault/seeded-random.ts";
import { CLUSTER_KEY, openTestCluster, startAgent, untilMachine, wireCall } from "../../support/cluster-rig.ts";
import { joinRaw } from "../../support/raw-listener.ts";

const carryOut = async (): Promise<CallOutcome> => ({ kind: "succeeded", output: 1 });

test.each<[string, Partial<ClusterSettings>, string]>([
  ["without anything that tells who joins", { key: undefined as never }, "needs something that tells who joins"],
  ["with a key that can be guessed", { key: "secret" }, "has 6 characters, and must have at least 32"],
  ["where others could read what is sent", { host: "0.0.0.0" }, "needs cluster.tls"],
])("a hub does not listen %s", async (_, settings, words) => {
  await expect(openTestCluster({ settings })).rejects.toThrow(words);
});

test("a hub listens beyond this machine where somebody says that the network is trusted", async () => {
  await using cluster = await openTestCluster({ settings: { host: "0.0.0.0", insecure: true } });
  expect(cluster.url).toMatch(/^ws:\/\/0\.0\.0\.0:\d+$/);
});

test("a port that is taken is named, with what would help", async () => {
  await using first = await openTestCluster();
  const port = Number(URL.parse(first.url)?.port);
  await expect(openTestCluster({ settings: { port } })).rejects.toMatchObject({
    code: "port.taken",
    message: expect.stringContaining("cluster.port"),
  });
});

test("whoever does not join is hung up on after 5 s, and whoever sends much before that at once", { timeout: 20_000 }, async () => {
  await using cluster = await openTestCluster();
  const idle = new WebSocket(cluster.url);
  const loud = new WebSocket(cluster.url);
  const startedMs = performance.now();
  loud.on("error", () => undefined);
  loud.once("open", () => loud.send("x".repeat(500_000)));
  await once(loud, "close");
  expect(performance.now() - startedMs).toBeLessThan(2_000);
  await once(idle, "close");
  expect(performance.now() - startedMs).toBeGreaterThan(4_500);
});

test.each([
  ["a page of another site", "/", { origin: "http://evil.example" }, 403],
  ["another path", "/mcp", {}, 404],
])("%s does not get a connection", async (_, path, headers, status) => {
  await using cluster = await openTestCluster();
  const socket = new WebSocket(`${cluster.url}${path}`, { headers });
  socket.on("error", () => undefined);
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, { readonly statusCode: number }];
  expect(response.statusCode).toBe(status);
  socket.terminate();
});

test("a plain request is told what this is", async () => {
  await using cluster = await openTestCluster();
  const response = await fetch(cluster.url.replace("ws:", "http:"));
  expect([response.status, await response.text()]).toEqual([426, "this is the hub of a cluster, and speaks WebSocket"]);
});

test("a name that is taken is not given to another process, and is given to the same one", async () => {
  await using cluster = await openTestCluster();
  const instance = randomUUID();
  await using first = await joinRaw(cluster.url, { name: "ear", instance });
  await expect(joinRaw(cluster.url, { name: "ear" })).rejects.toThrow('another listener named "ear" is there');
  await using _again = await joinRaw(cluster.url, { name: "ear", instance });
  await first.closed;
  await expect(joinRaw(cluster.url, { name: "local" })).rejects.toThrow("name of the hub");
});

test.each<[string, Record<string, unknown>, string]>([
  ["an unknown type", { message_type: "task_coordination" }, "unknown_type"],
  ["another's name", { source_machine: "gpu-1" }, "not_allowed"],
  [
    "a registration, as a listener",
    { message_type: "machine_heartbeat", payload: { status: "online", usage: {}, tasks: 0 } },
    "not_allowed",
  ],
  ["a question, as a listener", { message_type: "machine_discover" }, "not_allowed"],
  ["a status of its own making", { message_type: "status_broadcast", payload: { machine_id: "x", status: "online" } }, "not_allowed"],
  ["work for others", { message_type: "task_distribute", payload: { task_type: "code_analysis" } }, "unsupported"],
  ["a reservation", { message_type: "resource_request", payload: { gpu_count: 1 } }, "unsupported"],
  ["a key too many", { more: 1 }, "malformed"],
])("%s is answered with an error that says so, and the connection stays", async (_, members, code) => {
  await using cluster = await openTestCluster();
  await using ear = await joinRaw(cluster.url);
  const id = randomUUID();
  ear.send({ ...members, message_id: id });
  expect(await ear.until((document) => document["correlation_id"] === id)).toMatchObject({ message_type: "error", payload: { code } });
  ear.send({ message_type: "ping" });
  await ear.until((document) => document["message_type"] === "pong");
});

test("a coordinator is told of machines and their services", async () => {
  await using cluster = await openTestCluster();
  await using _agent = startAgent(cluster.url, { carryOut });
  await untilMachine(cluster, "gpu-1", "online");
  await using asking = await joinRaw(cluster.url, { role: "coordinator", name: "asking" });
  asking.send({ message_type: "machine_discover" });
  const { payload } = await asking.until((document) => document["message_type"] === "machine_update");
  expect(payload).toMatchObject({ machines: [{ machine_id: "local" }, { machine_id: "gpu-1", status: "online", machine_role: "node" }] });
  asking.send({ message_type: "service_query", payload: { service_name: "s" } });
  const answer = await asking.until((document) => document["message_type"] === "service_response");
  expect(answer["payload"]).toMatchObject({
    machines: [{ machine_id: "gpu-1", services: [{ service_name: "s", tools: [{ name: "t" }] }] }],
  });
});

test("a frame that was not sealed, or that comes a second time, ends the connection", async () => {
  await using cluster = await openTestCluster();
  for (const twice of [false, true]) {
    await using ear = await joinRaw(cluster.url, { name: `ear-${twice}` });
    const sent: string[] = [];
    const send = ear.socket.send.bind(ear.socket);
    ear.socket.send = (text: string) => void sent.push(text);
    ear.send({});
    const [text = ""] = sent;
    send(twice ? text : text.replace("ping", "pong"));
    if (twice) send(text);
    const fault = await ear.until((document) => document["message_type"] === "error");
    expect(fault["payload"]).toMatchObject({ code: "malformed", message: expect.stringContaining("not sealed") });
    await ear.closed;
  }
});

test("a connection on which a hundred messages make no sense is closed", async () => {
  await using cluster = await openTestCluster();
  await using ear = await joinRaw(cluster.url);
  for (let number = 0; number < 150; number += 1) ear.sendText(`{"message_type":"${number}"}`);
  await ear.closed;
  expect(ear.heard.length).toBeLessThanOrEqual(102);
});

test(
  "100,000 broken frames and torn connections, before and after joining, leave a hub as it was, and machines notice nothing",
  { timeout: 120_000 },
  async () => {
    await using cluster = await openTestCluster();
    await using _agent = startAgent(cluster.url, {
      carryOut: async (task, gate) => (await gate.sending(), { kind: "succeeded", output: task.arguments }),
    });
    await untilMachine(cluster, "gpu-1", "online");
    const before = process.memoryUsage.rss();
    const random = seededRandom(7);
    let frames = 0;
    for (let round = 0; frames < 100_000; round += 1) {
      await using ear = await joinRaw(cluster.url, { name: `fuzz-${round}` });
      for (let number = 0; number < 99; number += 1) ear.sendText(broken(random));
      // What is not sealed ends the connection, whatever else it is.
      for (let number = 0; number < 20; number += 1) ear.socket.send(broken(random));
      const stranger = new WebSocket(cluster.url);
      stranger.on("error", () => undefined);
      stranger.once("open", () => stranger.send(broken(random)));
      const torn = connect(Number(URL.parse(cluster.url)?.port), "127.0.0.1", () => torn.end(broken(random)));
      torn.on("error", () => undefined);
      await Promise.all([ear.closed, once(stranger, "close")]);
      torn.destroy();
      frames += 119;
      if (round % 50 !== 0) continue;
      const call = wireCall({ arguments: { round } });
      expect(await cluster.machines.call("gpu-1", call, UNWATCHED, new AbortController().signal)).toEqual({
        kind: "succeeded",
        output: { round },
      });
    }
    expect(cluster.machines.list()).toHaveLength(2);
    expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 2 ** 20);
  },
);

/** A text that is nearly a message, or nearly anything. */
function broken(random: () => number): string {
  const whole = PIECES[Math.floor(random() * PIECES.length)] ?? "";
  const at = Math.floor(random() * whole.length);
  const changed = String.fromCodePoint(Math.floor(random() * 0x2_ff));
  return random() < 0.3 ? whole.slice(0, at) : whole.slice(0, at) + changed + whole.slice(at + Math.ceil(random() * 3));
}

const PIECES: readonly string[] = [
  `{"message_id":"${randomUUID()}","message_type":"machine_register","source_machine":"gpu-1","target_machines":null,"timestamp":"2026-11-20T00:00:00Z","payload":{"machine":{},"services":[]},"correlation_id":null}`,
  `{"message_id":"${randomUUID()}","message_type":"task_complete","source_machine":"gpu-1","target_machines":["local"],"timestamp":"2026-11-20T00:00:00Z","payload":{"task_id":"${randomUUID()}","outcome":{"kind":"succeeded","output":1}},"correlation_id":null}`,
  `{"type":"join","role":"machine","name":"gpu-1","instance":"${randomUUID()}","timestamp":"2026-11-20T00:00:00.000Z","nonce":"${"A".repeat(43)}"}`,
  `{"type":"proof","proof":"${"A".repeat(43)}"}`,
  `{"part":1,"of":3,"text":"{\\"message_type\\""}`,
  `${"[".repeat(2_000)}${"]".repeat(2_000)}`,
  `{"__proto__":{"polluted":1},"constructor":{"prototype":{}}}`,
  CLUSTER_KEY,
];
