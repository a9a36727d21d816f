import type { RateLimit, SecurityDemand, TlsConfig } from "./server.ts";

/** What holds for all servers of a configuration together. */
export interface ServerSettings {
  /** For connections over a network that have no certificates of their own. */
  readonly tls?: TlsConfig;
  /** How much there is of what servers share, by the name that `leases` of a step use. */
  readonly sharedResources: Readonly<Record<string, number>>;
  /** For each client, over all servers. Without it there is no limit. */
  readonly clientRate?: RateLimit;
  /** What every server that a workflow uses must be. */
  readonly demands: readonly SecurityDemand[];
}

/** Nothing is shared, limited or demanded. */
export const NO_SETTINGS: ServerSettings = { sharedResources: {}, demands: [] };
