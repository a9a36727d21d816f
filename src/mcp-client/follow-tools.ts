import type { Client } from "@modelcontextprotocol/client";
import { type Clock, sleep } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { reconnectDelayMs, STABLE_AFTER_MS } from "./reconnect-delay.ts";

const ACKNOWLEDGED_WITHIN_MS: Ms = 10_000;
const TROUBLES_MAX = 10;

/**
 * Listens for changes of the tools of a server of the newer era, which tells them only to those who listen; the older
 * era tells everybody. Opens the stream again when it ends, and gives up after ten troubles in a row.
 *
 * @param onMissed - told when a stream has ended: there may have been a change that nobody heard of
 */
export async function followTools(client: Client, clock: Clock, onMissed: () => void, signal: AbortSignal): Promise<void> {
  if (client.getProtocolEra() !== "modern" || client.getServerCapabilities()?.tools?.listChanged !== true) return;
  for (let troubles = 0; troubles < TROUBLES_MAX && !signal.aborted; troubles += 1) {
    const startMs = clock.monotonicMs();
    try {
      const subscription = await client.listen({ toolsListChanged: true }, { timeout: ACKNOWLEDGED_WITHIN_MS, signal });
      await subscription.closed;
      if (!signal.aborted) onMissed();
    } catch {
      // The server refuses, or the connection has ended; both are what is counted here.
    }
    if (clock.monotonicMs() - startMs >= STABLE_AFTER_MS) troubles = 0;
    // One second at least: a server that ends every stream at once must not have its tools listed all the time.
    await sleep(clock, Math.max(1_000, reconnectDelayMs(troubles + 1, "process")), signal).catch(() => undefined);
  }
}
