import type { ServerEvent } from "@modelcontextprotocol/server";

/** What a client wants to be told of. */
export interface WantedChanges {
  readonly tools: boolean;
  readonly prompts: boolean;
  readonly resourceList: boolean;
  /** URIs. */
  readonly resources: readonly string[];
}

/** Tells a client of one change. Must return at once, and never throw. */
export type TellChange = (change: ServerEvent) => void;
