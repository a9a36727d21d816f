import { once } from "node:events";
import { createConnection } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { present } from "../../src/base/assert.ts";
import type { Json } from "../../src/base/json.ts";
import { isJsonObject } from "../../src/base/json.ts";
import { OPERATIONS } from "../../src/contract/operations.ts";
import { routedOperations } from "../../src/http/route-table.ts";
import { OPERATION_SAMPLES } from "../support/operation-samples.ts";
import { servedWorld } from "../support/served-world.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** `HTTP_FUZZ_RUNS=200000` tries as many as the product is released with. */
const RUNS = Number(process.env["HTTP_FUZZ_RUNS"] ?? 2_000);
const TOGETHER = 20;

const FACTS = { ended: "0193", waiting: "0193", failed: "0193", workflow: "none", taskGroup: "0193", application: "0193" };
/** What would look at servers, or go on for long, is not what is tried here. */
const DEAR: ReadonlySet<string> = new Set([
  "check_health",
  "check_servers",
  "distribute_task",
  "apply_pattern",
  "start_execution",
  "execute_request",
]);
const ROUTED = routedOperations(OPERATIONS).filter(({ operation }) => !DEAR.has(operation.name));

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("__proto__", "constructor", "../..", "%00", "\u0000", "9".repeat(400), "null", "-0", "1e999", "[".repeat(300)),
);
const anyMember = fc.oneof(fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>, anyText);

interface Spoiled {
  /** Of the operation. */
  readonly place: number;
  readonly parameters: readonly string[];
  readonly members: readonly (readonly [string, Json])[];
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** A request that is right but for something. */
const spoiled: fc.Arbitrary<Spoiled> = fc.record({
  place: fc.nat({ max: ROUTED.length - 1 }),
  parameters: fc.array(anyText, { maxLength: 3 }),
  members: fc.array(
    fc.tuple(fc.oneof(anyText, fc.constantFrom("limit", "cursor", "after", "status", "execution_id", "steps", "wait_ms")), anyMember),
    {
      maxLength: 4,
    },
  ),
  body: fc.option(anyText, { nil: undefined }),
  headers: fc.dictionary(
    fc.constantFrom("content-type", "accept", "idempotency-key", "last-event-id", "x-request-id", "authorization", "x-api-key"),
    fc.oneof(
      fc.constantFrom("application/json", "text/plain", "1", "", "*/*", "Bearer x"),
      fc.string({ maxLength: 20 }).filter((text) => /^[\x21-\x7e]*$/.test(text)),
    ),
    { maxKeys: 2 },
  ),
});

function requestOf(url: string, { place, parameters, members, body, headers }: Spoiled): Request {
  const { operation, route } = present(ROUTED[place], "there are so many operations");
  const left = [...parameters];
  const path = route.path.replaceAll(/\{[a-z_]+\}/g, () => encodeURIComponent((left.shift() ?? "none").toWellFormed()));
  const sample = OPERATION_SAMPLES[operation.name]?.(FACTS);
  const document = { ...(isJsonObject(sample) ? sample : {}), ...Object.fromEntries(members) };
  const hasBody = route.method === "POST" || route.method === "PUT";
  const query = hasBody
    ? ""
    : `?${new URLSearchParams(members.map(([name, value]): [string, string] => [name, typeof value === "string" ? value : JSON.stringify(value)])).toString()}`;
  return new Request(`${url}/api/v1${path === "" ? "/" : path}${query}`, {
    method: route.method,
    headers: { ...(hasBody ? { "content-type": "application/json" } : {}), ...headers },
    ...(hasBody ? { body: body ?? JSON.stringify(document) } : {}),
    signal: AbortSignal.timeout(20_000),
  });
}

test("whatever is asked, the answer is a document or a refusal, and never a fault", async () => {
  using directory = temporaryDirectory();
  await using world = await servedWorld(directory.path);
  await fc.assert(
    fc.asyncProperty(fc.array(spoiled, { minLength: TOGETHER, maxLength: TOGETHER }), async (all) => {
      const answers = await Promise.all(
        all.map(async (one) => {
          const wanted = one.headers["accept"] === "text/event-stream" ? { ...one, headers: {} } : one;
          const response = await fetch(requestOf(world.url, wanted));
          return { status: response.status, document: JSON.parse(await response.text()) as Json };
        }),
      );
      expect(world.faults).toEqual([]);
      for (const { status, document } of answers) {
        expect(status).not.toBe(500);
        const isRefusal = isJsonObject(document) && isJsonObject(document["error"]) && typeof document["error"]["code"] === "string";
        expect(status < 400 || isRefusal).toBe(true);
      }
    }),
    { numRuns: Math.ceil(RUNS / TOGETHER) },
  );
  expect(world.faults).toEqual([]);
  expect((await world.ask("/executions")).status).toBe(200);
}, 3_600_000);

/** The beginning of a request, with something wrong in it. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .tuple(
      fc.constantFrom("GET", "POST", "PUT", "BREW", "PRI", ""),
      fc.oneof(anyText, fc.constantFrom("/api/v1/executions", "/mcp", "/ws", "/ws/live", "/health", "*", "http://evil.example/")),
      fc.constantFrom("HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTP", ""),
      fc.array(
        fc.oneof(
          fc.constantFrom(
            "host: 127.0.0.1",
            "host: evil.example",
            "content-length: 5",
            "content-length: -1",
            "transfer-encoding: chunked",
            "connection: upgrade",
            "upgrade: websocket",
            "upgrade: h2c",
            "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
            "sec-websocket-version: 13",
            "expect: 100-continue",
            "content-type: application/json",
          ),
          anyText,
        ),
        { maxLength: 8 },
      ),
      anyText,
    )
    .map(([method, path, version, headers, body]) => Buffer.from(`${method} ${path} ${version}\r\n${headers.join("\r\n")}\r\n\r\n${body}`)),
);

test("whatever bytes come, others are answered meanwhile, and nothing is left open", async () => {
  using directory = temporaryDirectory();
  await using world = await servedWorld(directory.path);
  const port = Number(new URL(world.url).port);
  await fc.assert(
    fc.asyncProperty(fc.array(anyBytes, { minLength: TOGETHER, maxLength: TOGETHER }), async (all) => {
      const sockets = await Promise.all(
        all.map(async (bytes) => {
          const socket = createConnection(port, "127.0.0.1");
          socket.on("error", () => undefined);
          socket.resume();
          await once(socket, "connect");
          socket.end(bytes);
          return socket;
        }),
      );
      expect((await fetch(`${world.url}/live`)).status).toBe(200);
      for (const socket of sockets) socket.destroy();
    }),
    { numRuns: Math.ceil(RUNS / TOGETHER / 2) },
  );
  expect(world.faults).toEqual([]);
}, 3_600_000);
