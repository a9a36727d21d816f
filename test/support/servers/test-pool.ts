import { systemClock } from "../../../src/base/clock.ts";
import { openServerPool } from "../../../src/main/server-pool.ts";
import type { ServerPool } from "../../../src/main/server-pool.ts";
import type { ServerConfig } from "../../../src/model/server.ts";

/** Servers as the product holds them, in real time. Nobody can be asked, and what they write is dropped. */
export function openTestPool(servers: readonly ServerConfig[]): ServerPool {
  return openServerPool({
    servers,
    clock: systemClock,
    elicitor: { ask: () => Promise.resolve(undefined) },
    log: { write: () => undefined },
    version: "0.0.0",
  });
}
