import type { Clock } from "../base/clock.ts";
import { nearest } from "../base/nearest.ts";
import { isJsonObject } from "../base/json.ts";
import type { CallToolInput, CallToolOutput } from "../contract/call-tool.ts";
import type { CallOutcome } from "../model/call.ts";
import { TuttiError } from "../model/errors.ts";
import type { Tool } from "../model/tool.ts";
import type { Connections } from "../ports/connections.ts";
import type { OperationContext } from "./operation-context.ts";
import { readTypedValues } from "./typed-values.ts";

export interface CallToolPorts {
  readonly connections: Pick<Connections, "tools" | "call">;
  readonly clock: Clock;
}

const TIMEOUT_MS = 30_000;

/**
 * Uses a tool once.
 *
 * @throws TuttiError `server.not-found`, `server.unavailable`, `tool.not-found`, `call.failed`
 */
export async function callTool(input: CallToolInput, ports: CallToolPorts, { signal }: OperationContext): Promise<CallToolOutput> {
  const tool = await findTool(input, ports.connections, signal);
  const properties = tool.inputSchema["properties"];
  const typed = readTypedValues(input.typedArguments ?? {}, (name) => {
    const schema = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
    return isJsonObject(schema) ? schema : undefined;
  });
  const call = {
    server: input.server,
    tool: input.tool,
    arguments: { ...input.arguments, ...typed },
    meta: {},
    timeoutMs: input.timeoutMs ?? TIMEOUT_MS,
  };
  const startedAtMs = ports.clock.monotonicMs();
  const outcome = await ports.connections.call(call, { progress: () => undefined, stage: () => undefined }, signal);
  signal.throwIfAborted();
  if (outcome.kind !== "succeeded") throw callFailed(outcome);
  return { output: outcome.output, durationMs: Math.round(ports.clock.monotonicMs() - startedAtMs) };
}

async function findTool(input: CallToolInput, connections: Pick<Connections, "tools">, signal: AbortSignal): Promise<Tool> {
  const tools = await connections.tools(input.server, signal);
  const tool = tools.find((candidate) => candidate.name === input.tool);
  if (tool !== undefined) return tool;
  const suggestion = nearest(
    input.tool,
    tools.map((candidate) => candidate.name),
  );
  const hint = suggestion === undefined ? "" : ` - did you mean "${suggestion}"?`;
  throw new TuttiError("tool.not-found", `server "${input.server}" has no tool "${input.tool}"${hint}`, {
    server: input.server,
    tool: input.tool,
  });
}

function callFailed(outcome: Exclude<CallOutcome, { kind: "succeeded" }>): TuttiError {
  const { kind, message } = outcome.error;
  const unknown = outcome.kind === "unknown" ? "it is not known whether the call took effect: " : "";
  return new TuttiError("call.failed", `${unknown}${message}`, { kind });
}
