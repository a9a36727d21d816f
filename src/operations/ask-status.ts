import { defined } from "../base/defined.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { HealthState } from "../model/health.ts";
import type { ServerRecord } from "../model/server-record.ts";
import { toolEffect } from "../model/tool-effect.ts";
import type { Tool } from "../model/tool.ts";
import type { Effect } from "../model/workflow.ts";
import type { OperationContext } from "./operation-context.ts";
import { outsideExecution, UNWATCHED } from "./outside-execution.ts";
import type { OutsidePorts } from "./outside-execution.ts";

/** What a server tells of itself when it is asked for its status. */
export interface ToldStatus {
  readonly version?: string;
  readonly uptimeMs?: number;
  /** Only where it says that it is not well, or cannot say anything. */
  readonly trouble?: { readonly status: HealthState; readonly words: string };
}

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
  if (outcome.kind === "succeeded") return isJsonObject(outcome.output) ? readStatus(outcome.output) : {};
  const { kind, message } = outcome.error;
  return kind === "denied" ? undefined : { trouble: { status: "degraded", words: `its ${STATUS_TOOL} failed: ${message}` } };
}

function needsArguments({ inputSchema }: Tool): boolean {
  const { required } = inputSchema;
  return isJsonArray(required) && required.length > 0;
}

/** Servers agree on the words, not on the unit of the time: a bare number is taken for seconds, as most mean it. */
function readStatus(said: JsonObject): ToldStatus {
  const { version, status } = said;
  const uptimeMs = milliseconds(said["uptime_ms"], 1) ?? milliseconds(said["uptime_seconds"] ?? said["uptime"], 1_000);
  return defined({ version: typeof version === "string" ? version : undefined, uptimeMs, trouble: troubleIn(status) });
}

function milliseconds(value: Json | undefined, unitMs: number): number | undefined {
  return typeof value === "number" && value >= 0 ? value * unitMs : undefined;
}

function troubleIn(status: Json | undefined): ToldStatus["trouble"] {
  if (typeof status !== "string") return undefined;
  const words = `it says of itself that it is "${status}"`;
  if (/^(degraded|warning|impaired|busy|overloaded)$/i.test(status)) return { status: "degraded", words };
  return /^(unhealthy|error|critical|failed|failing|down|offline)$/i.test(status) ? { status: "unhealthy", words } : undefined;
}
