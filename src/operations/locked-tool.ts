import { createHash } from "node:crypto";
import { defined } from "../base/defined.ts";
import { canonicalJson } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import type { LockedTool } from "../model/tool-lock.ts";
import { canonicalSchema } from "../planner/canonical-schema.ts";
import { planCall } from "../planner/tool-index.ts";
import type { FoundTool } from "../planner/tool-index.ts";

/** A tool of a server as a lock has it. */
export function lockedTool(found: FoundTool): LockedTool {
  const { annotations } = found.tool;
  const [inputSchema, outputSchema] = [found.tool.inputSchema, found.tool.outputSchema].map((schema) => schema && canonicalSchema(schema));
  return {
    effect: planCall(found).effect,
    ...defined({ annotations }),
    inputSha256: schemaHash(inputSchema ?? {}),
    inputSchema: inputSchema ?? {},
    ...(outputSchema === undefined ? {} : { outputSha256: schemaHash(outputSchema), outputSchema }),
  };
}

/** The SHA-256 of the canonical JSON of a schema, in hex. */
export function schemaHash(schema: JsonObject): string {
  return createHash("sha256").update(canonicalJson(schema)).digest("hex");
}
