import type { IncomingMessage } from "node:http";
import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { AdmittedCaller, OperationGate } from "../contract/operation-caller.ts";
import { createOperationServer } from "./create-operation-server.ts";
import { ChangeFollower } from "./follow-changes.ts";
import { openMcpStack } from "./mcp-stack.ts";
import type { McpStack } from "./mcp-stack.ts";
import { operationTools } from "./operation-tools.ts";
import type { ToolSet } from "./operation-tools.ts";
import { SERVING_LIMITS } from "./serving.ts";
import type { ServingLimits, UpgradeRefusal } from "./serving.ts";
import { WorkflowTools } from "./workflow-tools.ts";

/** What the operations need to be offered over MCP. */
export interface McpSurfaceOptions {
  readonly gate: OperationGate;
  readonly tools: ToolSet;
  readonly version: string;
  readonly clock: Clock;
  /** Is told of bugs, and of nothing that a client did wrong. */
  readonly onFault: (error: unknown, where: string) => void;
  /** See `ServingOptions`. */
  readonly refuseUpgrade?: (request: IncomingMessage) => UpgradeRefusal | undefined;
  readonly limits?: ServingLimits;
}

/** The operations over MCP: HTTP, WebSocket and streams, for clients of both eras. */
export type McpSurface = McpStack<AdmittedCaller>;

/** Offers the operations, and the workflows whose authors want it, as tools. */
export function openMcpSurface(options: McpSurfaceOptions): McpSurface {
  const { gate, tools, version, clock, onFault, refuseUpgrade, limits = SERVING_LIMITS } = options;
  const taken = new Set(operationTools("extended").map(({ listed }) => listed.name));
  const workflows = new WorkflowTools(taken);
  const changes = new ChangeFollower({ workflows, clock, onFault });
  const ports = { tools, version, workflows, clock, onFault, requestsMax: limits.requestsMax };
  return openMcpStack({
    admit: async (credential, signal) => await gate.admit(credential, signal),
    create: (context) => createOperationServer(context, ports),
    follow: (caller, wanted, tell) => changes.follow(caller, wanted, tell),
    clock,
    onFault,
    limits,
    ...defined({ refuseUpgrade }),
  });
}
