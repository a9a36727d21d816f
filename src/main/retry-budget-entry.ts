import { report } from "../definition/reading.ts";
import { numberIn } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { Shape } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";
import { DEFAULT_RETRY_BUDGET } from "../model/default-retry-budget.ts";
import type { RetryBudget } from "../model/server.ts";

const keys: Shape<RetryBudget> = shape<RetryBudget>("retry_budget", {
  share: {
    key: "share",
    type: numberIn({ min: 0, max: 1, fractions: true }),
    absent: DEFAULT_RETRY_BUDGET.share,
    about: `how many repetitions there may be for each first attempt; ${DEFAULT_RETRY_BUDGET.share} if not given`,
  },
  perSecond: {
    key: "per_second",
    type: numberIn({ min: 0, max: 10_000, fractions: true }),
    absent: DEFAULT_RETRY_BUDGET.perSecond,
    about: `how many are allowed in any case; ${DEFAULT_RETRY_BUDGET.perSecond} if not given`,
  },
});

/** How many calls to a server may be repetitions. */
export const retryBudgetEntry: ValueType<RetryBudget> = {
  ...keys,
  read(value, reading) {
    const budget = keys.read(value, reading);
    if (budget === undefined || budget.share > 0 || budget.perSecond > 0) return budget;
    const message = 'with a "share" and a "per_second" of 0 a repetition would wait for ever: make one of them greater';
    return report(reading, "contradiction", message);
  },
};
