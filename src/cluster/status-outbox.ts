/** With that much on its way the rest waits here, where it can still be replaced by what is newer. */
const UNSENT_BYTES = 256 * 1_024;
/** Executions whose status waits for one listener; one that is further behind is let go. */
const WAITING_MAX = 10_000;

/** Where statuses go. */
export interface OutboxSocket {
  /** What the socket has been given and the system has not yet taken, in bytes. */
  unsent(): number;
  send(text: string): boolean;
}

/**
 * What one listener is still to be told. Telling costs nobody anything: it waits here until there is room.
 *
 * 1. Statuses of one thing arrive in the order in which they were told; of those that wait only the latest is left.
 * 2. It holds at most one status of each thing, and of so many things.
 */
export class StatusOutbox {
  readonly #socket: OutboxSocket;
  readonly #waiting = new Map<string, string>();

  constructor(socket: OutboxSocket) {
    this.#socket = socket;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** @returns false when the listener is too far behind */
  put(key: string, text: string): boolean {
    // To the end, or something that changes all the time would keep its place before what is older.
    this.#waiting.delete(key);
    this.#waiting.set(key, text);
    return this.#waiting.size <= WAITING_MAX;
  }

  /** Sends as much as there is room for. */
  flush(): void {
    for (const [key, text] of this.#waiting) {
      if (this.#socket.unsent() > UNSENT_BYTES) return;
      this.#waiting.delete(key);
      if (!this.#socket.send(text)) return;
    }
  }
}
