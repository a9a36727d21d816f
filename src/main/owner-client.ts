import { sleep } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import { LocalClient, OwnerLeftError } from "../client/local-client.ts";
import { parseEndpoint } from "../client/local-protocol.ts";
import type { Surroundings } from "../client/local-protocol.ts";
import { readOwnerNote } from "../sqlite/owner-note.ts";

/** Connects to the process that owns a data directory; undefined when none does, or when it takes no requests (yet). */
export async function connectToOwner(directory: string, surroundings: Surroundings): Promise<LocalClient | undefined> {
  const endpoint = readOwnerNote(directory)?.endpoint;
  if (endpoint === undefined) return undefined;
  try {
    return await LocalClient.connect(parseEndpoint(endpoint), surroundings);
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
