import { LRUCache } from "lru-cache";
import type { Clock } from "../base/clock.ts";
import { DEFAULT_BREAKER } from "../model/default-breaker.ts";
import type { BreakerState } from "../model/server-stats.ts";
import type { BreakerConfig, ServerConfig } from "../model/server.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";

/** What the breaker of a replica, or of one of its tools, says. */
export interface BreakerReading {
  readonly server: string;
  /** The name of the connection. */
  readonly connection: string;
  /** Only where each tool has a breaker of its own. */
  readonly tool?: string;
  readonly state: BreakerState;
}

export interface CircuitBreakersOptions {
  /** By name; may change while calls are on their way. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly onChange?: (reading: BreakerReading) => void;
}

/** More than there are replicas and tools; a breaker that was forgotten begins closed. */
const BREAKERS_MAX = 1_000;

/** The breakers of all replicas, made when they are first asked for. */
export class CircuitBreakers {
  readonly #options: CircuitBreakersOptions;
  readonly #kept = new LRUCache<string, KeptBreaker>({ max: BREAKERS_MAX });

  constructor(options: CircuitBreakersOptions) {
    this.#options = options;
  }

  /** The breaker that a call to a tool must pass; undefined when it is switched off. */
  of(server: string, connection: string, tool: string): CircuitBreaker | undefined {
    const config = this.#configOf(server);
    if (config === "off") return undefined;
    // The name of a connection has no line break in it; that of a tool may have anything.
    const key = config.perTool ? `${connection}\n${tool}` : connection;
    const kept = this.#kept.get(key);
    // Whoever changes what holds for a server wants it to hold from now on.
    if (kept?.config === config) return kept.breaker;
    const about = { server, connection, ...(config.perTool ? { tool } : {}) };
    const made = { about, config, breaker: this.#make(config, about) };
    this.#kept.set(key, made);
    return made.breaker;
  }

  /** All that have been asked for and still hold, for metrics. */
  *states(): Generator<BreakerReading> {
    for (const { about, config, breaker } of this.#kept.values()) {
      if (config === this.#configOf(about.server)) yield { ...about, state: breaker.state };
    }
  }

  #configOf(server: string): BreakerConfig | "off" {
    return this.#options.servers.get(server)?.breaker ?? DEFAULT_BREAKER;
  }

  #make(config: BreakerConfig, about: Omit<BreakerReading, "state">): CircuitBreaker {
    const { clock, onChange = () => undefined } = this.#options;
    return new CircuitBreaker({ config, clock, onChange: (state) => onChange({ ...about, state }) });
  }
}

interface KeptBreaker {
  readonly about: Omit<BreakerReading, "state">;
  readonly config: BreakerConfig;
  readonly breaker: CircuitBreaker;
}
