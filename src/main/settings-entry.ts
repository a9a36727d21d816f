import { oneOrMore } from "../definition/collection-types.ts";
import { sharedAmounts } from "../definition/resources-shape.ts";
import { choice, numberIn } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { Fields } from "../definition/shape.ts";
import { DEFAULT_LIMITS } from "../model/default-limits.ts";
import type { RateLimit, SecurityDemand } from "../model/server.ts";
import { rate } from "./rate-limit-entry.ts";
import { tlsEntry } from "./tls-entry.ts";
import type { TlsEntry } from "./tls-entry.ts";

/** What holds for all servers together, as it stands in `tutti.yaml`. */
export interface SettingsEntry {
  readonly limits?: LimitsEntry;
  readonly sharedResources?: Readonly<Record<string, number>>;
  readonly tls?: TlsEntry;
  readonly security?: { readonly require: readonly SecurityDemand[] };
}

/** Limits for all executions of a process together. */
interface LimitsEntry {
  readonly maxConcurrentCalls?: number;
  readonly clientRate?: RateLimit;
}

/** The keys of `tutti.yaml` about all servers together, as docs/configuration.md lists them. */
export const SETTINGS_FIELDS: Fields<SettingsEntry> = {
  limits: {
    key: "limits",
    type: shape<LimitsEntry>("limits", {
      maxConcurrentCalls: {
        key: "max_concurrent_calls",
        type: numberIn({ min: 1, max: 10_000 }),
        about: `calls in flight at once, to all servers; ${DEFAULT_LIMITS.callsInFlight} if not given`,
      },
      clientRate: {
        key: "client_rate",
        type: rate,
        about: "how many calls each client may make in a span of time, to all servers, such as 100/min; no limit if not given",
      },
    }),
    about: "limits for all executions of a process together",
  },
  sharedResources: {
    key: "shared_resources",
    type: sharedAmounts,
    about: "how much there is of what servers share, by the name that leases of steps use",
  },
  tls: { key: "tls", type: tlsEntry, about: "certificates for all servers that are reached over a network" },
  security: {
    key: "security",
    type: shape<Required<SettingsEntry>["security"]>("security", {
      require: {
        key: "require",
        type: oneOrMore(choice("authenticated", "encrypted", "audited"), 3),
        required: true,
        about: "what every server that a workflow uses must be; nothing if not given",
      },
    }),
    about: "what is demanded of servers",
  },
};
