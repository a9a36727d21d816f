import type { Ms } from "../base/duration.ts";
import type { RateLimit } from "../model/server.ts";
import { RateWindow } from "./rate-window.ts";

/** A window for each client that has made a call lately, or waits to make one. */
export class ClientWindows {
  readonly #limit: RateLimit;
  readonly #windows = new Map<string, RateWindow>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** How many clients are remembered. */
  get size(): number {
    return this.#windows.size;
  }

  of(client: string, nowMs: Ms): RateWindow {
    const window = this.#windows.get(client) ?? new RateWindow(this.#limit);
    this.#windows.delete(client);
    this.#forgetIdle(nowMs);
    this.#windows.set(client, window);
    return window;
  }

  /** Looks at two each time that one may be added, so that the idle ones do not gather. */
  #forgetIdle(nowMs: Ms): void {
    let looks = 2;
    for (const [client, window] of this.#windows) {
      this.#windows.delete(client);
      if (!window.isIdle(nowMs)) this.#windows.set(client, window);
      looks -= 1;
      if (looks === 0) return;
    }
  }
}
