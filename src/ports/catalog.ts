import type { CheckRegistry } from "../model/check.ts";
import type { KnownMachine } from "../model/machine.ts";
import type { Catalog } from "../model/tool.ts";

/** Knows the configured servers and their tools. */
export interface CatalogSource {
  /**
   * All configured servers; those that are named here with their tools as they are now, the others without any.
   *
   * @throws TuttiError `server.unavailable` - one that is named cannot be started, reached or listed
   */
  catalog(servers: readonly string[], signal: AbortSignal): Promise<Catalog>;

  /** How much there is of what servers share, by name. Default: nobody knows. */
  readonly shared?: Readonly<Record<string, number>>;

  /** Other machines, as they are now. Default: nobody knows. */
  readonly machines?: () => readonly KnownMachine[];

  /** What is configured for gates and for steps that only say their type. Default: nothing. */
  readonly registry?: CheckRegistry;
}
