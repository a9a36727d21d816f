import { expect, test } from "vitest";
import { messagesOf, planSteps } from "../../test/support/plan-steps.ts";

const WARNED = (effect: string, remedy: string): string =>
  `warning: "a" is called each time in spite of its cache, because its effect is ${effect} - take the cache away${remedy}`;
const OR_READ = ", or say effect: read if it changes nothing";

test.each<[string, string, readonly string[]]>([
  ["a tool that only reads", "tool: shop.look", []],
  ["a tool of which the step says that it only reads", "tool: shop.buy, effect: read", []],
  ["a tool of which nothing is known", "tool: shop.buy", [WARNED("once", OR_READ)]],
  ["a tool that is idempotent", "tool: shop.put", [WARNED("idempotent", OR_READ)]],
  ["a step that says itself that it changes something", "tool: shop.look, effect: once", [WARNED("once", "")]],
])("a cache for %s", (_, action, messages) => {
  const result = planSteps([`{ id: a, ${action}, cache: { ttl: 1m } }`]);
  expect(messagesOf(result)).toEqual(messages);
  expect(result.problems.map(({ path }) => path)).toEqual(messages.map(() => ["steps", 0, "cache"]));
});

test("a step without a cache is not spoken of", () => {
  expect(messagesOf(planSteps(["{ id: a, tool: shop.buy }"]))).toEqual([]);
});
