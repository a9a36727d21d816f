import { systemClock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import { randomIds } from "../base/ids.ts";
import { createEnvelopeAdapter } from "../calls/envelope-adapter.ts";
import type { EnvelopeAdapter } from "../calls/envelope-adapter.ts";
import type { ErrorPolicy } from "../envelope/error-policy.ts";
import type { ErrorPolicyLimits } from "../envelope/normalize-error-policy.ts";
import type { AccessConfig } from "../model/access.ts";
import { NO_SETTINGS } from "../model/server-settings.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import type { ServerConfig } from "../model/server.ts";
import type { ServerLog } from "../mcp-client/server-log.ts";
import type { Elicitor } from "../ports/elicitation.ts";
import { openAuditLog } from "../sqlite/audit-log.ts";
import { openServerPool } from "./server-pool.ts";
import { readVersion } from "./version.ts";

/** What {@link openEnvelopeAdapter} is given. */
export interface EnvelopeAdapterOptions {
  /** Each becomes a service of its name when it is registered. */
  readonly servers: readonly ServerConfig[];
  /** What holds for all servers together. Default: nothing is shared or limited. */
  readonly settings?: Partial<ServerSettings>;
  /** Who may do what. Default: tools for which their server demands a permission are refused. */
  readonly access?: AccessConfig;
  /** Where calls are recorded; made when it is not there. Default: they are not. */
  readonly auditDirectory?: string;
  /** Calls in flight at once, to all servers. Default 50. */
  readonly maxConcurrentCalls?: number;
  /** Where neither message nor service says anything. Default fail_fast, 3 attempts of 30 s. */
  readonly defaultPolicy?: ErrorPolicy;
  /** The most that a message may ask for. */
  readonly policyLimits?: ErrorPolicyLimits;
  /** For one call with all its attempts and alternatives. Default 5 minutes. */
  readonly totalTimeoutMs?: Ms;
  /** Answers what servers ask in the middle of a call. Default: nobody does, and such calls fail. */
  readonly elicitor?: Elicitor;
  /** Takes what servers write beside the protocol. Default: it is dropped. */
  readonly log?: ServerLog;
}

/** An adapter with connections of its own. Disposing closes them. */
export type OpenEnvelopeAdapter = EnvelopeAdapter & AsyncDisposable;

/** Opens an adapter. Nothing is started before a server is registered. */
export async function openEnvelopeAdapter(options: EnvelopeAdapterOptions): Promise<OpenEnvelopeAdapter> {
  await using resources = new AsyncDisposableStack();
  const settings = { ...NO_SETTINGS, ...options.settings };
  const { servers, auditDirectory, access, maxConcurrentCalls, defaultPolicy, policyLimits, totalTimeoutMs } = options;
  const audit =
    auditDirectory === undefined ? undefined : resources.use(await openAuditLog({ directory: auditDirectory, clock: systemClock }));
  const { connections, about, health } = resources.use(
    openServerPool({
      servers,
      settings,
      clock: systemClock,
      elicitor: options.elicitor ?? { ask: () => Promise.resolve(undefined) },
      log: options.log ?? { write: () => undefined },
      version: readVersion(),
    }),
  );
  const adapter = createEnvelopeAdapter({
    settings,
    connections,
    about,
    health,
    servers,
    clock: systemClock,
    ids: randomIds,
    random: Math.random,
    ...defined({ access, audit, maxConcurrentCalls, defaultPolicy, policyLimits, totalTimeoutMs }),
  });
  const open = resources.move();
  return { ...adapter, [Symbol.asyncDispose]: async () => await open[Symbol.asyncDispose]() };
}
