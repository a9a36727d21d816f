import { LRUCache } from "lru-cache";
import type { GuardedHttp } from "../kit/http/guarded-fetch.ts";
import { circuitBreaker, type CircuitBreaker } from "./circuit-breaker.ts";
import type { Credentials } from "./credentials.ts";
import { notFound } from "./gateway-error.ts";
import { rateWindow, type RateWindow } from "./rate-window.ts";
import type { ApiConfig } from "./read-apis-file.ts";
import type { SecretWords } from "./secret-words.ts";

/** Time, as it passes for this server. */
export interface GatewayClock {
  readonly now: () => number;
  /** Resolves when the time is over or the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The APIs of this server, and how it stands with each. */
export interface Gateway {
  readonly apis: ReadonlyMap<string, RunningApi>;
  readonly http: GuardedHttp;
  readonly credentials: Credentials;
  readonly secrets: SecretWords;
  readonly clock: GatewayClock;
  /** Answers that may be given again, by tenant, endpoint and parameters. */
  readonly cache: LRUCache<string, CachedAnswer>;
}

/** Limits and breaker are those of the API: all tenants share what it has. */
export interface RunningApi {
  readonly name: string;
  readonly config: ApiConfig;
  readonly breaker: CircuitBreaker;
  readonly rate: RateWindow;
}

export interface CachedAnswer {
  readonly status: number;
  readonly data: unknown;
  readonly untilMs: number;
}

const CACHED_MAX = 200;
/** As JSON, of all together: parsed, they take several times as much memory. */
const CACHED_CHARACTERS_MAX = 16_000_000;

export function openGateway(configs: ReadonlyMap<string, ApiConfig>, ports: Omit<Gateway, "apis" | "cache">): Gateway {
  const apis = [...configs].map(([name, config]): [string, RunningApi] => {
    const { failures, seconds } = config.breaker;
    const breaker = circuitBreaker({ failures, openMs: seconds * 1_000 });
    return [name, { name, config, breaker, rate: rateWindow(config.rate_limit_per_minute) }];
  });
  const cache = new LRUCache<string, CachedAnswer>({
    max: CACHED_MAX,
    maxSize: CACHED_CHARACTERS_MAX,
    sizeCalculation: (answer) => JSON.stringify(answer).length,
  });
  return { ...ports, apis: new Map(apis), cache };
}

/** @throws ToolError `ApiNotFound` */
export function findApi({ apis }: Gateway, name: string): RunningApi {
  const api = apis.get(name);
  if (api === undefined) throw notFound("API", name, [...apis.keys()]);
  return api;
}
