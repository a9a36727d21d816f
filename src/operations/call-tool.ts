import { nearest } from "../base/nearest.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { CallToolInput, CallToolOutput } from "../contract/call-tool.ts";
import type { CallError, CallOutcome } from "../model/call.ts";
import { TuttiError } from "../model/errors.ts";
import type { Tool } from "../model/tool.ts";
import type { Servers } from "../ports/connections.ts";
import { UNWATCHED } from "../ports/tool-caller.ts";
import type { OperationContext } from "./operation-context.ts";
import { outsideExecution } from "./outside-execution.ts";
import type { OutsidePorts } from "./outside-execution.ts";
import { readTypedValues } from "../base/typed-values.ts";

export interface CallToolPorts extends OutsidePorts {
  readonly connections: Pick<Servers, "tools">;
}

const TIMEOUT_MS = 30_000;

/**
 * Uses a tool once, on the path of all calls.
 *
 * @throws TuttiError `server.not-found`, `server.unavailable`, `tool.not-found`, `access.denied`, `tenant.invalid`, `call.failed`
 */
export async function callTool(input: CallToolInput, ports: CallToolPorts, context: OperationContext): Promise<CallToolOutput> {
  const { clock } = ports;
  const { signal, caller } = context;
  const tool = await findTool(input, ports.connections, signal);
  // What is known of its effect is for those who repeat calls; this one is made once, and written down before.
  const use = { server: input.server, tool: tool.name, effect: "once" as const, timeoutMs: input.timeoutMs ?? TIMEOUT_MS };
  const request = outsideExecution(
    { ...use, input: { ...input.arguments, ...readTypedValues(input.typedArguments ?? {}, tool.inputSchema["properties"]) } },
    caller,
    ports,
  );
  const startedAtMs = clock.monotonicMs();
  const outcome = await ports.caller.call(request, UNWATCHED, signal);
  signal.throwIfAborted();
  if (outcome.kind !== "succeeded") throw callFailed(outcome);
  return { output: outcome.output, durationMs: Math.round(clock.monotonicMs() - startedAtMs) };
}

async function findTool(input: CallToolInput, connections: Pick<Servers, "tools">, signal: AbortSignal): Promise<Tool> {
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
  if (kind === "denied") return callDenied(outcome.error);
  const unknown = outcome.kind === "unknown" ? "it is not known whether the call took effect: " : "";
  return new TuttiError("call.failed", `${unknown}${message}`, { kind });
}

function callDenied({ message, detail }: CallError): TuttiError {
  if (isJsonObject(detail) && detail["code"] === "tenant.invalid") return new TuttiError("tenant.invalid", message, {});
  const missing = isJsonObject(detail) && isJsonArray(detail["missing"]) ? detail["missing"] : [];
  return new TuttiError("access.denied", message, { missing: missing.filter((permission) => typeof permission === "string") });
}
