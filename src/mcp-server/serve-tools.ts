import { INVALID_PARAMS, ProtocolError } from "@modelcontextprotocol/server";
import type { CallToolResult, InputRequiredResult, McpServer, ServerContext } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { Clock } from "../base/clock.ts";
import { isJsonObject } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import { executeWorkflow } from "../contract/execute-workflow.ts";
import { getExecution } from "../contract/get-execution.ts";
import { watchExecution } from "../contract/watch-execution.ts";
import { REQUEST_KEY_LENGTH_MAX } from "../contract/workflow-definition.ts";
import { IDEMPOTENCY_KEY } from "../envelope/meta-keys.ts";
import { isTuttiError } from "../model/errors.ts";
import { awaitExecution } from "./await-execution.ts";
import { callOperation, readOperationInput } from "./call-operation.ts";
import { startedTask } from "./execution-tasks.ts";
import type { Guarded, Requester } from "./guard-requests.ts";
import { operationTools } from "./operation-tools.ts";
import type { OperationTool, ToolSet } from "./operation-tools.ts";
import { toolAnswer, toolFault, toolRefusal } from "./tool-answer.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

/** What the tools of all connections share. */
export interface ToolPorts {
  readonly tools: ToolSet;
  readonly workflows: WorkflowTools;
  readonly clock: Clock;
  readonly onFault: (error: unknown, where: string) => void;
}

/** Answers `tools/list` and `tools/call`: the operations first, then the workflows that are offered as tools. */
export function serveTools({ server }: McpServer, ports: ToolPorts, guarded: Guarded): void {
  const operations = new Map(operationTools(ports.tools).map((tool) => [tool.listed.name, tool]));
  const listed = Array.from(operations.values(), (tool) => tool.listed);
  server.setRequestHandler(
    "tools/list",
    guarded("tools/list", async (_, { mcpReq }, { caller }) => {
      const workflows = await ports.workflows.list(caller, mcpReq.signal);
      return { tools: [...listed, ...workflows.map((tool) => tool.listed)] };
    }),
  );
  server.setRequestHandler(
    "tools/call",
    guarded("tools/call", async ({ params: { name, arguments: given } }, context, requester) => {
      const operation = operations.get(name);
      return await answered(name, context, ports, async () =>
        operation === undefined
          ? await callWorkflow({ name, given }, context, requester, ports)
          : await callTool(operation, given, { context, requester, clock: ports.clock }),
      );
    }),
  );
}

interface ReceivedCall {
  readonly context: ServerContext;
  readonly requester: Requester;
  readonly clock: Clock;
}

async function callTool(
  tool: OperationTool,
  given: unknown,
  { context, requester, clock }: ReceivedCall,
): Promise<CallToolResult | InputRequiredResult> {
  const { caller, abilities } = requester;
  if (tool.operation.name === watchExecution.name) {
    const { executionId } = readOperationInput(watchExecution, given);
    const waiting = { caller: caller.operations, abilities, clock };
    return await awaitExecution(executionId, waiting, context, async () => {
      const view = await caller.operations.call(getExecution, { executionId }, { signal: context.mcpReq.signal });
      return toolAnswer(z.encode(getExecution.output, view) as object as JsonObject);
    });
  }
  const { document, summary } = await callOperation(tool, given, caller.operations, context);
  const isTask = abilities.knowsTasks && tool.operation.name === executeWorkflow.name;
  return isTask ? startedTask(executeWorkflow.output.parse(document)) : toolAnswer(document, summary);
}

/** Starts an execution and waits for it. When the client comes back with what a person has said, it has been started already. */
async function callWorkflow(
  { name, given }: { readonly name: string; readonly given: unknown },
  context: ServerContext,
  { caller, abilities }: Requester,
  { workflows, clock }: ToolPorts,
): Promise<CallToolResult | InputRequiredResult> {
  const waiting = { caller: caller.operations, abilities, clock };
  const tool = await workflows.find(name, caller, context.mcpReq.signal);
  if (tool === undefined) throw new ProtocolError(INVALID_PARAMS, `there is no tool "${name}"`);
  const known: unknown = context.mcpReq.requestState();
  if (typeof known === "string") return await awaitExecution(known, waiting, context);
  const { _meta: meta, signal } = context.mcpReq;
  const key = meta?.[IDEMPOTENCY_KEY];
  const input = {
    workflowId: tool.workflowId,
    parameters: isJsonObject(given) ? given : {},
    ...(typeof key === "string" && key !== "" ? { requestKey: key.slice(0, REQUEST_KEY_LENGTH_MAX) } : {}),
  };
  const status = await caller.operations.call(executeWorkflow, input, { signal });
  return abilities.knowsTasks ? startedTask(status) : await awaitExecution(status.executionId, waiting, context);
}

/** Refusals of a tool are results, so that a model reads them; what is no tool at all is an error of the protocol. */
async function answered(
  tool: string,
  { mcpReq }: ServerContext,
  { clock, onFault }: ToolPorts,
  call: () => Promise<CallToolResult | InputRequiredResult>,
): Promise<CallToolResult | InputRequiredResult> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProtocolError || mcpReq.signal.aborted) throw error;
    const refused = { tool, nowMs: clock.nowMs() };
    if (isTuttiError(error)) return toolRefusal(error, refused);
    onFault(error, tool);
    return toolFault(refused);
  }
}
