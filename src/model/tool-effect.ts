import type { Tool } from "./tool.ts";
import type { Effect } from "./workflow.ts";

/**
 * What a tool may do: what the configuration of its server says, else what the server itself says; of a tool of which
 * nobody says anything, it is taken that it acts anew each time.
 *
 * @param configured - by tool name
 */
export function toolEffect(tool: Tool, configured: Readonly<Record<string, Effect>>): Effect {
  const stated = Object.hasOwn(configured, tool.name) ? configured[tool.name] : undefined;
  if (stated !== undefined) return stated;
  if (tool.annotations?.readOnlyHint === true) return "read";
  return tool.annotations?.idempotentHint === true ? "idempotent" : "once";
}
