import { PassThrough, pipeline } from "node:stream";
import type { Readable } from "node:stream";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { sleep, systemClock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import { TaskGroup } from "../base/task-group.ts";
import type { McpRequest } from "../cli/host.ts";
import { OwnerLeftError } from "../client/local-client.ts";
import { listExecutions } from "../contract/list-executions.ts";
import type { AdmittedCaller, OperationCaller } from "../contract/operation-caller.ts";
import { formatProblem } from "../definition/format-problem.ts";
import { openMcpSurface } from "../mcp-server/mcp-surface.ts";
import { TuttiError } from "../model/errors.ts";
import type { Log } from "../ports/log.ts";
import { openLog } from "../telemetry/open-log.ts";
import { openMetrics } from "../telemetry/open-metrics.ts";
import { loadConfig } from "./config.ts";
import type { Config } from "./config.ts";
import { DrivingClient } from "./driving-client.ts";
import { logLevel } from "./log-level.ts";
import type { Surrounding } from "./open-session.ts";
import { introductionOf, ownerOptions } from "./owner-options.ts";
import { resumeAll } from "./resume-all.ts";
import { openSecrets } from "./secrets.ts";
import { sessionCaller } from "./session-caller.ts";
import type { SessionCaller } from "./session-caller.ts";

/**
 * Serves MCP over stdin and stdout of this process until stdin ends or the signal aborts. It owns the data directory, or works
 * through the process that does, so that several clients and `tutti serve` may share one. Executions go on in whichever of
 * them is left, and after that with the next.
 *
 * @throws TuttiError `config.invalid`, `usage`; `identity.invalid`, `tenant.invalid`, `access.denied`
 */
export async function serveMcpOverStdio(request: McpRequest, around: Surrounding): Promise<void> {
  const { environment, version } = around;
  const config = loadConfig({ ...request, ...around });
  const log = await openLog({ level: logLevel(environment, "warn"), write: request.log });
  for (const warning of config.warnings) log.write("warn", formatProblem(warning));
  const known = await sessionCaller(config, around, systemClock);
  await using client = openClient({ ...config, ...known }, log, around);
  await using tasks = new TaskGroup();
  tasks.run(async (signal) => await keepDriving(client, log, signal));
  const { tenant } = known.caller.identity ?? {};
  const self: AdmittedCaller = { key: "self", ...defined({ tenant }), operations: tellingOfLoss(client) };
  await using surface = openMcpSurface({
    gate: { asks: false, admit: async () => self },
    tools: request.tools,
    version,
    clock: systemClock,
    onFault: (error, where) => log.write("error", "a request could not be answered", { where, reason: traceOf(error) }),
  });
  const input = stdinUntil(async () => await connection.answered());
  const connection = surface.connect(new StdioServerTransport(input), self);
  const stop = (): void => void connection.close();
  request.signal.addEventListener("abort", stop, { once: true });
  if (request.signal.aborted) stop();
  await connection.closed;
  request.signal.removeEventListener("abort", stop);
  process.stdin.destroy();
}

/** Stdin, whose end is not seen before what was asked is answered: whoever pipes requests in closes it at once. */
function stdinUntil(answered: () => Promise<void>): Readable {
  const untilAnswered = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    yield* chunks;
    await answered();
  };
  // What breaks stdin ends this as well, and so the connection.
  return pipeline(process.stdin, untilAnswered, new PassThrough(), () => undefined);
}

function openClient(config: Config & SessionCaller, log: Log, { environment, version }: Surrounding): DrivingClient {
  const { caller, secretsFile: file } = config;
  const secrets = openSecrets({ environment, warn: (message) => log.write("warn", message), ...defined({ file }) });
  const telemetry = { metrics: openMetrics(systemClock), log };
  // Whoever sits before the client is not asked what servers want to know in the middle of a call: it would not know who asks.
  const options = ownerOptions(config, { caller, secrets, telemetry, elicitor: { ask: async () => undefined }, version });
  return new DrivingClient(options, async () => await introductionOf(config, secrets));
}

const LOOK_MS: Ms = 5_000;

/**
 * Takes the place of the owner soon after that has gone, and goes on with what it left: a client may ask for nothing for
 * hours, and expects its executions to go on.
 */
async function keepDriving(client: DrivingClient, log: Log, signal: AbortSignal): Promise<void> {
  for (let owned = false; ;) {
    try {
      await client.call(listExecutions, { limit: 1 }, { signal });
      const owns = (await client.ownerPid()) === undefined;
      if (owns && !owned) await resumeAll(client, log, signal);
      owned = owns;
    } catch (error) {
      if (signal.aborted) return;
      log.write("warn", "executions that wait cannot be taken up now", { reason: reasonOf(error) });
    }
    await sleep(systemClock, LOOK_MS, signal);
  }
}

/** That the owner has gone in the middle of a request is nobody's fault, and whoever asked has to know. */
function tellingOfLoss(client: DrivingClient): OperationCaller {
  const told = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof OwnerLeftError)) throw error;
      const message = "the process that did this has ended meanwhile: it may or may not have been done. Look, and ask again";
      throw new TuttiError("journal.locked", message, { path: "" }, { cause: error });
    }
  };
  return {
    call: async (operation, input, options) => await told(async () => await client.call(operation, input, options)),
    callByName: async (name, document, options) => await told(async () => await client.callByName(name, document, options)),
  };
}

/** Of a bug, for whoever mends it. */
function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
