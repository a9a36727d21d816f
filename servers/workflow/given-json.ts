import { z } from "zod";
import { refuse } from "../kit/reference-server.ts";
import type { JsonObject } from "tutti/server";

const DEPTH_MAX = 64;
const BYTES_MAX = 1024 * 1024;

/** Inputs of a workflow, by name. How deep and how large they are is looked at by `checkedJson`. */
export const givenInputs = z.record(z.string().min(1).max(100), z.unknown());

/**
 * JSON that somebody has given, when it is not more than anybody needs. Depth is looked at first, without descending:
 * whatever walks through the value later may do so by recursion.
 *
 * @throws ToolError - it is nested too deeply or too large
 */
export function checkedJson(value: Readonly<Record<string, unknown>>, name: string): JsonObject {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) throw refuse(`${name} is nested in more than ${DEPTH_MAX} levels`);
    level = level.flatMap((part) => (typeof part === "object" && part !== null ? Object.values(part) : []));
  }
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > BYTES_MAX) throw refuse(`${name} has ${bytes} bytes; at most ${BYTES_MAX} are taken`);
  return value as JsonObject;
}
