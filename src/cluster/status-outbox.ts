/** With that much on its way the rest waits here, where it can still be replaced by what is newer. */
const UNSENT_BYTES = 256 * 1_024;
/** Statuses that wait for one listener; one that is further behind is let go. */
const WAITING_MAX = 10_000;

/** Where statuses go. */
export interface OutboxSocket {
  /** What the socket has been given and the system has not yet taken, in bytes. */
  unsent(): number;
  send(text: string): boolean;
}

/**
 * What one listener is still to be told. Telling costs nobody anything: it waits here until it is sent.
 *
 * 1. Statuses of one thing arrive in the order in which they were told.
 * 2. A listener that reads is told all of them. While one does not, only the latest of each thing is kept.
 */
export class StatusOutbox {
  readonly #socket: OutboxSocket;
  /** In the order in which they are sent; by the thing where a later one takes the place, else by a number. */
  readonly #waiting = new Map<string | number, string>();
  #put = 0;

  constructor(socket: OutboxSocket) {
    this.#socket = socket;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** @returns false when the listener is too far behind */
  put(thing: string, text: string): boolean {
    this.#put += 1;
    const key = this.#socket.unsent() > UNSENT_BYTES ? thing : this.#put;
    // To the end: what it replaces may stand before what was told in between.
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
