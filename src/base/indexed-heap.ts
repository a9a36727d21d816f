/** A priority queue of distinct items that can also be taken out of its middle: O(log n) for every change. */
export class IndexedHeap<T> {
  readonly #items: T[] = [];
  readonly #places = new Map<T, number>();
  readonly #before: (left: T, right: T) => boolean;

  constructor(before: (left: T, right: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  /** All of them, in no order. */
  values(): Iterable<T> {
    return this.#items;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#settle(item, this.#items.length - 1);
  }

  /** Nothing happens when it is not there. */
  remove(item: T): void {
    const at = this.#places.get(item);
    if (at === undefined) return;
    this.#places.delete(item);
    const last = this.#items.pop();
    if (last !== undefined && last !== item) this.#settle(last, at);
  }

  /** To be told when something about the item has changed that others are compared with. */
  moved(item: T): void {
    const at = this.#places.get(item);
    if (at !== undefined) this.#settle(item, at);
  }

  /** Puts an item where it belongs, beginning at a place that is free. */
  #settle(item: T, from: number): void {
    const at = this.#sunk(item, this.#risen(item, from));
    this.#items[at] = item;
    this.#places.set(item, at);
  }

  #risen(item: T, from: number): number {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#items[parent] as T;
      if (!this.#before(item, above)) break;
      this.#put(above, at);
      at = parent;
    }
    return at;
  }

  #sunk(item: T, from: number): number {
    const items = this.#items;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) return at;
      if (child + 1 < items.length && this.#before(items[child + 1] as T, items[child] as T)) child += 1;
      if (!this.#before(items[child] as T, item)) return at;
      this.#put(items[child] as T, at);
      at = child;
    }
  }

  #put(item: T, at: number): void {
    this.#items[at] = item;
    this.#places.set(item, at);
  }
}
