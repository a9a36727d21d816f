import type { ServerEvent } from "@modelcontextprotocol/server";
import { createRequestStateCodec } from "@modelcontextprotocol/server";
import { randomBytes } from "node:crypto";
import type { WantedChanges } from "../../src/mcp-server/wanted-changes.ts";

import type { FixtureTasks } from "./fixture-tasks.ts";

/** What all servers of one process share: in the newer era each request has one of its own. */
export interface FixtureWorld {
  readonly tasks: FixtureTasks;
  /** Seals what clients carry from one round to the next. */
  readonly sealed: ReturnType<typeof createRequestStateCodec<RoundState>>;
  publish(change: ServerEvent): void;
  follow(wanted: WantedChanges, tell: (change: ServerEvent) => void): Disposable;
}

/** What a tool remembers between two rounds. */
export interface RoundState {
  readonly tool: string;
  readonly round?: number;
  readonly name?: string;
}

export function createFixtureWorld(): FixtureWorld {
  const listeners = new Set<(change: ServerEvent) => void>();
  return {
    tasks: new Map(),
    sealed: createRequestStateCodec<RoundState>({ key: randomBytes(32) }),
    publish(change) {
      for (const listener of listeners) listener(change);
    },
    follow(wanted, tell) {
      const listener = (change: ServerEvent): void => {
        if (isWanted(change, wanted)) tell(change);
      };
      listeners.add(listener);
      return { [Symbol.dispose]: () => listeners.delete(listener) };
    },
  };
}

function isWanted(change: ServerEvent, wanted: WantedChanges): boolean {
  switch (change.kind) {
    case "tools_list_changed":
      return wanted.tools;
    case "prompts_list_changed":
      return wanted.prompts;
    case "resources_list_changed":
      return wanted.resourceList;
    case "resource_updated":
      return wanted.resources.includes(change.uri);
  }
}
