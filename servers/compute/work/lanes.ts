import { ToolError } from "tutti/server";

const WAITING_MAX = 50;

/** How much of a kind is done at once; the others wait for their turn. */
export interface Lanes {
  /** @throws ToolError - too many wait already; the reason of the signal - it was aborted before the turn came */
  run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
}

/** @param atOnce - how many run side by side */
export function openLanes(atOnce: number): Lanes {
  let running = 0;
  const waiting: (() => void)[] = [];
  const turn = async (signal: AbortSignal): Promise<void> => {
    if (waiting.length >= WAITING_MAX) {
      throw new ToolError(`${WAITING_MAX} calls are waiting for their turn already`, {
        type: "External",
        httpStatusCode: 429,
        retryAfter: 5,
      });
    }
    await new Promise<void>((resolve, reject) => {
      const take = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        waiting.splice(waiting.indexOf(take), 1);
        reject(signal.reason);
      };
      waiting.push(take);
      signal.addEventListener("abort", leave, { once: true });
    });
  };
  return {
    async run(signal, work) {
      signal.throwIfAborted();
      if (running < atOnce) running += 1;
      else await turn(signal);
      try {
        return await work();
      } finally {
        // The place goes from hand to hand, so that nobody who comes just now takes it.
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
