import { sleep } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import { LocalClient, OwnerLeftError } from "../client/local-client.ts";
import { parseEndpoint } from "../client/local-protocol.ts";
import type { Introduction } from "../client/local-protocol.ts";
import { readOwnerNote } from "../sqlite/owner-note.ts";

/** A process that owns a data directory and does not answer for so long does not answer: it was stopped, or hangs. */
const ANSWER_MS = 3_000;

export interface ConnectOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly introduction: Introduction;
}

/**
 * Connects to the process that owns a data directory; undefined when none does, or when it takes no requests (yet).
 *
 * @throws TuttiError `identity.invalid`, `tenant.invalid`, `access.denied` - it does not take us
 */
export async function connectToOwner(directory: string, options: ConnectOptions): Promise<LocalClient | undefined> {
  const { clock, signal, introduction } = options;
  const endpoint = readOwnerNote(directory)?.endpoint;
  if (endpoint === undefined) return undefined;
  using limit = deadline(clock, signal, ANSWER_MS, () => new OwnerLeftError("the process that owns the data directory does not answer"));
  try {
    return await LocalClient.connect(parseEndpoint(endpoint), introduction, limit.signal);
  } catch (error) {
    if (error instanceof OwnerLeftError) return undefined;
    throw error;
  }
}

// An owner that ends awaits calls in flight, and then the end of its servers: nine seconds at the most.
const PATIENCE_MS = 20_000;
const PAUSE_MS = 100;

/** Tries again while it gives undefined, for some seconds: between the end of one owner and the readiness of the next lie moments. */
export async function patiently<T>(clock: Clock, signal: AbortSignal, attempt: () => Promise<T | undefined>): Promise<T | undefined> {
  const endMs = clock.monotonicMs() + PATIENCE_MS;
  for (;;) {
    const result = await attempt();
    if (result !== undefined || clock.monotonicMs() >= endMs) return result;
    await sleep(clock, PAUSE_MS, signal);
  }
}
