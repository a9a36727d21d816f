import type { RetryBudget } from "./server.ts";

/**
 * What holds for a server whose configuration does not say otherwise. Ten in a second let a thousand executions whose
 * server was started anew go on within two minutes.
 */
export const DEFAULT_RETRY_BUDGET: RetryBudget = { share: 0.2, perSecond: 10 };
