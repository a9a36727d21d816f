import { relative } from "node:path";
import { systemClock } from "../base/clock.ts";
import type { Session, SessionRequest } from "../cli/host.ts";
import type { OperationClient } from "../client/operation-client.ts";
import { formatProblem } from "../definition/format-problem.ts";
import { DEFAULT_LIMITS } from "../model/default-limits.ts";
import { isTuttiError } from "../model/errors.ts";
import { loadConfig } from "./config.ts";
import type { Config } from "./config.ts";
import { openAuditLog } from "../sqlite/audit-log.ts";
import { auditReader } from "../sqlite/audit-reader.ts";
import { addAuditOperations } from "./audit-operations.ts";
import { addDefinitionOperations } from "./definition-operations.ts";
import { DrivingClient } from "./driving-client.ts";
import { loginFiles } from "./login-files.ts";
import { OperationTable } from "./operation-table.ts";
import { introductionOf, ownerOptions, settingsOf } from "./owner-options.ts";
import { ReadingClient } from "./reading-client.ts";
import { repeatedFlags } from "./repeated-flags.ts";
import { openSecrets } from "./secrets.ts";
import { sessionCaller } from "./session-caller.ts";
import type { SessionCaller } from "./session-caller.ts";
import { serverLog } from "./server-log.ts";
import { addServerOperations } from "./server-operations.ts";
import { openTelemetry } from "./telemetry.ts";
import { openWorkspace } from "./workspace.ts";

/** What a session is opened in. */
export interface Surrounding {
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
}

/**
 * Opens what a command needs, and no more.
 *
 * @throws TuttiError `config.invalid`, `file.unreadable`, `journal.unusable`; `identity.invalid`, `tenant.invalid`,
 * `access.denied` - the configuration asks who is there, and this one is not let in
 */
export async function openSession(request: SessionRequest, around: Surrounding): Promise<Session> {
  const alone = { ownerPid: async () => undefined, stayForOthers: async () => undefined };
  if (request.access === "definitions") {
    const client = addDefinitionOperations(new OperationTable(), { catalog: async () => ({}) });
    return { client, flags: "", warnings: [], operations: {}, ...alone, [Symbol.asyncDispose]: async () => undefined };
  }
  const config = loadConfig({ ...request, ...around });
  const common = {
    flags: repeatedFlags(config.found, { ...request, ...around }),
    warnings: config.warnings.map(formatProblem),
    operations: relativeTo(around.workingDirectory, config.operations),
    ...(config.found === undefined ? {} : { configFile: config.found.file }),
  };
  const known = await sessionCaller(config, around, systemClock);
  switch (request.access) {
    case "servers":
      return { ...common, ...alone, ...(await openServers({ ...config, ...known }, request, around)) };
    case "reading": {
      const client = await ReadingClient.open({ ...config, ...known, directory: config.dataDirectory, clock: systemClock });
      return { ...common, ...alone, client, ownerPid: () => client.ownerPid(), [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
    }
    case "audit":
      return { ...common, ...alone, ...(await openAudit({ ...config, ...known })) };
    case "driving": {
      const client = await openDriving({ ...config, ...known }, request, around);
      return {
        ...common,
        client,
        ownerPid: () => client.ownerPid(),
        stayForOthers: (signal, tell) => client.stayForOthers(signal, tell),
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      };
    }
  }
}

/** Messages name files as a person would. */
function relativeTo(folder: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, relative(folder, file)]));
}

/** The configured servers, and what can be asked about them. */
export async function openServers(
  config: Config & SessionCaller,
  request: SessionRequest,
  { environment, version }: Surrounding,
): Promise<{ readonly client: OperationClient } & AsyncDisposable> {
  const { servers, access, caller, dataDirectory, auditKeyFile, maxConcurrentCalls = DEFAULT_LIMITS.callsInFlight } = config;
  await using resources = new AsyncDisposableStack();
  const telemetry = await openTelemetry(environment, request.notice);
  const audit = resources.use(await openAuditLog({ directory: dataDirectory, clock: systemClock, keyFile: auditKeyFile }));
  // Who calls a tool by hand writes its arguments down, so there are no secrets to fill in.
  const secrets = { get: () => Promise.resolve(undefined) };
  const workspace = resources.use(
    openWorkspace({
      servers,
      settings: settingsOf(config),
      checks: config.checkRegistry,
      logins: loginFiles(dataDirectory),
      access,
      audit,
      secrets,
      maxConcurrentCalls,
      clock: systemClock,
      elicitor: { ask: request.ask },
      log: serverLog(telemetry.log),
      telemetry,
      version,
    }),
  );
  const table = addDefinitionOperations(new OperationTable(caller, { access, audit }), workspace.pool.catalogs);
  const client = addServerOperations(table, workspace, systemClock);
  const open = resources.move();
  return { client, [Symbol.asyncDispose]: async () => await open[Symbol.asyncDispose]() };
}

/** Neither the journal nor its owner is asked: an audit log can be looked into whatever has become of them. */
async function openAudit({
  access,
  caller,
  dataDirectory,
  auditKeyFile,
}: Config & SessionCaller): Promise<{ readonly client: OperationClient } & AsyncDisposable> {
  const place = { directory: dataDirectory, keyFile: auditKeyFile };
  const audit = await openAuditLog({ ...place, clock: systemClock });
  const client = addAuditOperations(new OperationTable(caller, { access, audit }), { reader: auditReader(place), access, audit });
  return { client, [Symbol.asyncDispose]: async () => await closeToReader(audit) };
}

/** Whoever looks for what is wrong with a log need not be told once more that nothing can be written to it. */
async function closeToReader(audit: AsyncDisposable): Promise<void> {
  try {
    await audit[Symbol.asyncDispose]();
  } catch (error) {
    if (!isTuttiError(error, "journal.unusable")) throw error;
  }
}

async function openDriving(
  config: Config & SessionCaller,
  request: SessionRequest,
  { environment, version }: Surrounding,
): Promise<DrivingClient> {
  const { secretsFile, caller } = config;
  const telemetry = await openTelemetry(environment, request.notice);
  const secrets = openSecrets({ environment, warn: request.notice, ...(secretsFile === undefined ? {} : { file: secretsFile }) });
  const options = ownerOptions(config, { caller, secrets, telemetry, elicitor: { ask: request.ask }, version });
  return new DrivingClient(options, async () => await introductionOf(config, secrets));
}
