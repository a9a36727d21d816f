import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { Tool } from "../model/tool.ts";

/** A tool from a server's list, without what makes no sense. Undefined when it has no name. */
export function readTool(listed: Json): Tool | undefined {
  if (!isJsonObject(listed)) return undefined;
  const { name, title, description, inputSchema, outputSchema, annotations } = listed;
  if (typeof name !== "string" || name === "") return undefined;
  return {
    name,
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string" ? { description } : {}),
    inputSchema: isJsonObject(inputSchema) ? inputSchema : { type: "object" },
    ...(isJsonObject(outputSchema) ? { outputSchema } : {}),
    ...(isJsonObject(annotations) ? { annotations: readAnnotations(annotations) } : {}),
  };
}

function readAnnotations(annotations: JsonObject): NonNullable<Tool["annotations"]> {
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations;
  return {
    ...(typeof readOnlyHint === "boolean" ? { readOnlyHint } : {}),
    ...(typeof destructiveHint === "boolean" ? { destructiveHint } : {}),
    ...(typeof idempotentHint === "boolean" ? { idempotentHint } : {}),
    ...(typeof openWorldHint === "boolean" ? { openWorldHint } : {}),
  };
}
