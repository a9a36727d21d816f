import type { WebSocket } from "ws";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";

/** More than any machine needs that runs tasks as fast as it can. */
const FRAMES_PER_SECOND = 10_000;
const FRAMES_AT_ONCE = 20_000;
const PAUSE_MS: Ms = 100;

/** Lets one connection not take all the time that there is: beyond so many frames a second it is read more slowly. */
export class FrameBudget implements Disposable {
  readonly #socket: Pick<WebSocket, "pause" | "resume">;
  readonly #clock: Clock;
  #left = FRAMES_AT_ONCE;
  #countedMs: number;
  #pause: Disposable | undefined;

  constructor({ socket, clock }: { readonly socket: Pick<WebSocket, "pause" | "resume">; readonly clock: Clock }) {
    this.#socket = socket;
    this.#clock = clock;
    this.#countedMs = clock.monotonicMs();
  }

  /** Counts one frame that has come. */
  spend(): void {
    this.#left -= 1;
    if (this.#left > 0 || this.#pause !== undefined) return;
    this.#refill();
    if (this.#left > 0) return;
    this.#socket.pause();
    this.#pause = this.#clock.after(PAUSE_MS, () => {
      this.#pause = undefined;
      this.#socket.resume();
    });
  }

  [Symbol.dispose](): void {
    this.#pause?.[Symbol.dispose]();
  }

  #refill(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#left = Math.min(FRAMES_AT_ONCE, this.#left + ((nowMs - this.#countedMs) * FRAMES_PER_SECOND) / 1_000);
    this.#countedMs = nowMs;
  }
}
