import { once } from "node:events";
import { createConnection } from "node:net";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { isJsonObject } from "../../src/base/json.ts";
import type { Json } from "../../src/base/json.ts";
import { startExecution } from "../../src/contract/start-execution.ts";
import { readEvents } from "../support/event-source.ts";
import type { EventSourceReader, SourceEvent } from "../support/event-source.ts";
import { apiKey, servedWorld } from "../support/served-world.ts";
import type { ServedWorld } from "../support/served-world.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const { signal } = new AbortController();

const TWICE = "id: twice\nsteps:\n  - { id: a, value: 1 }\n  - { id: b, needs: [a], tool: echo.echo, with: { word: x } }\n";
const QUESTION = 'id: question\nsteps:\n  - { id: ask, approval: { message: "Go on?" } }\n  - { id: then, needs: [ask], value: done }\n';

async function start({ owner }: ServedWorld, text = TWICE): Promise<string> {
  const { executionId } = await owner.operations.call(startExecution, { workflow: { file: "w.yaml", text } }, { signal });
  return executionId;
}

function memberOf(data: Json, name: string): Json | undefined {
  return isJsonObject(data) ? data[name] : undefined;
}

function isEndOf(executionId: string): (event: SourceEvent) => boolean {
  return ({ event, data }) => event === "ended" && memberOf(data, "execution_id") === executionId;
}

function positionsOf({ events }: EventSourceReader): readonly (Json | undefined)[] {
  return events.filter(({ event }) => event !== "position").map(({ data }) => memberOf(data, "position"));
}

test("who reads the news, and comes again after a restart, misses nothing and gets nothing twice", async () => {
  using directory = temporaryDirectory();
  let lastEventId: string | undefined;
  const positions: (Json | undefined)[] = [];
  for (let life = 0; life < 3; life += 1) {
    await using world = await servedWorld(directory.path);
    // What happens while nobody reads is told as well.
    const unseen = life === 0 ? undefined : await start(world);
    await using reader = await readEvents(`${world.url}/api/v1/news?after=0`, lastEventId === undefined ? {} : { lastEventId });
    if (unseen !== undefined) await reader.until(isEndOf(unseen));
    await reader.until(isEndOf(await start(world)));
    lastEventId = reader.events.at(-1)?.id;
    positions.push(...positionsOf(reader));
  }
  expect(positions.length).toBeGreaterThan(15);
  expect(positions).toEqual(positions.map((_, place) => place + 1));
});

test("a stream ends with an event when the process ends, and others come to an end as well", async () => {
  using directory = temporaryDirectory();
  const world = await servedWorld(directory.path);
  await using reader = await readEvents(`${world.url}/api/v1/news`);
  const live = new WebSocket(`${world.url.replace("http", "ws")}/ws/live`);
  const closed = once(live, "close");
  await once(live, "message");
  await world[Symbol.asyncDispose]();
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ event: "closing", data: {} });
  expect((await closed)[0]).toBe(1012);
});

test("an execution is watched to its result, and again behind any of its events", async () => {
  using directory = temporaryDirectory();
  await using world = await servedWorld(directory.path);
  const executionId = await start(world, QUESTION);
  const url = `${world.url}/api/v1/executions/${executionId}/watch`;
  await using first = await readEvents(`${url}?after_seq=0`);
  await first.until(({ event }) => event === "result");
  const ids = first.events.flatMap(({ id }) => id ?? []);
  expect(ids).toEqual(ids.map((_, place) => String(place + 1)));
  await world.ask(`/executions/${executionId}/approve`, { body: { approved: true } });
  await using second = await readEvents(url, { lastEventId: ids.at(-1) ?? "" });
  expect((await second.until(({ event }) => event === "result")).data).toMatchObject({ status: "completed" });
  expect(second.events[0]?.id).toBe(String(ids.length + 1));
  await using inVain = await readEvents(`${world.url}/api/v1/executions/nobody/watch`);
  expect(inVain.status).toBe(404);
});

test("a tenant hears only its own news, over events and over WebSocket", async () => {
  using directory = temporaryDirectory();
  await using world = await servedWorld(directory.path, { apiKeys: [apiKey("a", "acme"), apiKey("g", "globex")] });
  const run = async (credential: string): Promise<string> => {
    const { document } = await world.ask("/executions", { credential, body: { workflow: { file: "w.yaml", text: TWICE } } });
    const executionId = memberOf(document, "execution_id");
    return typeof executionId === "string" ? executionId : "";
  };
  await using reader = await readEvents(`${world.url}/api/v1/news?after=0`, { credential: "a" });
  const live = new WebSocket(`${world.url.replace("http", "ws")}/ws/live?after=0`, [
    "tutti",
    `bearer.${Buffer.from("a").toString("base64url")}`,
  ]);
  const messages: Json[] = [];
  live.on("message", (data: Buffer) => messages.push(JSON.parse(data.toString("utf8")) as Json));
  await once(live, "open");
  await run("g");
  const own = await run("a");
  await reader.until(isEndOf(own));
  while (!messages.some((message) => memberOf(memberOf(message, "news") ?? null, "type") === "ended")) await once(live, "message");
  live.close();
  expect(new Set(reader.events.flatMap(({ data }) => memberOf(data, "execution_id") ?? []))).toEqual(new Set([own]));
  expect(messages[0]).toMatchObject({ type: "connection", server: "tutti" });
  expect(new Set(messages.slice(1).map((message) => memberOf(memberOf(message, "news") ?? null, "execution_id")))).toEqual(new Set([own]));
  expect((await readEvents(`${world.url}/api/v1/news`)).status).toBe(401);
});

test("a thousand clients are connected and a hundred watch one execution: each hears all of it, and no status goes backwards", async () => {
  using directory = temporaryDirectory();
  await using world = await servedWorld(directory.path);
  await using readers = new AsyncDisposableStack();
  const executionId = await start(world, QUESTION);
  const urlOf = (place: number): string => {
    if (place < 50) return `${world.url}/api/v1/executions/${executionId}/watch?after_seq=0`;
    return place < 100 ? `${world.url}/api/v1/news?after=0&execution_id=${executionId}` : `${world.url}/api/v1/news`;
  };
  const open: EventSourceReader[] = [];
  for (let begin = 0; begin < 1_000; begin += 100) {
    const some = await Promise.all(Array.from({ length: 100 }, async (_, place) => readers.use(await readEvents(urlOf(begin + place)))));
    open.push(...some);
  }
  expect(new Set(open.map(({ status }) => status))).toEqual(new Set([200]));
  const startedMs = performance.now();
  await world.ask(`/executions/${executionId}/approve`, { body: { approved: true } });
  const other = await start(world);
  await Promise.all(open.slice(50, 100).map(async (reader) => await reader.until(isEndOf(executionId))));
  await Promise.all(open.slice(100).map(async (reader) => await reader.until(isEndOf(other))));
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  const [first] = open.slice(50, 100).map(positionsOf);
  for (const reader of open.slice(50, 100)) expect(positionsOf(reader)).toEqual(first);
  for (const reader of open.slice(0, 50)) {
    await reader.until(({ event }) => event === "result");
    const ids = reader.events.flatMap(({ id }) => (id === undefined ? [] : [Number(id)]));
    expect(ids).toEqual(ids.map((_, place) => place + 1));
  }
  for (const reader of open.slice(100)) {
    const positions = positionsOf(reader);
    expect(positions).toEqual(positions.toSorted((left, right) => Number(left) - Number(right)));
  }
});

test("whoever does not read holds up nobody, and little is kept for him", async () => {
  using directory = temporaryDirectory();
  await using world = await servedWorld(directory.path);
  const sleepers = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const socket = createConnection(Number(new URL(world.url).port), "127.0.0.1");
      await once(socket, "connect");
      socket.write("GET /api/v1/news?after=0 HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n");
      await once(socket, "readable");
      return socket.pause();
    }),
  );
  using _hangUp = { [Symbol.dispose]: () => sleepers.forEach((socket) => socket.destroy()) };
  await using reader = await readEvents(`${world.url}/api/v1/news?after=0`);
  const steps = Array.from({ length: 1_000 }, (_, place) => `  - { id: s${place}, value: ${place} }`).join("\n");
  const before = process.memoryUsage().heapUsed + process.memoryUsage().external;
  const executionId = await start(world, `id: long\nsteps:\n${steps}\n`);
  await reader.until(isEndOf(executionId));
  expect(positionsOf(reader).length).toBeGreaterThan(1_000);
  // Kept for each of them, it would be ten megabytes and more.
  expect(process.memoryUsage().heapUsed + process.memoryUsage().external - before).toBeLessThan(100 * 2 ** 20);
});
