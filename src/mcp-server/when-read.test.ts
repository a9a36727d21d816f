import { expect, test } from "vitest";
import { whenRead } from "./when-read.ts";

const STREAM = { headers: { "content-type": "text/event-stream" } };

test("an answer that is there as a whole counts as written at once", () => {
  const ended: string[] = [];
  const response = Response.json({});
  expect(whenRead(response, () => ended.push("ended"))).toBe(response);
  expect(ended).toEqual(["ended"]);
});

test("a stream has ended when it was read to its end, once", async () => {
  const ended: string[] = [];
  const response = whenRead(new Response("data: 1\n\n", STREAM), () => ended.push("ended"));
  expect(ended).toEqual([]);
  expect([await response.text(), response.headers.get("content-type")]).toEqual(["data: 1\n\n", "text/event-stream"]);
  expect(ended).toEqual(["ended"]);
});

test("a reader who goes ends the stream, also for whoever writes it", async () => {
  const ended = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream({ cancel: () => cancelled.resolve() });
  await whenRead(new Response(body, STREAM), () => ended.resolve()).body?.cancel();
  await Promise.all([ended.promise, cancelled.promise]);
  expect(body.locked).toBe(true);
});

test("a reader who takes nothing is cut off before all memory is used", async () => {
  let written = 0;
  const mebibyte = new Uint8Array(2 ** 20);
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      written += 1;
      controller.enqueue(mebibyte);
    },
    cancel: () => cancelled.resolve(),
  });
  const response = whenRead(new Response(body, STREAM), () => undefined);
  await cancelled.promise;
  expect(written).toBeLessThan(20);
  await expect(response.text()).rejects.toThrow("does not read");
});
