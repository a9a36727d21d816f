import type { JsonObject } from "../base/json.ts";
import { quoted } from "../base/visible.ts";
import type { Tool } from "./tool.ts";
import type { Effect } from "./workflow.ts";

/** The tools that workflows use, as they were when somebody last agreed to them: what `tutti.lock` holds. */
export interface ToolLock {
  /** By `server.tool`. */
  readonly tools: Readonly<Record<string, LockedTool>>;
  /** The tools that each workflow uses, sorted, by its file, relative to the lock. */
  readonly workflows: Readonly<Record<string, readonly string[]>>;
}

/** One tool as it was. */
export interface LockedTool {
  readonly effect: Effect;
  /** What the server said of it besides. */
  readonly annotations?: Tool["annotations"];
  /** Of the canonical JSON of the schema, in hex, like the other one. */
  readonly inputSha256: string;
  /** In the canonical form of `canonicalSchema`, like the other one. */
  readonly inputSchema: JsonObject;
  readonly outputSha256?: string;
  readonly outputSchema?: JsonObject;
}

/** One thing in which a tool is not as it was. */
export interface ToolChange {
  readonly part: "input" | "output" | "effect" | "annotations";
  /** Where in the schema, as people write it: `items[].sku`. Empty for the whole. */
  readonly place: string;
  /** What changed, as a sentence without its capital letter and full stop. */
  readonly message: string;
  /** Who may not be able to go on as before: those that call the tool, those that read what it gives, or nobody. */
  readonly breaks: "callers" | "readers" | "nobody";
}

/** How a change reads: `input: "items[].sku" is required now`. */
export function changeWords({ part, place, message }: ToolChange): string {
  return `${part}: ${place === "" ? "" : `${quoted(place)} `}${message}`;
}
