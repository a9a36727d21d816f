import { LRUCache } from "lru-cache";
import { ToolError } from "tutti/server";

const WINDOW_MS = 60_000;
const TENANTS_MAX = 10_000;

/** Counts the requests of each tenant in the last minute. */
export interface RateLimit {
  /** @throws ToolError - there were as many as are allowed; the request is not counted */
  count(tenant: string, nowMs: number): void;
}

export function rateLimit(perMinute: number): RateLimit {
  const requests = new LRUCache<string, number[]>({ max: TENANTS_MAX });
  return {
    count(tenant, nowMs) {
      const times = (requests.get(tenant) ?? []).filter((time) => time > nowMs - WINDOW_MS && time <= nowMs);
      const [first] = times;
      if (first !== undefined && times.length >= perMinute) {
        const retryAfter = Math.max(1, Math.ceil((first + WINDOW_MS - nowMs) / 1_000));
        throw new ToolError(`more than ${perMinute} requests in a minute: the next is taken in ${retryAfter} s`, {
          type: "External",
          httpStatusCode: 429,
          retryAfter,
        });
      }
      requests.set(tenant, [...times, nowMs]);
    },
  };
}
