import { abortable } from "../base/abortable.ts";
import { systemClock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import { openTls } from "../base/tls-material.ts";
import type { MachineRequest } from "../cli/host.ts";
import { checkHubUrl } from "../cluster/check-hub-url.ts";
import { MachineAgent } from "../cluster/machine-agent.ts";
import type { CarryOut } from "../cluster/machine-tasks.ts";
import { formatProblem } from "../definition/format-problem.ts";
import { EnvelopeInvalidError } from "../envelope/envelope-invalid-error.ts";
import { DEFAULT_LIMITS } from "../model/default-limits.ts";
import { TuttiError } from "../model/errors.ts";
import { LOCAL_MACHINE, MACHINE_NAME } from "../model/machine.ts";
import type { Resources } from "../model/workflow.ts";
import type { Log } from "../ports/log.ts";
import type { ToolCaller } from "../ports/tool-caller.ts";
import { openAuditLog } from "../sqlite/audit-log.ts";
import { openLog } from "../telemetry/open-log.ts";
import { openMetrics } from "../telemetry/open-metrics.ts";
import { AnnouncedServices } from "./announced-services.ts";
import { assignedRequest } from "./assigned-request.ts";
import { type Config, loadConfig } from "./config.ts";
import { logLevel } from "./log-level.ts";
import { machineGauge } from "./machine-facts.ts";
import type { Surrounding } from "./open-session.ts";
import { settingsOf } from "./owner-options.ts";
import { serverLog } from "./server-log.ts";
import { openWorkspace } from "./workspace.ts";

const SERVERS_WITHIN_MS: Ms = 5_000;

/**
 * Is a machine of a cluster until the signal aborts: carries out what the hub assigns to it, with its own servers and its
 * own limits. It never gives up looking for the hub.
 *
 * @throws TuttiError `usage`, `config.invalid`, `journal.unusable`
 */
export async function machine(request: MachineRequest, around: Surrounding): Promise<void> {
  const { join: url, name, log: write, signal } = request;
  const { environment, version } = around;
  checkName(name);
  const config = loadConfig({ ...request, ...around });
  const { cluster, dataDirectory, servers, access, auditKeyFile, maxConcurrentCalls = DEFAULT_LIMITS.callsInFlight } = config;
  const clock = systemClock;
  checkHubUrl(url, {
    key: cluster?.key,
    insecure: request.insecure === true || cluster?.insecure === true,
    certified: clientCertificate(config),
  });
  const telemetry = { metrics: openMetrics(clock), log: await openLog({ level: logLevel(environment, "info"), write }) };
  const { log } = telemetry;
  for (const warning of config.warnings) log.write("warn", formatProblem(warning));
  await using resources = new AsyncDisposableStack();
  const audit = resources.use(await openAuditLog({ directory: dataDirectory, clock, keyFile: auditKeyFile }));
  const workspace = resources.use(
    openWorkspace({
      servers,
      settings: settingsOf(config),
      access,
      audit,
      maxConcurrentCalls,
      clock,
      // Secrets are filled in where the execution is.
      secrets: { get: async () => undefined },
      // Nobody sits before it.
      elicitor: { ask: async () => undefined },
      log: serverLog(log),
      telemetry,
      version,
    }),
  );
  const gauge = resources.use(machineGauge({ clock, version, directory: dataDirectory, role: "node", resources: resourcesOf(config) }));
  const services = resources.use(
    new AnnouncedServices({ servers: workspace.pool.about, clock, log, changed: () => agent.servicesChanged() }),
  );
  const tlsFiles = cluster?.tls ?? config.tls;
  const agent = new MachineAgent({
    name,
    hub: {
      url,
      tls:
        tlsFiles === undefined ? undefined : openTls(tlsFiles, { clock, note: (reason) => log.write("warn", "certificates", { reason }) }),
    },
    key: cluster?.key,
    machine: { describe: () => gauge.facts(), services: () => services.services() },
    carryOut: carryOutWith(workspace.caller, log),
    busyWithTasks: maxConcurrentCalls,
    clock,
    log,
    random: Math.random,
    joined: request.joined,
  });
  await listed(services, signal);
  await agent.run(signal);
}

/** Comes with its servers if they are there soon. Those that are slow are announced when they have come. */
async function listed(services: AnnouncedServices, signal: AbortSignal): Promise<void> {
  using limit = deadline(systemClock, signal, SERVERS_WITHIN_MS, () => new Error("some servers are slow"));
  await abortable(services.open(), limit.signal).catch(() => undefined);
}

function carryOutWith(caller: ToolCaller, log: Log): CarryOut {
  return async (task, gate, signal) => {
    try {
      return await caller.call(assignedRequest(task), gate, signal);
    } catch (error) {
      if (!(error instanceof EnvelopeInvalidError)) throw error;
      log.write("warn", "a task came with a context that makes no sense", { server: task.serviceName, tool: task.tool });
      return { kind: "failed", accepted: false, error: { kind: "input_invalid", message: error.message } };
    }
  };
}

function checkName(name: string): void {
  if (MACHINE_NAME.test(name) && name !== LOCAL_MACHINE) return;
  const rule = 'a name has letters, digits, ".", "_" and "-", at most 64, and is not "local"';
  throw new TuttiError("usage", `--name "${name}" is no name of a machine: ${rule}`, {});
}

function clientCertificate({ cluster, tls }: Config): boolean {
  return (cluster?.tls ?? tls)?.certFile !== undefined;
}

/** What its servers have in all of what no system tells of. */
function resourcesOf({ servers }: Config): Resources {
  const sum = (of: (resources: Resources) => number | undefined): number | undefined => {
    const amounts = servers.flatMap(({ resources = {} }) => of(resources) ?? []);
    return amounts.length === 0 ? undefined : amounts.reduce((left, right) => left + right, 0);
  };
  return defined({ gpu: sum(({ gpu }) => gpu), gpuMemoryBytes: sum(({ gpuMemoryBytes }) => gpuMemoryBytes) });
}
