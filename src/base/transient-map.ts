/**
 * A map whose values come and go all the time.
 *
 * V8 gives a growing `Map` a new table and lets the old one point to it. Once an old table has reached the old
 * generation, it keeps every later table alive, with all that was in them, until the next full collection: with 50
 * executions at once that was half of all there had ever been, and a quarter of the time. Here a table holds cells, and
 * the cell of what was deleted is empty.
 */
export class TransientMap<Key, Value> {
  readonly #cells = new Map<Key, { value: Value | undefined }>();

  get(key: Key): Value | undefined {
    return this.#cells.get(key)?.value;
  }

  has(key: Key): boolean {
    return this.#cells.has(key);
  }

  set(key: Key, value: Value): void {
    this.delete(key);
    this.#cells.set(key, { value });
  }

  delete(key: Key): void {
    const cell = this.#cells.get(key);
    if (cell === undefined) return;
    cell.value = undefined;
    this.#cells.delete(key);
  }

  *values(): Generator<Value> {
    for (const { value } of this.#cells.values()) if (value !== undefined) yield value;
  }
}
