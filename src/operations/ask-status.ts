import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { ServerRecord } from "../model/server-record.ts";
import { toolEffect } from "../model/tool-effect.ts";
import type { Tool } from "../model/tool.ts";
import type { Effect } from "../model/workflow.ts";
import { UNWATCHED } from "../ports/tool-caller.ts";
import type { OperationContext } from "./operation-context.ts";
import { outsideExecution } from "./outside-execution.ts";
import type { OutsidePorts } from "./outside-execution.ts";
import { readToldStatus } from "./told-status.ts";
import type { ToldStatus } from "./told-status.ts";

const STATUS_TOOL = "get_server_status";
const TIMEOUT_MS = 5_000;

/**
 * Asks a server for its status, if it has the tool for that and the tool only reads: looking must not change anything.
 * Undefined when it has not, or when whoever asks may not use it.
 */
export async function askStatus(
  record: ServerRecord,
  effects: Readonly<Record<string, Effect>>,
  ports: OutsidePorts,
  { signal, caller }: OperationContext,
): Promise<ToldStatus | undefined> {
  const tool = record.tools.find(({ name }) => name === STATUS_TOOL);
  if (tool === undefined || toolEffect(tool, effects) !== "read" || needsArguments(tool)) return undefined;
  const use = { server: record.serverId, tool: STATUS_TOOL, input: {}, effect: "read" as const, timeoutMs: TIMEOUT_MS };
  const outcome = await ports.caller.call(outsideExecution(use, caller, ports), UNWATCHED, signal);
  signal.throwIfAborted();
  if (outcome.kind === "succeeded") return isJsonObject(outcome.output) ? readToldStatus(outcome.output) : {};
  const { kind, message } = outcome.error;
  return kind === "denied" ? undefined : { trouble: { status: "degraded", words: `its ${STATUS_TOOL} failed: ${message}` } };
}

function needsArguments({ inputSchema }: Tool): boolean {
  const { required } = inputSchema;
  return isJsonArray(required) && required.length > 0;
}
