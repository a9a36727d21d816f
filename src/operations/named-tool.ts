import type { ToolUse } from "../model/workflow.ts";

/** The tool that a name such as `server.tool` means. Names of servers have no dot in them. */
export function namedTool(name: string): ToolUse {
  const dot = name.indexOf(".");
  return { server: name.slice(0, Math.max(dot, 0)), tool: name.slice(dot + 1), with: {} };
}
