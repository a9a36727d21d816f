import { sleep, systemClock } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import { randomIds } from "../base/ids.ts";
import type { ServeRequest, Serving } from "../cli/host.ts";
import type { OperationClient } from "../client/operation-client.ts";
import { listExecutions } from "../contract/list-executions.ts";
import { listInterruptedExecutions } from "../contract/list-interrupted-executions.ts";
import { OPERATIONS } from "../contract/operations.ts";
import { resumeExecution } from "../contract/resume-execution.ts";
import { formatProblem } from "../definition/format-problem.ts";
import { createHttpApp } from "../http/http-app.ts";
import { listen } from "../http/listen.ts";
import { isTuttiError } from "../model/errors.ts";
import { isLocalHost } from "../model/open-host.ts";
import type { Log } from "../ports/log.ts";
import { openLog } from "../telemetry/open-log.ts";
import { openMetrics } from "../telemetry/open-metrics.ts";
import { PROMETHEUS_CONTENT_TYPE } from "../telemetry/prometheus-text.ts";
import { loadConfig } from "./config.ts";
import { callerAlone } from "./identify-caller.ts";
import { listenPlace } from "./listen-place.ts";
import { logLevel } from "./log-level.ts";
import { observeProcess } from "./observe-process.ts";
import type { Surrounding } from "./open-session.ts";
import { Owner } from "./owner.ts";
import { ownerOptions } from "./owner-options.ts";
import { openSecrets } from "./secrets.ts";
import { namingAlternative } from "./service-port.ts";
import { servedHealth } from "./served-health.ts";

/**
 * Owns the data directory for as long as it is not disposed: goes on with what was interrupted, carries out what other
 * processes hand over, and tells at a port how all that is going.
 *
 * @throws TuttiError `usage`, `port.taken`, `port.reserved`, `config.invalid`, `journal.locked`, `journal.unusable`
 */
export async function serve(request: ServeRequest, around: Surrounding): Promise<Serving> {
  const { log: write, signal } = request;
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
  const owner = resources.use(await Owner.open(ownerOptions(config, about)));
  const app = createHttpApp({
    gate: owner.gate,
    operations: OPERATIONS,
    settings: config.serve,
    wide: !isLocalHost(place.host),
    operator: {
      metrics: () => ({ text: metrics.prometheusText(), type: PROMETHEUS_CONTENT_TYPE }),
      health: servedHealth(owner.operations, (connection) => owner.healthChanges(connection)),
    },
    clock: systemClock,
    ids: randomIds,
    version,
    onFault: (error, { requestId, method, path }) =>
      log.write("error", "a request could not be answered", { request_id: requestId, method, path, reason: reasonOf(error) }),
  });
  const { tls } = config.serve;
  const listenOptions = { ...place, ...defined({ tls }), clock: systemClock, note: warn };
  const listening = resources.use(
    await namingAlternative(place, async () => await listen((asked, from) => app.fetch(asked, from), listenOptions)),
  );
  // Streams end before the listener waits for what is on its way.
  resources.use(app);
  // Not before it is known that this process stays.
  const resumed = await resumeAll(owner.operations, log, signal);
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const LOOK_MS = 5_000;

/** A journal that could not be written once is never written again by this process, whatever has become of the disk. */
async function untilUnusable(operations: OperationClient, clock: Clock, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await operations.call(listExecutions, { limit: 1 }, { signal: until });
    await sleep(clock, LOOK_MS, until).catch(() => undefined);
  }
}

/** What cannot be gone on with here, because a server is not configured or not what is demanded, is left as it is. */
async function resumeAll(operations: OperationClient, log: Log, signal: AbortSignal): Promise<number> {
  const { executions } = await operations.call(listInterruptedExecutions, { includeWaiting: true }, { signal });
  const resumeOne = async (executionId: string): Promise<number> => {
    try {
      await operations.call(resumeExecution, { executionId, liftPause: false }, { signal });
      return 1;
    } catch (error) {
      if (!isTuttiError(error, "server.not-found") && !isTuttiError(error, "server.insecure")) throw error;
      log.write("warn", "an execution cannot be taken up", { execution_id: executionId, reason: error.message });
      return 0;
    }
  };
  const taken = await Promise.all(executions.map(({ executionId }) => resumeOne(executionId)));
  return taken.reduce((sum, one) => sum + one, 0);
}
