import { expect, test } from "vitest";
import type { WantedChanges } from "./wanted-changes.ts";
import { Subscriptions } from "./subscriptions.ts";

const NOTHING: WantedChanges = { tools: false, prompts: false, resourceList: false, resources: [] };

/** Subscriptions that note what is watched. */
function watched(): { readonly subscriptions: Subscriptions; readonly now: () => readonly string[]; readonly begun: string[] } {
  const current = new Map<object, string>();
  const begun: string[] = [];
  const follow = ({ tools, prompts, resourceList, resources }: WantedChanges): Disposable => {
    const name = [tools ? "tools" : "", prompts ? "prompts" : "", resourceList ? "list" : "", ...resources].join("");
    begun.push(name);
    const own = { [Symbol.dispose]: (): void => void current.delete(own) };
    current.set(own, name);
    return own;
  };
  return { subscriptions: new Subscriptions(follow, () => undefined), now: () => [...current.values()].sort(), begun };
}

test("what several want is watched once, until nobody wants it any more", () => {
  const { subscriptions, now, begun } = watched();
  subscriptions.add(1, { ...NOTHING, tools: true, resources: ["a", "b"] });
  subscriptions.add("two", { ...NOTHING, resources: ["b"] });
  expect(now()).toEqual(["a", "b", "tools"]);
  subscriptions.remove(1);
  expect(now()).toEqual(["b"]);
  subscriptions.remove("nobody");
  subscriptions.remove("two");
  expect(now()).toEqual([]);
  expect(begun).toEqual(["tools", "a", "b"]);
});

test("a subscription with the same id takes the place of the one before", () => {
  const { subscriptions, now } = watched();
  subscriptions.add(1, { ...NOTHING, resources: ["a"] });
  subscriptions.add(1, { ...NOTHING, prompts: true });
  expect(now()).toEqual(["prompts"]);
});

test("there are so many and no more, and disposing ends them all", () => {
  const { subscriptions, now } = watched();
  const added = Array.from({ length: 1_025 }, (_, id) => subscriptions.add(id, { ...NOTHING, resources: [`${id}`] }));
  expect(added.filter((good) => good)).toHaveLength(1_024);
  expect(now()).toHaveLength(1_024);
  subscriptions[Symbol.dispose]();
  expect(now()).toEqual([]);
});
