import { nearest } from "../base/nearest.ts";
import { quoted } from "../base/visible.ts";
import type { CheckServersInput, CheckServersOutput, ServerVerdict } from "../contract/check-servers.ts";
import { isTuttiError } from "../model/errors.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Connections } from "../ports/connections.ts";
import type { OperationContext } from "./operation-context.ts";

export interface CheckServersPorts {
  readonly servers: readonly Pick<ServerConfig, "name" | "effects" | "requires" | "permissions">[];
  readonly connections: Pick<Connections, "names" | "check" | "tools">;
}

/**
 * Looks whether servers answer, all at once, and whether they have the tools of which their configuration speaks.
 *
 * @throws TuttiError `server.not-found`
 */
export async function checkServers(
  input: CheckServersInput,
  ports: CheckServersPorts,
  { signal }: OperationContext,
): Promise<CheckServersOutput> {
  const names = input.servers ?? ports.connections.names;
  return { servers: await Promise.all(names.map((server) => verdict(server, ports, signal))) };
}

async function verdict(server: string, { servers, connections }: CheckServersPorts, signal: AbortSignal): Promise<ServerVerdict> {
  try {
    const facts = await connections.check(server, signal);
    const tools = (await connections.tools(server, signal)).map(({ name }) => name);
    const warnings = servers.filter(({ name }) => name === server).flatMap((config) => misnamedTools(config, tools));
    return { status: "available", ...facts, warnings };
  } catch (error) {
    if (!isTuttiError(error, "server.unavailable")) throw error;
    return { status: "unavailable", server, message: error.message, stderr: error.details.stderr ?? [] };
  }
}

/** A tool whose name is misspelled needs no permission, and nothing else would show it. */
function misnamedTools(config: CheckServersPorts["servers"][number], tools: readonly string[]): readonly string[] {
  const { effects, requires, permissions = {} } = config;
  return Object.entries({ effects, requires, permissions }).flatMap(([key, byTool]) =>
    Object.keys(byTool)
      .filter((tool) => !tools.includes(tool) && !(key === "permissions" && tool === "*"))
      .map((tool) => `"${key}" names the tool ${quoted(tool)}, which the server does not have${suggestion(tool, tools)}`),
  );
}

function suggestion(tool: string, tools: readonly string[]): string {
  const meant = nearest(tool, tools);
  return meant === undefined ? "" : ` - did you mean ${quoted(meant)}?`;
}
