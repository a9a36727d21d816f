import { sleep } from "../../base/clock.ts";
import { defined } from "../../base/defined.ts";
import type { JsonObject } from "../../base/json.ts";
import { isJsonObject } from "../../base/json.ts";
import { readTypedValues } from "../../base/typed-values.ts";
import { aggregateTaskResults } from "../../contract/aggregate-task-results.ts";
import { distributeTask } from "../../contract/distribute-task.ts";
import type { DistributeTaskInput, ExecutionStrategy } from "../../contract/distribute-task.ts";
import { getTaskStatus } from "../../contract/get-task-status.ts";
import { TuttiError } from "../../model/errors.ts";
import type { Effect } from "../../model/workflow.ts";
import { openSession, printDocument } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import type { Session } from "../host.ts";
import { readDuration } from "../read-duration.ts";
import { readPairs } from "../read-pairs.ts";
import { distributionLines, resultLines, taskStatusLines } from "../render/task-lines.ts";

export interface DistributeOptions extends CommonOptions {
  readonly on: readonly string[];
  readonly strategy?: ExecutionStrategy;
  readonly condition?: string;
  readonly priority?: string;
  readonly effect?: Effect;
  readonly timeout?: string;
  readonly payload?: string;
  readonly requestKey?: string;
  /** False with `--no-wait`. */
  readonly wait: boolean;
}

/** `tutti tasks distribute SERVICE TYPE [key=value...]` */
export async function distribute(
  context: CommandContext,
  task: { readonly serviceName: string; readonly taskType: string; readonly pairs: readonly string[] },
  options: DistributeOptions,
): Promise<number> {
  const input = inputOf(task, options);
  await using session = await openSession(context, "driving", options);
  const distribution = await session.client.call(distributeTask, input, { signal: context.signal });
  if (!options.wait) {
    if (options.json === true) await printDocument(context, distributeTask, distribution);
    else context.terminal.out.lines(distributionLines(distribution));
    return 0;
  }
  await untilOver(context, session, distribution.taskGroupId);
  return await printResults(context, session, { taskGroupId: distribution.taskGroupId, json: options.json === true });
}

/** `tutti tasks status ID` */
export async function status(context: CommandContext, taskId: string, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "driving", options);
  const told = await session.client.call(getTaskStatus, { taskId }, { signal: context.signal });
  if (options.json === true) await printDocument(context, getTaskStatus, told);
  else context.terminal.out.lines(taskStatusLines(told));
  return 0;
}

/** `tutti tasks results ID` */
export async function results(context: CommandContext, taskGroupId: string, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "driving", options);
  return await printResults(context, session, { taskGroupId, json: options.json === true });
}

const LOOK_MS = 250;

/** A process that drives the tasks itself must not go before they have ended. */
async function untilOver({ host, signal }: CommandContext, { client }: Session, taskId: string): Promise<void> {
  for (;;) {
    const told = await client.call(getTaskStatus, { taskId }, { signal });
    if ((told.status !== "pending" && told.status !== "running") || told.needsPerson) return;
    await sleep(host.clock, LOOK_MS, signal);
  }
}

/** Exits like `tutti run`: 1 when tasks failed, 3 when one is in doubt. */
async function printResults(
  context: CommandContext,
  { client }: Session,
  { taskGroupId, json }: { readonly taskGroupId: string; readonly json: boolean },
): Promise<number> {
  const told = await client.call(aggregateTaskResults, { taskGroupId }, { signal: context.signal });
  if (json) await printDocument(context, aggregateTaskResults, told);
  else context.terminal.out.lines(resultLines(told));
  if (told.counts.inDoubt > 0) return 3;
  return told.status === "failed" ? 1 : 0;
}

function inputOf(
  { serviceName, taskType, pairs }: { readonly serviceName: string; readonly taskType: string; readonly pairs: readonly string[] },
  options: DistributeOptions,
): DistributeTaskInput {
  const { on, strategy, condition, effect, requestKey, timeout } = options;
  const priority = options.priority === undefined ? undefined : Number(options.priority);
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 1 && priority <= 10)) {
    throw new TuttiError("usage", `--priority takes a whole number from 1 to 10, not "${options.priority ?? ""}"`, {});
  }
  const timeoutMs = timeout === undefined ? undefined : readDuration(timeout, "--timeout");
  const payload = { ...readPayload(options.payload), ...readTypedValues(readPairs(pairs, "tasks distribute")) };
  return {
    taskDefinition: { serviceName, taskType, payload, ...defined({ priority, effect, condition, timeoutMs }) },
    targetMachines: on.flatMap((names) => names.split(",")).filter((name) => name !== ""),
    ...defined({ executionStrategy: strategy, requestKey }),
  };
}

function readPayload(text = "{}"): JsonObject {
  const { payload } = readTypedValues({ payload: text });
  if (isJsonObject(payload)) return payload;
  throw new TuttiError("usage", `--payload takes a JSON object, not ${text}`, {});
}
