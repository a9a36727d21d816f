import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { request } from "undici";
import { expect, test } from "vitest";
import type { Fate } from "../support/fate.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";

/** What a client sees of a request, and how often the server got a whole one. */
interface Seen {
  readonly status?: number;
  readonly retryAfter?: string | undefined;
  readonly text?: string;
  readonly error?: string;
  readonly served: number;
  readonly counts: object;
}

const BODY = "x".repeat(1_000);
const GIVEN_UP_AFTER_MS = 300;

async function send(fate: Fate): Promise<Seen> {
  let served = 0;
  await using server = await listening(() => (served += 1));
  await using proxy = await startFaultProxy(() => fate);
  proxy.direct(server.port);
  const url = `http://127.0.0.1:${proxy.port}/`;
  const seen = await answerOf(url).catch((error: Error) => ({ error: error.name === "TimeoutError" ? "silence" : "reset" }));
  return { ...seen, served, counts: Object.fromEntries(proxy.counts) };
}

async function answerOf(url: string): Promise<Omit<Seen, "served" | "counts">> {
  const { statusCode, headers, body } = await request(url, { method: "POST", body: BODY, signal: AbortSignal.timeout(GIVEN_UP_AFTER_MS) });
  const retryAfter = headers["retry-after"];
  return { status: statusCode, text: await body.text(), ...(typeof retryAfter === "string" ? { retryAfter } : {}) };
}

async function listening(serve: () => void): Promise<AsyncDisposable & { readonly port: number }> {
  const server: Server = createServer((incoming, outgoing) => {
    incoming.resume().on("end", () => {
      serve();
      outgoing.end("served");
    });
    incoming.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const GARBAGE = expect.stringContaining("nonsense") as string;
const CASES: readonly (readonly [Fate, Seen])[] = [
  [{ kind: "pass" }, { status: 200, text: "served", served: 1, counts: {} }],
  [
    { kind: "pass", delayMs: 20 },
    { status: 200, text: "served", served: 1, counts: { latency: 1 } },
  ],
  [{ kind: "cut-request" }, { error: "reset", served: 0, counts: { "cut-request": 1 } }],
  [{ kind: "cut-response" }, { error: "reset", served: 1, counts: { "cut-response": 1 } }],
  [{ kind: "silence" }, { error: "silence", served: 0, counts: { silence: 1 } }],
  [{ kind: "mute" }, { error: "silence", served: 1, counts: { mute: 1 } }],
  [{ kind: "garbage" }, { status: 200, text: GARBAGE, served: 1, counts: { garbage: 1 } }],
  [
    { kind: "status", status: 500, served: false },
    { status: 500, text: "the storm says no", served: 0, counts: { "HTTP 500": 1 } },
  ],
  [
    { kind: "status", status: 500, served: true },
    { status: 500, text: "the storm says no", served: 1, counts: { "HTTP 500, served": 1 } },
  ],
  [
    { kind: "status", status: 429, retryAfterSeconds: 7, served: false },
    { status: 429, retryAfter: "7", text: "the storm says no", served: 0, counts: { "HTTP 429 with Retry-After": 1 } },
  ],
];

test.each(CASES)("a request whose fate is %j", async (fate, seen) => {
  expect(await send(fate)).toEqual(seen);
});

test("a proxy that is shut refuses connections, and takes them again at the same port", async () => {
  await using server = await listening(() => undefined);
  await using proxy = await startFaultProxy(() => ({ kind: "pass" }));
  proxy.direct(server.port);
  const url = `http://127.0.0.1:${proxy.port}/`;
  proxy.shut();
  await expect(answerOf(url)).rejects.toThrow("ECONNREFUSED");
  await proxy.open();
  expect(await answerOf(url)).toMatchObject({ status: 200 });
});
