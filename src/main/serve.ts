import { sleep, systemClock } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { ServeRequest, Serving } from "../cli/host.ts";
import type { OperationClient } from "../client/operation-client.ts";
import { listExecutions } from "../contract/list-executions.ts";
import { formatProblem } from "../definition/format-problem.ts";
import { openLog } from "../telemetry/open-log.ts";
import { openMetrics } from "../telemetry/open-metrics.ts";
import { loadConfig } from "./config.ts";
import { callerAlone } from "./identify-caller.ts";
import { listenPlace, withClusterPlace } from "./listen-place.ts";
import { logLevel } from "./log-level.ts";
import { observeProcess } from "./observe-process.ts";
import type { Surrounding } from "./open-session.ts";
import { Owner } from "./owner.ts";
import { ownerOptions } from "./owner-options.ts";
import { resumeAll } from "./resume-all.ts";
import { openSecrets } from "./secrets.ts";
import { reportAnalytics } from "./report-analytics.ts";
import { openServedDashboard, openServedHttp } from "./serve-http.ts";

/**
 * Owns the data directory for as long as it is not disposed: goes on with what was interrupted, carries out what other
 * processes hand over, and tells at a port how all that is going.
 *
 * @throws TuttiError `usage`, `port.taken`, `port.reserved`, `config.invalid`, `journal.locked`, `journal.unusable`
 */
export async function serve(request: ServeRequest, around: Surrounding): Promise<Serving> {
  const { log: write, signal, tools = "standard" } = request;
  const { environment, version } = around;
  const config = loadConfig({ ...request, ...around });
  const place = await listenPlace("server", config);
  const telemetry = { metrics: openMetrics(systemClock), log: await openLog({ level: logLevel(environment, "info"), write }) };
  const { log, metrics } = telemetry;
  await using resources = new AsyncDisposableStack();
  resources.use(observeProcess(metrics, version));
  const warn = (message: string): void => log.write("warn", message);
  for (const warning of config.warnings) warn(formatProblem(warning));
  const secrets = openSecrets({ environment, warn, ...(config.secretsFile === undefined ? {} : { file: config.secretsFile }) });
  // Nobody sits before it, and it asks for nobody: it may do what its own user may.
  const about = { caller: callerAlone(config.access), secrets, telemetry, elicitor: { ask: async () => undefined }, version };
  const owner = resources.use(
    await withClusterPlace(config, async (cluster) => await Owner.open({ ...ownerOptions(config, about), ...defined({ cluster }) })),
  );
  resources.use(owner.monitorPatterns());
  resources.use(owner.runSchedules());
  const served = { owner, settings: config.serve, metrics, log, version };
  const listening = resources.use(await openServedHttp({ ...served, place, tools }));
  if (config.serve.dashboardPort !== undefined) {
    const dashboard = resources.use(await openServedDashboard({ ...served, place: await listenPlace("dashboard", config) }));
    log.write("info", "serving dashboards", { url: dashboard.url });
  }
  if (config.analytics !== undefined) {
    const { dataDirectory, analytics: settings } = config;
    resources.use(reportAnalytics({ operations: owner.operations, settings, dataDirectory, log }));
  }
  // Not before it is known that this process stays.
  const { length: resumed } = await resumeAll(owner.operations, log, signal);
  log.write("info", "serving", { url: listening.url, data_directory: config.dataDirectory, pid: process.pid, version, resumed });
  const open = resources.move();
  return {
    url: listening.url,
    dataDirectory: config.dataDirectory,
    resumed,
    stays: (until) => untilUnusable(owner.operations, systemClock, until),
    async [Symbol.asyncDispose]() {
      log.write("info", "closing", { pid: process.pid });
      await open[Symbol.asyncDispose]();
      log.write("info", "closed", { pid: process.pid });
    },
  };
}

const LOOK_MS = 5_000;

/** A journal that could not be written once is never written again by this process, whatever has become of the disk. */
async function untilUnusable(operations: OperationClient, clock: Clock, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await operations.call(listExecutions, { limit: 1 }, { signal: until });
    await sleep(clock, LOOK_MS, until).catch(() => undefined);
  }
}
