import { nearest } from "../base/nearest.ts";
import { quoted } from "../base/visible.ts";
import type { ServerConfig } from "../model/server.ts";

/**
 * What the configuration of a server says of tools that the server does not have, one sentence each. A tool whose name is
 * misspelled needs no permission, and nothing else would show it.
 */
export function misnamedTools(
  config: Pick<ServerConfig, "effects" | "requires" | "permissions">,
  tools: readonly string[],
): readonly string[] {
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
