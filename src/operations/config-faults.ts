import { nearest } from "../base/nearest.ts";
import { quoted } from "../base/visible.ts";
import type { ServerRecord } from "../model/server-record.ts";
import type { ServerConfig } from "../model/server.ts";
import type { ServerSecurity } from "../ports/server-security.ts";

type Config = Pick<ServerConfig, "effects" | "requires" | "permissions" | "rateLimits">;

/**
 * What is wrong with the configuration of a server, one sentence each: it is not what is demanded of servers, or speaks of
 * tools that the server does not have. The latter can only be known of one that answers.
 */
export async function configFaults(
  { serverId, replicas, tools }: ServerRecord,
  config: Config | undefined,
  security: ServerSecurity | undefined,
): Promise<readonly string[]> {
  const insecure = (await security?.faults([serverId])) ?? [];
  const told = replicas.some(({ answer }) => answer.kind === "answered");
  const names = tools.map(({ name }) => name);
  return [...insecure, ...(told && config !== undefined ? misnamedTools(config, names) : [])];
}

/** A tool whose name is misspelled needs no permission and has no limit, and nothing else would show it. */
function misnamedTools(config: Config, tools: readonly string[]): readonly string[] {
  const { effects, requires, permissions = {}, rateLimits = {} } = config;
  return Object.entries({ effects, requires, permissions, "rate_limit.tools": rateLimits.tools ?? {} }).flatMap(([key, byTool]) =>
    Object.keys(byTool)
      .filter((tool) => !tools.includes(tool) && !(key === "permissions" && tool === "*"))
      .map((tool) => `"${key}" names the tool ${quoted(tool)}, which the server does not have${suggestion(tool, tools)}`),
  );
}

function suggestion(tool: string, tools: readonly string[]): string {
  const meant = nearest(tool, tools);
  return meant === undefined ? "" : ` - did you mean ${quoted(meant)}?`;
}
