/** Keeps the executions of one group below its limit, first come, first served. */
export class ConcurrencyGroups {
  readonly #groups = new Map<string, { readonly running: Set<string>; readonly queue: Waiting[] }>();

  /** The executions of a group that run or wait, the oldest first. */
  members(group: string): readonly string[] {
    const found = this.#groups.get(group);
    return found === undefined ? [] : [...found.running, ...found.queue.map((waiting) => waiting.executionId)];
  }

  /** Whether one more may run at once. */
  hasRoom(group: string, limit: number): boolean {
    const found = this.#groups.get(group);
    return found === undefined || found.running.size + found.queue.length < limit;
  }

  /** Calls back when the execution may run: at once, or when others have left. */
  enter(group: string, limit: number, executionId: string, go: () => void): void {
    const found = this.#groups.get(group) ?? { running: new Set<string>(), queue: [] };
    this.#groups.set(group, found);
    found.queue.push({ executionId, limit, go });
    this.#admit(group);
  }

  /** The execution has ended, or does not wait any longer. */
  leave(group: string, executionId: string): void {
    const found = this.#groups.get(group);
    if (found === undefined) return;
    found.running.delete(executionId);
    const place = found.queue.findIndex((waiting) => waiting.executionId === executionId);
    if (place >= 0) found.queue.splice(place, 1);
    this.#admit(group);
  }

  #admit(group: string): void {
    const found = this.#groups.get(group);
    if (found === undefined) return;
    for (let first = found.queue[0]; first !== undefined && found.running.size < first.limit; first = found.queue[0]) {
      found.queue.shift();
      found.running.add(first.executionId);
      first.go();
    }
    if (found.running.size === 0 && found.queue.length === 0) this.#groups.delete(group);
  }
}

interface Waiting {
  readonly executionId: string;
  readonly limit: number;
  readonly go: () => void;
}
