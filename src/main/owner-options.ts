import { dirname } from "node:path";
import { systemClock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { Surroundings } from "../client/local-protocol.ts";
import { DEFAULT_LIMITS } from "../model/default-limits.ts";
import type { PatternSettings } from "../model/pattern.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import type { Caller } from "../operations/operation-context.ts";
import type { Config } from "./config.ts";
import { loginFiles } from "./login-files.ts";
import type { OwnerOptions } from "./owner.ts";
import type { Secrets } from "../ports/secrets.ts";
import type { AllSecrets } from "./secrets.ts";
import { serverLog } from "./server-log.ts";
import type { Telemetry } from "./telemetry.ts";

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
export async function surroundingsOf(config: Config, secrets: AllSecrets): Promise<Surroundings> {
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
