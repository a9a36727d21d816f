import { printDuration } from "../base/duration.ts";
import { durationIn } from "../definition/duration-in.ts";
import { resourcesShape } from "../definition/resources-shape.ts";
import { choice } from "../definition/scalar-types.ts";
import type { Fields } from "../definition/shape.ts";
import { DEFAULT_LIMITS } from "../model/default-limits.ts";
import type { ServerConfig } from "../model/server.ts";
import { breakerEntry } from "./breaker-entry.ts";
import { rateLimitEntry } from "./rate-limit-entry.ts";
import { retryBudgetEntry } from "./retry-budget-entry.ts";

type LimitKeys = "breaker" | "rateLimits" | "retryBudget" | "hedgeAfterMs" | "resources" | "healthIntervalMs" | "profile";

const HOUR_MS = 3_600_000;

/** The keys of a server about how much it is asked to do, and when it is left alone. */
export const LIMIT_FIELDS: Fields<Pick<ServerConfig, LimitKeys>> = {
  profile: {
    key: "profile",
    type: choice("sequential", "parallel"),
    about: "sequential for one call at a time, at each replica; parallel if not given",
  },
  resources: {
    key: "resources",
    type: resourcesShape,
    about: "what each replica has for steps that occupy some of it; no limit if not given",
  },
  rateLimits: {
    key: "rate_limit",
    type: rateLimitEntry,
    about: "how many calls may be sent to it in a span of time, such as 100/min; no limit if not given",
  },
  retryBudget: { key: "retry_budget", type: retryBudgetEntry, about: "how many of its calls may be repetitions" },
  breaker: { key: "breaker", type: breakerEntry, about: "when a replica that keeps failing is left alone" },
  hedgeAfterMs: {
    key: "hedge_after",
    type: durationIn({ minMs: 1, maxMs: HOUR_MS }),
    about: "asks a second replica too when one has not answered a call that only reads for so long; never if not given",
  },
  healthIntervalMs: {
    key: "health_interval",
    type: durationIn({ minMs: 100, maxMs: 24 * HOUR_MS }),
    about: `how often it is asked whether it is there, once it has been used; ${printDuration(DEFAULT_LIMITS.healthIntervalMs)} if not given`,
  },
};
