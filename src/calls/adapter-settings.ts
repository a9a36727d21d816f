import type { Json } from "../base/json.ts";
import type { Ms } from "../base/duration.ts";
import type { ServerFacts } from "../ports/connections.ts";
import type { Tool } from "../model/tool.ts";

/** What stands in for a tool that failed under `best_effort`. */
export interface Fallback {
  /** Another tool, of this service or of another one that is registered; it gets the same arguments. */
  readonly alternative?: { readonly service?: string; readonly tool?: string };
  /** The answer when nothing else is to be had. */
  readonly default?: Json;
  /** How long an earlier answer of a tool that only reads counts as fresh. Default one minute. */
  readonly freshForMs?: Ms;
}

/** A server that the adapter has asked what it can do. */
export interface RegisteredService {
  readonly facts: ServerFacts;
  readonly tools: readonly Tool[];
  /** By tool name. */
  readonly fallbacks: Readonly<Record<string, Fallback>>;
}
