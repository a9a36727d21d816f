import { setTimeout as pause } from "node:timers/promises";
import { ToolError } from "tutti/server";

/**
 * For trying things out: tools that are named in FAIL_TOOL fail, and those in SLOW_TOOL take their time before they
 * act (`fulfill_order`, `process_payment=20s`, several with commas). Without the variables nothing happens.
 */
export async function makeTrouble(title: string, tool: string, signal: AbortSignal): Promise<void> {
  const slow = named("SLOW_TOOL", tool);
  if (slow !== undefined) await pause(1_000 * Number.parseFloat(slow || "10"), undefined, { signal });
  if (named("FAIL_TOOL", tool) !== undefined) throw new ToolError(`${title} unavailable`, { type: "External" });
}

/** What stands behind the `=` of a tool in a variable, or the empty text; undefined when the tool is not there. */
function named(variable: string, tool: string): string | undefined {
  for (const part of (process.env[variable] ?? "").split(",")) {
    const [name, value = ""] = part.trim().split("=");
    if (name === tool) return value;
  }
  return undefined;
}
