import fc from "fast-check";
import { expect, test } from "vitest";
import { IndexedHeap } from "./indexed-heap.ts";

interface Item {
  key: number;
}

test("the smallest is always first, whatever is added, taken out or changed", () => {
  const change = fc.record({ kind: fc.constantFrom("push", "pop", "remove", "move"), key: fc.nat(20), which: fc.nat(100) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const heap = new IndexedHeap<Item>((left, right) => left.key < right.key);
      const items: Item[] = [];
      const takeOut = (item: Item | undefined): void => {
        if (item === undefined) return;
        heap.remove(item);
        items.splice(items.indexOf(item), 1);
      };
      for (const { kind, key, which } of changes) {
        const item = items[which % Math.max(1, items.length)];
        if (kind === "push") {
          const added = { key };
          items.push(added);
          heap.push(added);
        } else if (kind === "pop") takeOut(heap.peek());
        else if (kind === "remove") takeOut(item);
        else if (item !== undefined) {
          item.key = key;
          heap.moved(item);
        }
        expect(heap.peek()?.key).toBe(items.length === 0 ? undefined : Math.min(...items.map((each) => each.key)));
        expect(heap.size).toBe(items.length);
      }
      expect(new Set(heap.values())).toEqual(new Set(items));
    }),
  );
});

test("what is not there is neither taken out nor moved", () => {
  const heap = new IndexedHeap<Item>((left, right) => left.key < right.key);
  const [inside, outside] = [{ key: 2 }, { key: 1 }];
  heap.push(inside);
  heap.remove(outside);
  heap.moved(outside);
  expect([heap.size, heap.peek()]).toEqual([1, inside]);
});
