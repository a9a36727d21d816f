import { expect, test } from "vitest";
import type { Json } from "../base/json.ts";
import type { ServerEvent } from "./event-stream.ts";
import { toldItems } from "./told-items.ts";

async function all(events: AsyncGenerator<ServerEvent, void>): Promise<readonly ServerEvent[]> {
  const list: ServerEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

const none = (): undefined => undefined;

test("items come in order, under their types, and the output at last", async () => {
  const events = toldItems(
    async (tell) => {
      tell({ type: "event", seq: 1 });
      await Promise.resolve();
      tell(2);
      return { done: true };
    },
    (item) => (item === 2 ? 2 : undefined),
  );
  expect(await all(events)).toEqual([
    { event: "event", data: { type: "event", seq: 1 } },
    { id: 2, event: "item", data: 2 },
    { event: "result", data: { done: true } },
  ]);
});

test("a refusal comes after what was told before it", async () => {
  const events = toldItems(async (tell): Promise<Json> => {
    tell(1);
    throw new Error("no");
  }, none);
  expect((await events.next()).value).toEqual({ event: "item", data: 1 });
  await expect(events.next()).rejects.toThrow("no");
});

test.each([
  ["many", 5_000, 1],
  ["large", 10, 2 ** 20],
])("whoever falls behind by too %s items is told so, and nothing more is kept for him", async (_, count, characters) => {
  const events = toldItems(async (tell) => {
    for (let place = 0; place < count; place += 1) tell("x".repeat(characters));
    return await Promise.resolve(null);
  }, none);
  const heard = await all(events);
  expect(heard.at(-1)).toEqual({ event: "lagging", data: {} });
  expect(heard.length - 1).toBeLessThan(count);
  expect(heard.length).toBeGreaterThan(1);
});
