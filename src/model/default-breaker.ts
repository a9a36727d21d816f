import type { BreakerConfig } from "./server.ts";

/** What holds for a server whose configuration does not say otherwise. */
export const DEFAULT_BREAKER: BreakerConfig = { failures: 5, recoveryMs: 30_000, halfOpenCalls: 3, successes: 2, perTool: false };
