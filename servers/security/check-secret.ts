import { ToolError } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";
import type { Client, Clients } from "./clients.ts";
import { isSecret } from "./secret-hash.ts";

/** Finds out whether somebody is the client that they say they are. At a cost that has a limit, whoever asks how often. */
export type CheckSecret = (given: GivenSecret, signal: AbortSignal) => Promise<Client>;

export interface GivenSecret {
  readonly tenant: string;
  readonly clientId: string;
  readonly secret: string;
}

/** Each takes 32 MiB and a thread of the pool. */
const AT_ONCE_MAX = 2;
const WAITING_MAX = 20;

const FAILURES_MAX = 10;
const FAILURES_MS = 60_000;
const REMEMBERED_MAX = 10_000;

export function secretChecking(clients: Clients, nowMs: () => number): CheckSecret {
  const failures = failureCount(nowMs);
  const turns = takingTurns();
  return async ({ tenant, clientId, secret }, signal) => {
    const key = JSON.stringify([tenant, clientId]);
    failures.refuseTooMany(key);
    return await turns(signal, async () => {
      failures.refuseTooMany(key);
      // Counted before it is known, but only when it is its turn: whoever waits has not been wrong.
      failures.add(key);
      const client = clients.find(tenant, clientId);
      if (!(await fits(secret, client)) || client === undefined) throw refuse("there is no such client, or this is not its secret");
      failures.forget(key);
      return client;
    });
  };
}

interface FailureCount {
  /** @throws ToolError - so many have failed that nobody is asked for a while */
  refuseTooMany(key: string): void;
  add(key: string): void;
  forget(key: string): void;
}

function failureCount(nowMs: () => number): FailureCount {
  const failures = new Map<string, { readonly count: number; readonly untilMs: number }>();
  const recent = (key: string): { readonly count: number; readonly untilMs: number } => {
    const before = failures.get(key);
    return before !== undefined && before.untilMs > nowMs() ? before : { count: 0, untilMs: nowMs() + FAILURES_MS };
  };
  return {
    refuseTooMany(key) {
      const { count, untilMs } = recent(key);
      if (count >= FAILURES_MAX) throw tooMany("too many wrong secrets for this client", (untilMs - nowMs()) / 1_000);
    },
    add(key) {
      const { count, untilMs } = recent(key);
      failures.delete(key);
      failures.set(key, { count: count + 1, untilMs });
      const [oldest] = failures.keys();
      if (failures.size > REMEMBERED_MAX && oldest !== undefined) failures.delete(oldest);
    },
    forget: (key) => void failures.delete(key),
  };
}

async function fits(secret: string, client: Client | undefined): Promise<boolean> {
  for (const expected of client?.secrets ?? [undefined]) if (await isSecret(secret, expected)) return true;
  return false;
}

function takingTurns(): <Result>(signal: AbortSignal, work: () => Promise<Result>) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (signal, work) => {
    if (running >= AT_ONCE_MAX) {
      if (waiting.length >= WAITING_MAX) throw tooMany("too many ask for tokens at once", 1);
      // Whoever ends hands their place on.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

function tooMany(message: string, seconds: number): ToolError {
  return new ToolError(message, { type: "External", httpStatusCode: 429, retryAfter: Math.max(1, Math.ceil(seconds)) });
}
