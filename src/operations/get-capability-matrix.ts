import type { GetCapabilityMatrixInput, GetCapabilityMatrixOutput } from "../contract/get-capability-matrix.ts";
import type { ServerRecord } from "../model/server-record.ts";
import type { ServerConfig } from "../model/server.ts";
import { capabilityMatrix } from "../planner/capability-matrix.ts";
import type { KnownServer } from "../planner/capability-matrix.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { Discovery } from "../ports/discovery.ts";
import type { OperationContext } from "./operation-context.ts";
import { planSource } from "./plan-source.ts";
import { readSource } from "./read-source.ts";

export interface CapabilityMatrixPorts {
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly discovery: Discovery;
  readonly catalogs: CatalogSource;
}

/**
 * Tells what can be done with the configured servers, and of a workflow how it would run on them.
 *
 * @throws TuttiError `server.unavailable` - one that the workflow uses
 */
export async function getCapabilityMatrix(
  input: GetCapabilityMatrixInput,
  { servers, discovery, catalogs }: CapabilityMatrixPorts,
  { signal }: OperationContext,
): Promise<GetCapabilityMatrixOutput> {
  const records = await discovery.discover(undefined, signal);
  const known = records.flatMap((record) => knownServer(record, servers.get(record.serverId)));
  if (input.workflow === undefined) return { matrix: capabilityMatrix(known), problems: [] };
  const { plan, problems } = await planSource(readSource(input.workflow), catalogs, signal);
  return { matrix: capabilityMatrix(known, plan), problems };
}

function knownServer({ serverId: name, tools, replicas }: ServerRecord, config: ServerConfig | undefined): readonly KnownServer[] {
  if (config === undefined) return [];
  const { honoursIdempotencyKey, effects, requires } = config;
  const available = replicas.some(({ answer }) => answer.kind === "answered");
  return [{ name, available, tools, honoursIdempotencyKey, effects, requires }];
}
