import type { CheckServersInput, CheckServersOutput, ServerVerdict } from "../contract/check-servers.ts";
import { isTuttiError } from "../model/errors.ts";
import type { Connections } from "../ports/connections.ts";
import type { OperationContext } from "./operation-context.ts";

/**
 * Looks whether servers answer, all at once.
 *
 * @throws TuttiError `server.not-found`
 */
export async function checkServers(
  input: CheckServersInput,
  ports: { readonly connections: Pick<Connections, "names" | "check"> },
  { signal }: OperationContext,
): Promise<CheckServersOutput> {
  const names = input.servers ?? ports.connections.names;
  return { servers: await Promise.all(names.map((server) => verdict(server, ports.connections, signal))) };
}

async function verdict(server: string, connections: Pick<Connections, "check">, signal: AbortSignal): Promise<ServerVerdict> {
  try {
    return { status: "available", ...(await connections.check(server, signal)) };
  } catch (error) {
    if (!isTuttiError(error, "server.unavailable")) throw error;
    return { status: "unavailable", server, message: error.message, stderr: error.details.stderr ?? [] };
  }
}
