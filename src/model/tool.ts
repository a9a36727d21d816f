import type { JsonObject } from "../base/json.ts";
import type { Effect, Resources } from "./workflow.ts";

/** What a server says of one of its tools. Annotations are hints of the server, nothing that can be relied on. */
export interface Tool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
    readonly openWorldHint?: boolean;
  };
}

/** What planning needs to know of a server: its tools, and what its configuration says of them. */
export interface ServerCatalog {
  readonly name: string;
  readonly tools: readonly Tool[];
  /** True when the configuration says that the server honours idempotency keys: repeating is then safe for every effect. */
  readonly honoursIdempotencyKey: boolean;
  /** Effects that the configuration states, by tool name; they outrank the tool's annotations. */
  readonly effects: Readonly<Record<string, Effect>>;
  /** Tools that must come earlier in a workflow that uses this one, by tool name; entries are `tool` or `server.tool`. */
  readonly requires: Readonly<Record<string, readonly string[]>>;
  /** Why no workflow may use it: what it is not, of all that the configuration demands. It is then not asked for its tools. */
  readonly faults?: readonly string[];
  /** It is on other machines only, and on none that is there now: nobody knows its tools. */
  readonly away?: true;
  /** Where its tools are, when other machines have it: their names by machine, `local` for this one. */
  readonly machines?: Readonly<Record<string, readonly string[]>>;
  /** What all its replicas can do at once. Default: no limit is known. */
  readonly capacity?: ServerCapacity;
}

/** How much a server can do at once. */
export interface ServerCapacity {
  /** Calls in flight, of all replicas together. */
  readonly calls: number;
  /** The most that any one replica has: what a single call can occupy. */
  readonly largest: Resources;
  /** Of all replicas together. */
  readonly resources: Resources;
}

/** All servers that a workflow may use, at one moment. */
export type Catalog = Readonly<Record<string, ServerCatalog>>;
