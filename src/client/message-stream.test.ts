import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MessageStream } from "./message-stream.ts";

/** Two ends of a connection, the far one bare. */
async function connected(): Promise<AsyncDisposable & { readonly near: Socket; readonly far: Socket }> {
  const folder = mkdtempSync(join(tmpdir(), "tutti-stream-"));
  const server = createServer().listen(join(folder, "s"));
  const near = createConnection(join(folder, "s"));
  const [far] = (await once(server, "connection")) as [Socket];
  return {
    near,
    far,
    async [Symbol.asyncDispose]() {
      near.destroy();
      far.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

test("messages arrive whole, however they are cut on the way", async () => {
  await using pair = await connected();
  const received: unknown[] = [];
  const done = Promise.withResolvers<void>();
  const stream = new MessageStream(pair.near, (message) => {
    received.push(message);
    if (received.length === 3) done.resolve();
  });
  stream.send({ type: "hello" });
  const text = Buffer.from(`${JSON.stringify({ text: "Grüße" })}\n${JSON.stringify([1])}\n${JSON.stringify("x".repeat(100_000))}\n`);
  for (const part of [text.subarray(0, 12), text.subarray(12, 13), text.subarray(13)]) {
    pair.far.write(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done.promise;
  expect(received).toEqual([{ text: "Grüße" }, [1], "x".repeat(100_000)]);
  const [sent] = (await once(pair.far, "data")) as [Buffer];
  expect(sent.toString()).toBe('{"type":"hello"}\n');
});

test("a line that is no JSON ends the connection", async () => {
  await using pair = await connected();
  const received: unknown[] = [];
  void new MessageStream(pair.near, (message) => received.push(message));
  pair.far.write("1\nnonsense\n2\n");
  await once(pair.near, "close");
  expect(received).toEqual([1]);
});

test("what is sent to somebody who has gone is dropped", async () => {
  await using pair = await connected();
  const stream = new MessageStream(pair.near, () => undefined);
  pair.far.destroy();
  await once(pair.near, "close");
  expect(() => stream.send({ type: "late" })).not.toThrow();
});
