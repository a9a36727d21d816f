import { parseDuration, printDuration } from "../base/duration.ts";
import { filled, recordOf } from "../definition/collection-types.ts";
import { wrongType } from "../definition/reading.ts";
import { shape } from "../definition/shape.ts";
import type { Shape } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";
import type { RateLimit, RateLimits } from "../model/server.ts";

const COUNT_MAX = 1_000_000;
const SPAN_MAX_MS = 86_400_000;

/** So many in a span of time: `100/min`, `10/s`, `1000/24h`. */
export const rate: ValueType<RateLimit> = {
  read(value, reading) {
    const read = typeof value === "string" ? parseRate(value) : undefined;
    return read ?? wrongType(reading, 'a rate such as "100/min", "10/s" or "1000/24h", of 1 to 1000000 in at most a day', value);
  },
  print: ({ count, perMs }) => `${count}/${printDuration(perMs)}`,
  schema: () => ({ type: "string", pattern: "^ *[0-9]+ ?/ ?([0-9]+(\\.[0-9]+)?)?[ _]?[A-Za-z]+ *$" }),
};

function parseRate(text: string): RateLimit | undefined {
  const [, written = "", span = ""] = /^(\d{1,7}) ?\/ ?([\w. ]+)$/.exec(text.trim()) ?? [];
  const count = Number(written);
  const perMs = parseDuration(/^\d/.test(span) ? span : `1${span}`) ?? 0;
  return count >= 1 && count <= COUNT_MAX && perMs >= 1 && perMs <= SPAN_MAX_MS ? { count, perMs } : undefined;
}

const limits: Shape<RateLimits> = shape<RateLimits>("rate_limit", {
  calls: { key: "calls", type: rate, about: "for all calls to the server; no limit if not given" },
  perClient: {
    key: "per_client",
    type: rate,
    about: "for the calls of each client, which is a user of a tenant, or a tenant; no limit if not given",
  },
  tools: { key: "tools", type: filled(recordOf(rate, { most: 10_000 })), about: "for single tools, by name" },
});

/** The keys of `rate_limit`, or one rate for all calls to the server. */
export const rateLimitEntry: ValueType<RateLimits> = {
  ...limits,
  read(value, reading) {
    if (typeof value === "object" && value !== null) return limits.read(value, reading);
    const calls = rate.read(value, reading);
    return calls && { calls };
  },
  schema: (definitions) => ({ anyOf: [rate.schema(definitions), limits.schema(definitions)] }),
};
