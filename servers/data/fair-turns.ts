import { ToolError } from "tutti/server";

/** Lets in so many at once, and of one tenant never all, so that nobody keeps all others waiting. */
export interface FairTurns {
  /** Resolves when it is the caller's turn, to what ends the turn. @throws ToolError - too many wait */
  take(tenant: string, signal: AbortSignal): Promise<Disposable>;
  readonly running: number;
  readonly waiting: number;
}

interface Waiting {
  readonly tenant: string;
  readonly go: (turn: Disposable) => void;
}

export function fairTurns({ atOnce, waitingMax }: { readonly atOnce: number; readonly waitingMax: number }): FairTurns {
  const perTenant = Math.max(1, atOnce - 1);
  const running: string[] = [];
  const waiting: Waiting[] = [];
  const mayGo = (tenant: string): boolean => running.length < atOnce && running.filter((other) => other === tenant).length < perTenant;
  const begin = (tenant: string): Disposable => {
    running.push(tenant);
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      running.splice(running.indexOf(tenant), 1);
      const index = waiting.findIndex((other) => mayGo(other.tenant));
      const [next] = index === -1 ? [] : waiting.splice(index, 1);
      // Its turn begins here and not when it wakes up, so that nobody comes between.
      next?.go(begin(next.tenant));
    };
    return { [Symbol.dispose]: end };
  };
  return {
    async take(tenant, signal) {
      signal.throwIfAborted();
      if (mayGo(tenant)) return begin(tenant);
      if (waiting.length >= waitingMax) {
        throw new ToolError("too many queries are waiting", { type: "External", httpStatusCode: 429, retryAfter: 5 });
      }
      return await new Promise<Disposable>((resolve, reject) => {
        const stop = (): void => {
          waiting.splice(waiting.indexOf(mine), 1);
          reject(new ToolError("the query was given up", { type: "Connection" }));
        };
        const mine: Waiting = {
          tenant,
          go: (turn) => {
            signal.removeEventListener("abort", stop);
            resolve(turn);
          },
        };
        waiting.push(mine);
        signal.addEventListener("abort", stop, { once: true });
      });
    },
    get running() {
      return running.length;
    },
    get waiting() {
      return waiting.length;
    },
  };
}
