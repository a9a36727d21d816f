import { dirname } from "node:path";
import { systemClock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { Introduction, Surroundings } from "../client/local-protocol.ts";
import { DEFAULT_LIMITS } from "../model/default-limits.ts";
import type { PatternSettings } from "../model/pattern.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import type { Caller } from "../operations/operation-context.ts";
import type { Config } from "./config.ts";
import { loginFiles } from "./login-files.ts";
import type { Secrets } from "../ports/secrets.ts";
import type { AllSecrets } from "./secrets.ts";
import { serverLog } from "./server-log.ts";
import type { SessionCaller } from "./session-caller.ts";
import type { Telemetry } from "./telemetry.ts";
import type { AccessConfig } from "../model/access.ts";
import type { CheckRegistry } from "../model/check.ts";
import type { Clock } from "../base/clock.ts";
import type { ClusterSettings } from "../model/serve-settings.ts";
import type { Elicitor } from "../ports/elicitation.ts";
import type { ServerConfig } from "../model/server.ts";
import type { ServerLog } from "../mcp-client/server-log.ts";
import type { ServerLogins } from "../ports/server-logins.ts";
import type { TaskTypes } from "../operations/task-tool.ts";

/** What a process needs to own a data directory. */
export interface OwnerOptions {
  readonly directory: string;
  readonly servers: readonly ServerConfig[];
  /** Default: nothing is shared, limited or demanded. */
  readonly settings?: ServerSettings;
  /** What steps may ask for by name. Default: nothing. */
  readonly checks?: CheckRegistry;
  /** Default: there are only those patterns that come with Tutti. */
  readonly patterns?: PatternSettings;
  readonly secrets: Secrets;
  /** Lets other machines join. Default: this one is the only one. */
  readonly cluster?: ClusterSettings;
  /** Tools by the type of task. */
  readonly taskTypes?: TaskTypes;
  readonly access: AccessConfig;
  /** With what it would introduce itself: others that say the same run on its own servers. Default: nobody does. */
  readonly surroundings?: () => Promise<Surroundings>;
  /** Who asks through {@link Owner.operations}. */
  readonly caller: Caller;
  /** Where logins of servers are kept. Default: servers that want one cannot be used. */
  readonly logins?: ServerLogins;
  /** Signs the audit log; without it one is made in the directory. */
  readonly auditKeyFile?: string;
  readonly maxConcurrentCalls: number;
  readonly clock: Clock;
  readonly elicitor: Elicitor;
  readonly log: ServerLog;
  /** Default: it is measured, and nobody is told anything. */
  readonly telemetry?: Telemetry;
  readonly version: string;
}

/** What a process that owns the configured data directory needs beside the configuration. */
export interface OwnerSurroundings extends Pick<OwnerOptions, "elicitor" | "version"> {
  readonly secrets: Secrets & AllSecrets;
  readonly caller: Caller;
  readonly telemetry: Telemetry;
}

/** With what the configured data directory is owned. */
export function ownerOptions(config: Config, around: OwnerSurroundings): OwnerOptions {
  const { dataDirectory, servers, access, auditKeyFile, maxConcurrentCalls = DEFAULT_LIMITS.callsInFlight } = config;
  return {
    ...around,
    directory: dataDirectory,
    servers,
    settings: settingsOf(config),
    checks: config.checkRegistry,
    patterns: patternsOf(config),
    logins: loginFiles(dataDirectory),
    access,
    taskTypes: config.cluster?.taskTypes ?? {},
    surroundings: async () => await surroundingsOf(config, around.secrets),
    ...defined({ auditKeyFile }),
    maxConcurrentCalls,
    clock: systemClock,
    log: serverLog(around.telemetry.log),
  };
}

/** As what a process with this configuration introduces itself to another that owns the directory. */
export async function introductionOf(config: Config & SessionCaller, secrets: AllSecrets): Promise<Introduction> {
  return { surroundings: await surroundingsOf(config, secrets), ...defined({ identityToken: config.identityToken }) };
}

async function surroundingsOf(config: Config, secrets: AllSecrets): Promise<Surroundings> {
  const { servers, access } = config;
  return {
    servers,
    access,
    settings: settingsOf(config),
    checks: config.checkRegistry,
    patterns: patternsOf(config),
    secrets: await secrets.all(),
  };
}

export function settingsOf({ tls, sharedResources, clientRate, demands }: Config): ServerSettings {
  return { ...defined({ tls, clientRate }), sharedResources, demands };
}

function patternsOf({ found, dataDirectory, patternDirectory, ports }: Config): PatternSettings {
  return { folder: dirname(found?.file ?? dataDirectory), ports, ...defined({ directory: patternDirectory }) };
}
