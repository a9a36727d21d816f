import { listExecutions } from "tutti";
import { type JsonObject, ToolError } from "tutti/server";
import type { DefinitionFamily } from "./definitions.ts";
import type { TenantClient } from "./tenant-client.ts";

interface Starting {
  readonly family: DefinitionFamily;
  readonly inputs: JsonObject;
  readonly requestKey?: string;
  readonly client: TenantClient;
  readonly signal: AbortSignal;
  readonly activeMax: number;
}

/**
 * Starts an execution, and gives its id: it is durable then. The same key gives the same execution.
 *
 * @throws ToolError - the workflow or its inputs are not right, a server is not there, or too many executions run
 */
export async function startFamily({ family, inputs, requestKey, client, signal, activeMax }: Starting): Promise<string> {
  await checkRoom(client, activeMax, signal);
  const { main, children } = family;
  return await client.execute({
    workflow: main.text,
    children: children.map(({ text }) => text),
    inputs,
    ...(requestKey === undefined ? {} : { requestKey }),
  });
}

/** One tenant must not keep the machine from all others. */
async function checkRoom(client: TenantClient, activeMax: number, signal: AbortSignal): Promise<void> {
  let active = 0;
  for (const status of ["executing", "active", "paused"] as const) {
    active += (await client.call(listExecutions, { status, limit: Math.min(activeMax, 1_000) }, signal)).executions.length;
  }
  if (active < activeMax) return;
  const message = `${active} executions are under way; at most ${activeMax} may be for one tenant (ACTIVE_MAX of the server says how many)`;
  throw new ToolError(message, { type: "External", httpStatusCode: 429, retryAfter: 5 });
}
