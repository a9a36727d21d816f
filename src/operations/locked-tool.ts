import { createHash } from "node:crypto";
import { defined } from "../base/defined.ts";
import { canonicalJson } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { LockedTool } from "../model/tool-lock.ts";
import { canonicalSchema } from "../planner/canonical-schema.ts";
import { planCall } from "../planner/tool-index.ts";
import type { FoundTool } from "../planner/tool-index.ts";

/** A tool of a server as a lock has it; undefined when a schema is nested so deep that nobody can have meant it. */
export function lockedTool(found: FoundTool): LockedTool | undefined {
  const { annotations } = found.tool;
  if ([found.tool.inputSchema, found.tool.outputSchema].some(isTooDeep)) return undefined;
  const [inputSchema, outputSchema] = [found.tool.inputSchema, found.tool.outputSchema].map((schema) => schema && canonicalSchema(schema));
  return {
    effect: planCall(found).effect,
    ...defined({ annotations }),
    inputSha256: schemaHash(inputSchema ?? {}),
    inputSchema: inputSchema ?? {},
    ...(outputSchema === undefined ? {} : { outputSha256: schemaHash(outputSchema), outputSchema }),
  };
}

/** What is said of a tool that cannot be locked. */
export const TOO_DEEP = "has a schema that is nested too deep to be compared";

/** Planning looks at a hundred levels, of two objects each. All that walks through a schema here does so by calling itself. */
const DEPTH_MAX = 300;

function isTooDeep(schema: Json | undefined): boolean {
  let level = [schema ?? null];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) return true;
    level = level.flatMap((part) => (typeof part === "object" && part !== null ? Object.values(part) : []));
  }
  return false;
}

/** The SHA-256 of the canonical JSON of a schema, in hex. */
export function schemaHash(schema: JsonObject): string {
  return createHash("sha256").update(canonicalJson(schema)).digest("hex");
}
